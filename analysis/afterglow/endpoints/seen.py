"""The facts of endpoints that are states at stated times: rapid and sustained response (6)."""

from math import floor

import numpy as np

from afterglow.endpoints.conditions import holds
from afterglow.endpoints.rules import Condition, Reason
from afterglow.endpoints.runs import NONE, counts_for
from afterglow.kernel import kernel
from afterglow.timeline.moments import EPSILON

SCORE = np.int64(Reason.SCORE)
NO_VISIT_IN_WINDOW = np.int64(Reason.NO_VISIT_IN_WINDOW)
CONDITION_NOT_MET = np.int64(Reason.CONDITION_NOT_MET)
NOT_BY_START = np.int64(Reason.NOT_BY_START)
LOST_AGAIN = np.int64(Reason.LOST_AGAIN)
NOT_SEEN_TO_THE_END = np.int64(Reason.NOT_SEEN_TO_THE_END)
IMPROVEMENT_AT_LEAST = np.int64(Condition.IMPROVEMENT_AT_LEAST)
HOURS_PER_DAY = 24.0


@kernel
def _start(subject, facts, n):
    start = subject.session_day[0]
    facts.origin_day[n] = start
    facts.origin_lower_day[n] = start
    facts.at_risk_day[n] = start
    facts.end_day[n] = subject.end_day
    return start


@kernel
def _write_seen(facts, n, day, lower_day, reason):
    facts.reason[n] = reason
    if reason == SCORE:
        facts.event_day[n] = day
        facts.event_lower_day[n] = lower_day
        facts.confirm_day[n] = day
    else:
        facts.free_day[n] = day


@kernel
def _meets(subject, visit, rule, walk):
    baseline, best = subject.baseline[0, rule.instrument], walk.best[rule.instrument]
    return holds(rule.condition, rule.threshold, subject.score[visit], baseline, best)


@kernel
def write_rapid(subject, rule, walk, facts, n):
    """Write the state at the visit nearest to so many hours; return that visit."""
    start = _start(subject, facts, n)
    nearest, best_distance = NONE, np.inf
    for v in subject.order[subject.after_session[1] :]:
        if (floor(subject.day[v]) - start) * HOURS_PER_DAY - rule.at_day > rule.window + EPSILON:
            break
        if not counts_for(subject, v, rule):
            continue
        distance = abs((subject.day[v] - start) * HOURS_PER_DAY - rule.at_day)
        if distance <= rule.window + EPSILON and distance < best_distance - EPSILON:
            nearest, best_distance = v, distance
    if nearest == NONE:
        _write_seen(facts, n, start, start, NO_VISIT_IN_WINDOW)
    elif _meets(subject, nearest, rule, walk):
        _write_seen(facts, n, subject.day[nearest], start, SCORE)
    else:
        _write_seen(facts, n, subject.day[nearest], start, CONDITION_NOT_MET)
    return nearest


@kernel
def _first_response(subject, rule, walk):
    """Return (first visit by the start day that meets the condition, last visit by that day)."""
    last = NONE
    for v in subject.order[subject.after_session[1] :]:
        if floor(subject.day[v]) > rule.start_by_day + EPSILON:
            break
        if not counts_for(subject, v, rule):
            continue
        if subject.day[v] > rule.start_by_day + EPSILON:
            continue
        last = v
        if _meets(subject, v, rule, walk):
            return v, last
    return NONE, last


@kernel
def _far_excursion(subject, visit, rule, walk):
    baseline, best = subject.baseline[0, rule.instrument], walk.best[rule.instrument]
    percent = rule.excursion_percent
    return not holds(IMPROVEMENT_AT_LEAST, percent, subject.score[visit], baseline, best)


@kernel
def write_sustained(subject, rule, walk, facts, n):
    """Write whether an early response lasted to the last day; return the visit that shows it."""
    start = _start(subject, facts, n)
    first, last = _first_response(subject, rule, walk)
    if first == NONE:
        reason = NO_VISIT_IN_WINDOW if last == NONE else NOT_BY_START
        day = start if last == NONE else subject.day[last]
        _write_seen(facts, n, day, day, reason)
        return NONE
    excursions, after_first, shown = 0, False, NONE
    previous, before_shown = first, first
    for v in subject.order[subject.after_session[1] :]:
        if floor(subject.day[v]) > rule.at_day + rule.window + EPSILON:
            break
        if v == first:
            after_first = True
            shown = first if _shows_the_end(subject, first, rule) else NONE
            continue
        too_late = subject.day[v] > rule.at_day + rule.window + EPSILON
        if not after_first or too_late or not counts_for(subject, v, rule):
            continue
        if not _meets(subject, v, rule, walk):
            excursions += 1
            if excursions > rule.excursions or _far_excursion(subject, v, rule, walk):
                _write_seen(facts, n, subject.day[v], start, LOST_AGAIN)
                return NONE
        if _shows_the_end(subject, v, rule):
            shown, before_shown = v, previous
        previous = v
    if shown == NONE:
        _write_seen(facts, n, subject.day[previous], start, NOT_SEEN_TO_THE_END)
        return NONE
    lower = start if shown == first else subject.day[before_shown]
    _write_seen(facts, n, subject.day[shown], lower, SCORE)
    return shown


@kernel
def _shows_the_end(subject, visit, rule):
    return abs(subject.day[visit] - rule.at_day) <= rule.window + EPSILON
