"""The facts of endpoints that end at a session: time to booster, relapse to booster (4, 12)."""

from math import floor

import numpy as np

from afterglow.endpoints.clocks import (
    AFTER_SESSION,
    AFTER_VISIT,
    NEVER,
    NO_VISIT,
    comes_after,
)
from afterglow.endpoints.conditions import holds
from afterglow.endpoints.intercurrent import booster_after, event_after, write_exact
from afterglow.endpoints.rules import BOOSTER_CODE
from afterglow.endpoints.runs import NONE, counts_for
from afterglow.endpoints.scored import bound_of
from afterglow.kernel import kernel
from afterglow.timeline.moments import EPSILON
from afterglow.timeline.order import is_later


@kernel
def write_exact_facts(subject, cycle, k, walk, starts, facts, n, intercurrents, used):
    """Write fact n of a booster or latency endpoint; return the next place, the regained visit."""
    rule = walk.endpoints[k]
    origin = starts[len(walk.endpoints)]
    at_risk = starts[len(walk.endpoints) + 1]
    qualified = starts[len(walk.endpoints) + 2]
    bound = bound_of(subject, cycle, rule, origin)
    facts.origin_day[n] = origin.day
    facts.origin_lower_day[n] = origin.lower_day
    facts.at_risk_day[n] = max(
        max(origin.day, at_risk.day, qualified.day),
        _possible_from(subject, cycle, rule, origin),
    )
    facts.end_day[n] = min(subject.end_day, bound)
    facts.last_seen_day[n] = origin.day
    facts.event_day[n], facts.confirm_position[n] = _own_session(subject, rule, origin, bound)
    for code in range(BOOSTER_CODE + 1, walk.strategies.shape[1] - 1):
        day = event_after(subject, code, origin, bound)
        if not np.isnan(day):
            write_exact(code, day, 0, day, intercurrents, used)
            used += 1
    if rule.regained == NONE:
        return used, NONE
    return _write_regained(subject, cycle, rule, walk, origin, bound, facts, n, intercurrents, used)


@kernel
def _possible_from(subject, cycle, rule, origin):
    """Return from when the session is possible, and the relapse known (its confirming visit)."""
    if rule.any_session:
        return origin.confirm_day
    return max(origin.confirm_day, subject.risk_day[cycle])


@kernel
def _own_session(subject, rule, origin, bound):
    if not rule.any_session:
        return booster_after(subject, origin, bound)
    if origin.sessions >= len(subject.session_day):
        return np.nan, 0
    day = max(subject.session_day[origin.sessions], origin.day)
    return (np.nan, 0) if day > bound + EPSILON else (day, origin.sessions + 1)


@kernel
def _without_session_between(subject, visit, origin):
    if origin.mode == AFTER_SESSION:
        return subject.position[visit] <= origin.position
    if origin.mode == AFTER_VISIT:
        return subject.position[visit] <= origin.sessions
    for s in range(subject.position[visit]):
        if floor(subject.session_day[s]) >= floor(origin.day):
            return False
    return True


@kernel
def _write_regained(subject, cycle, rule, walk, origin, bound, facts, n, intercurrents, used):
    """Write when the response held again, and the last visit at which that could be seen."""
    other = walk.endpoints[rule.regained]
    baseline, best = subject.baseline[cycle, other.instrument], walk.best[other.instrument]
    regained, previous_day = NONE, origin.day
    for v in subject.order[origin.first :]:
        day = subject.day[v]
        if floor(day) > bound + EPSILON:
            break
        if not (counts_for(subject, v, other) and comes_after(subject, v, origin)):
            continue
        if day > bound + EPSILON:
            continue
        facts.last_visit_day[n] = day
        facts.last_seen_day[n] = max(origin.day, day)
        met = holds(other.condition, other.threshold, subject.score[v], baseline, best)
        possible = regained == NONE and _after_confirmation(subject, v, origin)
        if possible and met and _without_session_between(subject, v, origin):
            code = walk.strategies.shape[1] - 1
            write_exact(code, max(day, origin.day), 0, previous_day, intercurrents, used)
            used += 1
            regained = v
        previous_day = day
    return used, regained


@kernel
def _after_confirmation(subject, visit, origin):
    """Tell whether a visit is later than the one that confirmed the relapse."""
    if origin.confirm_visit == NEVER:
        return False
    if origin.confirm_visit == NO_VISIT:
        return True
    confirm = origin.confirm_visit
    return is_later(
        subject.day[visit],
        subject.position[visit],
        subject.rank[visit],
        subject.day[confirm],
        subject.position[confirm],
        subject.rank[confirm],
    )
