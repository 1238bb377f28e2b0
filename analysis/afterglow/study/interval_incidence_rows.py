"""Rows of incidences of an endpoint between visits, against causes on exact days."""

from typing import Any

import numpy as np
import pandas as pd

from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.estimate.interval.incidence import interval_incidence
from afterglow.estimate.interval.incidence_result import EVENT_FREE, INSIDE, IntervalIncidence
from afterglow.estimate.interval.turnbull_result import HIGHEST, LOWEST
from afterglow.names import (
    CAUSE,
    CONF_HIGH,
    CONF_LOW,
    DURATION,
    ESTIMATE,
    EVENT,
    GROUP,
    LOWER,
    TERM,
    TIME,
    UPPER,
    WARNING,
)
from afterglow.plan.interval_analyses import IntervalIncidenceAnalysis
from afterglow.study.analysed import analysed
from afterglow.study.curves import NOBODY, count_rows, with_entry
from afterglow.study.groups import CLUSTER
from afterglow.study.incidence import INCIDENCE
from afterglow.study.interval_rows import QUANTILE_FROM, QUANTILE_TO, between_visits, finite
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistic, statistics
from afterglow.study.setting import Setting

LOWEST_INCIDENCE, HIGHEST_INCIDENCE = "lowest_incidence", "highest_incidence"
BOUNDS = {LOWEST_INCIDENCE: LOWEST, HIGHEST_INCIDENCE: HIGHEST}
EVENT_FREE_TERM = "event_free"
ALL_HIDDEN = "all hidden"
VISIT_DATE = "visit date"
N_HIDDEN = "n_hidden"
SHARE_SEEN = "share_seen"


def interval_incidence_rows(
    name: str, analysis: IntervalIncidenceAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of incidences with the endpoint in its interval."""
    head = analysis_head(name, analysis, "analysis")
    found = analysed(name, analysis, setting)
    counts = count_rows(head, found)
    if not len(found.rows):
        nothing = not_estimated(head, LOWEST_INCIDENCE, NOBODY, **{TERM: analysis.endpoint})
        return [*counts, nothing]
    rows, entry = with_entry(between_visits(found.rows))
    options: dict[str, Any] = {
        "by": GROUP, "entry": entry, "late_entry": "level-hazard",
        "conf_level": analysis.conf_level,
        "endpoint": analysis.endpoint, "mixed": analysis.mixed,
    }  # fmt: skip
    curves, why = attempted(
        lambda: interval_incidence(
            rows, **options, cluster=CLUSTER if CLUSTER in rows else None,
            seed=setting.plan.seed, n_resamples=0 if headline else analysis.resamples,
        )
    )  # fmt: skip
    if curves is None:
        return [*counts, not_estimated(head, LOWEST_INCIDENCE, why, **{TERM: analysis.endpoint})]
    result = [*counts, *_at_days(head, curves, analysis), *_quantiles(head, curves, analysis)]
    if headline:
        return result
    result += _seen_rows(head, curves)
    result += _hidden_rows(head, rows, options, analysis)
    result += _steps({**head, SECTION: "curve"}, curves)
    return result + (_dated_rows(head, rows, entry, analysis) if analysis.visit_dates else [])


def _seen_rows(head: Row, curves: IntervalIncidence) -> list[Row]:
    """Return which share of all was still free when first at risk, where some enter late."""
    if not curves.settings.late_entry:
        return []
    return [
        statistic(head, SHARE_SEEN, curve.boxes.share_seen, **{GROUP: curve.label})
        for curve in curves.curves
    ]


def _named(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{TERM: table[TERM].replace({EVENT_FREE: EVENT_FREE_TERM})})


def bound_rows(head: Row, table: pd.DataFrame, **more: Any) -> list[Row]:
    """Return both bounds of incidences read at some days: a range says itself that it is one."""
    bare = _named(table).drop(columns=ESTIMATE)
    bare[WARNING] = bare[WARNING].replace({INSIDE: ""})
    return [
        row
        for name, column in BOUNDS.items()
        for row in statistics(head, name, bare.rename(columns={column: ESTIMATE}), **more)
    ]


def _at_days(
    head: Row, curves: IntervalIncidence, analysis: IntervalIncidenceAnalysis
) -> list[Row]:
    if not analysis.at_days:
        return []
    table = curves.at(list(analysis.at_days))
    rows = bound_rows(head, table)
    if analysis.endpoint not in curves.causes:
        none = table[table[TERM] == EVENT_FREE].assign(**{TERM: analysis.endpoint, CAUSE: ""})
        zero = none.assign(**{LOWEST: 0.0, HIGHEST: 0.0, CONF_LOW: np.nan, CONF_HIGH: np.nan})
        rows += bound_rows(head, zero)
    return rows


def _quantiles(
    head: Row, curves: IntervalIncidence, analysis: IntervalIncidenceAnalysis
) -> list[Row]:
    rows = []
    for share in sorted(set(analysis.quantiles)):
        found = curves.quantile(share)
        mine = found[found[CAUSE] == analysis.endpoint].drop(columns=[TERM, ESTIMATE])
        words = {TERM: analysis.endpoint, LEVEL: f"{share:g}"}
        for name, column in ((QUANTILE_FROM, LOWER), (QUANTILE_TO, UPPER)):
            rows += statistics(head, name, mine.rename(columns={column: ESTIMATE}), **words)
    return [finite(row) for row in rows]


def _hidden_rows(
    head: Row, rows: pd.DataFrame, options: dict[str, Any], analysis: IntervalIncidenceAnalysis
) -> list[Row]:
    """Return whose other cause came after a gap without visits, and the incidence if all had."""
    gap = ~rows[EVENT] & (rows[CAUSE] != "") & (rows[LOWER] < rows[DURATION])
    counts = gap.groupby(rows[GROUP], observed=True).sum()
    result = [
        statistic(head, N_HIDDEN, float(count), **{GROUP: str(label)})
        for label, count in counts.items()
    ]
    if not analysis.hidden_bound or not analysis.at_days or not gap.any():
        return result
    every = interval_incidence(rows, **options, hidden="all").at(list(analysis.at_days))
    mine = every[every[TERM] == analysis.endpoint].drop(columns=[CONF_LOW, CONF_HIGH])
    return result + bound_rows(head, mine, **{LEVEL: ALL_HIDDEN})


def _steps(own: Row, curves: IntervalIncidence) -> list[Row]:
    steps = curves.steps()
    steps = steps.assign(**{TERM: steps[CAUSE]})
    return [
        row
        for name, column in BOUNDS.items()
        for row in statistics(own, name, steps.rename(columns={column: ESTIMATE}))
    ]


def _dated_rows(
    head: Row, rows: pd.DataFrame, entry: str | None, analysis: IntervalIncidenceAnalysis
) -> list[Row]:
    """Return Aalen–Johansen's incidence of the endpoint, dated by visits."""
    curves, _ = attempted(
        lambda: aalen_johansen(
            rows, entry=entry, by=GROUP, cluster=CLUSTER if CLUSTER in rows else None,
            conf_level=analysis.conf_level,
        )
    )  # fmt: skip
    if curves is None or analysis.endpoint not in curves.causes:
        return []
    words = {LEVEL: VISIT_DATE, TERM: analysis.endpoint}

    def own(table: pd.DataFrame) -> pd.DataFrame:
        return table[table[TERM] == analysis.endpoint]

    result = []
    if analysis.at_days:
        result += statistics(head, INCIDENCE, own(curves.at(list(analysis.at_days))), **words)
    steps = own(curves.tidy())[[GROUP, TIME, ESTIMATE]]
    return result + statistics({**head, SECTION: "curve"}, INCIDENCE, steps, **words)
