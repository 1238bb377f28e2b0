"""Runs: successive visits that all meet a condition, and the visit that confirms one (rule 7)."""

from math import floor
from typing import NamedTuple

import numpy as np

from afterglow.endpoints.clocks import comes_after
from afterglow.endpoints.conditions import holds
from afterglow.endpoints.rules import Kind
from afterglow.kernel import kernel
from afterglow.timeline.moments import EPSILON
from afterglow.timeline.order import is_later

NONE = np.int64(-1)
KIND_REACHED = np.int64(Kind.REACHED)


class Visits(NamedTuple):
    """The visits that one endpoint looks at, in order; the first `n` entries count.

    Attributes
    ----------
    visit : int64 array
        Index of the visit in the subject.
    meets : bool array
        Whether it meets the endpoint's condition.
    """

    visit: np.ndarray
    meets: np.ndarray


def new_visits(most: int) -> Visits:
    """Allocate for the longest subject."""
    return Visits(np.zeros(most, np.int64), np.zeros(most, np.bool_))


@kernel
def counts_for(subject, visit, rule):
    """Tell whether a visit is of the endpoint's instrument and timing."""
    if subject.instrument[visit] != rule.instrument:
        return False
    return (rule.timings >> subject.timing[visit]) & 1 == 1


@kernel
def _after_baseline(subject, visit):
    baseline = subject.baseline_visit[subject.instrument[visit]]
    return (
        baseline == NONE
        or subject.position[visit] > 0
        or is_later(
            subject.day[visit],
            subject.position[visit],
            subject.rank[visit],
            subject.day[baseline],
            subject.position[baseline],
            subject.rank[baseline],
        )
    )


@kernel
def collect(subject, rule, start, qualified, bound, baseline, best, visits):
    """Fill `visits` with those after both starts and up to the bound; return their number."""
    n = 0
    for v in subject.order[max(start.first, qualified.first) :]:
        if floor(subject.day[v]) > bound + EPSILON:
            break
        if not counts_for(subject, v, rule) or subject.day[v] > bound + EPSILON:
            continue
        if not (comes_after(subject, v, start) and comes_after(subject, v, qualified)):
            continue
        if rule.kind == KIND_REACHED and not _after_baseline(subject, v):
            continue
        visits.visit[n] = v
        visits.meets[n] = holds(rule.condition, rule.threshold, subject.score[v], baseline, best)
        n += 1
    return n


@kernel
def _earlier_visit(subject, visits, run_start, j, rule):
    """Return the earliest visit of the run that visit j confirms, or NONE."""
    if rule.confirm_visits == 1:
        return j
    if j - run_start + 1 < rule.confirm_visits:
        return NONE
    for i in range(run_start, j):
        gap = subject.day[visits.visit[j]] - subject.day[visits.visit[i]]
        if rule.confirm_first - EPSILON <= gap <= rule.confirm_last + EPSILON:
            return i
    return NONE


@kernel
def find_confirmed(subject, visits, n, rule):
    """Return (start of the run, the visit confirmed, the confirming visit), or three NONE."""
    run_start = NONE
    for j in range(n):
        if not visits.meets[j]:
            run_start = NONE
            continue
        if run_start == NONE:
            run_start = np.int64(j)
        earlier = _earlier_visit(subject, visits, run_start, j, rule)
        if earlier != NONE:
            return run_start, earlier, j
    return NONE, NONE, NONE


@kernel
def start_of_run(visits, last):
    """Return the first visit of the run that visit `last` belongs to, NONE where it is in none."""
    if last == NONE or not visits.meets[last]:
        return NONE
    while last > 0 and visits.meets[last - 1]:
        last -= 1
    return last
