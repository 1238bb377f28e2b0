"""The course through states: who is symptomatic, in response, in relapse, and for how long."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_section import theme_section
from afterglow.report.blocks import Section
from afterglow.report.themes import STATES

if TYPE_CHECKING:
    from afterglow.study.run import Study

TITLE: Final = "States over time"
INTRO: Final = (
    "Response can be lost and regained. Here subjects are followed through all states, on days "
    "counted from the first session."
)


def section(study: "Study") -> Section | None:
    """Return the analyses of this theme; None where the plan has none."""
    return theme_section(study, STATES, TITLE, INTRO)
