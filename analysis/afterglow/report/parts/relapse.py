"""Relapse as a cumulative incidence, against boosters and what else comes in its place."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_rows import has_table
from afterglow.report.analysis_section import theme_section
from afterglow.report.blocks import Section
from afterglow.report.strategies import strategies_in_force
from afterglow.report.themes import RELAPSE, members

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
    return theme_section(study, RELAPSE, TITLE, INTRO + (BOOSTERS if _compete(study) else ""))


def _compete(study: "Study") -> bool:
    """Say whether boosters compete with relapse in some analysis."""
    return has_table(study, "sessions") and any(
        strategies_in_force(rows).get("booster") == "competing" for rows in members(study, RELAPSE)
    )
