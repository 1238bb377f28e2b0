"""From facts to rows: what each intercurrent event does, strategy by strategy (7, 8, 11, 14)."""

import numpy as np

from afterglow.endpoints.facts import CENSORED, OWN_EVENT, ROW, clear_row
from afterglow.endpoints.rules import (
    BOOSTER_CODE,
    NO_ENDPOINT,
    Kind,
    Pending,
    Reason,
    Status,
    Strategy,
    Unconfirmed,
)
from afterglow.kernel import kernel
from afterglow.timeline.moments import EPSILON
from afterglow.timeline.order import after_event

KIND_BOOSTER = np.int64(Kind.BOOSTER)
KIND_LATENCY = np.int64(Kind.LATENCY)
KIND_REACHED = np.int64(Kind.REACHED)
INCLUDED = np.int64(Status.INCLUDED)
ENDED_BEFORE_AT_RISK = np.int64(Status.ENDED_BEFORE_AT_RISK)
IGNORE = np.int64(Strategy.IGNORE)
COMPETING = np.int64(Strategy.COMPETING)
COMPOSITE = np.int64(Strategy.EVENT)
AS_RELAPSE = np.int64(Pending.RELAPSE)
LOOK_THROUGH = np.int64(Pending.LOOK_THROUGH)
OPEN_IS_CENSORED_AT_VISIT = np.int64(Unconfirmed.CENSOR_AT_VISIT)
OPEN_IS_EVENT = np.int64(Unconfirmed.EVENT)
SCORE = np.int64(Reason.SCORE)
MAINTAINED = np.int64(Reason.MAINTAINED)
BOOSTER_CONFIRMED = np.int64(Reason.BOOSTER_CONFIRMED)
UNCONFIRMED = np.int64(Reason.UNCONFIRMED)
LAST_VISIT = np.int64(Reason.LAST_VISIT)
NO_LATER_VISIT = np.int64(Reason.NO_LATER_VISIT)
END_OF_FOLLOW_UP = np.int64(Reason.END_OF_FOLLOW_UP)
SESSION = np.int64(Reason.SESSION)
FIRST_EVENT = np.int64(Reason.FIRST_EVENT)
NO_CUT = np.int64(-1)


@kernel
def resolve(facts, n, intercurrents, rule, strategies, max_unseen_days, rows, m):
    """Write row m from fact n under `strategies` (one per kind of intercurrent event)."""
    rows.status[m] = facts.status[n]
    if facts.status[n] != INCLUDED:
        return
    rows.entry[m] = max(0.0, facts.at_risk_day[n] - facts.origin_day[n])
    if facts.reason[n] >= 0:
        _as_seen(facts, n, rows, m)
    elif rule.kind == KIND_BOOSTER or rule.kind == KIND_LATENCY:
        _exact(facts, n, intercurrents, rule, strategies, max_unseen_days, rows, m)
    else:
        _scored(facts, n, intercurrents, rule, strategies, max_unseen_days, rows, m)
    if rows.entry[m] > 0 and rows.duration[m] <= rows.entry[m] + EPSILON:
        rows.status[m] = ENDED_BEFORE_AT_RISK


@kernel
def _write_event(facts, n, rows, m, day, lower_day, reason):
    origin = facts.origin_day[n]
    rows.event[m] = True
    rows.cause[m] = OWN_EVENT
    rows.duration[m] = max(0.0, day - origin)
    rows.lower[m] = max(0.0, lower_day - origin)
    rows.lower[m] = min(rows.lower[m], rows.duration[m])
    rows.upper[m] = rows.duration[m]
    rows.reason[m] = reason


@kernel
def _write_without_event(facts, n, rows, m, day, lower_day, cause, reason):
    origin = facts.origin_day[n]
    rows.event[m] = False
    rows.cause[m] = cause
    rows.duration[m] = max(0.0, day - origin)
    rows.lower[m] = max(0.0, lower_day - origin)
    rows.lower[m] = min(rows.lower[m], rows.duration[m])
    rows.upper[m] = np.inf
    rows.reason[m] = reason


@kernel
def _as_seen(facts, n, rows, m):
    """Maintained, rapid and sustained response: decided by visits alone."""
    if np.isnan(facts.event_day[n]):
        day = facts.free_day[n]
        _write_without_event(facts, n, rows, m, day, day, CENSORED, np.int64(facts.reason[n]))
    else:
        _write_event(
            facts,
            n,
            rows,
            m,
            facts.event_day[n],
            facts.event_lower_day[n],
            np.int64(facts.reason[n]),
        )


@kernel
def earliest_cut(facts, n, intercurrents, strategies, limit, without_booster):
    """Find the first terminating intercurrent event; kinds stand in the order that breaks ties."""
    cut = NO_CUT
    first = facts.first_intercurrent[n]
    for i in range(first, first + facts.n_intercurrent[n]):
        code = intercurrents.code[i]
        if strategies[code] == IGNORE or (without_booster and code == BOOSTER_CODE):
            continue
        if intercurrents.day[i] > limit + EPSILON:
            continue
        if cut == NO_CUT or intercurrents.day[i] < intercurrents.day[cut]:
            cut = np.int64(i)
    return cut


@kernel
def confirmed_before(facts, n, intercurrents, cut):
    """Tell whether the event was confirmed before an intercurrent event (NO_CUT: at all)."""
    if np.isnan(facts.event_day[n]):
        return False
    if cut == NO_CUT:
        return True
    if intercurrents.code[cut] == BOOSTER_CODE:
        return facts.confirm_position[n] < intercurrents.position[cut]
    return not after_event(facts.confirm_day[n], intercurrents.day[cut])


@kernel
def _clinical_before(facts, n, intercurrents, cut, limit):
    day = facts.clinical_day[n]
    if np.isnan(day) or day > limit + EPSILON:
        return False
    return cut == NO_CUT or day <= intercurrents.day[cut]


@kernel
def _scored(facts, n, intercurrents, rule, strategies, max_unseen_days, rows, m):
    limit = facts.last_seen_day[n] + max_unseen_days
    cut = earliest_cut(facts, n, intercurrents, strategies, limit, False)
    by_score = confirmed_before(facts, n, intercurrents, cut)
    clinical = facts.clinical_day[n]
    if _clinical_before(facts, n, intercurrents, cut, limit) and not (
        by_score and facts.event_day[n] < clinical
    ):
        day = max(clinical, facts.origin_day[n])
        _write_event(facts, n, rows, m, day, day, FIRST_EVENT + facts.clinical_code[n])
    elif by_score:
        _write_event(facts, n, rows, m, facts.event_day[n], facts.event_lower_day[n], SCORE)
    elif cut == NO_CUT:
        _end_of_observation(facts, n, rule, rows, m)
    elif intercurrents.code[cut] == BOOSTER_CODE and not np.isnan(intercurrents.open_day[cut]):
        _booster_while_pending(facts, n, intercurrents, cut, rule, strategies, limit, rows, m)
    else:
        _ended_by(facts, n, intercurrents, cut, strategies, rows, m)


@kernel
def _ended_by(facts, n, intercurrents, cut, strategies, rows, m):
    code = np.int64(intercurrents.code[cut])
    day, free = intercurrents.day[cut], intercurrents.free_day[cut]
    if strategies[code] == COMPETING:
        _write_without_event(facts, n, rows, m, day, free, code, FIRST_EVENT + code)
    elif strategies[code] == COMPOSITE:
        _write_event(facts, n, rows, m, day, day, FIRST_EVENT + code)
    else:
        _write_without_event(facts, n, rows, m, free, free, CENSORED, FIRST_EVENT + code)


@kernel
def _booster_while_pending(facts, n, intercurrents, cut, rule, strategies, limit, rows, m):
    free = intercurrents.free_day[cut]
    if rule.pending == AS_RELAPSE and rule.kind != KIND_REACHED:
        day = intercurrents.day[cut] if rule.date_confirming else intercurrents.open_day[cut]
        _write_event(facts, n, rows, m, day, free, BOOSTER_CONFIRMED)
        return
    if rule.pending == LOOK_THROUGH and rule.kind != KIND_REACHED:
        later = earliest_cut(facts, n, intercurrents, strategies, limit, True)
        if intercurrents.open_confirmed[cut] and confirmed_before(facts, n, intercurrents, later):
            _write_event(facts, n, rows, m, facts.event_day[n], free, SCORE)
            return
    _ended_by(facts, n, intercurrents, cut, strategies, rows, m)


@kernel
def _end_of_observation(facts, n, rule, rows, m):
    free = facts.free_day[n]
    if np.isnan(facts.last_visit_day[n]):
        _write_without_event(facts, n, rows, m, free, free, CENSORED, NO_LATER_VISIT)
    elif np.isnan(facts.open_day[n]):
        _write_without_event(facts, n, rows, m, free, free, CENSORED, LAST_VISIT)
    elif rule.unconfirmed == OPEN_IS_EVENT and rule.kind != KIND_REACHED:
        _write_event(facts, n, rows, m, facts.open_day[n], free, UNCONFIRMED)
    elif rule.unconfirmed == OPEN_IS_CENSORED_AT_VISIT and rule.kind != KIND_REACHED:
        last = facts.last_visit_day[n]
        _write_without_event(facts, n, rows, m, last, free, CENSORED, UNCONFIRMED)
    else:
        _write_without_event(facts, n, rows, m, free, free, CENSORED, UNCONFIRMED)


@kernel
def _exact(facts, n, intercurrents, rule, strategies, max_unseen_days, rows, m):
    """Booster and latency: sessions are exact; only a mix with scores ends at the last visit."""
    mixed = rule.regained != NO_ENDPOINT and strategies[len(strategies) - 1] != IGNORE
    limit = facts.last_seen_day[n] + max_unseen_days if mixed else np.inf
    cut = earliest_cut(facts, n, intercurrents, strategies, limit, False)
    own = facts.event_day[n]
    if own <= limit + EPSILON and (cut == NO_CUT or own <= intercurrents.day[cut]):
        reason = SESSION if rule.any_session else FIRST_EVENT + BOOSTER_CODE
        _write_event(facts, n, rows, m, own, own, reason)
    elif cut != NO_CUT:
        _exact_cut(facts, n, intercurrents, cut, strategies, rows, m)
    elif mixed:
        reason = NO_LATER_VISIT if np.isnan(facts.last_visit_day[n]) else LAST_VISIT
        day = facts.last_seen_day[n]
        _write_without_event(facts, n, rows, m, day, day, CENSORED, reason)
    else:
        day = facts.end_day[n]
        _write_without_event(facts, n, rows, m, day, day, CENSORED, END_OF_FOLLOW_UP)


@kernel
def _exact_cut(facts, n, intercurrents, cut, strategies, rows, m):
    code, day = np.int64(intercurrents.code[cut]), intercurrents.day[cut]
    if strategies[code] == COMPETING:
        lower = intercurrents.free_day[cut]
        _write_without_event(facts, n, rows, m, day, lower, code, FIRST_EVENT + code)
    elif strategies[code] == COMPOSITE:
        _write_event(facts, n, rows, m, day, day, FIRST_EVENT + code)
    else:
        _write_without_event(facts, n, rows, m, day, day, CENSORED, FIRST_EVENT + code)


@kernel
def _apply(facts, intercurrents, endpoints, strategies, max_unseen_days, rows):
    for i in range(len(facts)):
        k = facts.endpoint[i]
        clear_row(rows, i)
        resolve(facts, i, intercurrents, endpoints[k], strategies[k], max_unseen_days, rows, i)


def apply_strategies(
    facts: np.ndarray,
    intercurrents: np.ndarray,
    endpoints: np.ndarray,
    strategies: np.ndarray,
    max_unseen_days: float,
) -> np.ndarray:
    """Make one row of each fact.

    Parameters
    ----------
    facts, intercurrents : arrays of FACT and INTERCURRENT
    endpoints : array of ENDPOINT_RULE
    strategies : int8 array of shape (endpoints, kinds)
    max_unseen_days : float
        Exact events later than the last visit plus this do not count.

    Returns
    -------
    array of ROW
        As long as `facts`, in the same order.
    """
    rows = np.empty(len(facts), ROW)
    _apply(facts, intercurrents, endpoints, strategies, max_unseen_days, rows)
    return rows
