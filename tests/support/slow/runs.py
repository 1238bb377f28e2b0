"""Runs of visits that meet a condition, and their confirmation (rule 7)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from support.slow.moments import EPS, Visit


@dataclass(frozen=True)
class Run:
    """Successive visits that all meet the condition, and the free visit before them."""

    visits: tuple[Visit, ...]
    free: Visit | None


@dataclass(frozen=True)
class Confirmed:
    run: Run
    first: Visit
    confirming: Visit


def runs_of(visits: list[Visit], met: Callable[[Visit], bool]) -> list[Run]:
    """All runs, in order."""
    found: list[Run] = []
    current: list[Visit] = []
    free: Visit | None = None
    for visit in visits:
        if met(visit):
            current.append(visit)
            continue
        if current:
            found.append(Run(tuple(current), free))
            current = []
        free = visit
    if current:
        found.append(Run(tuple(current), free))
    return found


def confirmation(run: Run, rule: Any) -> Confirmed | None:
    """The first visit of the run that confirms an earlier one."""
    low, high = rule.gap_days
    for place, visit in enumerate(run.visits):
        if rule.visits == 1:
            return Confirmed(run, visit, visit)
        if place + 1 < rule.visits:
            continue
        for earlier in run.visits[:place]:
            if low - EPS <= visit.day - earlier.day <= high + EPS:
                return Confirmed(run, earlier, visit)
    return None


def first_confirmed(
    visits: list[Visit], met: Callable[[Visit], bool], rule: Any
) -> Confirmed | None:
    """The first confirmed run."""
    for run in runs_of(visits, met):
        confirmed = confirmation(run, rule)
        if confirmed:
            return confirmed
    return None


def open_run(visits: list[Visit], met: Callable[[Visit], bool]) -> Run | None:
    """The run that the last visit belongs to (nothing was confirmed before)."""
    if not visits or not met(visits[-1]):
        return None
    return runs_of(visits, met)[-1]


def last_free(visits: list[Visit], met: Callable[[Visit], bool]) -> Visit | None:
    """The last visit that does not meet the condition."""
    free = [visit for visit in visits if not met(visit)]
    return free[-1] if free else None
