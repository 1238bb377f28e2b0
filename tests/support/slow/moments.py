"""Visits, sessions and the order between them, written out by hand (rules 0 and 1)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

EPS = 1e-9
RANKS = {"pre-dose": 0, "untagged": 1, "off-dose": 2, "post-dose": 3}


def whole(day: float) -> int:
    return math.floor(day)


def has_fraction(day: float) -> bool:
    return day != whole(day)


def strictly_later(day: float, than: float) -> bool:
    """A later whole day; on the same whole day only where both moments are timed."""
    if whole(day) != whole(than):
        return whole(day) > whole(than)
    return has_fraction(day) and has_fraction(than) and day > than


@dataclass(frozen=True)
class Session:
    number: int
    day: float
    phase: str = ""


@dataclass(frozen=True)
class Visit:
    instrument: str
    day: float
    timing: str
    score: float
    position: int

    @property
    def key(self) -> tuple[int, int, float, int]:
        return (whole(self.day), self.position, self.day, RANKS[self.timing])


def follows(day: float, timing: str, session: Session) -> bool:
    """Whether a score comes after a session."""
    if whole(day) != whole(session.day):
        return whole(day) > whole(session.day)
    first_dose = session.day == 0.0
    if first_dose and timing == "pre-dose":
        return False
    if has_fraction(day) and (has_fraction(session.day) or first_dose):
        return day >= session.day
    return timing == "post-dose"


def last_session_before(day: float, timing: str, sessions: Iterable[Session]) -> int:
    """The number of the last session that a score follows, 0 for none."""
    return max((s.number for s in sessions if follows(day, timing, s)), default=0)


@dataclass(frozen=True)
class AtSession:
    """A clock that starts with a session; `counts_itself` where that session may answer it."""

    number: int
    day: float
    counts_itself: bool = False

    def before_visit(self, visit: Visit) -> bool:
        return visit.position >= self.number

    def before_session(self, session: Session) -> bool:
        return session.number > self.number or (
            self.counts_itself and session.number == self.number
        )


@dataclass(frozen=True)
class AtVisit:
    """A clock that starts with a visit."""

    visit: Visit
    day: float

    def before_visit(self, visit: Visit) -> bool:
        return visit.key > self.visit.key

    def before_session(self, session: Session) -> bool:
        return session.number > self.visit.position


@dataclass(frozen=True)
class AtDay:
    """A clock that starts on a day on which something happened."""

    day: float

    def before_visit(self, visit: Visit) -> bool:
        return strictly_later(visit.day, self.day)

    def before_session(self, session: Session) -> bool:
        return whole(session.day) >= whole(self.day)


Moment = AtSession | AtVisit | AtDay
