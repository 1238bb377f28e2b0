"""Each intercurrent event after an origin, and what was known free before it (9, 11)."""

from math import floor

import numpy as np

from afterglow.endpoints.clocks import next_block
from afterglow.endpoints.rules import BOOSTER_CODE
from afterglow.endpoints.runs import NONE, start_of_run
from afterglow.kernel import kernel
from afterglow.timeline.moments import EPSILON
from afterglow.timeline.order import after_event
from afterglow.timeline.subject import first_event


@kernel
def _last_before(subject, visits, n, code, day, position):
    """Return the last visit before a booster session or an event, or NONE."""
    for j in range(n - 1, -1, -1):
        v = visits.visit[j]
        if code == BOOSTER_CODE:
            before = subject.position[v] < position
        else:
            before = not after_event(subject.day[v], day)
        if before:
            return np.int64(j)
    return NONE


@kernel
def known_free_day(subject, visits, last, run_start, otherwise):
    """Return the day of the visit before an open run, or of the last visit where none is open."""
    free = last if run_start == NONE else run_start - 1
    return subject.day[visits.visit[free]] if free >= 0 else otherwise


@kernel
def write_intercurrent(
    subject, visits, n, code, day, position, otherwise, confirmed_run, intercurrents, i
):
    """Write one intercurrent event of a scored endpoint at place i; return the run open at it."""
    last = _last_before(subject, visits, n, code, day, position)
    run_start = start_of_run(visits, last)
    intercurrents.code[i] = code
    intercurrents.day[i] = day
    intercurrents.position[i] = position
    intercurrents.free_day[i] = known_free_day(subject, visits, last, run_start, otherwise)
    intercurrents.open_day[i] = np.nan
    intercurrents.open_confirmed[i] = False
    if run_start != NONE:
        intercurrents.open_day[i] = subject.day[visits.visit[run_start]]
        intercurrents.open_confirmed[i] = run_start == confirmed_run
    return run_start


@kernel
def write_exact(code, day, position, free_day, intercurrents, i):
    """Write one intercurrent event of an exact endpoint at place i."""
    intercurrents.code[i] = code
    intercurrents.day[i] = day
    intercurrents.position[i] = position
    intercurrents.free_day[i] = free_day
    intercurrents.open_day[i] = np.nan
    intercurrents.open_confirmed[i] = False


@kernel
def booster_after(subject, start, bound):
    """Return (day, number) of the first booster of the next block, (NaN, 0) where there is none."""
    block = next_block(subject, start)
    if block == NONE:
        return np.nan, 0
    number = subject.first_session[block]
    day = subject.session_day[number - 1]
    if floor(day) < floor(start.day):
        return np.nan, 0
    day = max(day, start.day)
    return (np.nan, 0) if day > bound + EPSILON else (day, number)


@kernel
def event_after(subject, code, start, bound):
    """Return the day of the first event of this kind on or after the origin's day, or NaN."""
    day = first_event(subject, code, start.day)
    return np.nan if day > bound + EPSILON else day
