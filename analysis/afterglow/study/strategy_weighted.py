"""The weighted strategy among the others: a weighted analysis' curve, held against the bounds."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from afterglow.estimate.strategies.comparison import WEIGHTED
from afterglow.estimate.weighting.result import WeightedSurvival
from afterglow.names import (
    AT_RISK,
    CAUSE,
    CENSORED,
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    EVENT,
    EVENTS,
    GROUP,
    METHOD,
    N_EVENTS,
    STD_ERROR,
    STRATEGY,
    TERM,
    TIME,
    WARNING,
    N,
)
from afterglow.plan.strategy_analyses import StrategyComparisonAnalysis
from afterglow.study.curves import NOT_REACHED, events_by
from afterglow.study.results import SECTION, Row
from afterglow.study.rows import analysis_head, not_estimated, statistic, statistics
from afterglow.study.setting import Setting
from afterglow.study.strategy_roles import otherwise, treated_otherwise
from afterglow.study.weighting import WeightedFit, unseen_rows, weighted_fit

Bounds = Mapping[float, tuple[float, float]]
OUTSIDE: Final = (
    "outside the worst and the best case: the weights do not fit these data, or rest on few"
)
TOLERANCE: Final = 1e-9
WITHOUT_WEIGHTS: Final = "free_without_weights"


def weighted_rows(
    head: Row,
    free: str,
    analysis: StrategyComparisonAnalysis,
    compared: pd.DataFrame,
    bounds: Bounds,
    setting: Setting,
    *,
    headline: bool,
) -> list[Row]:
    """Return the rows of the weighted strategy, and of the same curve without weights.

    Parameters
    ----------
    head : dict
    free : str
        The statistic's name.
    analysis : StrategyComparisonAnalysis
        It names the weighted analysis.
    compared : DataFrame
        The rows of the other strategies, one per subject: of whom some have no time at risk here,
        where a subject is watched up to the last visit that showed it free of the event.
    bounds : mapping of day to (worst case, best case)
        A value outside them says so.
    setting : Setting
    headline : bool
        Without the curve, and without resamples: the limits are left out.
    """
    other: Any = setting.plan.analysis[str(analysis.weighted)]
    asked = {"conf_level": analysis.conf_level, "at_days": analysis.at_days}
    if headline:
        asked |= {"resamples": 0}
    fit = weighted_fit(other.model_copy(update=asked), setting)
    words = analysis_head("", other, "")[STRATEGY]
    apart = treated_otherwise(other, setting.plan, analysis)
    own = head | {GROUP: WEIGHTED, STRATEGY: words}
    counts = _counts(own, fit)
    if fit.result is None:
        return [*counts, not_estimated(own, free, fit.why)]
    said = otherwise(apart)
    rows = [*counts, *_at_days(own | {WARNING: said}, free, analysis, bounds, fit.result)]
    if headline:
        return [_without_limits(row) for row in rows]
    rows += [*unseen_rows(own, fit, compared), *_without_weights(own, analysis, fit.result)]
    return [*rows, *_median(own, fit.result), *_curve(own, free, fit.result)]


def _counts(own: Row, fit: WeightedFit) -> list[Row]:
    rows = fit.found.rows
    counts = {
        N: len(rows),
        N_EVENTS: rows[EVENT].sum(),
        "n_censored": (rows[CAUSE] == "").sum(),
    }
    return [statistic(own, name, float(value)) for name, value in counts.items()]


def _without_weights(
    own: Row, analysis: StrategyComparisonAnalysis, result: WeightedSurvival
) -> list[Row]:
    table = events_by(result.naive.at(list(analysis.at_days))).drop(columns=[TERM])
    rows = statistics(own, WITHOUT_WEIGHTS, table)
    return [row | {METHOD: f"naive {row[METHOD]}"} for row in rows]


def _at_days(
    own: Row,
    free: str,
    analysis: StrategyComparisonAnalysis,
    bounds: Bounds,
    result: WeightedSurvival,
) -> list[Row]:
    table = events_by(result.at(list(analysis.at_days))).drop(columns=[TERM])
    rows = []
    for row in statistics(own, free, table):
        worst, best = bounds.get(row[TIME], (0.0, 1.0))
        inside = worst - TOLERANCE <= row[ESTIMATE] <= best + TOLERANCE
        said = "; ".join(w for w in ("" if inside else OUTSIDE, row[WARNING]) if w)
        rows.append(row | {WARNING: said})
    at_risk = table[[TIME, AT_RISK]].rename(columns={AT_RISK: ESTIMATE})
    return [*rows, *statistics({**own, WARNING: ""}, AT_RISK, at_risk)]


def _median(own: Row, result: WeightedSurvival) -> list[Row]:
    rows = statistics(own, "median", result.median().drop(columns=[TERM]))
    return [row | {WARNING: NOT_REACHED} if np.isnan(row[ESTIMATE]) else row for row in rows]


def _curve(own: Row, free: str, result: WeightedSurvival) -> list[Row]:
    table: pd.DataFrame = result.tidy().drop(columns=[TERM])
    curve = {**own, SECTION: "curve"}
    rows = statistics(curve, free, table)
    for name in (AT_RISK, EVENTS, CENSORED):
        counts = table[[TIME, name]].rename(columns={name: ESTIMATE})
        rows += statistics(curve, name, counts)
    return rows


def _without_limits(row: Row) -> Row:
    limits = (STD_ERROR, CONF_LOW, CONF_HIGH, CONF_LEVEL)
    return {name: value for name, value in row.items() if name not in limits}
