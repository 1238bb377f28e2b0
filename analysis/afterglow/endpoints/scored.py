"""The facts of endpoints seen at visits: response, remission, relapse, durability (6, 7, 13)."""

import numpy as np

from afterglow.endpoints.clocks import (
    NEVER,
    start_at_exact_day,
    start_at_session,
    start_at_visit,
)
from afterglow.endpoints.conditions import holds
from afterglow.endpoints.intercurrent import (
    booster_after,
    event_after,
    known_free_day,
    write_intercurrent,
)
from afterglow.endpoints.rules import BOOSTER_CODE, Clock, Kind, Reason, Status
from afterglow.endpoints.runs import (
    NONE,
    collect,
    counts_for,
    find_confirmed,
    start_of_run,
)
from afterglow.kernel import kernel

KIND_REACHED = np.int64(Kind.REACHED)
CLOCK_FIRST_SESSION = np.int64(Clock.FIRST_SESSION)
NOT_REACHED = np.int64(Status.NOT_REACHED)
INCLUDED = np.int64(Status.INCLUDED)
SCORE = np.int64(Reason.SCORE)
MAINTAINED = np.int64(Reason.MAINTAINED)
UNCONFIRMED = np.int64(Reason.UNCONFIRMED)
BOOSTER_CONFIRMED = np.int64(Reason.BOOSTER_CONFIRMED)
FIRST_EVENT = np.int64(Reason.FIRST_EVENT)
BOOSTER_REASON = FIRST_EVENT + BOOSTER_CODE
SESSION = np.int64(Reason.SESSION)
EXACT_KINDS = (int(Kind.BOOSTER), int(Kind.LATENCY))
CLOCK_ENDPOINT = np.int64(Clock.ENDPOINT)
DATED, CONFIRMING, OPEN_AT_END, OPEN_AT_BOOSTER = 0, 1, 2, 3


@kernel
def bound_of(subject, cycle, rule, origin):
    """Return the last day on which an event counts."""
    bound = origin.day + rule.until_day
    if rule.until_clock != NONE:
        number = subject.first_session[cycle]
        if rule.until_clock != CLOCK_FIRST_SESSION:
            number = subject.last_session[cycle]
        bound = min(bound, subject.session_day[number - 1] + rule.until_days)
    return bound


@kernel
def is_maintained(subject, cycle, rule, walk):
    """Tell whether the response still held at the last visit before the block (rule 13)."""
    if rule.kind != KIND_REACHED or cycle == 0 or rule.origin > CLOCK_ENDPOINT:
        return False
    last = NONE
    before = subject.after_session[subject.first_session[cycle]]
    for v in subject.order[subject.after_session[1] : before][::-1]:
        if counts_for(subject, v, rule):
            last = v
            break
    if last == NONE:
        return False
    previous = cycle - 1 if walk.timeline[0].pre_block_baseline else cycle
    baseline, best = subject.baseline[previous, rule.instrument], walk.best[rule.instrument]
    return holds(rule.condition, rule.threshold, subject.score[last], baseline, best)


@kernel
def write_maintained(subject, cycle, facts, n):
    """Write that the response was there when the block began."""
    start = subject.session_day[subject.first_session[cycle] - 1]
    facts.origin_day[n] = start
    facts.origin_lower_day[n] = start
    facts.at_risk_day[n] = start
    facts.event_day[n] = start
    facts.event_lower_day[n] = start
    facts.confirm_day[n] = start
    facts.reason[n] = MAINTAINED


@kernel
def write_scored(subject, cycle, k, walk, starts, visits, facts, n, intercurrents, used):
    """Write fact n of endpoint k from place `used` of the intercurrents on; return the next place.

    Also returns the visits that may date the event, at places DATED to OPEN_AT_BOOSTER.
    """
    rule = walk.endpoints[k]
    origin = starts[len(walk.endpoints)]
    at_risk = starts[len(walk.endpoints) + 1]
    qualified = starts[len(walk.endpoints) + 2]
    bound = bound_of(subject, cycle, rule, origin)
    baseline, best = subject.baseline[cycle, rule.instrument], walk.best[rule.instrument]
    count = collect(subject, rule, origin, qualified, bound, baseline, best, visits)
    otherwise = max(origin.day, qualified.day)
    facts.origin_day[n] = origin.day
    facts.origin_lower_day[n] = origin.lower_day
    facts.at_risk_day[n] = max(origin.day, at_risk.day, qualified.day)
    facts.last_seen_day[n] = otherwise
    if count > 0:
        facts.last_visit_day[n] = subject.day[visits.visit[count - 1]]
        facts.last_seen_day[n] = max(otherwise, facts.last_visit_day[n])
    run, dated, confirming = find_confirmed(subject, visits, count, rule)
    if run != NONE:
        _write_confirmed(subject, visits, run, dated, confirming, otherwise, rule, facts, n)
    open_run = start_of_run(visits, count - 1) if count > 0 else NONE
    facts.free_day[n] = known_free_day(subject, visits, count - 1, open_run, otherwise)
    if open_run != NONE:
        facts.open_day[n] = subject.day[visits.visit[open_run]]
    facts.end_day[n] = min(subject.end_day, bound)
    _write_clinical(subject, rule, origin, bound, walk, facts, n)
    next_place, pending = _write_intercurrents(
        subject, origin, bound, visits, count, otherwise, run, walk, intercurrents, used
    )
    dated = confirming if rule.date_confirming else dated
    return next_place, (
        _visit_at(visits, dated),
        _visit_at(visits, confirming),
        _visit_at(visits, open_run),
        _visit_at(visits, pending),
    )


@kernel
def _visit_at(visits, j):
    return visits.visit[j] if j != NONE else NONE


@kernel
def _write_confirmed(subject, visits, run, dated, confirming, otherwise, rule, facts, n):
    confirm = visits.visit[confirming]
    facts.confirm_day[n] = subject.day[confirm]
    facts.confirm_position[n] = subject.position[confirm]
    facts.event_day[n] = subject.day[confirm if rule.date_confirming else visits.visit[dated]]
    facts.event_lower_day[n] = known_free_day(subject, visits, run, run, otherwise)


@kernel
def _write_clinical(subject, rule, origin, bound, walk, facts, n):
    for code in range(walk.strategies.shape[1]):
        if (rule.or_events >> np.uint64(code)) & np.uint64(1) == np.uint64(0):
            continue
        day = event_after(subject, code, origin, bound)
        earlier = np.isnan(facts.clinical_day[n]) or day < facts.clinical_day[n]
        if not np.isnan(day) and earlier:
            facts.clinical_day[n] = day
            facts.clinical_code[n] = code


@kernel
def _write_intercurrents(
    subject, origin, bound, visits, count, otherwise, run, walk, intercurrents, used
):
    pending = NONE
    day, number = booster_after(subject, origin, bound)
    if not np.isnan(day):
        pending = write_intercurrent(
            subject, visits, count, BOOSTER_CODE, day, number, otherwise, run, intercurrents, used
        )
        used += 1
    for code in range(BOOSTER_CODE + 1, walk.strategies.shape[1] - 1):
        day = event_after(subject, code, origin, bound)
        if not np.isnan(day):
            write_intercurrent(
                subject, visits, count, code, day, 0, otherwise, run, intercurrents, used
            )
            used += 1
    return used, pending


@kernel
def remember_reached(
    subject, cycle, k, walk, facts, n, intercurrents, rows, m, dating_visits, reached
):
    """Write into `reached` where an endpoint that follows this one would start."""
    rule = walk.endpoints[k]
    reached.status = rows.status[m]
    reached.detail = facts.status_detail[n]
    if rows.status[m] != INCLUDED:
        return
    if not rows.event[m]:
        reached.status = NOT_REACHED
        reached.detail = k
        return
    reason = rows.reason[m]
    if reason == MAINTAINED:
        start_at_session(subject, subject.first_session[cycle], reached)
    elif reason < SESSION:
        _start_after_score(subject, rule, reason, facts, n, intercurrents, dating_visits, reached)
    else:
        _start_after_event(
            subject, walk, rule, reason, facts, n, intercurrents, dating_visits, reached
        )
    reached.day = max(reached.day, facts.origin_day[n])
    reached.lower_day = reached.day
    if rows.lower[m] < rows.duration[m]:
        reached.lower_day = facts.origin_day[n] + rows.lower[m]


@kernel
def _start_after_score(subject, rule, reason, facts, n, intercurrents, dating_visits, reached):
    """Start at the visit that dates an event seen in scores."""
    if reason == SCORE:
        start_at_visit(subject, dating_visits[DATED], reached)
        if dating_visits[CONFIRMING] != NONE:
            reached.confirm_visit = dating_visits[CONFIRMING]
            reached.confirm_day = facts.confirm_day[n]
    elif reason == UNCONFIRMED:
        start_at_visit(subject, dating_visits[OPEN_AT_END], reached)
    elif rule.date_confirming:
        _start_at_booster(subject, facts, n, intercurrents, reached)
        reached.confirm_visit = NEVER
    else:
        start_at_visit(subject, dating_visits[OPEN_AT_BOOSTER], reached)
        reached.confirm_visit = NEVER


@kernel
def _start_after_event(
    subject, walk, rule, reason, facts, n, intercurrents, dating_visits, reached
):
    """Start at the session or clinical event that is the endpoint's own, or its composite part."""
    regained = FIRST_EVENT + walk.strategies.shape[1] - 1
    if reason == SESSION or (reason == BOOSTER_REASON and rule.kind in EXACT_KINDS):
        start_at_session(subject, facts.confirm_position[n], reached)
    elif reason == BOOSTER_REASON:
        _start_at_booster(subject, facts, n, intercurrents, reached)
    elif reason == regained and dating_visits[DATED] != NONE:
        start_at_visit(subject, dating_visits[DATED], reached)
    else:
        day = _exact_day(facts, n, intercurrents, reason - FIRST_EVENT)
        start_at_exact_day(subject, day, reached)


@kernel
def _start_at_booster(subject, facts, n, intercurrents, reached):
    number = intercurrents.position[facts.first_intercurrent[n]]
    start_at_session(subject, number, reached)
    reached.sessions = number - 1


@kernel
def _exact_day(facts, n, intercurrents, code):
    if facts.clinical_code[n] == code:
        return facts.clinical_day[n]
    first = facts.first_intercurrent[n]
    for i in range(first, first + facts.n_intercurrent[n]):
        if intercurrents.code[i] == code:
            return intercurrents.day[i]
    return np.nan
