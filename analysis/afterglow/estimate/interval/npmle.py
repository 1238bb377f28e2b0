"""The masses of the support intervals that make the observed intervals most likely."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.interval.newton import newton_target
from afterglow.estimate.interval.support import Support

KKT_GAP: Final = 1e-6
AIM: Final = 1e-10
MOST_ROUNDS: Final = 300
EM_FIRST, EM_BETWEEN = 10, 3
HALVINGS: Final = 40
MOST_IDLE: Final = 3
NOISE: Final = 1e-14
NOBODY: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Npmle:
    """A non-parametric maximum-likelihood estimate.

    Attributes
    ----------
    mass : array, shape (m,)
        Probability of each support interval; sums to 1.
    loglik : float
    gap : float
        How far, per subject, the log-likelihood can lie below its maximum (the largest violation
        of the Kuhn–Tucker conditions).
    rounds : int
    exhausted : bool
        With delayed entry, everybody at risk had the event before others entered: what came later
        is not part of the estimate.
    """

    mass: Floats
    loglik: float
    gap: float
    rounds: int
    exhausted: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spans:
    """Distinct rows as levels: a survival curve has level l after l jumps.

    A row (a, b] seen from e on contributes log(S_a − S_b) − log S_e, `weight` times.
    """

    a: Codes
    b: Codes
    e: Codes
    weight: Floats
    jumps: int

    def on(self, chosen: Codes) -> "Spans":
        """Return the rows as seen by a curve that jumps only at the `chosen` places (from 1)."""
        jumped = np.zeros(self.jumps + 1, dtype=np.int64)
        jumped[chosen] = 1
        level = np.cumsum(jumped)
        return Spans(
            a=level[self.a], b=level[self.b], e=level[self.e],
            weight=self.weight, jumps=len(chosen),
        )  # fmt: skip


def npmle(support: Support, weight: Floats) -> Npmle:
    """Return the masses that maximise the likelihood, by EM steps and constrained Newton steps.

    A curve starts on a few support intervals; each round adds those where the likelihood gains
    most, moves all masses by a Newton step that keeps them at 0 or above, and drops the empty
    ones, until no interval would gain (Wang 2008; EM steps between as in Wellner and Zhan 1997).
    Masses are moved on the scale of the cumulative hazard, where the log-likelihood is concave
    with delayed entry as well.

    Parameters
    ----------
    support : Support
    weight : array, shape (n,)
        Above 0.
    """
    spans, exhausted = _until_exhausted(_distinct(support, weight))
    chosen = _cover(spans)
    mass = _em(spans.on(chosen), _start(spans.on(chosen)), EM_FIRST)
    total, rounds, best, idle = float(spans.weight.sum()), 0, np.inf, 0
    while True:
        gradient = mass_gradient(spans, _spread(mass, chosen, spans.jumps))
        gap = float(gradient.max()) / total
        idle = 0 if gap < best else idle + 1
        best = min(gap, best)
        done = gap <= AIM or (gap <= KKT_GAP and idle >= MOST_IDLE)
        if done or rounds == MOST_ROUNDS:
            break
        rounds += 1
        wider, mass = _with_best(chosen, mass, gradient, total * AIM)
        chosen, mass = _improved(spans, wider, mass)
        mass = _em(spans.on(chosen), mass, EM_BETWEEN)
    return Npmle(
        mass=_spread(mass, chosen, len(support.lower)),
        loglik=log_likelihood(spans.on(chosen), survival_levels(mass)),
        gap=max(gap, 0.0),
        rounds=rounds,
        exhausted=exhausted,
    )


def survival_levels(mass: Floats) -> Floats:
    """Return the curve before the first and after each jump; summed from the end, ends on 0."""
    return np.append(np.cumsum(mass[::-1])[::-1] / mass.sum(), 0.0)


def log_likelihood(spans: Spans, survival: Floats) -> float:
    """Return the log-likelihood of a curve given at every level; −inf where a row is impossible."""
    seen = survival[spans.a] - survival[spans.b]
    if (seen <= 0.0).any():
        return -np.inf
    return float(spans.weight @ (np.log(seen) - np.log(survival[spans.e])))


def mass_gradient(spans: Spans, mass: Floats) -> Floats:
    """Return the derivative of the log-likelihood by each mass, their sum held at 1."""
    survival = survival_levels(mass)
    seen = spans.weight / (survival[spans.a] - survival[spans.b])
    truncated = spans.weight / survival[spans.e]
    size = spans.jumps + 1
    rises = summed(spans.a, seen, size) - summed(spans.b, seen, size)
    return np.cumsum(rises - summed(spans.e, truncated, size))[:-1]


def _distinct(support: Support, weight: Floats) -> Spans:
    """Return the distinct rows with their weights added."""
    jumps = len(support.lower)
    size = jumps + 1
    code = (support.start * size + support.first) * size + support.last
    values, rows = np.unique(code, return_inverse=True)
    return Spans(
        a=values // size % size, b=values % size, e=values // size**2,
        weight=summed(rows, weight, len(values)), jumps=jumps,
    )  # fmt: skip


def _until_exhausted(spans: Spans) -> tuple[Spans, bool]:
    """Cut the spans where everybody at risk has had the event, as a curve that is 0 stays 0.

    Without delayed entry this is the last jump.
    """
    size = spans.jumps + 1
    survivors = np.cumsum(
        summed(spans.e, spans.weight, size) - summed(spans.a, spans.weight, size)
    )[:-1]
    bounded = spans.b < spans.jumps
    gainers = np.cumsum(
        summed(spans.a[bounded], None, size) - summed(spans.b[bounded], None, size)
    )[:-1]
    nobody = survivors <= NOBODY * spans.weight.sum()
    ended = np.flatnonzero(nobody & (gainers > 0))
    last = int(ended[0]) + 1 if len(ended) else spans.jumps
    if last == spans.jumps:
        return spans, False
    kept = spans.e < last
    cut = Spans(
        a=spans.a[kept], b=np.minimum(spans.b[kept], last), e=spans.e[kept],
        weight=spans.weight[kept], jumps=last,
    )  # fmt: skip
    return cut, True


def _cover(spans: Spans) -> Codes:
    """Return few jumps (from 1) so that every row holds one: the earliest right ends."""
    latest = np.full(spans.jumps + 1, -1, dtype=np.int64)
    np.maximum.at(latest, spans.b, spans.a)
    chosen, last = [], 0
    for place, begin in enumerate(latest.tolist()):
        if begin >= last and begin >= 0:
            chosen.append(place)
            last = place
    if chosen[-1] != spans.jumps:
        chosen.append(spans.jumps)
    return np.array(chosen, dtype=np.int64)


def _start(spans: Spans) -> Floats:
    """Return masses as of a product-limit curve, each event spread evenly over its row's jumps."""
    size = spans.jumps + 1
    event = spans.b < spans.jumps
    a, b, weight = spans.a[event], spans.b[event], spans.weight[event]
    share = weight / (b - a)
    events = np.cumsum(summed(a, share, size) - summed(b, share, size))[:-1]
    left = summed(spans.a[~event], spans.weight[~event], size)
    entered = np.cumsum(summed(spans.e, spans.weight, size))[:-1]
    at_risk = entered - np.cumsum(left)[:-1] - np.append(0.0, np.cumsum(events)[:-1])
    least = NOBODY * spans.weight.sum()
    hazard = np.clip(events / np.maximum(at_risk, least), 0.01 / size, 0.99)
    survival = np.append(1.0, np.cumprod(1.0 - hazard[:-1]))
    return -np.diff(np.append(survival, 0.0))


def _spread(mass: Floats, chosen: Codes, jumps: int) -> Floats:
    everywhere = np.zeros(jumps)
    everywhere[chosen - 1] = mass
    return everywhere


def _em(spans: Spans, mass: Floats, steps: int) -> Floats:
    """Return the masses after some self-consistency steps (Turnbull 1976)."""
    for _ in range(steps):
        hidden = float(np.sum(spans.weight / survival_levels(mass)[spans.e]))
        mass = mass * (mass_gradient(spans, mass) + hidden)
        mass = mass / mass.sum()
    return mass


def _with_best(chosen: Codes, mass: Floats, gradient: Floats, least: float) -> tuple[Codes, Floats]:
    """Add, between every two chosen jumps, the jump where the likelihood gains most."""
    stretch = np.zeros(len(gradient), dtype=np.int64)
    stretch[chosen[:-1]] = 1
    stretch = np.cumsum(stretch)
    starts = np.flatnonzero(np.diff(stretch, prepend=-1))
    highest = np.maximum.reduceat(gradient, starts)
    best = np.flatnonzero((gradient == highest[stretch]) & (gradient > least)) + 1
    wider = np.union1d(chosen, best)
    masses = np.zeros(len(wider))
    masses[np.searchsorted(wider, chosen)] = mass
    return wider, masses


def _improved(spans: Spans, chosen: Codes, mass: Floats) -> tuple[Codes, Floats]:
    """Return the jumps and masses after one Newton step, shortened until nothing is lost."""
    seen = spans.on(chosen)
    survival = survival_levels(mass)
    hazard = -np.log(survival[:-1])
    before = log_likelihood(seen, survival)
    target = newton_target(seen, hazard)
    length = 1.0
    moved = mass
    for _ in range(HALVINGS):
        levels = (1.0 - length) * hazard + length * target
        moved = -np.diff(np.append(np.exp(-levels), 0.0))
        if log_likelihood(seen, survival_levels(moved)) >= before - NOISE * abs(before):
            break
        length /= 2.0
    else:
        moved = mass
    kept = moved > 0.0
    return chosen[kept], moved[kept]
