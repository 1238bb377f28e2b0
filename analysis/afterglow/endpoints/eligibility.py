"""Who has a row for an endpoint, and why not (rules 2, 3, 10, 13)."""

from math import floor

import numpy as np

from afterglow.endpoints.clocks import (
    AFTER_SESSION,
    LONG_AGO,
    comes_after,
    start_at_session,
    start_at_visit,
    start_clock,
)
from afterglow.endpoints.conditions import can_be_told, holds
from afterglow.endpoints.rules import Clock, Kind, Status
from afterglow.endpoints.runs import NONE, counts_for
from afterglow.kernel import kernel
from afterglow.timeline.moments import EPSILON
from afterglow.timeline.subject import course_unfinished

INCLUDED = np.int64(Status.INCLUDED)
NO_SESSION = np.int64(Status.NO_SESSION)
NO_BASELINE = np.int64(Status.NO_BASELINE)
BELOW_SEVERITY = np.int64(Status.BELOW_SEVERITY)
BASELINE_AT_BEST = np.int64(Status.BASELINE_AT_BEST)
COURSE_UNFINISHED = np.int64(Status.COURSE_UNFINISHED)
BLOCK_UNFINISHED = np.int64(Status.BLOCK_UNFINISHED)
NO_QUALIFYING_VISIT = np.int64(Status.NO_QUALIFYING_VISIT)
DID_NOT_QUALIFY = np.int64(Status.DID_NOT_QUALIFY)
CLOCK_COURSE_END = np.int64(Clock.COURSE_END)
KIND_BOOSTER = np.int64(Kind.BOOSTER)


@kernel
def _severe_enough(subject, rule, walk):
    least = walk.minimum[rule.instrument]
    distance = walk.sign[rule.instrument] * (subject.baseline[0, rule.instrument] - least)
    return np.isnan(least) or distance >= 0


@kernel
def baseline_status(subject, cycle, rule, walk, entry_severity):
    """Return why the baseline does not serve, or INCLUDED."""
    if not rule.needs_baseline:
        return INCLUDED
    if np.isnan(subject.baseline[0, rule.instrument]):
        return NO_BASELINE
    if entry_severity and not _severe_enough(subject, rule, walk):
        return BELOW_SEVERITY
    baseline, best = subject.baseline[cycle, rule.instrument], walk.best[rule.instrument]
    return INCLUDED if can_be_told(rule.condition, baseline, best) else BASELINE_AT_BEST


@kernel
def course_status(subject, cycle, rule, timeline):
    """Return whether a clock needs the end of a course that is not known to have ended."""
    needs = (
        rule.origin == CLOCK_COURSE_END
        or rule.at_risk == CLOCK_COURSE_END
        or (rule.qualify != NONE and rule.qualify_clock == CLOCK_COURSE_END)
    )
    if needs and cycle == 0 and course_unfinished(subject, timeline):
        return COURSE_UNFINISHED
    return INCLUDED


@kernel
def booster_status(subject, cycle, rule, timeline):
    """Return whether follow-up stopped before a booster was possible."""
    if rule.kind != KIND_BOOSTER:
        return INCLUDED
    if cycle == 0:
        return COURSE_UNFINISHED if course_unfinished(subject, timeline) else INCLUDED
    last_cycle = cycle == subject.n_cycles - 1
    if last_cycle and subject.end_day < subject.risk_day[cycle] - EPSILON:
        return BLOCK_UNFINISHED
    return INCLUDED


@kernel
def qualify(subject, cycle, rule, walk, start):
    """Write into `start` the visit at which the subject qualified; return a status.

    Without a qualifying rule `start` lies before every visit.
    """
    if rule.qualify == NONE:
        start.day = LONG_AGO
        start.mode = AFTER_SESSION
        start.position = NONE
        start.first = 0
        return INCLUDED
    other = walk.endpoints[rule.qualify]
    status = baseline_status(subject, cycle, other, walk, False)
    if status != INCLUDED:
        return status
    number = subject.first_session[cycle]
    if rule.qualify_clock == CLOCK_COURSE_END:
        number = subject.last_session[cycle]
    start_at_session(subject, number, start)
    visit = _visit_in_window(subject, rule, other, start)
    if visit == NONE:
        return NO_QUALIFYING_VISIT
    start_at_visit(subject, visit, start)
    met = holds(
        other.condition,
        other.threshold,
        subject.score[visit],
        subject.baseline[cycle, other.instrument],
        walk.best[other.instrument],
    )
    return INCLUDED if met else DID_NOT_QUALIFY


@kernel
def _visit_in_window(subject, rule, other, start):
    for v in subject.order[start.first :]:
        days = subject.day[v] - start.day
        if floor(subject.day[v]) - start.day > rule.qualify_last + EPSILON:
            break
        in_window = rule.qualify_first - EPSILON <= days <= rule.qualify_last + EPSILON
        if in_window and counts_for(subject, v, other) and comes_after(subject, v, start):
            return v
    return NONE


@kernel
def enter(subject, cycle, k, walk, starts):
    """Find the origin, the risk start and the qualifying visit of endpoint k in this cycle.

    They are written behind the endpoints' own starts: ORIGIN, AT_RISK and QUALIFIED places after
    the last. Returns (status, detail).
    """
    rule = walk.endpoints[k]
    origin = starts[len(walk.endpoints)]
    at_risk = starts[len(walk.endpoints) + 1]
    qualified = starts[len(walk.endpoints) + 2]
    status = course_status(subject, cycle, rule, walk.timeline[0])
    if status == INCLUDED:
        status = booster_status(subject, cycle, rule, walk.timeline[0])
    if status != INCLUDED:
        return status, NONE
    start_clock(subject, cycle, rule.origin, rule.origin_target, walk.timeline[0], starts, origin)
    if origin.status != INCLUDED:
        return origin.status, origin.detail
    start_clock(
        subject, cycle, rule.at_risk, rule.at_risk_target, walk.timeline[0], starts, at_risk
    )
    if at_risk.status != INCLUDED:
        return at_risk.status, at_risk.detail
    return qualify(subject, cycle, rule, walk, qualified), NONE
