"""Response, remission, relapse and durability of one subject (rules 6, 7, 8, 11 and 14)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from support.slow.clocks import (
    Origin,
    at_risk_day,
    check_course_end,
    last_day_that_counts,
    origin_of,
    qualifying_visit,
)
from support.slow.conditions import baseline_visit, check_baseline, holds
from support.slow.facts import Fact, first_since, terminating_facts
from support.slow.moments import EPS, AtSession, AtVisit, Visit
from support.slow.outcome import Outcome, row, with_entry
from support.slow.runs import (
    Confirmed,
    Run,
    confirmation,
    first_confirmed,
    last_free,
    open_run,
    runs_of,
)
from support.slow.subject import Subject

LOSSES = ("relapse", "durability")


@dataclass(frozen=True)
class Search:
    """What one endpoint's search looks at: usable visits, the condition, what may end it."""

    name: str
    endpoint: Any
    origin: Origin
    free_from: float
    visits: list[Visit]
    met: Callable[[Visit], bool]
    cuts: list[Fact]
    clinical: Fact | None

    def row(self, *, event: bool = False, cause: str | None = None, **given: Any) -> Outcome:
        word = self.name if event else cause or ""
        return row(self.origin.day, self.origin.lower, event=event, cause=word, **given)

    def free_day(self, visit: Visit | None) -> float:
        return self.free_from if visit is None else visit.day


def maintained(subject: Subject, name: str, endpoint: Any, cycle: int) -> Outcome | None:
    """Response held at the last visit before the block (rule 13)."""
    if cycle == 1 or endpoint.origin.startswith(("event:", "column:")):
        return None
    start = subject.cycle(cycle).first
    before = [v for v in subject.seen(endpoint) if 1 <= v.position < start.number]
    judged = cycle - 1 if subject.plan.course.cycle_baseline == "pre-block" else cycle
    if not before or not holds(subject, endpoint, before[-1], judged):
        return None
    at = AtSession(start.number, start.day)
    day = start.day
    return row(
        day, day, day=day, lower_day=day, reason="maintained", cause=name, event=True, moment=at
    )


def scored(subject: Subject, name: str, endpoint: Any, cycle: int) -> Outcome:
    """The row of a score endpoint."""
    check_baseline(subject, endpoint, cycle)
    if endpoint.kind not in LOSSES:
        kept = maintained(subject, name, endpoint, cycle)
        if kept is not None:
            return kept
    check_course_end(subject, endpoint)
    origin = origin_of(subject, endpoint, cycle)
    risk_day = at_risk_day(subject, endpoint, cycle, origin)
    qualified = qualifying_visit(subject, endpoint, cycle)
    search = prepare(subject, name, endpoint, cycle, origin, qualified)
    entry_day = max(risk_day, search.free_from if qualified else risk_day)
    return with_entry(decide(search), entry_day)


def usable_visits(
    subject: Subject, endpoint: Any, origin: Origin, qualified: Visit | None, bound: float
) -> list[Visit]:
    """Visits after the origin and the qualifying visit, within the bounds."""
    visits = [v for v in subject.seen(endpoint) if origin.moment.before_visit(v)]
    if endpoint.kind not in LOSSES:
        baseline = baseline_visit(subject, endpoint.instrument)
        visits = [v for v in visits if v.key > baseline.key]
    if qualified is not None:
        visits = [v for v in visits if v.key > qualified.key]
    return [v for v in visits if v.day <= bound + EPS]


def prepare(
    subject: Subject,
    name: str,
    endpoint: Any,
    cycle: int,
    origin: Origin,
    qualified: Visit | None,
) -> Search:
    """Collect the visits and the facts within the bounds and within what was seen (rule 14)."""
    bound = last_day_that_counts(subject, endpoint, cycle, origin)
    free_from = origin.day if qualified is None else max(origin.day, qualified.day)
    visits = usable_visits(subject, endpoint, origin, qualified, bound)
    last_seen = max(free_from, visits[-1].day) if visits else free_from
    last_day = min(bound, last_seen + subject.plan.follow_up.max_unseen_days)
    cuts = terminating_facts(subject, endpoint, origin, last_day, booster=True)
    clinical = clinical_event(subject, endpoint, origin, last_day)
    met = partial(holds_in_cycle, subject, endpoint, cycle)
    return Search(name, endpoint, origin, free_from, visits, met, cuts, clinical)


def holds_in_cycle(subject: Subject, endpoint: Any, cycle: int, visit: Visit) -> bool:
    return holds(subject, endpoint, visit, cycle)


def clinical_event(subject: Subject, endpoint: Any, origin: Origin, last_day: float) -> Fact | None:
    """The earliest named clinical event that is the endpoint's own."""
    found = []
    for name in getattr(endpoint, "or_events", ()):
        day = first_since(subject, name, origin)
        if day is not None and day <= last_day + EPS:
            found.append(Fact(name, day, "event"))
    return min(found, key=lambda fact: (fact.day, fact.precedence), default=None)


def decide(search: Search) -> Outcome:
    """The earliest of the score event, the clinical event and what ends the watch."""
    cut = search.cuts[0] if search.cuts else None
    before = [v for v in search.visits if cut is None or cut.leaves(v)]
    found = first_confirmed(before, search.met, search.endpoint.confirm)
    clinical = search.clinical
    if clinical is not None and cut is not None and clinical.day > cut.day:
        clinical = None
    if clinical is not None and (found is None or dated(found, search).day >= clinical.day):
        return search.row(
            event=True,
            day=clinical.day,
            lower_day=clinical.day,
            reason=clinical.name,
            moment=clinical.moment,
        )
    if found is not None:
        return score_event(search, found)
    if cut is not None:
        return ended_by(search, cut, before)
    return end_of_observation(search)


def dated(found: Confirmed, search: Search) -> Visit:
    return found.first if search.endpoint.confirm.date == "first" else found.confirming


def score_event(search: Search, found: Confirmed) -> Outcome:
    """The event lies between the visit before the run and the visit that dates it."""
    visit = dated(found, search)
    return search.row(
        event=True,
        day=visit.day,
        lower_day=search.free_day(found.run.free),
        reason="score",
        moment=AtVisit(visit, visit.day),
        confirming=found.confirming,
    )


def ended_by(search: Search, cut: Fact, before: list[Visit]) -> Outcome:
    """What an intercurrent event makes of the row: rule 8 first, then its strategy."""
    pending = open_run(before, search.met)
    if cut.name == "booster" and pending is not None and search.endpoint.kind in LOSSES:
        hidden = hidden_relapse(search, cut, pending)
        if hidden is not None:
            return hidden
    free_day = search.free_day(last_free(before, search.met))
    if cut.strategy == "competing":
        return search.row(day=cut.day, lower_day=free_day, cause=cut.name, reason=cut.name)
    if cut.strategy == "event":
        return search.row(
            event=True, day=cut.day, lower_day=cut.day, reason=cut.name, moment=cut.moment
        )
    return search.row(day=free_day, lower_day=free_day, reason=cut.name)


def hidden_relapse(search: Search, cut: Fact, pending: Run) -> Outcome | None:
    """A session while a run waits for confirmation (rule 8)."""
    choice = search.endpoint.session_while_pending
    if choice == "relapse":
        if search.endpoint.confirm.date == "first":
            moment = AtVisit(pending.visits[0], pending.visits[0].day)
        else:
            moment = cut.moment
        return search.row(
            event=True,
            day=moment.day,
            lower_day=search.free_day(pending.free),
            reason="booster confirmed",
            moment=moment,
        )
    if choice == "look-through":
        found = seen_through(search, pending)
        return None if found is None else score_event(search, found)
    return None


def seen_through(search: Search, pending: Run) -> Confirmed | None:
    """The pending run's confirmation among visits up to the next intercurrent event."""
    others = [fact for fact in search.cuts if fact.name != "booster"]
    visits = [v for v in search.visits if not others or others[0].leaves(v)]
    for run in runs_of(visits, search.met):
        if run.visits[0] == pending.visits[0]:
            return confirmation(run, search.endpoint.confirm)
    return None


def end_of_observation(search: Search) -> Outcome:
    """Nothing happened up to the last visit (rules 7 and 14)."""
    if not search.visits:
        return search.row(day=search.free_from, lower_day=search.free_from, reason="no later visit")
    last = search.visits[-1]
    pending = open_run(search.visits, search.met)
    if pending is None:
        return search.row(day=last.day, lower_day=last.day, reason="last visit")
    free_day = search.free_day(pending.free)
    choice = getattr(search.endpoint, "unconfirmed", "censor")
    if choice == "censor":
        return search.row(day=free_day, lower_day=free_day, reason="unconfirmed")
    if choice == "censor-at-visit":
        return search.row(day=last.day, lower_day=free_day, reason="unconfirmed")
    first = pending.visits[0]
    return search.row(
        event=True,
        day=first.day,
        lower_day=free_day,
        reason="unconfirmed",
        moment=AtVisit(first, first.day),
    )
