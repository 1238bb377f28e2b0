"""Rows of analyses of events that recur: mean numbers by day, ratios of rates, frailty."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pandas as pd

from afterglow.estimate.recurrent.frailty import frailty
from afterglow.estimate.recurrent.frailty_result import FRAILTY_VARIANCE, SharedFrailty
from afterglow.estimate.recurrent.mean_cumulative import mean_cumulative_function
from afterglow.estimate.recurrent.mean_result import MeanCumulativeFunction
from afterglow.estimate.recurrent.recurrent_cox import recurrent_cox
from afterglow.estimate.recurrent.recurrent_result import OF_AN_EVENT, RecurrentCox
from afterglow.estimate.result import Result
from afterglow.names import (
    AT_RISK,
    CENSORED,
    ESTIMATE,
    EVENT,
    EVENTS,
    GROUP,
    HAZARD_RATIO,
    N_EVENTS,
    SUBJECT,
    TERM,
    TERMINAL,
    TERMINATED,
    TIME,
    N,
)
from afterglow.plan.recurrent_analyses import (
    FrailtyAnalysis,
    MeanCumulativeFunctionAnalysis,
    RecurrentCoxAnalysis,
)
from afterglow.study.analysed import Analysed, analysed
from afterglow.study.curves import NOBODY, events_by, of_both, ticks_until
from afterglow.study.groups import CLUSTER, STRATUM, group_labels, reference_of
from afterglow.study.recurrent_table import FOLLOWED, recurrent_table
from afterglow.study.regressions import coefficient_rows, empty_rows, material
from afterglow.study.results import SECTION, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistic, statistics
from afterglow.study.setting import Setting

MEAN_COUNT = "mean_count"
MEAN_COUNT_TEST = "mean_count_test"
RATE_RATIO = "rate_ratio"
THETA = "frailty_variance"
N_CLUSTERS = "n_clusters"
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
        return [*counts, not_estimated(head, MEAN_COUNT, _why_nothing(found))]
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


def recurrent_cox_rows(
    name: str, analysis: RecurrentCoxAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a regression on rates; `headline` leaves its tests out."""
    ratio = HAZARD_RATIO if analysis.model == "wlw" else RATE_RATIO
    more = None if headline else _tests
    return _regression(name, analysis, setting, partial(_rates, analysis), ratio, more)


def frailty_rows(
    name: str, analysis: FrailtyAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a shared-frailty model."""
    return _regression(name, analysis, setting, partial(_shared, analysis), HAZARD_RATIO, _theta)


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


def _why_nothing(found: Analysed) -> str:
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


def _regression(
    name: str,
    analysis: RecurrentCoxAnalysis | FrailtyAnalysis,
    setting: Setting,
    fit: Callable[[pd.DataFrame, dict[str, str]], Result],
    ratio: str,
    more: Callable[[Row, Any], list[Row]] | None,
) -> list[Row]:
    head = analysis_head(name, analysis, "analysis")
    given = material(name, analysis, setting)
    table = placed_table(given.found, analysis, setting, analysis.time_at_risk, given.columns)
    counts = recurrent_counts(head, given.found, table)
    if not len(table):
        return [*counts, not_estimated(head, ratio, _why_nothing(given.found))]
    fitted, why = attempted(lambda: fit(table, given.terms))
    if fitted is None:
        return [*counts, not_estimated(head, ratio, why)]
    rows = _coefficients(head, fitted.tidy(), given.terms, ratio)
    rows += empty_rows(head, given, ratio)
    return [*counts, *rows, *(more(head, fitted) if more else ())]


def _coefficients(head: Row, table: pd.DataFrame, terms: dict[str, str], ratio: str) -> list[Row]:
    """Return each coefficient and ratio; `group` is "event 2" where effects are an event's own."""
    numbers = table[TERM].str.rpartition(OF_AN_EVENT)
    own = numbers[0] != ""
    table = table.assign(
        **{
            TERM: numbers[0].where(own, table[TERM]),
            GROUP: ("event " + numbers[2]).where(own, ""),
        }
    )
    return coefficient_rows(head, table, terms, ratio=ratio)


def _rates(
    analysis: RecurrentCoxAnalysis, table: pd.DataFrame, terms: dict[str, str]
) -> RecurrentCox:
    named = analysis.event_specific
    own = named if isinstance(named, bool) else [c for c, term in terms.items() if term in named]
    return recurrent_cox(
        table, list(terms), model=analysis.model, event_specific=own,
        max_event=analysis.max_event, strata=STRATUM if STRATUM in table else None,
        cluster=CLUSTER if CLUSTER in table else None, ties=analysis.ties, robust=analysis.robust,
        conf_level=analysis.conf_level,
    )  # fmt: skip


def _shared(analysis: FrailtyAnalysis, table: pd.DataFrame, terms: dict[str, str]) -> SharedFrailty:
    return frailty(
        table, list(terms), subject=SUBJECT, cluster=CLUSTER if CLUSTER in table else None,
        strata=STRATUM if STRATUM in table else None, distribution=analysis.distribution,
        theta=analysis.theta, ties=analysis.ties, conf_level=analysis.conf_level,
    )  # fmt: skip


def _tests(head: Row, model: RecurrentCox) -> list[Row]:
    if not model.fitted.fit.n_events:
        return []
    robust = model.fitted.sample.robust
    rows = []
    for _, row in model.tests().tidy().iterrows():
        if not robust or row[TERM] in WITH_ROBUST_VARIANCE:
            rows += statistics(head, TESTS[row[TERM]], row.to_frame().T.drop(columns=TERM))
    return rows


def _theta(head: Row, model: SharedFrailty) -> list[Row]:
    table = model.tidy()
    spread = table[table[TERM] == FRAILTY_VARIANCE].drop(columns=TERM)
    clusters = float(len(model.names))
    return [*statistics(head, THETA, spread), statistic(head, N_CLUSTERS, clusters)]
