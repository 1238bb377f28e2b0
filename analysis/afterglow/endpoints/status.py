"""Scores and status at stated days: the visit nearest to each day (rule 6)."""

from typing import NamedTuple

import numpy as np

from afterglow.endpoints.conditions import holds
from afterglow.endpoints.eligibility import baseline_status
from afterglow.endpoints.rules import Status, WalkRules
from afterglow.endpoints.runs import NONE
from afterglow.endpoints.walk import as_walk
from afterglow.kernel import kernel
from afterglow.timeline.moments import EPSILON, Moments
from afterglow.timeline.subject import new_scratch, open_subject

INCLUDED = np.int64(Status.INCLUDED)
NO_SESSION = np.int64(Status.NO_SESSION)


class StatusAtDays(NamedTuple):
    """Whether a condition held at each of t days, for n subjects.

    Attributes
    ----------
    status : int8 array of length n
        `Status`: why a subject counts nowhere (no session, no usable baseline); 0 where it counts.
    observed : float64 array of shape (n, t)
        1 or 0 at the visit nearest to the day, NaN without one in the window.
    carried : float64 array of shape (n, t)
        1 or 0 at the last visit up to the end of the window, or at the baseline without one.
    """

    status: np.ndarray
    observed: np.ndarray
    carried: np.ndarray


@kernel
def _home(days, day):
    """Return the position of the target nearest to a day, the earlier of two as near."""
    best = 0
    for t in range(1, len(days)):
        if abs(day - days[t]) < abs(day - days[best]) - EPSILON:
            best = t
    return best


@kernel
def _counts(subject, visit, instrument, timings):
    if subject.position[visit] < 1 or subject.instrument[visit] != instrument:
        return False
    return (timings >> subject.timing[visit]) & 1 == 1


@kernel
def _nearest_visits(subject, instrument, timings, days, window, nearest, last):
    """Write the visit nearest to each day and the last one up to the end of its window, or NONE."""
    nearest[:] = NONE
    last[:] = NONE
    for v in subject.order:
        if not _counts(subject, v, instrument, timings):
            continue
        day = subject.day[v]
        for t in range(len(days)):
            if day <= days[t] + window + EPSILON:
                last[t] = v
        home = _home(days, day)
        away = abs(day - days[home])
        if away > window + EPSILON:
            continue
        seen = nearest[home]
        if seen == NONE or away < abs(subject.day[seen] - days[home]) - EPSILON:
            nearest[home] = v


@kernel
def _status_at_days(moments, walk, k, timings, days, window, scratch, nearest, last, found):
    rule = walk.endpoints[k]
    best = walk.best[rule.instrument]
    for i in range(len(moments.end_day)):
        subject = open_subject(moments, i, walk.timeline[0], scratch)
        status = NO_SESSION
        if subject.n_cycles > 0:
            status = baseline_status(subject, 0, rule, walk, True)
        found.status[i] = status
        if status != INCLUDED:
            continue
        baseline = subject.baseline[0, rule.instrument]
        _nearest_visits(subject, rule.instrument, timings, days, window, nearest, last)
        for d in range(len(days)):
            score = baseline if last[d] == NONE else subject.score[last[d]]
            found.carried[i, d] = holds(rule.condition, rule.threshold, score, baseline, best)
            if nearest[d] != NONE:
                score = subject.score[nearest[d]]
                found.observed[i, d] = holds(rule.condition, rule.threshold, score, baseline, best)


def status_at_days(
    moments: Moments,
    rules: WalkRules,
    endpoint: str,
    days: np.ndarray,
    window_days: float,
    timings: int | None = None,
) -> StatusAtDays:
    """Tell whether an endpoint's condition held at stated days.

    Parameters
    ----------
    moments : Moments
        n subjects, sorted.
    rules : WalkRules
    endpoint : str
        A response, remission, rapid or sustained response: what has a condition and a baseline.
    days : float64 array of length t
        Targets in rising order, in days since the first session.
    window_days : float
        The visit nearest to a target counts where it is this near. A visit belongs to the target
        nearest to it, the earlier of two as near, so none is used twice.
    timings : int, optional
        Bits of the timings that count; default the endpoint's own.

    Returns
    -------
    StatusAtDays
    """
    place = rules.names.index(endpoint)
    own = int(rules.endpoints[place]["timings"])
    chosen = own if timings is None else timings
    days, window = np.asarray(days, np.float64), float(window_days)
    n, t = len(moments.end_day), len(days)
    found = StatusAtDays(np.zeros(n, np.int8), np.full((n, t), np.nan), np.full((n, t), np.nan))
    scratch = new_scratch(moments, len(rules.best))
    nearest, last = np.empty(t, np.int64), np.empty(t, np.int64)
    _status_at_days(
        moments, as_walk(rules), place, chosen, days, window, scratch, nearest, last, found
    )
    return found


@kernel
def _scores_at_days(
    moments, timeline, instrument, timings, days, window, scratch, nearest, last, found
):
    for i in range(len(moments.end_day)):
        subject = open_subject(moments, i, timeline, scratch)
        if subject.n_cycles == 0:
            continue
        _nearest_visits(subject, instrument, timings, days, window, nearest, last)
        for d in range(len(days)):
            if nearest[d] != NONE:
                found[i, d] = subject.score[nearest[d]]


def scores_at_days(
    moments: Moments,
    rules: WalkRules,
    instrument: str,
    days: np.ndarray,
    window_days: float,
    timings: int,
) -> np.ndarray:
    """Return the score nearest to each day after the first dose, chosen as in `status_at_days`.

    Returns
    -------
    float64 array of shape (n, t)
        In points of the instrument; NaN where no visit lies in the window.
    """
    place = rules.instruments.index(instrument)
    timeline = np.array([rules.timeline])[0]
    days, window = np.asarray(days, np.float64), float(window_days)
    found = np.full((len(moments.end_day), len(days)), np.nan)
    scratch = new_scratch(moments, len(rules.best))
    nearest, last = np.empty(len(days), np.int64), np.empty(len(days), np.int64)
    _scores_at_days(moments, timeline, place, timings, days, window, scratch, nearest, last, found)
    return found
