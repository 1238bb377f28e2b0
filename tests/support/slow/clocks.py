"""Where a clock starts, from when a subject is at risk, and until when events count (rule 10)."""

import math
from dataclasses import dataclass
from typing import Any

from support.slow.conditions import check_baseline, holds
from support.slow.moments import EPS, AtDay, AtSession, Moment, Session, Visit
from support.slow.outcome import Outcome
from support.slow.subject import SetAside, Subject

UNTIL_DAYS = 14.0


@dataclass(frozen=True)
class Origin:
    """The moment a clock starts, its day, and the last day before it."""

    moment: Moment
    day: float
    lower: float
    followed: Outcome | None = None


def check_course_end(subject: Subject, endpoint: Any) -> None:
    """Set aside a subject whose course nobody saw the end of, where the end matters."""
    words = [endpoint.origin, endpoint.at_risk_from]
    if endpoint.qualify is not None:
        words.append(endpoint.qualify.after)
    uses_end = "course_end" in words or endpoint.kind == "booster"
    if subject.course_unfinished and uses_end:
        raise SetAside("course unfinished")


def reached(subject: Subject, name: str, cycle: int) -> Outcome:
    """The event of another endpoint in the same cycle."""
    followed = subject.outcome(name, cycle)
    if not followed.event:
        raise SetAside(f"{name} not reached")
    return followed


def named_day(subject: Subject, word: str, cycle: int) -> float:
    """The day of event:NAME or column:NAME."""
    source, name = word.split(":")
    if cycle > 1:
        raise SetAside("first cycle only")
    if source == "event":
        day = subject.first_event(name)
        if day is None:
            raise SetAside(f"no {name} event")
        return day
    value = float(subject.columns[name])
    if math.isnan(value):
        raise SetAside(f"no {name}")
    return value


def clock_session(subject: Subject, word: str, cycle: int) -> Session:
    within = subject.cycle(cycle)
    return within.first if word == "first_session" else within.last


def origin_of(subject: Subject, endpoint: Any, cycle: int) -> Origin:
    """Where the endpoint's clock starts."""
    word = endpoint.origin
    if word in ("first_session", "course_end"):
        session = clock_session(subject, word, cycle)
        return Origin(AtSession(session.number, session.day), session.day, session.day)
    if word.startswith("endpoint:"):
        followed = reached(subject, word.split(":")[1], cycle)
        lower = followed.origin_day + followed.lower
        return Origin(followed.moment, followed.event_day, lower, followed)
    day = named_day(subject, word, cycle)
    return Origin(AtDay(day), day, day)


def at_risk_day(subject: Subject, endpoint: Any, cycle: int, origin: Origin) -> float:
    """The day from which an event can be seen to happen."""
    word = endpoint.at_risk_from
    if word is None:
        return origin.day
    if word in ("first_session", "course_end"):
        return clock_session(subject, word, cycle).day
    if word.startswith("endpoint:"):
        return reached(subject, word.split(":")[1], cycle).event_day
    return named_day(subject, word, cycle)


def qualifying_visit(subject: Subject, endpoint: Any, cycle: int) -> Visit | None:
    """The first visit in the window, at which another endpoint's condition must hold."""
    rule = endpoint.qualify
    if rule is None:
        return None
    other = subject.plan.endpoint[rule.endpoint]
    check_baseline(subject, other, cycle, severity=False)
    reference = clock_session(subject, rule.after, cycle)
    low, high = rule.window_days
    in_window = [
        visit
        for visit in subject.seen(other)
        if visit.position >= reference.number
        and low - EPS <= visit.day - reference.day <= high + EPS
    ]
    if not in_window:
        raise SetAside("no visit in the qualifying window")
    if not holds(subject, other, in_window[0], cycle):
        raise SetAside("did not qualify")
    return in_window[0]


def until_bound(subject: Subject, endpoint: Any, cycle: int) -> float:
    """The last day on which a response counts."""
    until = getattr(endpoint, "until", None)
    if endpoint.kind not in ("response", "remission") or until == "none":
        return math.inf
    if until is None:
        if not subject.sessions_known:
            return math.inf
        return subject.cycle(cycle).last.day + UNTIL_DAYS
    return clock_session(subject, until.after, cycle).day + until.days


def last_day_that_counts(subject: Subject, endpoint: Any, cycle: int, origin: Origin) -> float:
    """The earlier of `until` and `until_day`."""
    bound = until_bound(subject, endpoint, cycle)
    if endpoint.until_day is not None:
        bound = min(bound, origin.day + endpoint.until_day)
    return bound
