"""The walk: through one subject's cycles and endpoints in order, writing down the facts."""

from typing import NamedTuple

import numpy as np

from afterglow.endpoints.clocks import START
from afterglow.endpoints.eligibility import baseline_status, enter
from afterglow.endpoints.exact import write_exact_facts
from afterglow.endpoints.facts import FACT, INTERCURRENT, ROW, clear_fact, clear_row
from afterglow.endpoints.room import Room
from afterglow.endpoints.rules import Kind, Status, WalkRules
from afterglow.endpoints.runs import NONE, new_visits
from afterglow.endpoints.scored import (
    is_maintained,
    remember_reached,
    write_maintained,
    write_scored,
)
from afterglow.endpoints.seen import write_rapid, write_sustained
from afterglow.endpoints.strategies import resolve
from afterglow.kernel import kernel
from afterglow.timeline.moments import Moments
from afterglow.timeline.subject import count_cycles, new_scratch, open_subject

INCLUDED = np.int64(Status.INCLUDED)
NO_SESSION = np.int64(Status.NO_SESSION)
KIND_RAPID = np.int64(Kind.RAPID)
KIND_SUSTAINED = np.int64(Kind.SUSTAINED)
KIND_BOOSTER = np.int64(Kind.BOOSTER)
KIND_LATENCY = np.int64(Kind.LATENCY)
PLACES_FOR_CLOCKS = 3
NO_VISITS = (NONE, NONE, NONE, NONE)


class Walk(NamedTuple):
    """`WalkRules` as compiled code takes them."""

    timeline: np.ndarray
    endpoints: np.ndarray
    strategies: np.ndarray
    best: np.ndarray
    sign: np.ndarray
    minimum: np.ndarray


def as_walk(rules: WalkRules) -> Walk:
    """Return the arrays of `rules`."""
    return Walk(
        np.array([rules.timeline]),
        rules.endpoints,
        rules.strategies,
        rules.best,
        rules.sign,
        rules.minimum,
    )


def walk_subjects(moments: Moments, rules: WalkRules, room: Room | None = None):
    """Derive the facts of every endpoint, cycle by cycle, for a batch of whole subjects.

    Parameters
    ----------
    moments : Moments
        n subjects, sorted.
    rules : WalkRules
    room : Room, optional
        Where to write; what an earlier walk wrote there is lost. Default: new memory.

    Returns
    -------
    (facts, intercurrents, rows) : arrays of FACT, INTERCURRENT and ROW
        Facts in the order of subjects, cycles and endpoints; rows under the plan's own strategies,
        one per fact. Subjects without a row carry a status in their first cycle; in later cycles
        they have none.
    """
    walk = as_walk(rules)
    scratch = new_scratch(moments, len(walk.best))
    most, n_kinds = int(_most_facts(moments, walk, scratch)), walk.strategies.shape[1]
    room = room or Room()
    facts, rows = room.array("facts", FACT, most), room.array("rows", ROW, most)
    intercurrents = room.array("intercurrents", INTERCURRENT, most * n_kinds)
    starts = np.zeros(len(walk.endpoints) + PLACES_FOR_CLOCKS, START)
    visits = new_visits(len(scratch.order))
    n, used = _walk(moments, walk, scratch, visits, starts, facts, intercurrents, rows)
    return facts[:n], intercurrents[:used], rows[:n]


@kernel
def _most_facts(moments, walk, scratch):
    """Return how many facts there are at most: one per endpoint, and those of later cycles."""
    repeated = 0
    for k in range(len(walk.endpoints)):
        repeated += not walk.endpoints[k].first_cycle_only
    most = len(moments.end_day) * len(walk.endpoints)
    for i in range(len(moments.end_day)):
        cycles = count_cycles(moments, i, walk.timeline[0], scratch)
        most += max(0, cycles - 1) * repeated
    return most


@kernel
def _walk(moments, walk, scratch, visits, starts, facts, intercurrents, rows):
    """Fill the arrays subject by subject; return the numbers of facts and intercurrents."""
    n, used = np.int64(0), np.int64(0)
    for i in range(len(moments.end_day)):
        subject = open_subject(moments, i, walk.timeline[0], scratch)
        for cycle in range(max(1, subject.n_cycles)):
            for k in range(len(walk.endpoints)):
                if cycle > 0 and walk.endpoints[k].first_cycle_only:
                    starts[k].status = NO_SESSION
                    continue
                facts.subject[n] = i
                facts.cycle[n] = cycle + 1
                used = _derive(
                    subject, cycle, k, walk, starts, visits, facts, n, intercurrents, used, rows
                )
                if cycle == 0 or facts.status[n] == INCLUDED:
                    n += 1
    return n, used


@kernel
def _derive(subject, cycle, k, walk, starts, visits, facts, n, intercurrents, used, rows):
    """Write fact n and row n of endpoint k; return the next place of the intercurrents."""
    rule = walk.endpoints[k]
    clear_fact(facts, n, k, used)
    clear_row(rows, n)
    dating_visits = NO_VISITS
    status, detail = (NO_SESSION, NONE)
    if subject.n_cycles > 0:
        status = baseline_status(subject, cycle, rule, walk, True)
    maintained = status == INCLUDED and is_maintained(subject, cycle, rule, walk)
    if status == INCLUDED and not maintained:
        status, detail = enter(subject, cycle, k, walk, starts)
    facts.status[n], facts.status_detail[n] = status, detail
    if maintained:
        write_maintained(subject, cycle, facts, n)
    elif status == INCLUDED:
        if rule.kind == KIND_BOOSTER or rule.kind == KIND_LATENCY:
            used, regained = write_exact_facts(
                subject, cycle, k, walk, starts, facts, n, intercurrents, used
            )
            dating_visits = (regained, NONE, NONE, NONE)
        elif rule.kind == KIND_RAPID:
            dating_visits = (write_rapid(subject, rule, walk, facts, n), NONE, NONE, NONE)
        elif rule.kind == KIND_SUSTAINED:
            shown = write_sustained(subject, rule, walk, facts, n)
            dating_visits = (shown, NONE, NONE, NONE)
        else:
            used, dating_visits = write_scored(
                subject, cycle, k, walk, starts, visits, facts, n, intercurrents, used
            )
    facts.n_intercurrent[n] = used - facts.first_intercurrent[n]
    resolve(
        facts, n, intercurrents, rule, walk.strategies[k], walk.timeline[0].max_unseen_days, rows, n
    )
    remember_reached(
        subject, cycle, k, walk, facts, n, intercurrents, rows, n, dating_visits, starts[k]
    )
    return used
