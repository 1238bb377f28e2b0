"""The curves of a time-to-event analysis as frames, and what their axes are called."""

from typing import Final

import pandas as pd

from afterglow.names import (
    AT_RISK,
    CENSORED,
    CONF_HIGH,
    CONF_LOW,
    ESTIMATE,
    EVENTS,
    GROUP,
    TERM,
    TIME,
)
from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.sentences import clock_words
from afterglow.report.words import cause_words

DRAWN: Final = [GROUP, TIME, ESTIMATE, CONF_LOW, CONF_HIGH]
COMPETING: Final = "competing"
SURVIVAL_AXIS: Final = {
    "response": "Not yet responded",
    "remission": "Not yet in remission",
    "relapse": "Free of relapse",
    "durability": "Still in response",
    "booster": "Without a booster",
    "latency": "Still waiting",
}


def is_survival(rows: AnalysisRows) -> bool:
    """Say whether the analysis is a Kaplan–Meier one."""
    return rows.analysis.estimator == "kaplan_meier"


def own_curve(rows: AnalysisRows) -> pd.DataFrame:
    """Return the curve of the endpoint itself, one row per group and time, with those at risk."""
    if is_survival(rows):
        return with_at_risk(rows, rows.rows("survival", "curve")[DRAWN])
    mine = rows.rows("incidence", "curve")
    return with_at_risk(rows, mine.loc[mine[TERM] == rows.analysis.endpoint, DRAWN])


def with_at_risk(rows: AnalysisRows, curve: pd.DataFrame) -> pd.DataFrame:
    """Return a curve with the number at risk just before each of its times."""
    counts = rows.rows(AT_RISK, "curve")[[GROUP, TIME, ESTIMATE]]
    counts = counts.rename(columns={ESTIMATE: AT_RISK})
    return pd.merge(curve, counts, on=[GROUP, TIME], how="left", validate="many_to_one")


def naive_curve(rows: AnalysisRows) -> pd.DataFrame | None:
    """Return one minus Kaplan–Meier, None where nothing competes."""
    mine = rows.rows("naive_incidence", "curve")[DRAWN]
    return mine if len(mine) else None


def risk_frame(rows: AnalysisRows) -> pd.DataFrame:
    """Return the numbers on the ticks of the figure, one row per group and tick."""
    frame = rows.rows(AT_RISK, "risk_table")[[GROUP, TIME, ESTIMATE]]
    frame = frame.rename(columns={ESTIMATE: AT_RISK})
    for name in (EVENTS, COMPETING, CENSORED):
        mine = rows.rows(name, "risk_table")[[GROUP, TIME, ESTIMATE]]
        if len(mine):
            mine = mine.rename(columns={ESTIMATE: name})
            frame = pd.merge(frame, mine, on=[GROUP, TIME], how="left", validate="one_to_one")
    return frame.reset_index(drop=True)


def enters_late(rows: AnalysisRows) -> bool:
    """Say whether some come under observation after day 0; False where there is no risk table."""
    risk = rows.rows(AT_RISK, "risk_table")
    first = risk[risk[TIME] == 0]
    return bool(first[ESTIMATE].sum() < sum(rows.n(group) for group in rows.groups))


def axis_label(rows: AnalysisRows) -> str:
    """Return what the curve's axis shows, without the unit."""
    if not is_survival(rows):
        return "Cumulative incidence"
    if rows.analysis.strategy:
        return "Free of the event"
    return SURVIVAL_AXIS.get(rows.endpoint.kind, "Free of the event")


def days_axis(rows: AnalysisRows) -> str:
    """Return what the time axis shows."""
    return f"Days since {clock_words(rows)}"


def cause_label(rows: AnalysisRows, cause: str) -> str:
    """Return what a cause is called: the endpoint's own by its label."""
    own = cause == rows.analysis.endpoint
    return rows.endpoint_label if own else cause_words(cause)
