"""Time to the composite: relapse or whatever else ends the response."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_section import theme_section
from afterglow.report.blocks import Section
from afterglow.report.themes import COMPOSITE

if TYPE_CHECKING:
    from afterglow.study.run import Study

TITLE: Final = "End of response"
INTRO: Final = (
    "Time to whatever ends the response first: relapse, or an event that is given because "
    "response failed or that makes it meaningless."
)


def section(study: "Study") -> Section | None:
    """Return the analyses of this theme; None where the plan has none."""
    return theme_section(study, COMPOSITE, TITLE, INTRO)
