"""The path of a subject: one stretch per visit, session or relapse, with the state it was in."""

from enum import IntEnum
from typing import Final

import numpy as np

from afterglow.endpoints.conditions import holds
from afterglow.endpoints.runs import NONE, counts_for
from afterglow.endpoints.walk import Walk
from afterglow.kernel import kernel
from afterglow.timeline.moments import Moments
from afterglow.timeline.subject import first_event, new_scratch, open_subject


class State(IntEnum):
    """Where a subject is between two moments; terminal events follow at FIRST_TERMINAL + kind."""

    CENSORED = -1
    SYMPTOMATIC = 0
    RESPONSE = 1
    REMISSION = 2
    RELAPSE = 3
    FIRST_TERMINAL = 10


STRETCH: Final = np.dtype(
    [
        ("subject", "i8"),
        ("cycle", "i8"),
        ("start_day", "f8"),
        ("stop_day", "f8"),
        ("from_state", "i8"),
        ("to_state", "i8"),
        ("last_score", "f8"),
        ("sessions_so_far", "i8"),
        ("days_since_session", "f8"),
    ]
)
CENSORED = np.int64(State.CENSORED)
SYMPTOMATIC = np.int64(State.SYMPTOMATIC)
RESPONSE = np.int64(State.RESPONSE)
REMISSION = np.int64(State.REMISSION)
RELAPSE = np.int64(State.RELAPSE)
FIRST_TERMINAL = np.int64(State.FIRST_TERMINAL)
FIRST_TERMINAL_KIND, LAST_TERMINAL_KIND = 1, 5


def walk_paths(
    moments: Moments,
    walk: Walk,
    response: int,
    remission: int,
    relapse_start: np.ndarray,
    relapse_day: np.ndarray,
) -> np.ndarray:
    """Write every subject's stretches from the first session to the end of what is known.

    Parameters
    ----------
    moments : Moments
    walk : Walk
    response, remission : int
        Places of the endpoints whose conditions name the states; remission may be -1.
    relapse_start, relapse_day : arrays
        The relapse dates of subject i are relapse_day[relapse_start[i]:relapse_start[i + 1]].

    Returns
    -------
    array of STRETCH
        Sorted by subject and day; each stretch begins where the one before it stopped. A subject
        without a session or a baseline of the instrument has none.
    """
    scratch = new_scratch(moments, len(walk.best))
    rows = len(moments.visit_day) + len(moments.session_day) + len(relapse_day)
    stretches = np.empty(rows + 2 * len(moments.end_day), STRETCH)
    relapses = (relapse_start, relapse_day)
    n = _walk_paths(moments, walk, response, remission, relapses, scratch, stretches)
    return stretches[:n].copy()


@kernel
def _walk_paths(moments, walk, response, remission, relapses, scratch, stretches):
    """Fill `stretches` subject by subject; return their number."""
    timeline, rule = walk.timeline[0], walk.endpoints[response]
    relapse_start, relapse_day = relapses
    n = np.int64(0)
    for i in range(len(moments.end_day)):
        subject = open_subject(moments, i, timeline, scratch)
        if subject.n_cycles == 0 or np.isnan(subject.baseline[0, rule.instrument]):
            continue
        own = relapse_day[relapse_start[i] : relapse_start[i + 1]]
        n = _walk_path(subject, walk, response, remission, own, i, stretches, n)
    return n


@kernel
def _walk_path(subject, walk, response, remission, relapses, i, stretches, n):
    """Step from day to day, writing the stretch that begins on each; return the next place."""
    rule = walk.endpoints[response]
    end_day, terminal = _end(subject)
    day, state = subject.session_day[0], SYMPTOMATIC
    score = subject.baseline[0, rule.instrument]
    visit, session, relapse = 0, 0, 0
    while day < end_day:
        while session < len(subject.session_day) and subject.session_day[session] <= day:
            session += 1
        while visit < len(subject.order) and _is_past(subject, rule, visit, day):
            v = subject.order[visit]
            if subject.position[v] > 0 and counts_for(subject, v, rule):
                score = subject.score[v]
                state = _state(subject, v, session, walk, response, remission, state)
            visit += 1
        while relapse < len(relapses) and relapses[relapse] <= day:
            state = RELAPSE
            relapse += 1
        stop = min(end_day, _next_day(subject, visit, session, relapses, relapse))
        stretch = stretches[n]
        stretch.subject = i
        stretch.cycle = _cycle(subject, session)
        stretch.start_day = day
        stretch.stop_day = stop
        stretch.from_state = state
        stretch.to_state = terminal
        stretch.last_score = score
        stretch.sessions_so_far = session
        stretch.days_since_session = day - subject.session_day[session - 1]
        if n > 0 and stretches[n - 1].subject == i and stretches[n - 1].stop_day == day:
            stretches[n - 1].to_state = state
        n += 1
        day = stop
    return n


@kernel
def _end(subject):
    """Return the day of the first terminal event or of the end of follow-up, and the state then."""
    day, state = subject.end_day, CENSORED
    for code in range(FIRST_TERMINAL_KIND, LAST_TERMINAL_KIND + 1):
        event_day = first_event(subject, code, subject.session_day[0])
        if event_day < day or (event_day == day and state == CENSORED):
            day, state = event_day, FIRST_TERMINAL + code
    return day, state


@kernel
def _state(subject, visit, session, walk, response, remission, before):
    """Return the state that a visit shows; a relapse lasts until the response is regained."""
    cycle = _cycle(subject, session) - 1
    if remission != NONE and _meets(subject, visit, cycle, walk, remission):
        return REMISSION
    if _meets(subject, visit, cycle, walk, response):
        return RESPONSE
    return RELAPSE if before == RELAPSE else SYMPTOMATIC


@kernel
def _meets(subject, visit, cycle, walk, place):
    rule = walk.endpoints[place]
    baseline, best = subject.baseline[cycle, rule.instrument], walk.best[rule.instrument]
    return holds(rule.condition, rule.threshold, subject.score[visit], baseline, best)


@kernel
def _cycle(subject, sessions):
    cycle = 1
    while cycle < subject.n_cycles and subject.first_session[cycle] <= sessions:
        cycle += 1
    return cycle


@kernel
def _is_past(subject, rule, place, day):
    """Tell whether the walk may pass a visit: it is over, or of another instrument or timing."""
    v = subject.order[place]
    return subject.day[v] <= day or not counts_for(subject, v, rule)


@kernel
def _next_day(subject, visit, session, relapses, relapse):
    """Return the day of the next session, relapse or visit."""
    day = np.inf
    if session < len(subject.session_day):
        day = subject.session_day[session]
    if relapse < len(relapses):
        day = min(day, relapses[relapse])
    if visit < len(subject.order):
        day = min(day, subject.day[subject.order[visit]])
    return day
