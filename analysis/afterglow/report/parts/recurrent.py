"""Events that come again: how many a subject has, and what they go with."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_section import theme_section
from afterglow.report.blocks import Section
from afterglow.report.themes import RECURRENT

if TYPE_CHECKING:
    from afterglow.study.run import Study

TITLE: Final = "Events that recur"
INTRO: Final = (
    "A subject can relapse, and be given a booster, more than once. Here every cycle counts, not "
    "the first alone."
)


def section(study: "Study") -> Section | None:
    """Return the analyses of this theme; None where the plan has none."""
    return theme_section(study, RECURRENT, TITLE, INTRO)
