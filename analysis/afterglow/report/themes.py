"""Which analyses stand together: rates, time to response, relapse, the composite, boosters."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_rows import AnalysisRows, all_analyses, with_role
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
STRATEGIES: Final = "strategies"
ORDER: Final = (
    RATES, RESPONSE_TIME, RELAPSE, COMPOSITE, LATENCY, CYCLES, RECURRENT, STATES, TARGET_TRIAL,
    PREDICTION,
)  # fmt: skip
"""In which order the themes are read that hold no primary analysis."""
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


def leading(study: "Study") -> list[str]:
    """Return the themes of the primary analyses, which come first."""
    return list(dict.fromkeys(theme_of(rows) for rows in with_role(study, "primary")))


def following(study: "Study") -> list[str]:
    """Return the other themes in their order."""
    first = leading(study)
    return [theme for theme in ORDER if theme not in first]


def in_reading_order(study: "Study") -> tuple[AnalysisRows, ...]:
    """Return all analyses as the sections of the report follow one another."""
    themes = [*leading(study), STRATEGIES, *following(study)]
    return tuple(rows for theme in dict.fromkeys(themes) for rows in members(study, theme))


def members(study: "Study", theme: str) -> tuple[AnalysisRows, ...]:
    """Return the analyses of a theme, primary ones first, else in the plan's order."""
    mine = [rows for rows in all_analyses(study) if theme_of(rows) == theme]
    return tuple(sorted(mine, key=lambda rows: rows.analysis.role != "primary"))
