"""Where a clock starts, and which visits and sessions come after it (rule 10)."""

from enum import IntEnum
from math import floor
from typing import Final

import numpy as np

from afterglow.endpoints.rules import Clock, Status
from afterglow.kernel import kernel
from afterglow.timeline.order import after_event, is_later
from afterglow.timeline.subject import course_unfinished, first_event

START: Final = np.dtype(
    [
        ("status", "i8"),
        ("detail", "i8"),
        ("day", "f8"),
        ("lower_day", "f8"),
        ("confirm_day", "f8"),
        ("confirm_visit", "i8"),
        ("mode", "i8"),
        ("visit_day", "f8"),
        ("position", "i8"),
        ("rank", "i8"),
        ("sessions", "i8"),
        ("first", "i8"),
    ]
)
"""Where a clock starts, and from where on visits and sessions can come after it.

status, detail
    Why it does not start (`Status`), and what that speaks of.
day, lower_day, confirm_day, confirm_visit
    When; the last day known before it; when and at which visit it was confirmed.
mode, visit_day, position, rank
    What comes after it (`After`): later than this session, or this visit.
sessions
    Sessions that are over.
first
    Place in the order of visits before which none comes after it.
"""


class After(IntEnum):
    """How a start tells what comes after it."""

    SESSION = 0
    VISIT = 1
    DAY = 2


AFTER_SESSION = np.int64(After.SESSION)
AFTER_VISIT = np.int64(After.VISIT)
AFTER_DAY = np.int64(After.DAY)
FIRST_SESSION = np.int64(Clock.FIRST_SESSION)
COURSE_END = np.int64(Clock.COURSE_END)
ENDPOINT = np.int64(Clock.ENDPOINT)
EVENT = np.int64(Clock.EVENT)
INCLUDED = np.int64(Status.INCLUDED)
COURSE_UNFINISHED = np.int64(Status.COURSE_UNFINISHED)
NO_EVENT = np.int64(Status.NO_EVENT)
NO_COLUMN = np.int64(Status.NO_COLUMN)
LONG_AGO: Final = -1e6
NO_VISIT: Final = -1
NEVER: Final = -2


@kernel
def start_clock(subject, cycle, clock, target, timeline, reached, start):
    """Write into `start` where a clock begins in this cycle; `reached`: where endpoints do."""
    start.status = INCLUDED
    start.detail = target
    if clock == ENDPOINT:
        _copy(reached[target], start)
    elif clock == EVENT:
        _start_at_day(subject, first_event(subject, target, LONG_AGO), NO_EVENT, start)
    elif clock == FIRST_SESSION:
        start_at_session(subject, subject.first_session[cycle], start)
    elif clock == COURSE_END:
        start_at_session(subject, subject.last_session[cycle], start)
        if cycle == 0 and course_unfinished(subject, timeline):
            start.status = COURSE_UNFINISHED
    else:
        _start_at_day(subject, subject.columns[target], NO_COLUMN, start)
    if cycle > 0 and clock > ENDPOINT:
        start.status = NO_EVENT if clock == EVENT else NO_COLUMN


@kernel
def _copy(source, start):
    start.status = source.status
    start.detail = source.detail
    start.day = source.day
    start.lower_day = source.lower_day
    start.confirm_day = source.confirm_day
    start.confirm_visit = source.confirm_visit
    start.mode = source.mode
    start.visit_day = source.visit_day
    start.position = source.position
    start.rank = source.rank
    start.sessions = source.sessions
    start.first = source.first


@kernel
def start_at_session(subject, number, start):
    """Start at a session: visits that follow it come after, and so do the sessions behind it."""
    start.day = subject.session_day[number - 1]
    start.lower_day = start.day
    start.confirm_day = start.day
    start.confirm_visit = NO_VISIT
    start.mode = AFTER_SESSION
    start.position = number
    start.sessions = number
    start.first = subject.after_session[number]


@kernel
def start_at_visit(subject, visit, start):
    """Start at a visit: what is later in the order of moments comes after."""
    start.day = subject.day[visit]
    start.lower_day = start.day
    start.confirm_day = start.day
    start.confirm_visit = visit
    start.mode = AFTER_VISIT
    start.visit_day = start.day
    start.position = subject.position[visit]
    start.rank = subject.rank[visit]
    start.sessions = subject.position[visit]
    start.first = subject.after_session[start.sessions]


@kernel
def start_at_exact_day(subject, day, start):
    """Start at an exact event: later days come after, a session of the same day too."""
    start.day = day
    start.lower_day = day
    start.confirm_day = day
    start.confirm_visit = NO_VISIT
    start.mode = AFTER_DAY
    start.sessions = 0
    for session in subject.session_day:
        if floor(session) < floor(day):
            start.sessions += 1
    start.first = subject.after_session[start.sessions]


@kernel
def _start_at_day(subject, day, missing, start):
    if np.isnan(day):
        start.status = missing
    else:
        start_at_exact_day(subject, day, start)


@kernel
def comes_after(subject, visit, start):
    """Tell whether a visit comes after a start."""
    if start.mode == AFTER_SESSION:
        return subject.position[visit] >= start.position
    if start.mode == AFTER_DAY:
        return after_event(subject.day[visit], start.day)
    return is_later(
        subject.day[visit],
        subject.position[visit],
        subject.rank[visit],
        start.visit_day,
        start.position,
        start.rank,
    )


@kernel
def next_block(subject, start):
    """Return the first block (as a cycle index) whose first session comes after a start, or -1."""
    for c in range(1, subject.n_cycles):
        if subject.first_session[c] > start.sessions:
            return c
    return -1
