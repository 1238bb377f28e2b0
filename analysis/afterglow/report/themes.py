"""Which analyses stand together: rates, time to response, relapse, the composite, boosters."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_rows import AnalysisRows, all_analyses
from afterglow.report.presentations import presentation
from afterglow.report.sentences import composite_events

if TYPE_CHECKING:
    from afterglow.study.run import Study

RATES: Final = "rates"
RESPONSE_TIME: Final = "response-time"
RELAPSE: Final = "relapse"
COMPOSITE: Final = "composite"
LATENCY: Final = "latency"
RECURRENT: Final = "recurrent"
CYCLES: Final = "cycles"
STATES: Final = "states"
TARGET_TRIAL: Final = "target-trial"
PREDICTION: Final = "prediction"
OF_KIND: Final = {
    "response": RESPONSE_TIME,
    "remission": RESPONSE_TIME,
    "rapid_response": RESPONSE_TIME,
    "sustained_response": RESPONSE_TIME,
    "relapse": RELAPSE,
    "durability": COMPOSITE,
    "booster": LATENCY,
    "latency": LATENCY,
}


def theme_of(rows: AnalysisRows) -> str:
    """Return the theme of an analysis."""
    own = presentation(rows).theme
    if own:
        return own
    if rows.endpoint.kind == "relapse" and composite_events(rows):
        return COMPOSITE
    return OF_KIND[rows.endpoint.kind]


def members(study: "Study", theme: str) -> tuple[AnalysisRows, ...]:
    """Return the analyses of a theme, primary ones first, else in the plan's order."""
    mine = [rows for rows in all_analyses(study) if theme_of(rows) == theme]
    return tuple(sorted(mine, key=lambda rows: rows.analysis.role != "primary"))
