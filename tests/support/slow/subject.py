"""One subject's visits, sessions, events, course and cycles (rules 0, 3, 4 and 13)."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from support.slow.moments import EPS, Session, Visit, last_session_before, whole

ENDS = ("lost", "withdrawal", "death", "switch", "ect")


FIRST_CYCLE_ONLY = ("rapid_response", "sustained_response")


class SetAside(Exception):
    """The subject has no row of this endpoint and cycle; the argument is the reason."""


def has_later_cycles(endpoint: Any) -> bool:
    return endpoint.cycles == "all" and endpoint.kind not in FIRST_CYCLE_ONLY


@dataclass(frozen=True)
class Cycle:
    """One course or block, and the wait after it."""

    number: int
    first: Session
    last: Session
    risk_day: float


@dataclass
class Subject:
    identifier: Any
    plan: Any
    instruments: Any
    columns: dict[str, Any]
    sessions_known: bool
    sessions: list[Session]
    visits: dict[str, list[Visit]]
    events: list[tuple[float, str]]
    end_day: float
    end_reason: str
    cycles: list[Cycle] = field(default_factory=list)
    course_unfinished: bool = False
    rules: dict[str, Callable] = field(default_factory=dict)
    outcomes: dict[tuple[str, int], Any] = field(default_factory=dict)

    def outcome(self, name: str, cycle: int) -> Any:
        """The outcome of an endpoint in a cycle; raises SetAside with the reason."""
        if (name, cycle) not in self.outcomes:
            self.outcomes[name, cycle] = self._derived(name, cycle)
        result = self.outcomes[name, cycle]
        if isinstance(result, SetAside):
            raise SetAside(*result.args)
        return result

    def _derived(self, name: str, cycle: int) -> Any:
        endpoint = self.plan.endpoint[name]
        try:
            if not self.sessions:
                raise SetAside("no session")
            if cycle > 1 and not has_later_cycles(endpoint):
                raise SetAside("first cycle only")
            return self.rules[endpoint.kind](self, name, endpoint, cycle)
        except SetAside as reason:
            return reason

    def cycle(self, number: int) -> Cycle:
        return self.cycles[number - 1]

    def seen(self, endpoint: Any) -> list[Visit]:
        """The visits that an endpoint looks at: its instrument, its timing."""
        visits = self.visits.get(endpoint.instrument, [])
        return [v for v in visits if endpoint.timing is None or v.timing in endpoint.timing]

    def first_event(self, name: str) -> float | None:
        return min((day for day, word in self.events if word == name), default=None)

    def block_starts(self) -> list[Session]:
        return [cycle.first for cycle in self.cycles[1:]]


def numbered_sessions(rows: list[dict], end_day: float) -> list[Session]:
    """Sessions not after the end of follow-up, in order, counted from 1."""
    kept = [row for row in rows if whole(row["day"]) <= whole(end_day)]
    kept.sort(key=lambda row: (row["day"], row["session_no"]))
    return [Session(i, row["day"], row["phase"]) for i, row in enumerate(kept, start=1)]


def ordered_visits(
    rows: list[dict], sessions: list[Session], end_day: float
) -> dict[str, list[Visit]]:
    """Valid scores not after the end of follow-up, per instrument, in order."""
    visits: dict[str, list[Visit]] = {}
    for row in rows:
        if math.isnan(row["score"]) or whole(row["day"]) > whole(end_day):
            continue
        position = last_session_before(row["day"], row["timing"], sessions)
        visit = Visit(row["instrument"], row["day"], row["timing"], row["score"], position)
        visits.setdefault(visit.instrument, []).append(visit)
    return {name: sorted(group, key=lambda v: v.key) for name, group in visits.items()}


def dated_events(rows: list[dict], end_day: float, end_reason: str) -> list[tuple[float, str]]:
    """Events not after the end of follow-up, and the one that ended it."""
    events = [(r["day"], r["name"]) for r in rows if whole(r["day"]) <= whole(end_day)]
    if end_reason in ENDS and end_reason not in [name for _, name in events]:
        events.append((end_day, end_reason))
    return sorted(events)


def course_length(sessions: list[Session], rule: Any) -> int:
    """How many of the first sessions are the course."""
    count = 1
    while count < len(sessions):
        last, following = sessions[count - 1], sessions[count]
        if (
            following.day - last.day > rule.max_gap_days + EPS
            or count == rule.max_sessions
            or following.day > rule.max_days + EPS
            or (rule.use_phase and following.phase not in ("", "induction"))
        ):
            break
        count += 1
    return count


def course_risk_day(sessions: list[Session], count: int, rule: Any) -> float:
    """The earliest day on which a booster is possible."""
    course_end = sessions[count - 1].day
    phases_tell = rule.use_phase and all(s.phase for s in sessions)
    if count == rule.max_sessions or phases_tell:
        return course_end
    return min(course_end + rule.max_gap_days, max(rule.max_days, course_end))


def blocks(boosters: list[Session], gap_days: float) -> list[list[Session]]:
    """Boosters, grouped where they follow each other closely."""
    groups: list[list[Session]] = []
    for session in boosters:
        if groups and session.day - groups[-1][-1].day <= gap_days + EPS:
            groups[-1].append(session)
        else:
            groups.append([session])
    return groups


def lay_out_cycles(subject: Subject) -> None:
    """Find the course, the blocks and the days from which the next booster is possible."""
    sessions, rule = subject.sessions, subject.plan.course
    if not sessions:
        return
    count = course_length(sessions, rule)
    risk_day = course_risk_day(sessions, count, rule)
    subject.cycles = [Cycle(1, sessions[0], sessions[count - 1], risk_day)]
    for number, block in enumerate(blocks(sessions[count:], rule.block_gap_days), start=2):
        risk = block[-1].day + rule.block_gap_days
        subject.cycles.append(Cycle(number, block[0], block[-1], risk))
    waiting = subject.sessions_known and len(sessions) == count
    ended_early = subject.end_day < risk_day - EPS and risk_day != sessions[count - 1].day
    subject.course_unfinished = waiting and ended_early
