"""Rows of multi-state analyses: who is in which state on which day, and how long."""

from functools import partial

import numpy as np
import pandas as pd

from afterglow.estimate.multistate.model import multistate
from afterglow.estimate.multistate.result import MultiState
from afterglow.names import (
    AT_RISK,
    ESTIMATE,
    EVENTS,
    FROM_STATE,
    GROUP,
    N_EVENTS,
    SUBJECT,
    TERM,
    TIME,
    TO_STATE,
    N,
)
from afterglow.phrases import ARROW
from afterglow.plan.multistate_analyses import MultistateAnalysis
from afterglow.study.analysed import Analysed, analysed
from afterglow.study.care_rows import care_rows, until_day
from afterglow.study.clock_reset_rows import clock_reset_rows
from afterglow.study.curves import NOBODY
from afterglow.study.entry_rows import entry_rows
from afterglow.study.groups import CLUSTER, group_labels
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import analysis_head, not_estimated, statistic, statistics
from afterglow.study.setting import Setting
from afterglow.study.state_paths import clinical_of, placed_paths, state_order

OCCUPANCY = "occupancy"
DAYS_IN_STATE = "days_in_state"
N_MOVES = "n_moves"
N_WITHOUT_PATH = "n_without_path"
MARKOV_TEST = "markov_test"
ENTRY_RATIO = "entry_week_hazard_ratio"
TRANSITION = "transition_probability"
CUMULATIVE_HAZARD = "cumulative_hazard"


def multistate_rows(
    name: str, analysis: MultistateAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a multi-state analysis; `headline` leaves its curve and moves out."""
    head = analysis_head(name, analysis, "analysis")
    found = analysed(name, analysis, setting)
    paths = placed_paths(found, analysis, setting)
    counts = _counts(head, found, paths)
    if not len(paths):
        return [*counts, not_estimated(head, OCCUPANCY, NOBODY)]
    states = multistate(
        paths, by=GROUP, states=state_order(paths), cluster=CLUSTER if CLUSTER in paths else None,
        conf_level=analysis.conf_level, conf_type=analysis.conf_type,
    )  # fmt: skip
    rows = [
        *_at_days(head, analysis, states),
        *_days_in_states(head, analysis, states),
        *care_rows(head, analysis, found, setting),
    ]
    if headline:
        return [*counts, *rows]
    return [
        *counts,
        *rows,
        *_transitions(head, analysis, states),
        *_moves(head, states),
        *_markov(head, analysis, states),
        *clock_reset_rows(head, analysis, states),
        *_curve(head, states),
    ]


def _counts(head: Row, found: Analysed, paths: pd.DataFrame) -> list[Row]:
    rows = []
    for label in group_labels(found.population):
        n = int((found.rows[GROUP] == label).sum())
        mine = paths[paths[GROUP] == label]
        followed = mine[SUBJECT].nunique()
        moved = (mine[TO_STATE] != "") & (mine[TO_STATE] != mine[FROM_STATE])
        for name, count in ((N, n), (N_EVENTS, moved.sum()), (N_WITHOUT_PATH, n - followed)):
            rows.append(statistic(head, name, float(count), **{GROUP: label}))
    return rows


def _at_days(head: Row, analysis: MultistateAnalysis, states: MultiState) -> list[Row]:
    if not analysis.at_days:
        return []
    table = states.at(sorted(set(analysis.at_days)))
    at_risk = table.groupby([GROUP, TIME], sort=False, observed=True)[AT_RISK].sum()
    watched = at_risk.rename(ESTIMATE).reset_index()
    return [*statistics(head, OCCUPANCY, table), *statistics(head, AT_RISK, watched)]


def _days_in_states(head: Row, analysis: MultistateAnalysis, states: MultiState) -> list[Row]:
    return statistics(head, DAYS_IN_STATE, states.sojourn(until_day(analysis)).tidy())


def _transitions(head: Row, analysis: MultistateAnalysis, states: MultiState) -> list[Row]:
    """Return P(in one state on a later day | in another on the first); `level` that first day.

    Before them the moves' cumulative hazards, on which they rest.
    """
    rows: list[Row] = []
    variance = analysis.transition_variance
    if analysis.transitions_from:
        days = sorted(set(analysis.at_days))
        hazards = states.cumulative_hazards(days, variance=variance)
        rows += statistics(head, CUMULATIVE_HAZARD, hazards)
    for first in sorted(set(analysis.transitions_from)):
        for last in sorted({day for day in analysis.at_days if day > first}):
            found = states.transition(first, last, variance=variance).tidy()
            known = found[found[FROM_STATE].isin(_occupied(states, first))]
            rows += statistics(head, TRANSITION, known, **{LEVEL: f"from day {first:g}"})
    return rows


def _occupied(states: MultiState, day: float) -> set[str]:
    """Return the states that somebody was watched in just after a day."""
    rows = states.rows
    there = (rows.times[rows.entry] <= day) & (rows.times[rows.exit] > day)
    return {states.states[code] for code in np.unique(rows.state[there])}


def _moves(head: Row, states: MultiState) -> list[Row]:
    table = states.moves()
    words = table[FROM_STATE] + ARROW + table[TO_STATE]
    moves = table.assign(**{TERM: words, ESTIMATE: table[N_EVENTS].astype(float)})
    return statistics(head, N_MOVES, moves.drop(columns=N_EVENTS))


def _markov(head: Row, analysis: MultistateAnalysis, states: MultiState) -> list[Row]:
    """Return the test of all moves, and each move's hazard ratio per week of later entry."""
    if not analysis.markov_test:
        return []
    make = partial(states.markov_test, out_of=clinical_of(states.states))
    return entry_rows(head, make, MARKOV_TEST, ENTRY_RATIO)


def _curve(head: Row, states: MultiState) -> list[Row]:
    """Return the shares at the start, whenever somebody moves, and at the end."""
    own = {**head, SECTION: "curve"}
    table = states.tidy()
    by_time = table.groupby([GROUP, TIME], sort=False, observed=True)
    last = table.groupby(GROUP, sort=False, observed=True)[TIME].transform("max")
    table = table[(by_time[EVENTS].transform("sum") > 0) | (table[TIME] == last)]
    start = pd.concat(
        [
            pd.DataFrame({TERM: states.states, GROUP: c.label, TIME: 0.0, ESTIMATE: c.start})
            for c in states.curves
            if c.counts.times[0] > 0.0
        ]
        or [table.head(0)]
    )
    return [*statistics(own, OCCUPANCY, start), *statistics(own, OCCUPANCY, table)]
