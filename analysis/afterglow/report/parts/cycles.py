"""Cycle by cycle: gaps between boosters, what follows each, and the score in between."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_section import theme_section
from afterglow.report.blocks import Section
from afterglow.report.themes import CYCLES

if TYPE_CHECKING:
    from afterglow.study.run import Study

TITLE: Final = "Cycles"
INTRO: Final = (
    "A cycle begins with the course, and again with every booster block. How the gaps between "
    "boosters, response and relapse, and the score since the last session go on from cycle to "
    "cycle. Later cycles are those of subjects who came to them."
)


def section(study: "Study") -> Section | None:
    """Return the analyses of this theme; None where the plan has none."""
    return theme_section(study, CYCLES, TITLE, INTRO)
