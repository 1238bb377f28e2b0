"""Strategies of boosters compared as in a trial that was never run."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_section import theme_section
from afterglow.report.blocks import Section
from afterglow.report.themes import TARGET_TRIAL

if TYPE_CHECKING:
    from afterglow.study.run import Study

TITLE: Final = "Strategies of boosters: a target trial"
INTRO: Final = (
    "What would follow if everybody were given boosters by one strategy, and what by another? No "
    "trial answers this here. The trial that would is written down first, item by item; then these "
    "data emulate it. The answer is as good as the assumptions on the sheet."
)


def section(study: "Study") -> Section | None:
    """Return the analyses of this theme; None where the plan has none."""
    return theme_section(study, TARGET_TRIAL, TITLE, INTRO)
