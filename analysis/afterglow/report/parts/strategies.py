"""One endpoint under every strategy for what comes before it, right after the primary result."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_section import theme_section
from afterglow.report.blocks import Section
from afterglow.report.themes import STRATEGIES

if TYPE_CHECKING:
    from afterglow.study.run import Study

TITLE: Final = "The same endpoint under every strategy"
INTRO: Final = (
    "A booster is given because symptoms return, and hides the relapse that it prevents. What "
    "share stays well therefore depends on what is made of it. Below, the same subjects under "
    "every strategy, with the worst and the best that could have come."
)


def section(study: "Study") -> Section | None:
    """Return the comparisons of strategies; None where the plan has none."""
    return theme_section(study, STRATEGIES, TITLE, INTRO)
