"""Kaplan–Meier analyses: the curve, its values at stated days, medians, differences, follow-up."""

import numpy as np
import pandas as pd

from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.survival_result import KaplanMeier
from afterglow.figures.scales import day_ticks
from afterglow.names import (
    AT_RISK,
    CAUSE,
    CENSORED,
    DURATION,
    ENTRY,
    ESTIMATE,
    EVENT,
    EVENTS,
    GROUP,
    METHOD,
    N_EVENTS,
    STATISTIC_NAME,
    TERM,
    TIME,
    WARNING,
    N,
)
from afterglow.plan.analyses import AalenJohansenAnalysis, KaplanMeierAnalysis
from afterglow.study.analysed import Analysed, analysed
from afterglow.study.groups import CLUSTER, group_labels, reference_of
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import analysis_head, not_estimated, statistic, statistics
from afterglow.study.setting import Setting

CurveAnalysis = KaplanMeierAnalysis | AalenJohansenAnalysis
SURVIVAL = "survival"
MEDIAN = "median"
NOT_REACHED = "not reached: fewer than this share had the event while they were watched"
NOBODY = "nobody to analyse"
AT_RISK_FROM = "at_risk_from"
NAIVE = "naive: competing events are treated as censoring, which overstates the risk"
MIDDLE = 0.5


def survival_rows(
    name: str, analysis: KaplanMeierAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a Kaplan–Meier analysis; `headline` leaves its curve out."""
    head = analysis_head(name, analysis, "analysis")
    found = analysed(name, analysis, setting)
    counts = count_rows(head, found)
    if not len(found.rows):
        return [*counts, not_estimated(head, SURVIVAL, NOBODY)]
    curves = fitted(found, analysis)
    naive = bool(found.competing)
    rows = [
        *_at_days(head, curves, analysis),
        *_differences(head, curves, analysis),
        *_quantiles(head, curves, analysis),
    ]
    if naive:
        rows = [labelled_naive(row) if row[STATISTIC_NAME] != AT_RISK else row for row in rows]
    if headline:
        return [*counts, *rows]
    curve = [*curve_rows(head, "curve", curves, naive=naive), *risk_rows(head, curves)]
    return [*counts, *rows, *follow_up_rows(head, curves), *curve]


def with_entry(rows: pd.DataFrame) -> tuple[pd.DataFrame, str | None]:
    """Return the rows and the column of delayed entry, where somebody's is delayed.

    Those at risk from the start have −inf: they are at risk at time 0 itself.
    """
    late = rows[ENTRY] > 0
    if not late.any():
        return rows, None
    return rows.assign(**{AT_RISK_FROM: np.where(late, rows[ENTRY], -np.inf)}), AT_RISK_FROM


def fitted(found: Analysed, analysis: CurveAnalysis, *, any_cause: bool = False) -> KaplanMeier:
    """Estimate the curves of the endpoint, or of whatever ended the rows."""
    rows, entry = with_entry(found.rows)
    if any_cause:
        rows = rows.assign(**{EVENT: rows[CAUSE] != ""})
    return kaplan_meier(
        rows, duration=DURATION, event=EVENT, entry=entry, by=GROUP,
        cluster=CLUSTER if CLUSTER in rows else None,
        conf_level=analysis.conf_level, conf_type=analysis.conf_type,
    )  # fmt: skip


def count_rows(head: Row, found: Analysed) -> list[Row]:
    """Return per group how many are analysed, with the event, with each other end, censored."""
    rows = []
    for label in group_labels(found.population):
        mine = found.rows[found.rows[GROUP] == label]
        words = {GROUP: label}
        rows.append(statistic(head, N, float(len(mine)), **words))
        rows.append(statistic(head, N_EVENTS, float(mine[EVENT].sum()), **words))
        for cause in found.competing:
            count = float((mine[CAUSE] == cause).sum())
            rows.append(statistic(head, "n_competing", count, **words, **{LEVEL: cause}))
        rows.append(statistic(head, "n_censored", float((mine[CAUSE] == "").sum()), **words))
    return rows


def events_by(found: pd.DataFrame) -> pd.DataFrame:
    """Return rows read at asked times, with the events up to each time as n_events."""
    keys = [column for column in (GROUP, TERM) if column in found]
    return found.assign(**{N_EVENTS: found.groupby(keys, observed=True)[EVENTS].cumsum()})


def of_both(found: pd.DataFrame, so_far: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Return differences with the events of both groups up to their day as n_events."""
    keys = [column for column in (TIME, TERM) if column in so_far]
    known = so_far.set_index([GROUP, *keys])[N_EVENTS]
    both = [
        known[(group.removesuffix(f" vs {reference}"), *at)] + known[(reference, *at)]
        for group, *at in found[[GROUP, *keys]].itertuples(index=False)
    ]
    return found.assign(**{N_EVENTS: both})


def _at_days(head: Row, curves: KaplanMeier, analysis: KaplanMeierAnalysis) -> list[Row]:
    if not analysis.at_days:
        return []
    found = events_by(curves.at(list(analysis.at_days)))
    at_risk = found[[GROUP, TIME, AT_RISK]].rename(columns={AT_RISK: ESTIMATE})
    rows = statistics(head, SURVIVAL, found.drop(columns=TERM))
    return [*rows, *statistics(head, AT_RISK, at_risk)]


def _differences(head: Row, curves: KaplanMeier, analysis: KaplanMeierAnalysis) -> list[Row]:
    labels = [curve.label for curve in curves.curves]
    reference = reference_of(labels, analysis.reference)
    if analysis.by is None or len(labels) < 2 or reference is None:
        return []
    rows = []
    days = sorted(set(analysis.at_days))
    so_far = events_by(curves.at(days).drop(columns=TERM)) if days else pd.DataFrame()
    for day in days:
        found = curves.difference(day, reference=reference).tidy().drop(columns=TERM)
        rows += statistics(head, "difference", of_both(found, so_far, reference))
    return rows


def _quantiles(head: Row, curves: KaplanMeier, analysis: KaplanMeierAnalysis) -> list[Row]:
    rows = []
    for share in sorted(set(analysis.quantiles)):
        if share == MIDDLE:
            rows += _reached(statistics(head, MEDIAN, curves.median().drop(columns=TERM)))
        else:
            found = curves.quantile(share).drop(columns=TERM)
            rows += _reached(statistics(head, "quantile", found, **{LEVEL: f"{share:g}"}))
    return rows


def _reached(rows: list[Row]) -> list[Row]:
    return [row | {WARNING: NOT_REACHED} if np.isnan(row[ESTIMATE]) else row for row in rows]


def labelled_naive(row: Row) -> Row:
    """Return a row that says of itself that competing events were censored."""
    said = "; ".join(words for words in (NAIVE, row.get(WARNING, "")) if words)
    return row | {WARNING: said, METHOD: f"naive {row.get(METHOD, '')}".strip()}


def follow_up_rows(head: Row, curves: KaplanMeier) -> list[Row]:
    """Return the median time under observation, by the reverse Kaplan–Meier estimator."""
    found = curves.follow_up().median().drop(columns=TERM)
    rows = statistics(head, "follow_up_median", found)
    return [row | {METHOD: f"reverse {row[METHOD]}"} for row in rows]


def curve_rows(head: Row, section: str, curves: KaplanMeier, *, naive: bool) -> list[Row]:
    """Return the curve at every time at which somebody leaves, with its counts."""
    own = {**head, SECTION: section}
    table = curves.tidy().drop(columns=TERM)
    rows = statistics(own, SURVIVAL, table)
    if naive:
        rows = [labelled_naive(row) for row in rows]
    for name in (AT_RISK, EVENTS, CENSORED):
        counts = table[[GROUP, TIME, name]].rename(columns={name: ESTIMATE})
        rows += statistics(own, name, counts)
    return rows


def risk_rows(head: Row, curves: KaplanMeier) -> list[Row]:
    """Return the numbers at risk, and events and censored so far, on the ticks of the figure."""
    own = {**head, SECTION: "risk_table"}
    last = max(float(curve.counts.times[-1]) for curve in curves.curves)
    found = curves.at(ticks_until(last))
    rows = statistics(
        own, AT_RISK, found[[GROUP, TIME, AT_RISK]].rename(columns={AT_RISK: ESTIMATE})
    )
    for name in (EVENTS, CENSORED):
        so_far = found.groupby(GROUP, observed=True)[name].cumsum()
        rows += statistics(own, name, found[[GROUP, TIME]].assign(**{ESTIMATE: so_far}))
    return rows


def ticks_until(last: float) -> list[float]:
    """Return the days of the risk table; day 0 alone where nobody is watched longer."""
    return [float(day) for day in day_ticks(last)] if last > 0 else [0.0]
