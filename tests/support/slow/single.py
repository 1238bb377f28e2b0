"""Rapid response, sustained response and the status at stated days of one subject."""

import math
from typing import Any

from support.slow.conditions import (
    baseline_in_force,
    baseline_visit,
    check_baseline,
    holds,
    improvement_at_least,
)
from support.slow.moments import EPS, AtVisit, Visit
from support.slow.outcome import Outcome, row
from support.slow.subject import Subject

HOURS = 24.0


def after_first_dose(subject: Subject, endpoint: Any) -> list[Visit]:
    return [visit for visit in subject.seen(endpoint) if visit.position >= 1]


def nearest(visits: list[Visit], day: float) -> Visit | None:
    """The visit nearest to a day, the earlier of two as near."""
    best = None
    for visit in visits:
        if best is None or abs(visit.day - day) < abs(best.day - day) - EPS:
            best = visit
    return best


def nearest_target(targets: list[float], day: float) -> float:
    """The target nearest to a day, the earlier of two as near."""
    best = targets[0]
    for target in targets[1:]:
        if abs(day - target) < abs(day - best) - EPS:
            best = target
    return best


def rapid(subject: Subject, name: str, endpoint: Any, cycle: int) -> Outcome:
    """The condition at the visit nearest to so many hours after the first dose."""
    check_baseline(subject, endpoint, cycle)
    origin = subject.cycle(1).first.day
    near = []
    for visit in after_first_dose(subject, endpoint):
        if abs(visit.day * HOURS - endpoint.at_hours) <= endpoint.window_hours + EPS:
            near.append(visit)
    visit = nearest(near, endpoint.at_hours / HOURS)
    if visit is None:
        return row(origin, origin, day=origin, lower_day=origin, reason="no visit in window")
    if not holds(subject, endpoint, visit, 1):
        return row(origin, origin, day=visit.day, lower_day=visit.day, reason="condition not met")
    return event_at(name, visit, origin, lower_day=origin)


def event_at(name: str, visit: Visit, origin: float, *, lower_day: float) -> Outcome:
    return row(
        origin,
        origin,
        day=visit.day,
        lower_day=lower_day,
        reason="score",
        cause=name,
        event=True,
        moment=AtVisit(visit, visit.day),
    )


def sustained(subject: Subject, name: str, endpoint: Any, cycle: int) -> Outcome:
    """The condition from an early visit to a last day, with few excursions."""
    check_baseline(subject, endpoint, cycle)
    origin = subject.cycle(1).first.day
    last_day = endpoint.through_day + endpoint.window_days
    visits = after_first_dose(subject, endpoint)
    early = [v for v in visits if v.day <= endpoint.start_by_day + EPS]
    starts = [v for v in early if holds(subject, endpoint, v, 1)]
    if not early:
        return row(origin, origin, day=origin, lower_day=origin, reason="no visit in window")
    if not starts:
        day = early[-1].day
        return row(origin, origin, day=day, lower_day=day, reason="not by the start day")
    start = starts[0]
    watched = [v for v in visits if v.key >= start.key and v.day <= last_day + EPS]
    lost = visit_that_ends_it(subject, endpoint, watched[1:])
    if lost is not None:
        return row(origin, origin, day=lost.day, lower_day=lost.day, reason="lost")
    return shown_to_last(name, endpoint, watched, origin)


def visit_that_ends_it(subject: Subject, endpoint: Any, later: list[Visit]) -> Visit | None:
    """The visit that is one excursion too many, or too deep a one."""
    baseline = baseline_in_force(subject, endpoint.instrument, 1)
    instrument = subject.instruments(endpoint.instrument)
    floor = endpoint.excursion_improvement_at_least_percent
    count = 0
    for visit in later:
        if holds(subject, endpoint, visit, 1):
            continue
        count += 1
        shallow = improvement_at_least(baseline, visit.score, instrument, floor)
        if count > endpoint.excursions or not shallow:
            return visit
    return None


def shown_to_last(name: str, endpoint: Any, watched: list[Visit], origin: float) -> Outcome:
    """An event where a visit near the last day shows that it lasted."""
    target, width = endpoint.through_day, endpoint.window_days
    shows = [i for i, v in enumerate(watched) if abs(v.day - target) <= width + EPS]
    if not shows:
        day = watched[-1].day
        return row(origin, origin, day=day, lower_day=day, reason="not seen to the end")
    place = shows[-1]
    lower_day = watched[place - 1].day if place else origin
    return event_at(name, watched[place], origin, lower_day=lower_day)


def status_at_days(
    subject: Subject, endpoint: Any, days: list[float], width: float
) -> list[dict[str, Any]]:
    """The condition at each stated day: observed near it, and carried forward."""
    check_baseline(subject, endpoint, 1)
    visits = after_first_dose(subject, endpoint)
    targets = sorted(days)
    groups: dict[float, list[Visit]] = {target: [] for target in targets}
    for visit in visits:
        home = nearest_target(targets, visit.day)
        if abs(visit.day - home) <= width + EPS:
            groups[home].append(visit)
    rows = []
    for target in targets:
        seen = nearest(groups[target], target)
        earlier = [v for v in visits if v.day <= target + width + EPS]
        rows.append(
            {
                "day": target,
                "observed": met(subject, endpoint, seen),
                "carried": met(subject, endpoint, earlier[-1])
                if earlier
                else at_baseline(subject, endpoint),
            }
        )
    return rows


def met(subject: Subject, endpoint: Any, visit: Visit | None) -> float:
    return math.nan if visit is None else float(holds(subject, endpoint, visit, 1))


def at_baseline(subject: Subject, endpoint: Any) -> float:
    return met(subject, endpoint, baseline_visit(subject, endpoint.instrument))
