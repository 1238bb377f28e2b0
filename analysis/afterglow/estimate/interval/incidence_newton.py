"""The likelihood of competing causes, its derivatives, and one constrained Newton step."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.interval.incidence_jumps import Seen

HALVINGS: Final = 40
NOISE: Final = 1e-14
LEAST_KEPT: Final = 0.05
RIDGE: Final = 1e-13
RIDGES: Final = 8


def log_likelihood(rows: Seen, mass: Floats) -> float:
    """Return the log-likelihood of masses, whatever their sum; −inf where a row is impossible."""
    inside = _within(rows, mass)
    total = _remaining(mass)
    needed = (rows.censored > 0.0) | (rows.entered > 0.0)
    if (inside <= 0.0).any() or (total[needed] <= 0.0).any():
        return -np.inf
    levels = (rows.censored - rows.entered)[needed] @ np.log(total[needed])
    return float(rows.weight @ np.log(inside) + levels)


def expected_shares(rows: Seen, mass: Floats) -> Floats:
    """Return, per jump, the sum over the events whose range holds it of 1 / mass in the range."""
    each = rows.weight / _within(rows, mass)
    size = rows.jumps + 1
    own = np.cumsum(summed(rows.first, each, size) - summed(rows.last, each, size))[:-1]
    shares = np.zeros(rows.jumps)
    shares[rows.own] = np.maximum(own, 0.0)
    return shares


def mass_gradient(rows: Seen, mass: Floats) -> Floats:
    """Return the derivative of the log-likelihood by each mass, their sum held at 1."""
    total = _remaining(mass)
    change = rows.censored - rows.entered
    needed = change != 0.0
    pulls = np.divide(change, total, out=np.zeros_like(change), where=needed & (total > 0.0))
    return expected_shares(rows, mass) + np.cumsum(pulls)[:-1]


def _within(rows: Seen, mass: Floats) -> Floats:
    """Return the mass in the range of each row with an event."""
    reached = np.append(0.0, np.cumsum(mass[rows.own]))
    single = rows.last - rows.first == 1
    inside = reached[rows.last] - reached[rows.first]
    inside[single] = mass[rows.own[rows.first[single]]]
    return inside


def _remaining(mass: Floats) -> Floats:
    """Return the total before the first and after each jump."""
    return np.append(np.cumsum(mass[::-1])[::-1], 0.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Quadratic:
    """Gradient and curvature by the free masses, and by the levels of those standing alone."""

    gradient: Floats
    curvature: Floats
    level_gradient: Floats
    bands: Floats
    mixed: Floats


def improved(rows: Seen, mass: Floats, alone: Codes) -> Floats:
    """Return the masses after one Newton step, shortened until nothing is lost.

    The likelihood and, so that the total stays 1, n (log total − total) are maximised. The jumps
    that stand alone are eliminated: by the levels of what remains of them the curvature is
    tridiagonal.
    """
    step = _newton_step(rows, mass, alone)
    if step is None:
        return mass
    before = _objective(rows, mass)
    shrinking = alone & (step < 0.0)
    length = 1.0
    if shrinking.any():
        longest = (1.0 - LEAST_KEPT) * mass[shrinking] / -step[shrinking]
        length = min(1.0, float(longest.min()))
    for _ in range(HALVINGS):
        moved = mass + length * step
        moved = np.where(moved < NOISE, 0.0, moved) if length == 1.0 else np.maximum(moved, 0.0)
        if _objective(rows, moved) >= before - NOISE * abs(before):
            return moved / moved.sum()
        length /= 2.0
    return mass


def _objective(rows: Seen, mass: Floats) -> float:
    total = float(mass.sum())
    return log_likelihood(rows, mass) + rows.total * (np.log(total) - total)


def _newton_step(rows: Seen, mass: Floats, alone: Codes) -> Floats | None:
    """Return the change of all masses, or None where the quadratic has no maximum."""
    from scipy.linalg import LinAlgError, solveh_banded

    quadratic = _quadratic(rows, mass, alone)
    free = mass[~alone]
    target = quadratic.gradient, quadratic.curvature
    if alone.any():
        sides = np.column_stack([quadratic.level_gradient, quadratic.mixed])
        try:
            solved = solveh_banded(quadratic.bands, sides, lower=True)
        except LinAlgError:
            return None
        target = (
            target[0] - quadratic.mixed.T @ solved[:, 0],
            target[1] - quadratic.mixed.T @ solved[:, 1:],
        )
    change = _held_above_zero(*target, free)
    if change is None:
        return None
    step = np.zeros(len(mass))
    step[~alone] = change
    if alone.any():
        levels = solved[:, 0] - solved[:, 1:] @ change
        step[alone] = -np.diff(np.append(levels, 0.0))
    return step


def _held_above_zero(gradient: Floats, curvature: Floats, free: Floats) -> Floats | None:
    """Return the change of the free masses that maximises the quadratic, none falling below 0."""
    from scipy.linalg import LinAlgError, cholesky, solve_triangular
    from scipy.optimize import nnls

    if not len(free):
        return np.zeros(0)
    ridge = RIDGE * float(np.abs(np.diag(curvature)).max())
    for _ in range(RIDGES):
        held = curvature + ridge * np.eye(len(free))
        try:
            factor = cholesky(held, lower=True)
        except LinAlgError:
            ridge *= 100.0
            continue
        wanted = solve_triangular(factor, gradient + held @ free, lower=True)
        try:
            return nnls(factor.T, wanted)[0] - free
        except RuntimeError:
            return None
    return None


def _quadratic(rows: Seen, mass: Floats, alone: Codes) -> _Quadratic:
    total = _remaining(mass)
    change = rows.censored - rows.entered
    change[0] += rows.total
    ratio = np.divide(change, total, out=np.zeros_like(change), where=total > 0.0)
    bend = np.divide(ratio, total, out=np.zeros_like(change), where=total > 0.0)
    steps = np.append(0, np.cumsum(alone))
    others = np.arange(len(steps)) - steps
    shares = expected_shares(rows, mass)
    gradient = shares + np.cumsum(ratio)[:-1] - rows.total
    count, standing = int(others[-1]), int(steps[-1])
    reached = np.cumsum(summed(others, bend, count + 1))[:count]
    curvature = reached[np.minimum.outer(np.arange(count), np.arange(count))]
    curvature = curvature + _ranges_curvature(rows, mass, alone)
    falls = mass[alone]
    pull = shares[alone]
    level_gradient = summed(steps, ratio, standing + 1)[:standing]
    level_gradient += pull - np.append(0.0, pull[:-1])
    if standing:
        level_gradient[0] -= rows.total
    sharp = pull / falls
    bands = np.zeros((min(standing, 2), standing))
    bands[:1] = summed(steps, bend, standing + 1)[:standing] + sharp + np.append(0.0, sharp[:-1])
    bands[1:, : standing - 1] = -sharp[:-1]
    flat = summed(steps * (count + 1) + others, bend, (standing + 1) * (count + 1))
    mixed = np.cumsum(flat.reshape(standing + 1, count + 1), axis=1)[:standing, :count]
    return _Quadratic(
        gradient=gradient[~alone], curvature=curvature, level_gradient=level_gradient,
        bands=bands, mixed=mixed,
    )  # fmt: skip


def _ranges_curvature(rows: Seen, mass: Floats, alone: Codes) -> Floats:
    """Return the curvature from the events, by the masses that do not stand alone."""
    each = rows.weight / _within(rows, mass) ** 2
    kept = ~alone[rows.own]
    place = np.append(0, np.cumsum(kept))
    first, last = place[rows.first], place[rows.last]
    size = int(place[-1]) + 1
    corners = (
        summed(first * size + first, each, size * size)
        - summed(first * size + last, each, size * size)
        - summed(last * size + first, each, size * size)
        + summed(last * size + last, each, size * size)
    )
    block = corners.reshape(size, size).cumsum(axis=0).cumsum(axis=1)[:-1, :-1]
    rank = np.argsort(np.argsort(rows.own[kept]))
    ordered = np.zeros_like(block)
    ordered[np.ix_(rank, rank)] = block
    return ordered
