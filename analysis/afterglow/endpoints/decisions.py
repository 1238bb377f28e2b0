"""Decisions: each day on which a subject at risk could have been boosted, and what was known then.

A booster is decided on the newest score, and that may be of the same day: visits come before the
sessions of their day, as everywhere (rule 1). So the day of a visit is a decision of its own, and
the days until the next visit are decisions on that visit's score, a week at most in one record.

What is known at a visit counts for the time since the visit before. While a run waits for its
confirmation (rule 7) nobody knows yet whether its first visit was the relapse. With
``session_while_pending = "booster"`` a session in between hides the answer: time at risk that ends
at such a visit is known only when the run is confirmed or broken, and stands behind all decisions
until then. With ``"relapse"`` a session in between is the answer, and no decision is one. With
``"look-through"`` it hides only runs that would have been broken: a confirmed one is known without
the decisions since it began.
"""

from math import floor
from typing import Final

import numpy as np

from afterglow.endpoints.conditions import holds
from afterglow.endpoints.rules import BOOSTER_CODE, Kind, Pending, Reason, Status
from afterglow.endpoints.runs import counts_for
from afterglow.endpoints.strategies import NO_CUT, confirmed_before, earliest_cut
from afterglow.endpoints.walk import Walk
from afterglow.kernel import kernel
from afterglow.timeline.moments import EPSILON, Moments
from afterglow.timeline.subject import new_scratch, open_subject

DECISION: Final = np.dtype(
    [
        ("subject", "i8"),
        ("moment", "f8"),
        ("trials", "i8"),
        ("at_visit", "?"),
        ("ended", "?"),
        ("start", "f8"),
        ("stop", "f8"),
        ("event", "?"),
        ("last_score", "f8"),
        ("sessions_so_far", "i8"),
        ("days_since_session", "f8"),
    ]
)
"""Decisions and time at risk of a subject; days since the origin of the endpoint.

subject, moment
    Number of the subject; what puts its records in order (days since the first session).
trials, ended
    Days on which it could have been; whether it was, on the last of them. 0 for time at risk.
at_visit
    Whether the newest score is of the same day.
start, stop, event
    At risk over (start, stop], −inf for "from the start"; of a decision both are its first day.
last_score, sessions_so_far, days_since_session
    As known then; NaN, 0 and NaN in time at risk.
"""

SCORED: Final = (int(Kind.REACHED), int(Kind.LOST))
WEEK: Final = 7
AFTER_VISIT: Final = 0.5
BEFORE_DECISION: Final = 0.25
NOBODY: Final = -1
INCLUDED = np.int64(Status.INCLUDED)
SCORE = np.int64(Reason.SCORE)
FIRST_EVENT = np.int64(Reason.FIRST_EVENT)
AS_RELAPSE = np.int64(Pending.RELAPSE)
LOOK_THROUGH = np.int64(Pending.LOOK_THROUGH)


def walk_decisions(
    moments: Moments, walk: Walk, endpoint: int, weighted: np.ndarray, place: np.ndarray,
    facts: np.ndarray, intercurrents: np.ndarray, rows: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Write the decisions and the time at risk of one scored endpoint.

    Parameters
    ----------
    moments : Moments
    walk : Walk
        Its strategies made the rows; under them the weighted kinds censor.
    endpoint : int
    weighted : bool array, one entry per kind of intercurrent event
        The kinds that are decided on.
    place : int64 array, one entry per subject
        The subject's fact and row of the endpoint in one cycle; -1 for none.
    facts, intercurrents, rows : arrays of FACT, INTERCURRENT and ROW

    Returns
    -------
    array of DECISION
        By subject; in no order within one. Subjects that were at risk and ended before anything
        was known of them have decisions only; they belong into the model of the decisions.
    """
    scratch = new_scratch(moments, len(walk.best))
    weeks = np.maximum(moments.end_day, 0.0).sum() / WEEK
    most = int(weeks) + 3 * len(moments.visit_day) + 6 * len(moments.end_day)
    found = np.empty(most, DECISION)
    n = _walk(moments, walk, endpoint, weighted, place, facts, intercurrents, rows, scratch, found)
    return found[:n].copy()


@kernel
def _walk(moments, walk, k, weighted, place, facts, intercurrents, rows, scratch, found):
    """Fill `found` subject by subject; return the number of records."""
    n = np.int64(0)
    for i in range(len(moments.end_day)):
        f = place[i]
        if f == NOBODY or facts.status[f] != INCLUDED or facts.reason[f] >= 0:
            continue
        subject = open_subject(moments, i, walk.timeline[0], scratch)
        first = n
        n = _write_subject(subject, walk, k, weighted, facts, f, intercurrents, rows, found, n)
        for record in range(first, n):
            found[record].subject = i
    return n


@kernel
def _write_subject(subject, walk, k, weighted, facts, f, intercurrents, rows, found, n):
    rule, cycle = walk.endpoints[k], facts.cycle[f] - 1
    limit = facts.last_seen_day[f] + walk.timeline[0].max_unseen_days
    cut = earliest_cut(facts, f, intercurrents, walk.strategies[k], limit, False)
    if cut != NO_CUT and floor(intercurrents.day[cut]) < floor(facts.at_risk_day[f]):
        return n
    boosters = _only_boosters(weighted)
    first = max(0, floor(facts.at_risk_day[f]))
    if boosters:
        first = max(first, floor(subject.risk_day[cycle]) + 1)
    last = _last_day(facts, f, rows, min(limit, facts.end_day[f]))
    ends, number = False, np.int64(len(subject.session_day) + 1)
    if cut != NO_CUT:
        day = floor(intercurrents.day[cut])
        if not weighted[intercurrents.code[cut]]:
            last = min(last, day - 1)
        elif not _known_before(facts, f, intercurrents, cut, rows):
            first, last, ends = min(first, day), day, True
            if intercurrents.code[cut] == BOOSTER_CODE:
                number = np.int64(intercurrents.position[cut])
    skip = boosters and rule.pending == AS_RELAPSE and rule.confirm_visits > 1
    baseline, best = subject.baseline[cycle, rule.instrument], walk.best[rule.instrument]
    n = _write_decisions(
        subject, rule, baseline, best, facts, f, first, last, ends, number, skip, found, n
    )
    if rows.status[f] == INCLUDED:
        n = _write_time_at_risk(subject, rule, baseline, best, facts, f, rows, last, found, n)
    return n


@kernel
def _only_boosters(weighted):
    others = 0
    for code in range(len(weighted)):
        others += weighted[code] and code != BOOSTER_CODE
    return others == 0


@kernel
def _last_day(facts, f, rows, limit):
    """Return the last day that the subject is watched and the event not known."""
    known = np.inf
    if rows.event[f] and rows.reason[f] >= FIRST_EVENT:
        known = facts.origin_day[f] + rows.duration[f]
    elif rows.event[f] and rows.reason[f] == SCORE:
        known = facts.confirm_day[f]
    return floor(min(limit, known - 1.0))


@kernel
def _known_before(facts, f, intercurrents, cut, rows):
    """Tell whether the event was known before the intercurrent event that would have hidden it."""
    if rows.event[f] and rows.reason[f] >= FIRST_EVENT:
        return True
    return confirmed_before(facts, f, intercurrents, cut)


@kernel
def _is_seen(subject, visit, day, last, number):
    """Tell whether a visit comes before a day's decision; on the last day, before this session."""
    seen = day < last or subject.position[visit] < number
    return seen and floor(subject.day[visit]) <= day


@kernel
def _write_decisions(
    subject, rule, baseline, best, facts, f, first, last, ends, number, skip, found, n
):
    place, session, day = np.int64(0), np.int64(0), first
    score, is_open = np.nan, False
    while day <= last:
        at_visit = False
        while place < len(subject.order):
            v = subject.order[place]
            if not _is_seen(subject, v, day, last, number):
                break
            if counts_for(subject, v, rule):
                score = subject.score[v]
                at_visit = floor(subject.day[v]) == day
                after = subject.day[v] > facts.at_risk_day[f]
                is_open = after and holds(rule.condition, rule.threshold, score, baseline, best)
            place += 1
        while session < number - 1 and floor(subject.session_day[session]) <= day:
            session += 1
        days = np.int64(1)
        if not at_visit:
            days = _days_until_visit(subject, rule, place, day, last, number)
        if not (skip and is_open):
            record = found[n]
            record.moment = day + AFTER_VISIT
            record.start, record.event = day - facts.origin_day[f], False
            record.stop = record.start
            record.trials, record.at_visit = days, at_visit
            record.ended = ends and day + days - 1 == last
            record.last_score, record.sessions_so_far = score, session
            record.days_since_session = day - subject.session_day[max(session - 1, 0)]
            n += 1
        day += days
    return n


@kernel
def _days_until_visit(subject, rule, place, day, last, number):
    """Count the days from `day` to the last before the next visit, a week and the span at most."""
    stop = min(last + 1, day + WEEK)
    while place < len(subject.order):
        v = subject.order[place]
        visit_day = floor(subject.day[v])
        if visit_day >= stop:
            break
        seen = _is_seen(subject, v, visit_day, last, number)
        if seen and visit_day > day and counts_for(subject, v, rule):
            stop = visit_day
            break
        place += 1
    return np.int64(stop - day)


@kernel
def _write_time_at_risk(subject, rule, baseline, best, facts, f, rows, last, found, n):
    """Cut the row at its visits; each piece stands behind the decisions that its end depends on."""
    origin, duration = facts.origin_day[f], rows.duration[f]
    begin = rows.entry[f] if rows.entry[f] > 0 else -np.inf
    exact = rows.event[f] and rows.reason[f] >= FIRST_EVENT
    final = floor(origin + duration)
    for place in range(len(subject.order)):
        v = subject.order[place]
        day = subject.day[v] - origin
        if day <= max(rows.entry[f], begin, 0.0) or not counts_for(subject, v, rule):
            continue
        known = _resolved(subject, rule, baseline, best, facts, f, rows, place, last)
        if day < duration - EPSILON:
            n = _write_piece(found, n, min(known, final) if exact else known, begin, day, False)
            begin = day
        elif day <= duration + EPSILON and not exact:
            final = known
    return _write_piece(found, n, final, begin, duration, rows.event[f])


@kernel
def _resolved(subject, rule, baseline, best, facts, f, rows, place, last):
    """Return the day on which it is known whether the event came by a visit."""
    v = subject.order[place]
    meets = holds(rule.condition, rule.threshold, subject.score[v], baseline, best)
    if rule.confirm_visits == 1 or not meets:
        return floor(subject.day[v])
    confirmed = rows.event[f] and rows.reason[f] == SCORE
    if confirmed and subject.day[v] > facts.event_lower_day[f]:
        if rule.pending == LOOK_THROUGH:
            return _run_start(subject, rule, facts.event_lower_day[f], place)
        return floor(facts.confirm_day[f])
    for following in range(place + 1, len(subject.order)):
        w = subject.order[following]
        if counts_for(subject, w, rule) and not holds(
            rule.condition, rule.threshold, subject.score[w], baseline, best
        ):
            return floor(subject.day[w])
    return last + 1


@kernel
def _run_start(subject, rule, lower_day, place):
    """Return the day of the first visit after the last that was free."""
    for earlier in range(place):
        v = subject.order[earlier]
        if subject.day[v] > lower_day and counts_for(subject, v, rule):
            return floor(subject.day[v])
    return floor(subject.day[subject.order[place]])


@kernel
def _write_piece(found, n, known, begin, stop, event):
    record = found[n]
    record.moment = known + BEFORE_DECISION
    record.start, record.stop, record.event = begin, stop, event
    record.trials, record.at_visit, record.ended = 0, False, False
    record.last_score, record.sessions_so_far, record.days_since_session = np.nan, 0, np.nan
    return n + 1
