"""Relapse as a cumulative incidence, against boosters and what else comes in its place."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_rows import has_table
from afterglow.report.analysis_section import theme_section
from afterglow.report.blocks import Section
from afterglow.report.themes import RELAPSE

if TYPE_CHECKING:
    from afterglow.study.run import Study

TITLE: Final = "Relapse"
INTRO: Final = "How long it takes until symptoms are back in those who responded."
BOOSTERS: Final = (
    " A booster given first takes the subject out of the risk of being seen to relapse without "
    "one, so it competes with relapse and does not censor it."
)


def section(study: "Study") -> Section | None:
    """Return the analyses of this theme; None where the plan has none."""
    return theme_section(
        study, RELAPSE, TITLE, INTRO + (BOOSTERS if has_table(study, "sessions") else "")
    )
