"""Rows of mean numbers of events by day, and the stretches and counts of events that recur."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from afterglow.estimate.recurrent.mean_cumulative import mean_cumulative_function
from afterglow.estimate.recurrent.mean_result import MeanCumulativeFunction
from afterglow.names import (
    AT_RISK,
    CENSORED,
    ESTIMATE,
    EVENT,
    EVENTS,
    GROUP,
    N_EVENTS,
    SUBJECT,
    TERM,
    TERMINAL,
    TERMINATED,
    TIME,
    N,
)
from afterglow.plan.recurrent_analyses import MeanCumulativeFunctionAnalysis
from afterglow.study.analysed import Analysed, analysed
from afterglow.study.curves import NOBODY, events_by, of_both, ticks_until
from afterglow.study.cycle_terms import has_cycle_terms
from afterglow.study.groups import CLUSTER, STRATUM, group_labels, reference_of
from afterglow.study.recurrent_table import EXPOSED, FOLLOWED, recurrent_table
from afterglow.study.results import SECTION, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistic, statistics
from afterglow.study.setting import Setting

MEAN_COUNT = "mean_count"
MEAN_COUNT_TEST = "mean_count_test"
N_WITH_EVENT = "n_with_event"
N_TERMINATED = "n_terminated"
N_WITHOUT_TIME = "n_without_time_at_risk"
NEVER_AT_RISK = "nobody was watched while at risk"
RISK_COUNTS = {EVENTS: EVENTS, CENSORED: CENSORED, TERMINATED: "competing"}
TESTS = {
    "likelihood ratio": "likelihood_ratio_test",
    "Wald": "wald_test",
    "score": "score_test",
    "robust score": "robust_score_test",
}

WITH_ROBUST_VARIANCE = ("Wald", "robust score")
"""The tests that do not take a subject's events as independent."""


def mean_count_rows(
    name: str,
    analysis: MeanCumulativeFunctionAnalysis,
    setting: Setting,
    *,
    headline: bool = False,
) -> list[Row]:
    """Return the rows of a mean cumulative function; `headline` leaves its curve out."""
    head = analysis_head(name, analysis, "analysis")
    found = analysed(name, analysis, setting)
    table = placed_table(found, analysis, setting, FOLLOWED)
    counts = recurrent_counts(head, found, table)
    if not len(table):
        return [*counts, not_estimated(head, MEAN_COUNT, why_nothing(found))]
    curves, why = attempted(lambda: _means(analysis, table))
    if curves is None:
        return [*counts, not_estimated(head, MEAN_COUNT, why)]
    rows = [
        *_at_days(head, curves, analysis),
        *_differences(head, curves, analysis),
        *_test(head, curves, analysis),
    ]
    if headline:
        return [*counts, *rows]
    return [*counts, *rows, *_curve(head, curves), *_risk(head, curves)]


def placed_table(
    found: Analysed,
    analysis: Any,
    setting: Setting,
    time_at_risk: str,
    columns: Sequence[str] = (),
) -> pd.DataFrame:
    """Return the stretches of those analysed, with their group, stratum, cluster, covariates."""
    stretches = recurrent_table(
        setting.derived, analysis.endpoint, time_at_risk=time_at_risk,
        strategies=analysis.strategy or None,
        numbered=time_at_risk == EXPOSED and has_cycle_terms(analysis),
    )  # fmt: skip
    kept = [column for column in (GROUP, STRATUM, CLUSTER, *columns) if column in found.rows]
    people = found.rows[[SUBJECT, *kept]]
    table = stretches.merge(people, on=SUBJECT, how="inner", validate="many_to_one")
    return table.assign(**{GROUP: table[GROUP].cat.remove_unused_categories()})


def recurrent_counts(head: Row, found: Analysed, table: pd.DataFrame) -> list[Row]:
    """Return per group subjects, events, subjects with one, and how subjects ended."""
    rows = []
    for label in group_labels(found.population):
        words = {GROUP: label}
        n = int((found.rows[GROUP] == label).sum())
        mine = table[table[GROUP] == label]
        seen = mine[SUBJECT].nunique()
        terminated = int(mine[TERMINAL].sum())
        for statistic_name, count in (
            (N, n),
            (N_EVENTS, mine[EVENT].sum()),
            (N_WITH_EVENT, mine.loc[mine[EVENT], SUBJECT].nunique()),
            (N_TERMINATED, terminated),
            ("n_censored", n - terminated),
            (N_WITHOUT_TIME, n - seen),
        ):
            rows.append(statistic(head, statistic_name, float(count), **words))
    return rows


def _means(analysis: MeanCumulativeFunctionAnalysis, table: pd.DataFrame) -> MeanCumulativeFunction:
    return mean_cumulative_function(
        table, by=GROUP, terminal=TERMINAL if table[TERMINAL].any() else None,
        cluster=CLUSTER if CLUSTER in table else None, conf_level=analysis.conf_level,
        conf_type=analysis.conf_type, variance=analysis.variance,
    )  # fmt: skip


def why_nothing(found: Analysed) -> str:
    """Return why there is no stretch to estimate from."""
    return NEVER_AT_RISK if len(found.rows) else NOBODY


def _at_days(
    head: Row, curves: MeanCumulativeFunction, analysis: MeanCumulativeFunctionAnalysis
) -> list[Row]:
    if not analysis.at_days:
        return []
    found = events_by(curves.at(list(analysis.at_days)))
    at_risk = found[[GROUP, TIME, AT_RISK]].rename(columns={AT_RISK: ESTIMATE})
    rows = statistics(head, MEAN_COUNT, found.drop(columns=TERM))
    return [*rows, *statistics(head, AT_RISK, at_risk)]


def _differences(
    head: Row, curves: MeanCumulativeFunction, analysis: MeanCumulativeFunctionAnalysis
) -> list[Row]:
    labels = [curve.label for curve in curves.curves]
    reference = reference_of(labels, analysis.reference)
    days = sorted(set(analysis.at_days))
    if analysis.by is None or len(labels) < 2 or reference is None or not days:
        return []
    so_far = events_by(curves.at(days).drop(columns=TERM))
    rows = []
    for day in days:
        found = curves.difference(day, reference=reference).tidy().drop(columns=TERM)
        rows += statistics(head, "difference", of_both(found, so_far, reference))
    return rows


def _test(
    head: Row, curves: MeanCumulativeFunction, analysis: MeanCumulativeFunctionAnalysis
) -> list[Row]:
    if analysis.by is None:
        return []
    variance = "naive" if analysis.variance == "naive" else "by-group"
    weighting = analysis.test_weighting
    test, why = attempted(lambda: curves.test(weighting=weighting, variance=variance))
    if test is None:
        return [not_estimated(head, MEAN_COUNT_TEST, why)]
    return statistics(head, MEAN_COUNT_TEST, test.tidy().head(1).drop(columns=TERM))


def _curve(head: Row, curves: MeanCumulativeFunction) -> list[Row]:
    own = {**head, SECTION: "curve"}
    table = curves.tidy().drop(columns=TERM)
    rows = statistics(own, MEAN_COUNT, table)
    for name in (AT_RISK, EVENTS, CENSORED):
        counts = table[[GROUP, TIME, name]].rename(columns={name: ESTIMATE})
        rows += statistics(own, name, counts)
    return rows


def _risk(head: Row, curves: MeanCumulativeFunction) -> list[Row]:
    """Return the numbers at risk, and events and leavers so far, on the ticks of the figure."""
    own = {**head, SECTION: "risk_table"}
    last = max(float(curve.times[curve.last]) for curve in curves.curves)
    found = curves.at(ticks_until(last))
    counts = found[[GROUP, TIME, AT_RISK]].rename(columns={AT_RISK: ESTIMATE})
    rows = statistics(own, AT_RISK, counts)
    for name, statistic_name in RISK_COUNTS.items():
        if name in found:
            so_far = found.groupby(GROUP, observed=True)[name].cumsum()
            counts = found[[GROUP, TIME]].assign(**{ESTIMATE: so_far})
            rows += statistics(own, statistic_name, counts)
    return rows
