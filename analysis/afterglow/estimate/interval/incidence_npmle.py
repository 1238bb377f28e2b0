"""The masses of competing causes that make intervals and exact days together most likely."""

from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.interval.incidence_jumps import Seen
from afterglow.estimate.interval.incidence_newton import (
    expected_shares,
    improved,
    log_likelihood,
    mass_gradient,
)
from afterglow.estimate.interval.npmle import AIM, KKT_GAP, MOST_IDLE, MOST_ROUNDS, NOBODY

EM_FIRST, EM_BETWEEN = 10, 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IncidenceFit:
    """A non-parametric maximum-likelihood estimate of competing causes.

    Attributes
    ----------
    mass : array, shape (J,)
        Probability of each jump; sums to 1.
    loglik : float
    gap : float
        The largest violation of the Karush–Kuhn–Tucker conditions, per subject: without delayed
        entry the log-likelihood per subject lies at most so far below its maximum.
    rounds : int
    exhausted : bool
        With delayed entry, everybody at risk had an event before others entered: what came later
        is not part of the estimate.
    """

    mass: Floats
    loglik: float
    gap: float
    rounds: int
    exhausted: bool


def incidence_npmle(seen: Seen) -> IncidenceFit:
    """Return the masses that maximise the likelihood.

    Self-consistency steps, in which an event within a range is spread by the present masses and
    the hazards follow as in a product-limit curve, and Newton steps that keep masses at 0 or
    above. Jumps are added where the likelihood would gain and dropped where they are empty, until
    none would gain (constrained Newton, Wang 2008, with several causes). Jumps of an exact day
    that no interval covers are always there.
    """
    rows, exhausted = _until_exhausted(seen)
    alone = standing_alone(rows)
    chosen = np.union1d(_cover(rows), np.append(np.flatnonzero(alone), rows.jumps - 1))
    mass = _em(rows.on(chosen), _start(rows.on(chosen)), EM_FIRST)
    total, rounds, best, idle = rows.total, 0, np.inf, 0
    while True:
        gradient = mass_gradient(rows, _spread(mass, chosen, rows.jumps))
        gap = float(gradient.max()) / total
        idle = 0 if gap < best else idle + 1
        best = min(gap, best)
        if gap <= AIM or (gap <= KKT_GAP and idle >= MOST_IDLE) or rounds == MOST_ROUNDS:
            break
        rounds += 1
        chosen, mass = _with_best(rows, chosen, mass, gradient, total * AIM)
        chosen, mass = _stepped(rows, chosen, mass, alone)
        mass = _em(rows.on(chosen), mass, EM_BETWEEN)
    return IncidenceFit(
        mass=_spread(mass, chosen, seen.jumps),
        loglik=log_likelihood(rows.on(chosen), mass),
        gap=max(gap, 0.0),
        rounds=rounds,
        exhausted=exhausted,
    )


def standing_alone(rows: Seen) -> Codes:
    """Say which jumps are the whole range of some rows and within the range of no other."""
    single = np.flatnonzero(rows.last - rows.first == 1)
    wide = np.flatnonzero(rows.last - rows.first > 1)
    return (_covered(rows, wide) == 0) & (_covered(rows, single) > 0)


def _until_exhausted(seen: Seen) -> tuple[Seen, bool]:
    """Cut the rows where everybody at risk has had an event, as a total that is 0 stays 0."""
    last = _last_level(seen)
    if last == seen.jumps:
        return seen, False
    cut = seen.on(np.arange(last))
    inside = cut.last > cut.first
    entered, censored = cut.entered.copy(), cut.censored.copy()
    entered[last] = censored[last] = 0.0
    rows = Seen(
        own=cut.own, first=cut.first[inside], last=cut.last[inside], weight=cut.weight[inside],
        censored=censored, entered=entered,
    )  # fmt: skip
    return rows, True


def _last_level(seen: Seen) -> int:
    """Return the first level that nobody at risk is known to outlive though some had an event."""
    begins = seen.own[seen.first]
    ended = summed(begins, seen.weight, seen.jumps + 1)
    outlived = np.cumsum(seen.entered - seen.censored - ended)[:-1]
    later = np.cumsum(seen.entered[::-1])[::-1][1:]
    nobody = (outlived <= NOBODY * seen.total) & (_covered(seen) > 0) & (later > 0)
    found = np.flatnonzero(nobody)
    return int(found[0]) + 1 if len(found) else seen.jumps


def _covered(rows: Seen, among: Codes | None = None) -> Floats:
    """Return how many of the (distinct) ranges hold each jump."""
    first, last = (
        (rows.first, rows.last) if among is None else (rows.first[among], rows.last[among])
    )
    size = rows.jumps + 1
    covered = np.zeros(rows.jumps)
    covered[rows.own] = np.cumsum(summed(first, None, size) - summed(last, None, size))[:-1]
    return covered


def _cover(rows: Seen) -> Codes:
    """Return few jumps so that every row with an event holds one: the earliest right ends."""
    latest = np.full(rows.jumps + 1, -1, dtype=np.int64)
    np.maximum.at(latest, rows.last, rows.first)
    chosen, end = [], 0
    for place, begin in enumerate(latest.tolist()):
        if begin >= end and begin >= 0:
            chosen.append(place - 1)
            end = place
    return rows.own[np.array(chosen, dtype=np.int64)]


def _start(rows: Seen) -> Floats:
    """Return masses as of a product-limit curve, each event spread evenly over its range."""
    size = rows.jumps + 1
    share = rows.weight / (rows.last - rows.first)
    spread = np.cumsum(summed(rows.first, share, size) - summed(rows.last, share, size))[:-1]
    events = np.zeros(rows.jumps)
    events[rows.own] = spread
    return product_limit(rows, events)


def product_limit(rows: Seen, events: Floats) -> Floats:
    """Return the masses of hazards that are these numbers of events over those at risk."""
    at_risk = np.cumsum(rows.entered - rows.censored)[:-1]
    at_risk = at_risk - np.append(0.0, np.cumsum(events)[:-1])
    least = NOBODY * rows.total
    hazard = np.clip(events / np.maximum(at_risk, least), 0.0, 1.0)
    hazard[-1] = 1.0
    before = np.append(1.0, np.cumprod(1.0 - hazard[:-1]))
    return hazard * before


def _em(rows: Seen, mass: Floats, steps: int) -> Floats:
    for _ in range(steps):
        mass = product_limit(rows, mass * expected_shares(rows, mass))
    return mass


def _spread(mass: Floats, chosen: Codes, jumps: int) -> Floats:
    everywhere = np.zeros(jumps)
    everywhere[chosen] = mass
    return everywhere


def _with_best(
    rows: Seen, chosen: Codes, mass: Floats, gradient: Floats, least: float
) -> tuple[Codes, Floats]:
    """Add, between every two chosen jumps of a cause, the jump where the likelihood gains most."""
    taken = np.zeros(rows.jumps, dtype=np.int64)
    taken[chosen] = 1
    new = np.append(True, taken[rows.own][1:] > 0)
    own = gradient[rows.own]
    highest = np.maximum.reduceat(own, np.flatnonzero(new))[np.cumsum(new) - 1]
    best = rows.own[(own == highest) & (own > least)]
    wider = np.union1d(chosen, best)
    masses = np.zeros(len(wider))
    masses[np.searchsorted(wider, chosen)] = mass
    return wider, masses


def _stepped(rows: Seen, chosen: Codes, mass: Floats, alone: Codes) -> tuple[Codes, Floats]:
    moved = improved(rows.on(chosen), mass, alone[chosen])
    kept = (moved > 0.0) | alone[chosen]
    kept[-1] = True
    return chosen[kept], moved[kept]
