"""Subject-days of a target trial: from time zero on, what was known and done on each.

Time zero is the day on which eligibility is complete: the endpoint's origin or, where a subject is
at risk from a later day, that day. Days are whole; on each the outcome comes before the decision.
"""

from typing import Final

import numpy as np
import pandas as pd

from afterglow.endpoints.path import State
from afterglow.endpoints.rules import REASON_WORDS, Reason
from afterglow.errors import NotEstimable
from afterglow.names import (
    CYCLE,
    DAY,
    DAYS_SINCE_SESSION,
    DURATION,
    ENDPOINT,
    ENTRY,
    EVENT,
    FROM_STATE,
    LAST_SCORE,
    ORIGIN_DAY,
    REASON,
    SESSIONS_SO_FAR,
    START_DAY,
    STOP_DAY,
    SUBJECT,
)
from afterglow.plan.trial_analyses import TargetTrialAnalysis
from afterglow.study.analysed import Analysed
from afterglow.study.blocks import FIRST_DAY, LAST_DAY, RISK_DAY
from afterglow.study.facts_table import facts_table
from afterglow.study.history import history_of
from afterglow.study.later_status import relapses_known
from afterglow.study.path import STATE_WORDS, path_table, state_endpoints
from afterglow.study.setting import Setting

ZERO: Final = "time_zero"
DATE: Final = "date"
TREATED: Final = "treated"
DECIDED: Final = "decided"
WAITING: Final = "waiting"
IN_RELAPSE: Final = "in_relapse"
CONFIRM_DAY: Final = "confirm_day"
LAST_VISIT: Final = "last_visit_day"
AT_VISIT: Final = "day_of_a_visit"
CLOCK: Final = "time"
KNOWN, DATED, NEWEST, BOOSTED = "known_day", "dated_day", "newest_day", "boosted_day"
NO_PATH: Final = (
    "{n} of those analysed have no path, and so no score on which a booster is decided: it needs a "
    "session, and a baseline of the instrument of its response.\nFilter the population."
)


def trial_days(
    found: Analysed, analysis: TargetTrialAnalysis, covariates: list[str], setting: Setting
) -> pd.DataFrame:
    """Return one row per subject and day from time zero to the end of what is followed.

    That is the day on which the endpoint's row ends; where days in relapse are counted, whoever had
    a relapse is followed to the end of its path.

    Returns
    -------
    DataFrame
        subject_id; day and time (since time zero), event (the first one), treated (a booster block
        begins), decided (one could begin), days_since_session, last_score, day_of_a_visit (the
        score is of that day), sessions_so_far, waiting (days since a relapse was known, −1 once
        boosted, NaN outside of relapse), in_relapse, and the covariates.

    Raises
    ------
    NotEstimable
        Somebody analysed has no path.
    """
    path = path_table(setting.cohort, setting.derived, setting.library)
    lost = int((~found.rows[SUBJECT].isin(path[SUBJECT])).sum())
    if lost:
        raise NotEstimable(NO_PATH.format(n=lost))
    subjects = _followed(found, analysis, path, setting)
    days = _laid_out(subjects, covariates)
    days = _with_visits(_with_path(days, path), setting)
    days = _with_boosters(days, setting)
    return _with_relapses(days, setting).sort_values([SUBJECT, DAY], kind="stable")


def _followed(
    found: Analysed, analysis: TargetTrialAnalysis, path: pd.DataFrame, setting: Setting
) -> pd.DataFrame:
    rows = found.rows
    zero = np.floor(rows[ORIGIN_DAY] + rows[ENTRY].clip(lower=0.0))
    known = np.fmax(rows[ORIGIN_DAY] + rows[DURATION], _confirmed(rows, setting))
    end = np.floor(np.where(rows[EVENT], known, rows[ORIGIN_DAY] + rows[DURATION]))
    event = np.where(rows[EVENT], end - zero, np.inf)
    if analysis.relapse_days:
        stops = rows[SUBJECT].map(np.floor(path.groupby(SUBJECT)[STOP_DAY].max())).to_numpy()
        end = np.where(rows[EVENT], np.maximum(end, stops), end)
    last = np.minimum(np.maximum(end - zero, 0.0), analysis.horizon_days)
    return rows.assign(**{ZERO: zero, EVENT: event, STOP_DAY: last})


def _confirmed(rows: pd.DataFrame, setting: Setting) -> np.ndarray:
    """Return the day on which a score's event was certain, NaN for other rows.

    A run still open at the end, where the plan counts it, is certain at the last visit.
    """
    keys = [SUBJECT, ENDPOINT, CYCLE]
    facts = facts_table(setting.derived).set_index(keys)[[CONFIRM_DAY, LAST_VISIT]]
    found = facts.reindex(pd.MultiIndex.from_frame(rows[keys]))
    reason = rows[REASON].to_numpy()
    known = np.where(reason == REASON_WORDS[Reason.SCORE], found[CONFIRM_DAY], np.nan)
    return np.where(reason == REASON_WORDS[Reason.UNCONFIRMED], found[LAST_VISIT], known)


def _laid_out(subjects: pd.DataFrame, covariates: list[str]) -> pd.DataFrame:
    length = subjects[STOP_DAY].to_numpy().astype(int) + 1
    place = np.repeat(np.arange(len(subjects)), length)
    day = np.arange(len(place)) - np.repeat(np.cumsum(length) - length, length)
    table = subjects[[SUBJECT, ZERO, EVENT, *covariates]].iloc[place].reset_index(drop=True)
    event = table[EVENT].to_numpy() == day
    clock = day.astype(float)
    return table.assign(**{DAY: clock, CLOCK: clock, DATE: table[ZERO] + day, EVENT: event})


def _with_path(days: pd.DataFrame, path: pd.DataFrame) -> pd.DataFrame:
    """Add the score and the state of the day, and the sessions before it."""
    date = np.floor(path[START_DAY].to_numpy(dtype=float))
    known = pd.DataFrame({
        SUBJECT: path[SUBJECT], DATE: date, LAST_SCORE: path[LAST_SCORE],
        IN_RELAPSE: (path[FROM_STATE] == STATE_WORDS[State.RELAPSE]).astype(float),
    })  # fmt: skip
    given = pd.DataFrame({
        SUBJECT: path[SUBJECT], DATE: date, SESSIONS_SO_FAR: path[SESSIONS_SO_FAR].astype(float)
    })  # fmt: skip
    days = _as_of(_as_of(days, known), given, before=True)
    return days.assign(**{SESSIONS_SO_FAR: days[SESSIONS_SO_FAR].fillna(0.0)})


def _with_visits(days: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    """Add whether the newest score is of the day: a visit comes before the decision of its day."""
    rules = setting.derived.rules
    response, _, _ = state_endpoints(setting.plan, rules)
    scores = history_of(setting, rules.names[response]).scores
    who = setting.subjects[SUBJECT].to_numpy(dtype=object)[scores.owner]
    visits = pd.MultiIndex.from_arrays([who, np.floor(scores.day)])
    at_visit = pd.MultiIndex.from_frame(days[[SUBJECT, DATE]]).isin(visits)
    return days.assign(**{AT_VISIT: at_visit.astype(float)})


def _as_of(days: pd.DataFrame, known: pd.DataFrame, *, before: bool = False) -> pd.DataFrame:
    """Return the days with the newest row of `known` up to each day, or `before` it."""
    days = days.astype({SUBJECT: object}).sort_values(DATE, kind="stable")
    known = known.astype({SUBJECT: object}).sort_values(DATE, kind="stable")
    return pd.merge_asof(days, known, on=DATE, by=SUBJECT, allow_exact_matches=not before)


def _blocks(setting: Setting) -> pd.DataFrame:
    """Return the course and the booster blocks, in whole days, `date` the day they begin."""
    blocks = setting.blocks
    days = {name: np.floor(blocks[name].to_numpy(dtype=float)) for name in (LAST_DAY, RISK_DAY)}
    first = np.floor(blocks[FIRST_DAY].to_numpy(dtype=float))
    return pd.DataFrame({SUBJECT: blocks[SUBJECT], CYCLE: blocks[CYCLE], DATE: first, **days})


def _with_boosters(days: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    """Add whether a block begins on the day, whether one could, and the days since a session."""
    blocks = _blocks(setting)
    days = _as_of(days, blocks.drop(columns=CYCLE), before=True)
    begun = blocks[blocks[CYCLE] > 1].astype({SUBJECT: object})
    boosters = pd.MultiIndex.from_frame(begun[[SUBJECT, DATE]])
    treated = pd.MultiIndex.from_frame(days[[SUBJECT, DATE]]).isin(boosters)
    since = (days[DATE] - days[LAST_DAY]).clip(lower=0.0).fillna(0.0)
    decided = (days[DATE] > days[RISK_DAY]).to_numpy() | treated
    days[TREATED], days[DECIDED], days[DAYS_SINCE_SESSION] = treated, decided, since
    return days.drop(columns=[LAST_DAY, RISK_DAY])


def _with_relapses(days: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    """Add how long the relapse of the day has been known, −1 once a booster has answered it.

    A relapse counts from the day on which it is known: before, it may be that only the booster
    not given has made it one.
    """
    relapses = relapses_known(setting)
    known = pd.DataFrame({
        SUBJECT: relapses[SUBJECT], DATE: np.floor(relapses[DAY]),
        KNOWN: np.floor(relapses[DAY]), DATED: relapses[ORIGIN_DAY],
    })  # fmt: skip
    newest = pd.DataFrame({
        SUBJECT: relapses[SUBJECT], DATE: np.floor(relapses[ORIGIN_DAY]),
        NEWEST: relapses[ORIGIN_DAY],
    })  # fmt: skip
    blocks = _blocks(setting)
    boosters = blocks.loc[blocks[CYCLE] > 1, [SUBJECT, DATE]].assign(
        **{BOOSTED: lambda table: table[DATE]}
    )
    found = _as_of(_as_of(_as_of(days, known), newest), boosters, before=True)
    inside = (found[IN_RELAPSE] > 0) & (found[DATED] == found[NEWEST])
    waiting = (found[DATE] - found[KNOWN]).where(inside)
    waiting = waiting.where(~(inside & (found[BOOSTED] >= found[KNOWN])), -1.0)
    found = found.assign(**{WAITING: waiting, IN_RELAPSE: inside.astype(float)})
    return found.drop(columns=[KNOWN, DATED, NEWEST, BOOSTED])
