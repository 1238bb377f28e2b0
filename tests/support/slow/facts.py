"""Intercurrent events: when they happened and which of them end the watch (rules 11 and 14)."""

from dataclasses import dataclass
from typing import Any

from support.slow.clocks import Origin
from support.slow.moments import (
    EPS,
    AtDay,
    AtSession,
    Moment,
    Session,
    Visit,
    strictly_later,
    whole,
)
from support.slow.subject import Subject

ORDER = ("booster", "switch", "ect", "death", "withdrawal", "lost")
TERMINATING = ("competing", "censor", "event")


@dataclass(frozen=True)
class Fact:
    """Something that happened after the origin, on its day (never before the origin's)."""

    name: str
    day: float
    strategy: str
    session: Session | None = None

    def leaves(self, visit: Visit) -> bool:
        """Whether a visit lies before it."""
        if self.session is not None:
            return visit.position < self.session.number
        return not strictly_later(visit.day, self.day)

    @property
    def moment(self) -> Moment:
        if self.session is not None:
            return AtSession(self.session.number, self.day, counts_itself=True)
        return AtDay(self.day)

    @property
    def precedence(self) -> tuple:
        if self.name == "response_regained":
            return (2, 0, "")
        known = self.name in ORDER
        return (0, ORDER.index(self.name), "") if known else (1, 0, self.name)


def next_session(sessions: list[Session], origin: Origin) -> Session | None:
    """The first of some sessions that the origin lies before."""
    return next((s for s in sessions if origin.moment.before_session(s)), None)


def first_since(subject: Subject, name: str, origin: Origin) -> float | None:
    """The day of the first such event on or after the origin's whole day."""
    days = [d for d, word in subject.events if word == name and whole(d) >= whole(origin.day)]
    return max(min(days), origin.day) if days else None


def terminating_facts(
    subject: Subject, endpoint: Any, origin: Origin, last_day: float, *, booster: bool
) -> list[Fact]:
    """Every intercurrent event that ends the watch, the earliest first."""
    facts = []
    for name, strategy in endpoint.intercurrent.items():
        if strategy not in TERMINATING or name == "response_regained":
            continue
        session, day = None, None
        if name != "booster":
            day = first_since(subject, name, origin)
        elif booster:
            session = next_session(subject.block_starts(), origin)
            day = None if session is None else max(session.day, origin.day)
        if day is not None and day <= last_day + EPS:
            facts.append(Fact(name, day, strategy, session))
    return sorted(facts, key=lambda fact: (fact.day, fact.precedence))
