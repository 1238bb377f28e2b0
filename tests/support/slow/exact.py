"""Booster and latency of one subject: sessions are exact (rules 4, 12 and 14)."""

from dataclasses import dataclass
from typing import Any

from support.slow.clocks import (
    Origin,
    at_risk_day,
    check_course_end,
    last_day_that_counts,
    origin_of,
    qualifying_visit,
)
from support.slow.conditions import BETTER_KINDS, holds
from support.slow.facts import TERMINATING, Fact, next_session, terminating_facts
from support.slow.moments import EPS, AtSession, AtVisit, Visit, follows
from support.slow.outcome import Outcome, row, with_entry
from support.slow.subject import SetAside, Subject


@dataclass(frozen=True)
class Regained:
    """The visit at which response was regained, and the last visit before it."""

    visit: Visit
    before: Visit | None


@dataclass(frozen=True)
class Watch:
    """Until when exact events count, and where nothing happened: day and reason."""

    last_day: float
    end_day: float
    end_reason: str


def exact(subject: Subject, name: str, endpoint: Any, cycle: int) -> Outcome:
    """The row of kind booster or latency."""
    check_course_end(subject, endpoint)
    if endpoint.kind == "booster":
        check_block_end(subject, cycle)
    origin = origin_of(subject, endpoint, cycle)
    starts = [at_risk_day(subject, endpoint, cycle, origin)]
    qualified = qualifying_visit(subject, endpoint, cycle)
    if qualified is not None:
        starts.append(qualified.day)
    starts.append(possible_from(subject, endpoint, cycle, origin))
    return with_entry(race(subject, name, endpoint, cycle, origin), max(starts))


def check_block_end(subject: Subject, cycle: int) -> None:
    within = subject.cycle(cycle)
    later = [s for s in subject.sessions if s.number > within.last.number]
    if cycle > 1 and not later and subject.end_day < within.risk_day - EPS:
        raise SetAside("block unfinished")


def possible_from(subject: Subject, endpoint: Any, cycle: int, origin: Origin) -> float:
    """The first day on which the wait's end could be seen."""
    risk_day = subject.cycle(cycle).risk_day
    confirmed = origin.day
    if origin.followed is not None and origin.followed.confirming is not None:
        confirmed = origin.followed.confirming.day
    any_session = endpoint.kind == "latency" and endpoint.until == "session"
    return confirmed if any_session else max(confirmed, risk_day)


def race(subject: Subject, name: str, endpoint: Any, cycle: int, origin: Origin) -> Outcome:
    """Whatever comes first: the session, an intercurrent event, the response regained."""
    bound = last_day_that_counts(subject, endpoint, cycle, origin)
    regained = None
    watch = Watch(bound, min(subject.end_day, bound), "end of follow-up")
    if endpoint.kind == "latency":
        other = regained_endpoint(subject, endpoint)
        if other is not None and regains(endpoint) in TERMINATING:
            watch = mixed_watch(subject, other, origin, bound)
            regained = response_regained(subject, other, origin, cycle, bound)
    facts = terminating_facts(subject, endpoint, origin, watch.last_day, booster=False)
    if regained is not None:
        day = max(regained.visit.day, origin.day)
        facts.append(Fact("response_regained", day, regains(endpoint)))
    facts.sort(key=lambda fact: (fact.day, fact.precedence))
    own = own_session(subject, endpoint, origin, watch.last_day)
    first = facts[0] if facts else None
    given = (origin.day, origin.lower)
    if own is not None and (first is None or own.day <= first.day):
        word = (
            "session" if endpoint.kind == "latency" and endpoint.until == "session" else "booster"
        )
        return row(
            *given, day=own.day, lower_day=own.day, cause=name, reason=word, event=True, moment=own
        )
    if first is None:
        return row(*given, day=watch.end_day, lower_day=watch.end_day, reason=watch.end_reason)
    return ended_by(name, first, regained, origin)


def regains(endpoint: Any) -> str:
    return endpoint.intercurrent.get("response_regained", "ignore")


def own_session(
    subject: Subject, endpoint: Any, origin: Origin, last_day: float
) -> AtSession | None:
    """The next booster (or any next session) after the origin."""
    any_session = endpoint.kind == "latency" and endpoint.until == "session"
    candidates = subject.sessions if any_session else subject.block_starts()
    session = next_session(candidates, origin)
    if session is None or max(session.day, origin.day) > last_day + EPS:
        return None
    return AtSession(session.number, max(session.day, origin.day))


def ended_by(name: str, fact: Fact, regained: Regained | None, origin: Origin) -> Outcome:
    """The row of who met something else first."""
    given = (origin.day, origin.lower)
    by_visit = fact.name == "response_regained"
    if fact.strategy == "event":
        moment = AtVisit(regained.visit, regained.visit.day) if by_visit else fact.moment
        return row(
            *given,
            day=fact.day,
            lower_day=fact.day,
            cause=name,
            reason=fact.name,
            event=True,
            moment=moment,
        )
    lower_day = fact.day
    if by_visit and fact.strategy == "competing":
        lower_day = origin.day if regained.before is None else regained.before.day
    cause = fact.name if fact.strategy == "competing" else ""
    return row(*given, day=fact.day, lower_day=lower_day, cause=cause, reason=fact.name)


def regained_endpoint(subject: Subject, endpoint: Any) -> Any | None:
    """The endpoint whose condition ends the wait: named, or the one that the relapse follows."""
    if endpoint.regained is not None:
        return subject.plan.endpoint[endpoint.regained]
    if not endpoint.origin.startswith("endpoint:"):
        return None
    relapse = subject.plan.endpoint[endpoint.origin.split(":")[1]]
    followed = getattr(relapse, "origin", "")
    if not followed.startswith("endpoint:"):
        return None
    other = subject.plan.endpoint[followed.split(":")[1]]
    return other if other.kind in BETTER_KINDS else None


def seen_after(subject: Subject, other: Any, origin: Origin, bound: float) -> list[Visit]:
    """Visits at which response could be seen again."""
    return [
        visit
        for visit in subject.seen(other)
        if origin.moment.before_visit(visit) and visit.day <= bound + EPS
    ]


def mixed_watch(subject: Subject, other: Any, origin: Origin, bound: float) -> Watch:
    """Exact events count only a little longer than visits are made (rule 14)."""
    visits = seen_after(subject, other, origin, bound)
    if not visits:
        last_seen, reason = origin.day, "no later visit"
    else:
        last_seen, reason = max(origin.day, visits[-1].day), "last visit"
    last_day = min(bound, last_seen + subject.plan.follow_up.max_unseen_days)
    return Watch(last_day, last_seen, reason)


def response_regained(
    subject: Subject, other: Any, origin: Origin, cycle: int, bound: float
) -> Regained | None:
    """The first later visit, no session in between, at which the response rule holds."""
    followed = origin.followed
    if followed is not None and followed.reason == "booster confirmed":
        return None
    confirming = None if followed is None else followed.confirming
    between = [s for s in subject.sessions if origin.moment.before_session(s)]
    before = None
    for visit in seen_after(subject, other, origin, bound):
        undisturbed = not any(follows(visit.day, visit.timing, s) for s in between)
        late_enough = confirming is None or visit.key > confirming.key
        if undisturbed and late_enough and holds(subject, other, visit, cycle):
            return Regained(visit, before)
        before = visit
    return None
