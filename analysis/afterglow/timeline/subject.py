"""One subject's timeline: visits in order, the course, booster blocks and baselines."""

from math import floor
from typing import NamedTuple

import numpy as np

from afterglow.kernel import kernel
from afterglow.timeline.course import block_length, booster_risk_day, course_length
from afterglow.timeline.moments import EPSILON, NO_PHASE, Moments
from afterglow.timeline.order import RANK, sessions_before, sort_visits


class Subject(NamedTuple):
    """One subject's moments up to the end of follow-up, and what the timeline makes of them.

    Attributes
    ----------
    day, score, instrument, timing : arrays, one entry per visit
    position, rank : arrays, one entry per visit
        Sessions before the visit; order of its timing within a moment.
    order : int64 array
        The visits in the order of their moments.
    after_session : int64 array, one entry per session and one before
        By the number of a session (0: none), the place in `order` of the first visit after it.
    session_day : float64 array
    event_day, event_code : arrays
    first_session, last_session : int64 arrays, one entry per cycle
        Numbers (from 1) of the first and last session of the course or block.
    risk_day : float64 array, one entry per cycle
        From when the next booster is possible.
    baseline : float64 array of shape (cycles, instruments)
        NaN where there is none.
    baseline_visit : int64 array, one entry per instrument
        The visit that gave the first baseline, -1 where there is none.
    end_day, end_code : float, int
    columns : float64 array
    n_cycles : int
    """

    day: np.ndarray
    score: np.ndarray
    instrument: np.ndarray
    timing: np.ndarray
    position: np.ndarray
    rank: np.ndarray
    order: np.ndarray
    after_session: np.ndarray
    session_day: np.ndarray
    event_day: np.ndarray
    event_code: np.ndarray
    first_session: np.ndarray
    last_session: np.ndarray
    risk_day: np.ndarray
    baseline: np.ndarray
    baseline_visit: np.ndarray
    end_day: float
    end_code: int
    columns: np.ndarray
    n_cycles: int


class Scratch(NamedTuple):
    """Memory that one walk uses again for every subject.

    `treatment_day` and `treatment_phase` are the one session of cohorts without sessions.
    """

    position: np.ndarray
    rank: np.ndarray
    order: np.ndarray
    after_session: np.ndarray
    first_session: np.ndarray
    last_session: np.ndarray
    risk_day: np.ndarray
    baseline: np.ndarray
    baseline_visit: np.ndarray
    treatment_day: np.ndarray
    treatment_phase: np.ndarray


def longest(start: np.ndarray) -> int:
    """Return the largest number of rows that one subject has."""
    return int(np.diff(start).max(initial=0))


def new_scratch(moments: Moments, n_instruments: int) -> Scratch:
    """Allocate for the longest subject of a batch."""
    most_visits, most_sessions = longest(moments.visit_start), longest(moments.session_start)
    most_cycles = most_sessions + 1
    return Scratch(
        position=np.zeros(most_visits, np.int64),
        rank=np.zeros(most_visits, np.int64),
        order=np.zeros(most_visits, np.int64),
        after_session=np.zeros(most_cycles + 1, np.int64),
        first_session=np.zeros(most_cycles, np.int64),
        last_session=np.zeros(most_cycles, np.int64),
        risk_day=np.zeros(most_cycles),
        baseline=np.zeros((most_cycles, n_instruments)),
        baseline_visit=np.zeros(n_instruments, np.int64),
        treatment_day=np.zeros(1),
        treatment_phase=np.full(1, NO_PHASE, np.int8),
    )


@kernel
def _kept(day, first, stop, end_day):
    """Return where the rows after the end of follow-up begin."""
    while stop > first and floor(day[stop - 1]) > floor(end_day):
        stop -= 1
    return stop


@kernel
def _sessions(moments, i, rule, scratch):
    if not rule.has_sessions:
        return scratch.treatment_day, scratch.treatment_phase
    first = moments.session_start[i]
    stop = _kept(moments.session_day, first, moments.session_start[i + 1], moments.end_day[i])
    return moments.session_day[first:stop], moments.session_phase[first:stop]


@kernel
def _find_cycles(session_day, session_phase, rule, scratch):
    """Number the course and each booster block; cycle c starts with the (c - 1)-th block."""
    length = course_length(session_day, session_phase, rule)
    if length == 0:
        return 0
    scratch.first_session[0] = 1
    scratch.last_session[0] = length
    scratch.risk_day[0] = booster_risk_day(session_day, session_phase, length, rule)
    cycles = 1
    while length < len(session_day):
        block = block_length(session_day, length, rule)
        scratch.first_session[cycles] = length + 1
        length += block
        scratch.last_session[cycles] = length
        scratch.risk_day[cycles] = session_day[length - 1] + rule.block_gap_days
        cycles += 1
    return cycles


@kernel
def _first_baseline(subject, instrument, rule):
    """Return the visit of the last score in the window not after the first dose (rule 2), or -1."""
    found = -1
    for v in subject.order:
        whole = floor(subject.day[v])
        if subject.position[v] > 0 or whole > rule.baseline_last + EPSILON:
            break
        if subject.instrument[v] == instrument and whole >= rule.baseline_first - EPSILON:
            found = v
    return found


@kernel
def _last_score_before(subject, instrument, session_number):
    for place in range(subject.after_session[session_number] - 1, -1, -1):
        v = subject.order[place]
        if subject.instrument[v] == instrument:
            return subject.score[v]
    return np.nan


@kernel
def _find_baselines(subject, rule):
    for instrument in range(subject.baseline.shape[1]):
        visit = _first_baseline(subject, instrument, rule)
        original = subject.score[visit] if visit >= 0 else np.nan
        subject.baseline_visit[instrument] = visit
        for c in range(subject.n_cycles):
            subject.baseline[c, instrument] = original
            if c > 0 and rule.pre_block_baseline and not np.isnan(original):
                subject.baseline[c, instrument] = _last_score_before(
                    subject, instrument, subject.first_session[c]
                )


@kernel
def count_cycles(moments, i, rule, scratch):
    """Count the cycles of subject i, 0 without a session."""
    session_day, session_phase = _sessions(moments, i, rule, scratch)
    return _find_cycles(session_day, session_phase, rule, scratch)


@kernel
def _order_visits(day, timing, session_day, scratch):
    """Put the visits, sorted by day, in the order of their moments."""
    reached = 0
    for v in range(len(day)):
        while reached < len(session_day) and floor(session_day[reached]) <= floor(day[v]):
            reached += 1
        scratch.position[v] = sessions_before(day[v], timing[v], session_day[:reached])
        scratch.rank[v] = RANK[timing[v]]
        scratch.order[v] = v
    sort_visits(scratch.order, len(day), day, scratch.position, scratch.rank)
    place = 0
    for number in range(len(session_day) + 1):
        while place < len(day) and scratch.position[scratch.order[place]] < number:
            place += 1
        scratch.after_session[number] = place


@kernel
def open_subject(moments, i, rule, scratch):
    """Lay out the timeline of subject i; the views live until the next call."""
    end_day = moments.end_day[i]
    first = moments.visit_start[i]
    stop = _kept(moments.visit_day, first, moments.visit_start[i + 1], end_day)
    session_day, session_phase = _sessions(moments, i, rule, scratch)
    event_first = moments.event_start[i]
    event_stop = _kept(moments.event_day, event_first, moments.event_start[i + 1], end_day)
    n = stop - first
    day, timing = moments.visit_day[first:stop], moments.visit_timing[first:stop]
    _order_visits(day, timing, session_day, scratch)
    n_cycles = _find_cycles(session_day, session_phase, rule, scratch)
    subject = Subject(
        day,
        moments.visit_score[first:stop],
        moments.visit_instrument[first:stop],
        timing,
        scratch.position[:n],
        scratch.rank[:n],
        scratch.order[:n],
        scratch.after_session[: len(session_day) + 1],
        session_day,
        moments.event_day[event_first:event_stop],
        moments.event_code[event_first:event_stop],
        scratch.first_session[:n_cycles],
        scratch.last_session[:n_cycles],
        scratch.risk_day[:n_cycles],
        scratch.baseline[:n_cycles],
        scratch.baseline_visit,
        end_day,
        moments.end_code[i],
        moments.column_day[i],
        n_cycles,
    )
    _find_baselines(subject, rule)
    return subject


@kernel
def course_unfinished(subject, rule):
    """Tell whether follow-up stopped before the course could be known to have ended (rule 3)."""
    if not rule.has_sessions:
        return True
    known_at_once = subject.risk_day[0] == subject.session_day[subject.last_session[0] - 1]
    stopped = subject.end_day < subject.risk_day[0] - EPSILON
    return subject.n_cycles == 1 and stopped and not known_at_once


@kernel
def first_event(subject, code, from_day):
    """Return the day of the first event of this code on or after a whole day, NaN if none.

    The reason that ended follow-up counts as such an event where no row names it.
    """
    named = False
    for e in range(len(subject.event_day)):
        if subject.event_code[e] == code:
            named = True
            if floor(subject.event_day[e]) >= floor(from_day):
                return max(subject.event_day[e], from_day)
    ended = not named and subject.end_code == code
    if ended and floor(subject.end_day) >= floor(from_day):
        return max(subject.end_day, from_day)
    return np.nan
