"""Which came first on a day: a score or a session (rule 1)."""

from math import floor

import numpy as np

from afterglow.kernel import kernel
from afterglow.timeline.moments import POST_DOSE, PRE_DOSE

RANK = np.array([1, 0, 3, 2], dtype=np.int8)
FEW = 16


@kernel
def _follows(day, timing, session_day):
    """Tell whether a score of this day and timing comes after the session."""
    if floor(day) != floor(session_day):
        return day > session_day
    timed = day != floor(day)
    session_timed = session_day != floor(session_day) or (session_day == 0.0 and timing != PRE_DOSE)
    if timed and session_timed:
        return day >= session_day
    return timing == POST_DOSE


@kernel
def sessions_before(day, timing, session_day):
    """Count the sessions up to the last one that the score follows; `session_day` is sorted."""
    count = len(session_day)
    while count > 0 and not _follows(day, timing, session_day[count - 1]):
        count -= 1
    return count


@kernel
def is_later(day, position, rank, than_day, than_position, than_rank):
    """Compare two visits of a subject by the sessions before them, day, and timing.

    Whole days need not be asked: on a later one there are never fewer sessions before a visit.
    """
    if position != than_position:
        return position > than_position
    if day != than_day:
        return day > than_day
    return rank > than_rank


@kernel
def after_event(day, event_day):
    """Tell whether a visit comes after an event: a later day, or a later fraction of the same."""
    if floor(day) != floor(event_day):
        return day > event_day
    both_timed = day != floor(day) and event_day != floor(event_day)
    return both_timed and day > event_day


@kernel
def sort_visits(order, n, day, position, rank):
    """Sort the first n entries of `order` (indices of visits) by insertion: nearly sorted input."""
    for i in range(1, n):
        moved = order[i]
        j = i - 1
        while j >= 0 and is_later(
            day[order[j]],
            position[order[j]],
            rank[order[j]],
            day[moved],
            position[moved],
            rank[moved],
        ):
            order[j + 1] = order[j]
            j -= 1
        order[j + 1] = moved


@kernel
def sort_by_day(start, day, score, instrument, timing):
    """Sort the scores of each subject by day, in place: by insertion, from far to near (Shell).

    Few scores take one pass, which keeps the order of those that share a day.
    """
    for i in range(len(start) - 1):
        own = slice(start[i], start[i + 1])
        gap = (start[i + 1] - start[i]) // FEW
        while gap > 1:
            _insert(day[own], score[own], instrument[own], timing[own], gap)
            gap //= 2
        _insert(day[own], score[own], instrument[own], timing[own], 1)


@kernel
def _insert(day, score, instrument, timing, gap):
    """Sort the scores that are so far from each other by insertion."""
    for place in range(gap, len(day)):
        own_day, own_score = day[place], score[place]
        own_instrument, own_timing = instrument[place], timing[place]
        j = place
        while j >= gap and day[j - gap] > own_day:
            day[j], score[j] = day[j - gap], score[j - gap]
            instrument[j], timing[j] = instrument[j - gap], timing[j - gap]
            j -= gap
        day[j], score[j] = own_day, own_score
        instrument[j], timing[j] = own_instrument, own_timing
