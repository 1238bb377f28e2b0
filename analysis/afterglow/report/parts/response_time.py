"""Time to response and to remission."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_section import theme_section
from afterglow.report.blocks import Section
from afterglow.report.themes import RESPONSE_TIME

if TYPE_CHECKING:
    from afterglow.study.run import Study

TITLE: Final = "Time to response"
INTRO: Final = (
    "How soon after the start of treatment a subject meets the criterion for the first time. "
    "Scores are seen at visits only, so the response lies between the visit named and the one "
    "before it."
)


def section(study: "Study") -> Section | None:
    """Return the analyses of this theme; None where the plan has none."""
    return theme_section(study, RESPONSE_TIME, TITLE, INTRO)
