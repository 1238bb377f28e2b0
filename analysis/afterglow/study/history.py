"""Scores and sessions of every subject in order, and what was known of them by a day."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.names import DAYS_PER_WEEK
from afterglow.study.batches import connected, moment_batches
from afterglow.study.derive import chosen_raters
from afterglow.study.setting import Setting
from afterglow.timeline.moments import EPSILON

SCORES_OF_SLOPE = 3


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """Days, and what was seen on them, of all subjects behind each other.

    Attributes
    ----------
    owner : array of int
        Whose each is: a place in the setting's subjects; rising.
    day : array
        Days since the first session; rising within a subject.
    value : array
    """

    owner: Codes
    day: Floats
    value: Floats

    def so_far(self, who: Codes, day: Floats) -> tuple[Codes, Codes]:
        """Return where each subject's moves begin, and where those after its `day` do."""
        begin = np.searchsorted(self.owner, who, side="left")
        length = np.searchsorted(self.owner, who, side="right") - begin
        return begin, begin + np.array(
            [
                np.searchsorted(self.day[first : first + size], until + EPSILON, side="right")
                for first, size, until in zip(begin, length, day)
            ],
            dtype=np.int64,
        )


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What a clinic has on file.

    Attributes
    ----------
    scores : Moves
        The endpoint's scores: its instrument and timing; the baseline first, on day 0 at the
        latest, and those after it.
    sessions : Moves
    baseline : array, shape (subjects,)
        NaN where there is none.
    """

    scores: Moves
    sessions: Moves
    baseline: Floats


@dataclass(frozen=True, slots=True, eq=False)
class OnFile:
    """What is known by a day, one entry per subject asked for; NaN where nothing is.

    Attributes
    ----------
    last_score, days_since_score : array
    change_from_baseline : array
        Last score less baseline, points.
    slope : array
        Points per week, least squares through the last three scores; needs two.
    sessions_so_far, days_since_session : array
    """

    last_score: Floats
    days_since_score: Floats
    change_from_baseline: Floats
    slope: Floats
    sessions_so_far: Floats
    days_since_session: Floats


def history_of(setting: Setting, endpoint: str) -> History:
    """Return the scores that an endpoint looks at, and the sessions, of every subject."""
    rules = setting.derived.rules
    rule = rules.endpoints[rules.names.index(endpoint)]
    instrument = rules.instruments[int(rule["instrument"])]
    baseline = setting.timelines.baselines[instrument].to_numpy(dtype=float)
    scores, sessions = [], []
    with connected(setting.cohort) as within:
        raters = chosen_raters(setting.plan, setting.library)
        for batch in moment_batches(within, rules, raters):
            moments, size = batch.moments, len(batch.moments.end_day)
            counts = (rule["timings"] >> moments.visit_timing.astype(np.int64)) & 1 == 1
            kept = counts & (moments.visit_instrument == rule["instrument"])
            kept &= moments.visit_day > 0
            who = np.repeat(np.arange(size), np.diff(moments.visit_start)) + batch.first
            scores.append((who[kept], moments.visit_day[kept], moments.visit_score[kept]))
            who = np.repeat(np.arange(size), np.diff(moments.session_start)) + batch.first
            sessions.append((who, moments.session_day, np.ones(len(who))))
    known = np.flatnonzero(~np.isnan(baseline))
    scores.append((known, np.zeros(len(known)), baseline[known]))
    return History(_moves(scores), _moves(sessions), baseline)


def _moves(parts: Sequence[tuple[Codes, Floats, Floats]]) -> Moves:
    owner, day, value = (np.concatenate(column) for column in zip(*parts))
    order = np.lexsort((day, owner))
    return Moves(owner[order], day[order].astype(np.float64), value[order].astype(np.float64))


def on_file(history: History, who: Codes, day: Floats) -> OnFile:
    """Return what is known of subjects `who` by the end of `day` (since the first session)."""
    begin, end = history.scores.so_far(who, day)
    some = end > begin
    place = np.where(some, end - 1, 0)
    last = np.where(some, _taken(history.scores.value, place), np.nan)
    seen = np.where(some, _taken(history.scores.day, place), np.nan)
    first, until = history.sessions.so_far(who, day)
    treated = until > first
    session = _taken(history.sessions.day, np.where(treated, until - 1, 0))
    return OnFile(
        last_score=last,
        days_since_score=day - seen,
        change_from_baseline=last - history.baseline[who],
        slope=_slopes(history.scores, begin, end),
        sessions_so_far=(until - first).astype(np.float64),
        days_since_session=np.where(treated, day - session, np.nan),
    )


def _taken(values: Floats, place: Codes) -> Floats:
    return values[place] if len(values) else np.full(len(place), np.nan)


def _slopes(scores: Moves, begin: Codes, end: Codes) -> Floats:
    """Return points per week through the last scores; NaN where fewer than two days have one."""
    back = np.arange(1, SCORES_OF_SLOPE + 1)
    place = end[:, None] - back
    there = place >= begin[:, None]
    place = np.where(there, place, 0)
    count = there.sum(axis=1)
    if not len(scores.day):
        return np.full(len(begin), np.nan)
    day = np.where(there, scores.day[place], 0.0) / DAYS_PER_WEEK
    value = np.where(there, scores.value[place], 0.0)
    some = np.maximum(count, 1)
    away = np.where(there, day - (day.sum(axis=1) / some)[:, None], 0.0)
    spread = np.sum(away**2, axis=1)
    fall = np.sum(away * (value - (value.sum(axis=1) / some)[:, None]), axis=1)
    return np.divide(fall, spread, out=np.full(len(begin), np.nan), where=spread > EPSILON)
