"""The paths of those analysed: clinical states, with treatment over them where it is asked for."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from afterglow.estimate.multistate.care import TREATMENT_FREE
from afterglow.names import (
    CYCLE,
    DAYS_SINCE_SESSION,
    FROM_STATE,
    GROUP,
    LAST_SCORE,
    SESSIONS_SO_FAR,
    START_DAY,
    STOP_DAY,
    SUBJECT,
    TO_STATE,
)
from afterglow.plan.multistate_analyses import StatesAnalysis
from afterglow.study.analysed import Analysed
from afterglow.study.blocks import LAST_DAY, block_table
from afterglow.study.groups import CLUSTER
from afterglow.study.path import STATE_WORDS, path_table
from afterglow.study.setting import Setting
from afterglow.timeline.moments import EPSILON

CENSOR = "censor"
COURSE = "course"
BOOSTER = "booster"
TREATED = "treated"
ORDER = (COURSE, *(STATE_WORDS[state] for state in STATE_WORDS if state >= 0), BOOSTER)
"""Non-terminal states, from the first to the last that the path tells of."""
PATH = [SUBJECT, START_DAY, STOP_DAY, FROM_STATE, TO_STATE]


def placed_paths(
    found: Analysed, analysis: StatesAnalysis, setting: Setting, changing: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the stretches of those analysed, with their group and cluster.

    An event whose strategy is `censor` ends the path; every other that ends it is a state.
    `changing` are columns of the path table to keep, as known when the stretch began.
    """
    paths = clinical_paths(found, analysis, setting)
    if analysis.treatment_states:
        blocks = block_table(setting.cohort, setting.derived, setting.library)
        paths = with_treatment(paths, blocks, analysis.booster_days)
    kept = [column for column in (GROUP, CLUSTER) if column in paths]
    return paths[[*PATH, *kept, *changing]]


def clinical_paths(found: Analysed, analysis: StatesAnalysis, setting: Setting) -> pd.DataFrame:
    """Return the path table's stretches of those analysed, without regard to treatment.

    The columns of `placed_paths`, and cycle, last_score, sessions_so_far and days_since_session.
    """
    table = path_table(setting.cohort, setting.derived, setting.library)
    table = table[[*PATH, CYCLE, LAST_SCORE, SESSIONS_SO_FAR, DAYS_SINCE_SESSION]]
    kept = [column for column in (GROUP, CLUSTER) if column in found.rows]
    paths = table.merge(found.rows[[SUBJECT, *kept]], on=SUBJECT, how="inner",
                        validate="many_to_one")  # fmt: skip
    endpoint = setting.plan.endpoint[analysis.endpoint]
    strategies = {**endpoint.intercurrent, **analysis.strategy}
    censored = [event for event, strategy in strategies.items() if strategy == CENSOR]
    ended = paths[TO_STATE].isin(censored)
    group = paths[GROUP].cat.remove_unused_categories()
    return paths.assign(**{TO_STATE: paths[TO_STATE].where(~ended, ""), GROUP: group})


def with_treatment(paths: pd.DataFrame, blocks: pd.DataFrame, booster_days: float) -> pd.DataFrame:
    """Return paths in which being treated takes the place of the clinical state.

    Parameters
    ----------
    paths : DataFrame
        Stretches as `path_table` gives them, by subject and day.
    blocks : DataFrame
        subject_id, cycle and last_day of the course and of each block, as `block_table` gives
        them: a path that ends with a session does not tell of it. A cycle without a row there has
        no treatment.
    booster_days : float
        Days after a block's last session that are still the booster's.

    Returns
    -------
    DataFrame
        The same columns. In the first cycle "course" until the last session of the course, in
        each later one "booster" until `booster_days` after the last session of its block; then
        the state that the last score, or a relapse, has shown.
    """
    last = blocks.set_index([SUBJECT, CYCLE])[LAST_DAY]
    keys = pd.MultiIndex.from_frame(paths[[SUBJECT, CYCLE]].astype({SUBJECT: object}))
    first = paths[CYCLE] == 1
    until = pd.Series(last.reindex(keys).to_numpy(dtype=float), paths.index)
    until += np.where(first, 0.0, booster_days)
    return overlaid(paths, until, pd.Series(np.where(first, COURSE, BOOSTER), paths.index))


def by_treatment(paths: pd.DataFrame, free_after: float) -> pd.DataFrame:
    """Return the same stretches with two states: "treated" and "treatment-free".

    Parameters
    ----------
    paths : DataFrame
        Stretches as `path_table` gives them.
    free_after : float
        A day is free of treatment if the last session was more than so many days ago.

    Returns
    -------
    DataFrame
        The same columns, cut where treatment ends, as `care_summary` takes them; what ended a
        path still does.
    """
    two = paths.assign(**{FROM_STATE: TREATMENT_FREE})
    until = two[START_DAY] - two[DAYS_SINCE_SESSION] + free_after
    return overlaid(two, until, pd.Series(TREATED, two.index))


def overlaid(paths: pd.DataFrame, until: pd.Series, words: pd.Series) -> pd.DataFrame:
    """Return paths whose stretches are in another state up to a day, and cut there.

    Parameters
    ----------
    paths : DataFrame
        Stretches by subject and day, each beginning where the one before it stopped, with
        days_since_session when it began.
    until, words : Series
        For each stretch, the day up to which it is in the state `words`.
    """
    covered = paths[START_DAY] < until - EPSILON
    cut = covered & (until < paths[STOP_DAY] - EPSILON)
    over = paths[covered].assign(**{FROM_STATE: words[covered]})
    over[STOP_DAY] = np.minimum(over[STOP_DAY], until[covered])
    begin = paths[START_DAY].where(~cut, until)
    since = paths[DAYS_SINCE_SESSION] + begin - paths[START_DAY]
    under = paths.assign(**{START_DAY: begin, DAYS_SINCE_SESSION: since})[~covered | cut]
    pieces = pd.concat([over, under]).sort_values([SUBJECT, START_DAY], kind="stable")
    pieces = pieces.reset_index(drop=True)
    following = pieces[FROM_STATE].shift(-1)
    goes_on = pieces[SUBJECT] == pieces[SUBJECT].shift(-1)
    return pieces.assign(**{TO_STATE: pieces[TO_STATE].where(~goes_on, following)})


def state_order(paths: pd.DataFrame) -> list[str]:
    """Return the states of the paths: the course, symptomatic to relapse, what ends a path."""
    present = set(paths[FROM_STATE]) | set(paths[TO_STATE]) - {""}
    usual = [word for word in ORDER if word in present]
    return [*usual, *sorted(present - set(usual))]


def clinical_of(states: Sequence[str]) -> list[str]:
    """Return the states that are not treatment, whose length is part of their definition."""
    return [state for state in states if state not in (COURSE, BOOSTER)]
