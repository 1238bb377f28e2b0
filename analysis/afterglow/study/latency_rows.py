"""Rows of the wait from relapse to booster: shares by day, by kind of session, and quartiles."""

from typing import Final

import numpy as np
import pandas as pd

from afterglow.estimate.aalen_johansen import EVENT_FREE, AalenJohansen, aalen_johansen
from afterglow.names import (
    AT_RISK,
    CAUSE,
    CENSORED,
    CYCLE,
    DURATION,
    ENDPOINT,
    ENTRY,
    ESTIMATE,
    EVENT,
    EVENTS,
    GROUP,
    N_EVENTS,
    SUBJECT,
    TERM,
    TIME,
    WARNING,
    N,
)
from afterglow.plan.cycle_analyses import BoosterLatencyAnalysis
from afterglow.study.analysed import Analysed, analysed
from afterglow.study.curves import NOBODY, events_by, of_both, ticks_until, with_entry
from afterglow.study.groups import CLUSTER, group_labels, reference_of
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistic, statistics
from afterglow.study.setting import Setting
from afterglow.study.wait_quantiles import quantile_rows
from afterglow.study.wait_table import KIND_CAUSE, OF_UNKNOWN
from afterglow.study.waits import Waits, waits_of

INCIDENCE: Final = "incidence"
EVENT_FREE_NAME: Final = "event_free"
N_RELAPSES: Final = "n_relapses"
N_BOOSTERS: Final = "n_boosters"
N_HIDDEN: Final = "n_boosted_while_pending"
FIRST_CYCLE: Final = "first cycle"
N_UNWATCHED: Final = "n_not_watched"
TOO_FEW: Final = "fewer than {least} subjects: they are counted, but nothing is estimated from them"
THIN: Final = "a booster was given while fewer than {least} were at risk"
LATE: Final = (
    "fewer than half were at risk by the day of an estimate, as a relapse is known only when it is "
    "confirmed"
)
HALF: Final = 0.5
SHOWN: Final = 2.0
"""The figures end at so many times the last day asked for."""
NO_BOOSTER: Final = "nobody was given a booster while at risk"


def latency_rows(
    name: str, analysis: BoosterLatencyAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of the wait for a booster; `headline` leaves kinds and curves out."""
    head = analysis_head(name, analysis, "analysis")
    found = analysed(name, analysis, setting)
    waits = waits_of(found, analysis, setting)
    counts = _counts(head, found, waits, analysis)
    rows = waits.rows[waits.rows[GROUP].isin(large_enough(waits.rows, analysis.smallest_group))]
    few = _too_few(head, waits.rows, analysis)
    if not len(rows):
        why = few or [not_estimated(head, INCIDENCE, NOBODY, **{TERM: analysis.endpoint})]
        return [*counts, *why]
    curves, why_not = attempted(lambda: _incidence(rows, analysis, CAUSE))
    if curves is None:
        nothing = not_estimated(head, INCIDENCE, why_not, **{TERM: analysis.endpoint})
        return [*counts, *few, nothing]
    made = [
        *_within(head, curves, rows, analysis),
        *_differences(head, curves, analysis),
        *quantile_rows(head, curves, waits, rows, analysis),
    ]
    if headline:
        return [*counts, *few, *made]
    by_kind = _by_kind(head, rows, analysis)
    return [*counts, *few, *made, *by_kind, *_curve(head, curves), *_risk(head, curves, analysis)]


def large_enough(rows: pd.DataFrame, least: int) -> list[str]:
    """Return the groups with enough subjects to estimate from."""
    subjects = rows.groupby(GROUP, observed=True)[SUBJECT].nunique()
    return [str(label) for label in subjects.index[subjects >= least]]


def _too_few(head: Row, rows: pd.DataFrame, analysis: BoosterLatencyAnalysis) -> list[Row]:
    words = TOO_FEW.format(least=analysis.smallest_group)
    known = large_enough(rows, analysis.smallest_group)
    return [
        not_estimated(head, INCIDENCE, words, **{TERM: analysis.endpoint, GROUP: label})
        for label in group_labels(rows)
        if label not in known
    ]


def _incidence(rows: pd.DataFrame, analysis: BoosterLatencyAnalysis, cause: str) -> AalenJohansen:
    rows, entry = with_entry(rows)
    return aalen_johansen(
        rows, duration=DURATION, cause=cause, entry=entry, by=GROUP,
        cluster=CLUSTER if CLUSTER in rows else None,
        conf_level=analysis.conf_level, conf_type=analysis.conf_type,
    )  # fmt: skip


def _counts(
    head: Row, found: Analysed, waits: Waits, analysis: BoosterLatencyAnalysis
) -> list[Row]:
    """Return per group subjects, relapses, boosters by kind, other ends, and what was hidden."""
    rows: list[Row] = []
    every = waits.rows
    own = every.loc[every[EVENT].astype(bool)]
    kinds = sorted(set(own[KIND_CAUSE]), key=lambda kind: (OF_UNKNOWN in kind, kind))
    others = sorted(set(every.loc[every[CAUSE] != every[ENDPOINT], CAUSE]) - {""})
    for label in group_labels(found.population):
        mine = every[every[GROUP] == label]
        hidden = waits.hidden[waits.hidden[GROUP] == label]
        numbers = [
            (N, "", mine[SUBJECT].nunique()),
            (N_RELAPSES, "", len(mine)),
            (N_EVENTS, "", mine[EVENT].sum()),
            *((N_BOOSTERS, kind, (mine[KIND_CAUSE] == kind).sum()) for kind in kinds),
            *(("n_competing", cause, (mine[CAUSE] == cause).sum()) for cause in others),
            ("n_censored", "", (mine[CAUSE] == "").sum()),
            (N_HIDDEN, "", len(hidden)),
            (N_HIDDEN, FIRST_CYCLE, (hidden[CYCLE] == 1).sum()),
            (N_UNWATCHED, "", waits.unwatched.get(label, 0)),
        ]
        rows += [statistic(head, name, float(count), **{GROUP: label, LEVEL: level})
                 for name, level, count in numbers]  # fmt: skip
    return rows


def _within(
    head: Row, curves: AalenJohansen, waits: pd.DataFrame, analysis: BoosterLatencyAnalysis
) -> list[Row]:
    """Return what had happened to whom by each day."""
    days = sorted(set(analysis.within_days))
    table = events_by(curves.at(days))
    rows: list[Row] = []
    for term, mine in table.groupby(TERM, sort=False, observed=True):
        if term == EVENT_FREE:
            rows += statistics(head, EVENT_FREE_NAME, mine.drop(columns=TERM))
        else:
            rows += statistics(head, INCIDENCE, mine)
    if analysis.endpoint not in curves.causes:
        rows += [
            not_estimated(
                head | {GROUP: curve.label, TIME: day}, INCIDENCE, NO_BOOSTER,
                **{TERM: analysis.endpoint},
            )
            for day in days
            for curve in curves.curves
        ]  # fmt: skip
    free = table.loc[table[TERM] == EVENT_FREE, [GROUP, TIME, AT_RISK]]
    rows += statistics(head, AT_RISK, free.rename(columns={AT_RISK: ESTIMATE}))
    until = _thin_from(curves, analysis)
    words = THIN.format(least=analysis.smallest_group)
    return [_warned(row, waits, until, words) for row in rows]


def _thin_from(curves: AalenJohansen, analysis: BoosterLatencyAnalysis) -> dict[str, float]:
    """Return by group the first day of a booster at which too few were at risk."""
    table = curves.tidy()
    few = table[AT_RISK] < analysis.smallest_group
    mine = table[(table[TERM] == analysis.endpoint) & (table[EVENTS] > 0) & few]
    first = mine.groupby(GROUP, observed=True)[TIME].min()
    return {str(group): float(day) for group, day in first.items()}


def _warned(row: Row, waits: pd.DataFrame, thin: dict[str, float], words: str) -> Row:
    """Say of a share with a booster where few were at risk, or had come to be."""
    if row.get(TERM, "") != row[ENDPOINT] or np.isnan(row[ESTIMATE]):
        return row
    day = row[TIME]
    entry = waits.loc[waits[GROUP] == row[GROUP], ENTRY]
    said = [row.get(WARNING, ""), LATE if (entry < day).mean() < HALF else ""]
    said.append(words if thin.get(row[GROUP], np.inf) <= day else "")
    return row | {WARNING: "; ".join(part for part in said if part)}


def _differences(head: Row, curves: AalenJohansen, analysis: BoosterLatencyAnalysis) -> list[Row]:
    labels = [curve.label for curve in curves.curves]
    reference = reference_of(labels, analysis.reference)
    compared = analysis.by is not None and len(labels) > 1 and reference is not None
    if not compared or analysis.endpoint not in curves.causes:
        return []
    rows = []
    days = sorted(set(analysis.within_days))
    so_far = events_by(curves.at(days))
    for day in days:
        table = curves.difference(day, reference=reference).tidy()
        table = table[table[CAUSE] == analysis.endpoint].assign(**{TERM: analysis.endpoint})
        rows += statistics(head, "difference", of_both(table, so_far, str(reference)))
    return rows


def _by_kind(head: Row, rows: pd.DataFrame, analysis: BoosterLatencyAnalysis) -> list[Row]:
    """Return the incidence of boosters by the kind of the session, at the days and as curves."""
    if not analysis.by_kind or not rows[EVENT].any():
        return []
    curves = _incidence(rows, analysis, KIND_CAUSE)
    kinds = set(rows.loc[rows[EVENT].astype(bool), KIND_CAUSE])
    at_days = events_by(curves.at(sorted(set(analysis.within_days))))
    own = {**head, SECTION: "curve"}
    steps = curves.tidy()
    return [
        *statistics(head, INCIDENCE, at_days[at_days[TERM].isin(kinds)]),
        *statistics(own, INCIDENCE, steps[steps[TERM].isin(kinds)]),
    ]


def _curve(head: Row, curves: AalenJohansen) -> list[Row]:
    own = {**head, SECTION: "curve"}
    table = curves.tidy()
    free = table[table[TERM] == EVENT_FREE]
    rows = statistics(own, INCIDENCE, table[table[TERM] != EVENT_FREE])
    rows += statistics(own, EVENT_FREE_NAME, free.drop(columns=TERM))
    for name in (AT_RISK, CENSORED):
        counts = free[[GROUP, TIME, name]].rename(columns={name: ESTIMATE})
        rows += statistics(own, name, counts)
    counted = table.loc[table[TERM] != EVENT_FREE, [TERM, GROUP, TIME, EVENTS]]
    return rows + statistics(own, EVENTS, counted.rename(columns={EVENTS: ESTIMATE}))


def _risk(head: Row, curves: AalenJohansen, analysis: BoosterLatencyAnalysis) -> list[Row]:
    """Return the numbers at risk, and how many had left and how, on the ticks of the figure."""
    own = {**head, SECTION: "risk_table"}
    last = max(float(curve.counts.times[-1]) for curve in curves.curves)
    shown = min(last, SHOWN * max(analysis.within_days))
    table = events_by(curves.at(ticks_until(shown)))
    return leaving_rows(own, table, analysis.endpoint)


def leaving_rows(own: Row, table: pd.DataFrame, endpoint: str) -> list[Row]:
    """Return the numbers at risk on each day of a table from `events_by`, and how many had left.

    Up to and with the day: events of the endpoint, of all that competes with it, and censored.
    """
    free = table[table[TERM] == EVENT_FREE]
    rows = statistics(
        own, AT_RISK, free[[GROUP, TIME, AT_RISK]].rename(columns={AT_RISK: ESTIMATE})
    )
    kinds = {
        EVENTS: table[TERM] == endpoint,
        "competing": ~table[TERM].isin([endpoint, EVENT_FREE]),
    }
    for name, mine in kinds.items():
        total = table[mine].groupby([GROUP, TIME], sort=False, observed=True)[N_EVENTS].sum()
        rows += statistics(own, name, total.rename(ESTIMATE).reset_index())
    so_far = free.groupby(GROUP, observed=True)[CENSORED].cumsum()
    return rows + statistics(own, CENSORED, free[[GROUP, TIME]].assign(**{ESTIMATE: so_far}))
