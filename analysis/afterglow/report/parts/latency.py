"""Time to the next booster, and from relapse to booster."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_section import theme_section
from afterglow.report.blocks import Section
from afterglow.report.themes import LATENCY

if TYPE_CHECKING:
    from afterglow.study.run import Study

TITLE: Final = "Boosters"
INTRO: Final = (
    "When the next session after the course is given, and how long it takes from relapse to "
    "the next booster."
)


def section(study: "Study") -> Section | None:
    """Return the analyses of this theme; None where the plan has none."""
    return theme_section(study, LATENCY, TITLE, INTRO)
