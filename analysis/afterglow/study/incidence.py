"""Aalen–Johansen analyses: the incidence of every cause, and the naive curve beside it."""

import pandas as pd

from afterglow.estimate.aalen_johansen import EVENT_FREE, AalenJohansen, aalen_johansen
from afterglow.estimate.survival_result import KaplanMeier
from afterglow.names import (
    AT_RISK,
    CAUSE,
    CENSORED,
    CONF_HIGH,
    CONF_LOW,
    DURATION,
    ESTIMATE,
    EVENTS,
    GROUP,
    METHOD,
    N_EVENTS,
    TERM,
    TIME,
)
from afterglow.plan.analyses import AalenJohansenAnalysis
from afterglow.study.analysed import Analysed, analysed
from afterglow.study.curves import (
    NOBODY,
    count_rows,
    events_by,
    fitted,
    follow_up_rows,
    labelled_naive,
    of_both,
    ticks_until,
    with_entry,
)
from afterglow.study.groups import CLUSTER, group_labels, reference_of
from afterglow.study.results import SECTION, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistics
from afterglow.study.setting import Setting

INCIDENCE = "incidence"
EVENT_FREE_NAME = "event_free"
NAIVE_INCIDENCE = "naive_incidence"
NO_EVENT = "nobody had this event"


def incidence_rows(
    name: str, analysis: AalenJohansenAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a cumulative incidence analysis; `headline` leaves its curves out."""
    head = analysis_head(name, analysis, "analysis")
    found = analysed(name, analysis, setting)
    counts = count_rows(head, found)
    if not len(found.rows):
        return [*counts, not_estimated(head, INCIDENCE, NOBODY, **{TERM: analysis.endpoint})]
    watched = follow_up_rows(head, fitted(found, analysis, any_cause=True))
    curves, why = attempted(lambda: _incidence(found, analysis))
    if curves is None:
        nothing = not_estimated(head, INCIDENCE, why, **{TERM: analysis.endpoint})
        return [*counts, nothing, *watched]
    rows = _at_days(head, curves, analysis, found)
    naive = fitted(found, analysis) if analysis.naive_overlay and found.competing else None
    if naive is not None and analysis.at_days:
        at_days = events_by(naive.at(list(analysis.at_days)))
        rows += _naive_rows(head, analysis.endpoint, at_days)
    rows += _differences(head, curves, analysis)
    if headline:
        return [*counts, *rows]
    curve = _curve_rows(head, curves, analysis.endpoint, naive)
    return [*counts, *rows, *watched, *curve, *_risk_rows(head, curves, analysis.endpoint)]


def _incidence(found: Analysed, analysis: AalenJohansenAnalysis) -> AalenJohansen:
    rows, entry = with_entry(found.rows)
    return aalen_johansen(
        rows, duration=DURATION, cause=CAUSE, entry=entry, by=GROUP,
        cluster=CLUSTER if CLUSTER in rows else None,
        conf_level=analysis.conf_level, conf_type=analysis.conf_type,
    )  # fmt: skip


def _named(head: Row, table: pd.DataFrame) -> list[Row]:
    """Return incidences under the name of their cause, and the event-free probability."""
    rows = []
    for term, mine in table.groupby(TERM, sort=False, observed=True):
        if term == EVENT_FREE:
            rows += statistics(head, EVENT_FREE_NAME, mine.drop(columns=TERM))
        else:
            rows += statistics(head, INCIDENCE, mine)
    return rows


def _at_days(
    head: Row, curves: AalenJohansen, analysis: AalenJohansenAnalysis, found: Analysed
) -> list[Row]:
    if not analysis.at_days:
        return []
    table = events_by(curves.at(list(analysis.at_days)))
    rows = _named(head, table)
    if analysis.endpoint not in curves.causes:
        rows += [
            not_estimated(
                {**head, GROUP: label, TIME: day}, INCIDENCE, NO_EVENT, **{TERM: analysis.endpoint}
            )
            for day in sorted(set(analysis.at_days))
            for label in group_labels(found.rows)
        ]
    return [*rows, *_once(head, AT_RISK, table)]


def _once(head: Row, name: str, table: pd.DataFrame) -> list[Row]:
    """Return a count that is the same for every cause."""
    mine = table.loc[table[TERM] == EVENT_FREE, [GROUP, TIME, name]]
    return statistics(head, name, mine.rename(columns={name: ESTIMATE}))


def _naive_rows(head: Row, endpoint: str, table: pd.DataFrame) -> list[Row]:
    """Return 1 − Kaplan–Meier, labelled for what it is."""
    turned = table.assign(
        **{
            ESTIMATE: 1.0 - table[ESTIMATE],
            CONF_LOW: 1.0 - table[CONF_HIGH],
            CONF_HIGH: 1.0 - table[CONF_LOW],
            METHOD: "1 − " + table[METHOD],
        }
    )
    return [
        labelled_naive(row) for row in statistics({**head, TERM: endpoint}, NAIVE_INCIDENCE, turned)
    ]


def _differences(head: Row, curves: AalenJohansen, analysis: AalenJohansenAnalysis) -> list[Row]:
    labels = [curve.label for curve in curves.curves]
    reference = reference_of(labels, analysis.reference)
    if analysis.by is None or len(labels) < 2 or reference is None:
        return []
    rows = []
    days = sorted(set(analysis.at_days))
    so_far = events_by(curves.at(days)) if days else pd.DataFrame()
    for day in days:
        found = curves.difference(day, reference=reference).tidy()
        found = found.assign(**{TERM: found[CAUSE]})
        rows += statistics(head, "difference", of_both(found, so_far, reference))
    return rows


def _curve_rows(
    head: Row, curves: AalenJohansen, endpoint: str, naive: KaplanMeier | None
) -> list[Row]:
    own = {**head, SECTION: "curve"}
    table = curves.tidy()
    rows = _named(own, table)
    if naive is not None:
        rows += _naive_rows(own, endpoint, naive.tidy())
    rows += _once(own, AT_RISK, table)
    counted = table.loc[table[TERM] != EVENT_FREE, [TERM, GROUP, TIME, EVENTS]]
    rows += statistics(own, EVENTS, counted.rename(columns={EVENTS: ESTIMATE}))
    return [*rows, *_once(own, CENSORED, table)]


def _risk_rows(head: Row, curves: AalenJohansen, endpoint: str) -> list[Row]:
    own = {**head, SECTION: "risk_table"}
    last = max(float(curve.counts.times[-1]) for curve in curves.curves)
    table = curves.at(ticks_until(last))
    so_far = events_by(table)
    kinds = {
        EVENTS: so_far[TERM] == endpoint,
        "competing": ~so_far[TERM].isin([endpoint, EVENT_FREE]),
    }
    rows = _once(own, AT_RISK, table)
    for name, mine in kinds.items():
        total = so_far[mine].groupby([GROUP, TIME], sort=False, observed=True)[N_EVENTS].sum()
        rows += statistics(own, name, total.rename(ESTIMATE).reset_index())
    free = table[table[TERM] == EVENT_FREE]
    censored = free.groupby(GROUP, observed=True)[CENSORED].cumsum()
    return [*rows, *statistics(own, CENSORED, free[[GROUP, TIME]].assign(**{ESTIMATE: censored}))]
