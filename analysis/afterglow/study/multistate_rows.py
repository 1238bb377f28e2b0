"""Rows of multi-state analyses: who is in which state on which day, and how long."""

import numpy as np
import pandas as pd

from afterglow.estimate.multistate.model import multistate
from afterglow.estimate.multistate.result import MultiState
from afterglow.names import (
    AT_RISK,
    CONF_HIGH,
    CONF_LOW,
    DAYS_PER_WEEK,
    ESTIMATE,
    EVENTS,
    FROM_STATE,
    GROUP,
    N_EVENTS,
    START_DAY,
    STATISTIC,
    STD_ERROR,
    STOP_DAY,
    SUBJECT,
    TERM,
    TIME,
    TO_STATE,
    N,
)
from afterglow.plan.multistate_analyses import MultistateAnalysis
from afterglow.study.analysed import Analysed, analysed
from afterglow.study.curves import NOBODY
from afterglow.study.groups import CLUSTER, group_labels
from afterglow.study.path import STATE_WORDS, path_table
from afterglow.study.results import SECTION, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistic, statistics
from afterglow.study.setting import Setting

OCCUPANCY = "occupancy"
DAYS_IN_STATE = "days_in_state"
N_MOVES = "n_moves"
N_WITHOUT_PATH = "n_without_path"
MARKOV_TEST = "markov_test"
ENTRY_RATIO = "entry_week_hazard_ratio"
CENSOR = "censor"
ARROW = " → "


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
    rows = [*_at_days(head, analysis, states), *_days_in_states(head, analysis, states)]
    if headline:
        return [*counts, *rows]
    return [*counts, *rows, *_moves(head, states), *_markov(head, analysis, states),
            *_curve(head, states)]  # fmt: skip


def placed_paths(found: Analysed, analysis: MultistateAnalysis, setting: Setting) -> pd.DataFrame:
    """Return the stretches of those analysed, with their group and cluster.

    An event whose strategy is `censor` ends the path; every other that ends it is a state.
    """
    table = path_table(setting.cohort, setting.derived, setting.library)
    table = table[[SUBJECT, START_DAY, STOP_DAY, FROM_STATE, TO_STATE]]
    kept = [column for column in (GROUP, CLUSTER) if column in found.rows]
    paths = table.merge(found.rows[[SUBJECT, *kept]], on=SUBJECT, how="inner",
                        validate="many_to_one")  # fmt: skip
    endpoint = setting.plan.endpoint[analysis.endpoint]
    strategies = {**endpoint.intercurrent, **analysis.strategy}
    censored = [event for event, strategy in strategies.items() if strategy == CENSOR]
    ended = paths[TO_STATE].isin(censored)
    group = paths[GROUP].cat.remove_unused_categories()
    return paths.assign(**{TO_STATE: paths[TO_STATE].where(~ended, ""), GROUP: group})


def state_order(paths: pd.DataFrame) -> list[str]:
    """Return the states of the paths: from symptomatic to relapse, then what ends a path."""
    present = set(paths[FROM_STATE]) | set(paths[TO_STATE]) - {""}
    usual = [word for word in STATE_WORDS.values() if word in present]
    return [*usual, *sorted(present - set(usual))]


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
    until = analysis.until_day or max(analysis.at_days, default=0.0)
    if not until:
        return []
    return statistics(head, DAYS_IN_STATE, states.sojourn(until).tidy())


def _moves(head: Row, states: MultiState) -> list[Row]:
    table = states.moves()
    words = table[FROM_STATE] + ARROW + table[TO_STATE]
    moves = table.assign(**{TERM: words, ESTIMATE: table[N_EVENTS].astype(float)})
    return statistics(head, N_MOVES, moves.drop(columns=N_EVENTS))


def _markov(head: Row, analysis: MultistateAnalysis, states: MultiState) -> list[Row]:
    """Return the test of all moves, and each move's hazard ratio per week of later entry."""
    if not analysis.markov_test:
        return []
    test, why = attempted(states.markov_test)
    if test is None:
        return [not_estimated(head, MARKOV_TEST, why)]
    table = test.tidy()
    joint, moves = table.tail(1).drop(columns=TERM), table.iloc[:-1]
    ratios = {
        column: np.exp(DAYS_PER_WEEK * moves[column]) for column in (ESTIMATE, CONF_LOW, CONF_HIGH)
    }
    moves = moves.assign(**ratios).drop(columns=[STD_ERROR, STATISTIC])
    return [*statistics(head, MARKOV_TEST, joint), *statistics(head, ENTRY_RATIO, moves)]


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
