"""Rows of a regression on intervals: their likelihood, and its derivatives by level."""

from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.interval.links import Link


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelRows:
    """Rows (a, b] of a curve with `jumps` jumps, and their covariates.

    Attributes
    ----------
    a, b : array of int, shape (n,)
        The curve's level before and after the row's interval; level 0 is S = 1, the level after
        the last jump S = 0.
    weight : array, shape (n,)
    x : array, shape (n, p)
    jumps : int
    link : Link
    """

    a: Codes
    b: Codes
    weight: Floats
    x: Floats
    jumps: int
    link: Link

    def on(self, chosen: Codes) -> "ModelRows":
        """Return the rows as seen by a curve that jumps only at the `chosen` places (from 1)."""
        jumped = np.zeros(self.jumps + 1, dtype=np.int64)
        jumped[chosen] = 1
        level = np.cumsum(jumped)
        return ModelRows(
            a=level[self.a], b=level[self.b], weight=self.weight, x=self.x, jumps=len(chosen),
            link=self.link,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quadratic:
    """The log-likelihood near a point: value, gradient and minus the second derivatives.

    The first `jumps − 1` places are the levels, the rest the coefficients.
    """

    loglik: float
    gradient: Floats
    curvature: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ends:
    """Derivatives of each row's log-likelihood by the level before (a) and after (b)."""

    loglik: float
    da: Floats
    db: Floats
    haa: Floats
    hbb: Floats
    hab: Floats


def _ends(rows: ModelRows, levels: Floats, beta: Floats) -> _Ends:
    """Return the derivatives; `levels` has one number per level between the first and last."""
    shift = rows.link.sign * (rows.x @ beta)
    first, last = rows.a > 0, rows.b < rows.jumps
    everywhere = np.concatenate([[0.0], levels, [0.0]])
    before, after = everywhere[rows.a] + shift, everywhere[rows.b] + shift
    link = rows.link
    seen = np.where(first, link.survival(before), 1.0) - np.where(last, link.survival(after), 0.0)
    possible = seen > 0.0
    if not possible.all():
        none = np.zeros(len(seen))
        return _Ends(loglik=-np.inf, da=none, db=none, haa=none, hbb=none, hab=none)
    fa = np.where(first, link.density(before), 0.0) / seen
    fb = np.where(last, link.density(after), 0.0) / seen
    sa = np.where(first, link.slope(before), 0.0) / seen
    sb = np.where(last, link.slope(after), 0.0) / seen
    w = rows.weight
    return _Ends(
        loglik=float(w @ np.log(seen)), da=-w * fa, db=w * fb, haa=w * (sa + fa**2),
        hbb=w * (fb**2 - sb), hab=-w * fa * fb,
    )  # fmt: skip


def log_likelihood(rows: ModelRows, levels: Floats, beta: Floats) -> float:
    """Return the log-likelihood; −inf where a row is impossible."""
    return _ends(rows, levels, beta).loglik


def level_gradient(rows: ModelRows, levels: Floats, beta: Floats) -> Floats:
    """Return the derivative by each level but the first (S = 1) and the last (S = 0)."""
    ends = _ends(rows, levels, beta)
    size = rows.jumps + 1
    return (summed(rows.a, ends.da, size) + summed(rows.b, ends.db, size))[1:-1]


def quadratic(rows: ModelRows, levels: Floats, beta: Floats) -> Quadratic:
    """Return value, gradient and curvature by levels and coefficients together."""
    ends = _ends(rows, levels, beta)
    size, sign = rows.jumps + 1, rows.link.sign
    inner = slice(1, size - 1)
    by_level = (summed(rows.a, ends.da, size) + summed(rows.b, ends.db, size))[inner]
    by_beta = sign * (rows.x.T @ (ends.da + ends.db))
    diagonal = summed(rows.a, ends.haa, size) + summed(rows.b, ends.hbb, size)
    cross = summed(rows.a * size + rows.b, ends.hab, size * size).reshape(size, size)
    levels_part = (cross + cross.T + np.diag(diagonal))[inner, inner]
    at_a, at_b = ends.haa + ends.hab, ends.hbb + ends.hab
    mixed = np.column_stack(
        [summed(rows.a, at_a * x, size) + summed(rows.b, at_b * x, size) for x in rows.x.T]
    )[inner]
    both = rows.x.T @ ((at_a + at_b)[:, None] * rows.x)
    return Quadratic(
        loglik=ends.loglik,
        gradient=np.concatenate([by_level, by_beta]),
        curvature=np.block([[levels_part, sign * mixed], [sign * mixed.T, both]]),
    )
