"""Rows of analyses of events between visits: curves with boxes, lateness, tests, regressions."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from afterglow.errors import NotEstimable
from afterglow.estimate.interval.interval_regression import interval_regression
from afterglow.estimate.interval.interval_test import SCORE_SUM, TREND, interval_test
from afterglow.estimate.interval.regression_result import IntervalRegression
from afterglow.estimate.interval.turnbull import turnbull
from afterglow.estimate.interval.turnbull_result import BEFORE, HIGHEST, LOWEST, MASS, Turnbull
from afterglow.estimate.interval.visit_panel import MIDPOINT, VISIT, VisitPanel, visit_panel
from afterglow.names import (
    CONF_HIGH,
    CONF_LOW,
    ESTIMATE,
    EVENT,
    GROUP,
    HAZARD_RATIO,
    LOWER,
    TERM,
    TIME,
    UPPER,
    WARNING,
    N,
)
from afterglow.plan.interval_analyses import (
    IntervalRegressionAnalysis,
    IntervalTestAnalysis,
    TurnbullAnalysis,
)
from afterglow.study.analysed import analysed
from afterglow.study.curves import NOBODY, count_rows, labelled_naive, with_entry
from afterglow.study.groups import CLUSTER, STRATUM
from afterglow.study.regressions import Material, regression_rows
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistic, statistics
from afterglow.study.setting import Setting

LOWEST_SURVIVAL, HIGHEST_SURVIVAL = "lowest_survival", "highest_survival"
QUANTILE_FROM, QUANTILE_TO = "quantile_from", "quantile_to"
SUPPORT_FROM, SUPPORT_TO, SUPPORT_MASS = "support_from", "support_to", "support_mass"
INTERVAL_TEST, INTERVAL_TREND = "interval_test", "interval_test_trend"
NAMES = {VISIT: "visit date", MIDPOINT: "midpoint"}
LATENESS = {
    "median_shift_low": "shift_low",
    "median_shift_high": "shift_high",
    "mean_delay_low": "delay_low",
    "mean_delay_high": "delay_high",
}
GAPS = {"certain_gap": "certain_day", "largest_gap": "largest_day"}
RATIOS = {"proportional-hazards": HAZARD_RATIO, "proportional-odds": "odds_ratio"}
TESTS = {"likelihood ratio": "likelihood_ratio_test", "Wald": "wald_test"}
OPEN = "open: not reached within follow-up"
LATE = (
    "somebody is at risk from a later day only (delayed entry), which this method does not know:"
    " take turnbull, or an endpoint that is watched from its origin"
)


def between_visits(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows whose ends say where the event lies; who had none has no upper end.

    A row is known free from its origin on, so no interval begins before it.
    """
    upper = np.where(rows[EVENT], rows[UPPER], np.inf)
    lower = np.clip(np.minimum(rows[LOWER].to_numpy(float), upper), 0.0, None)
    return rows.assign(**{LOWER: lower, UPPER: upper})


def turnbull_rows(
    name: str, analysis: TurnbullAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of interval-censored curves, and how late visit dates are against them."""
    head = analysis_head(name, analysis, "analysis")
    found = analysed(name, analysis, setting)
    counts = count_rows(head, found)
    if not len(found.rows):
        return [*counts, not_estimated(head, LOWEST_SURVIVAL, NOBODY)]
    rows, entry = with_entry(between_visits(found.rows))
    options: dict[str, Any] = {"by": GROUP, "entry": entry, "conf_level": analysis.conf_level}
    curves = turnbull(
        rows, **options, cluster=CLUSTER if CLUSTER in rows else None, seed=setting.plan.seed,
        n_resamples=0 if headline else analysis.resamples,
    )  # fmt: skip
    result = [*_at_days(head, curves, analysis), *_quantiles(head, curves, analysis)]
    if not headline:
        result += _support_rows({**head, SECTION: "curve"}, curves)
    if analysis.visit_dates and not headline:
        result += _panel_rows(head, visit_panel(rows, **options), analysis)
    if found.competing:
        result = [labelled_naive(row) for row in result]
    return [*counts, *result]


def _at_days(head: Row, curves: Turnbull, analysis: TurnbullAnalysis) -> list[Row]:
    if not analysis.at_days:
        return []
    found = curves.at(list(analysis.at_days)).drop(columns=[TERM, ESTIMATE])
    return [
        row
        for name, column in ((LOWEST_SURVIVAL, LOWEST), (HIGHEST_SURVIVAL, HIGHEST))
        for row in statistics(head, name, found.rename(columns={column: ESTIMATE}))
    ]


def _quantiles(head: Row, curves: Turnbull, analysis: TurnbullAnalysis) -> list[Row]:
    rows = []
    for share in sorted(set(analysis.quantiles)):
        found = curves.quantile(share).drop(columns=[TERM, ESTIMATE])
        for name, column in ((QUANTILE_FROM, LOWER), (QUANTILE_TO, UPPER)):
            own = found.rename(columns={column: ESTIMATE})
            rows += statistics(head, name, own, **{LEVEL: f"{share:g}"})
    return [finite(row) for row in rows]


def finite(row: Row) -> Row:
    """Return a row without infinite numbers: an open end is missing, and said."""
    ends = {c: np.nan for c in (CONF_LOW, CONF_HIGH) if np.isinf(row.get(c, 0.0))}
    if np.isinf(row[ESTIMATE]):
        return row | ends | {ESTIMATE: np.nan, WARNING: OPEN}
    return row | ends


def _support_rows(head: Row, curves: Turnbull) -> list[Row]:
    """Return each box: its ends, its mass, and the curve before it with the limits after it."""
    table = curves.tidy().drop(columns=[TERM, TIME, ESTIMATE])
    place = table.groupby(GROUP, observed=True).cumcount() + 1
    table = table.assign(**{LEVEL: place.astype(str)})
    bare = table.drop(columns=[CONF_LOW, CONF_HIGH])
    rows = statistics(head, SUPPORT_FROM, bare.rename(columns={LOWER: ESTIMATE}))
    rows += statistics(head, SUPPORT_TO, bare.rename(columns={UPPER: ESTIMATE}))
    rows += statistics(head, SUPPORT_MASS, bare.rename(columns={MASS: ESTIMATE}))
    after = table.assign(**{ESTIMATE: np.maximum(table[BEFORE] - table[MASS], 0.0)})
    return [finite(row) for row in rows + statistics(head, "survival", after)]


def _panel_rows(head: Row, panel: VisitPanel, analysis: TurnbullAnalysis) -> list[Row]:
    rows = []
    for name, curve in ((VISIT, panel.visit), (MIDPOINT, panel.midpoint)):
        own = {TERM: NAMES[name]}
        rows += statistics(head, "median", curve.median(), **own)
        if analysis.at_days:
            rows += statistics(head, "survival", curve.at(list(analysis.at_days)), **own)
        steps = curve.tidy()[[GROUP, TIME, ESTIMATE]]
        rows += statistics({**head, SECTION: "curve"}, "survival", steps, **own)
    for record in panel.bias.to_dict("records"):
        own = {TERM: NAMES[str(record["curve"])], GROUP: record[GROUP]}
        for name, column in LATENESS.items():
            rows.append(statistic(head, name, record[column], **own, **{TIME: record["until"]}))
        for name, column in GAPS.items():
            rows.append(statistic(head, name, record[name], **own, **{TIME: record[column]}))
    return rows


def interval_test_rows(
    name: str, analysis: IntervalTestAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a test between groups whose events lie between visits."""
    head = analysis_head(name, analysis, "analysis")
    found = analysed(name, analysis, setting)
    counts = count_rows(head, found)
    if not len(found.rows):
        return [*counts, not_estimated(head, INTERVAL_TEST, NOBODY)]
    rows, entry = with_entry(between_visits(found.rows))
    if entry is not None:
        return [*counts, not_estimated(head, INTERVAL_TEST, LATE)]
    result, why = attempted(
        lambda: interval_test(
            rows, by=GROUP, strata=STRATUM if analysis.strata else None,
            weighting=analysis.weighting, trend=list(analysis.scores) or analysis.trend,
        )
    )  # fmt: skip
    if result is None:
        return [*counts, not_estimated(head, INTERVAL_TEST, why)]
    table = result.tidy()
    own = statistics(head, INTERVAL_TEST, table.head(1).drop(columns=TERM))
    own += statistics(head, INTERVAL_TREND, table[table[TERM] == TREND].drop(columns=TERM))
    sums = result.groups[[GROUP, N, SCORE_SUM]].rename(columns={SCORE_SUM: ESTIMATE})
    own += [] if headline else statistics(head, SCORE_SUM, sums)
    return [*counts, *(labelled_naive(row) if found.competing else row for row in own)]


def interval_regression_rows(
    name: str, analysis: IntervalRegressionAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a regression of events that lie between visits."""
    return regression_rows(
        name, analysis, setting, partial(_fitted, analysis, setting),
        ratio=RATIOS[analysis.model], more=None if headline else _more,
    )  # fmt: skip


def _fitted(
    analysis: IntervalRegressionAnalysis, setting: Setting, given: Material
) -> IntervalRegression:
    if given.entry is not None:
        raise NotEstimable(LATE)
    rows = between_visits(given.rows)
    drawn = analysis.errors == "bootstrap"
    return interval_regression(
        rows, list(given.columns), model=analysis.model, conf_level=analysis.conf_level,
        cluster=given.cluster if drawn else None, seed=setting.plan.seed,
        n_resamples=analysis.resamples if drawn else 0,
    )  # fmt: skip


def _more(head: Row, model: IntervalRegression) -> list[Row]:
    rows = [statistic(head, "log_likelihood", model.loglik)]
    for record in model.tests().tidy().to_dict("records"):
        own = pd.DataFrame([record]).drop(columns=TERM)
        rows += statistics(head, TESTS[record[TERM]], own)
    return rows
