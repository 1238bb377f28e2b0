"""What each row adds to the log-likelihood of y = η + σW, and the derivatives by η and log σ."""

from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.parametric.distributions import LARGEST_EXPONENT, Error


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bounds:
    """Where the outcome of each row lies, on the scale of the model.

    Attributes
    ----------
    lower, upper : array, shape (n,)
        lower = upper where it is known; −inf and inf leave a side open.
    entry : array, shape (n,), or None
        The row counts only given that the outcome lies beyond; −inf where it counts in any case.
    """

    lower: Floats
    upper: Floats
    entry: Floats | None

    @property
    def exact(self) -> np.ndarray:
        """Rows whose outcome is known."""
        return self.lower == self.upper


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contributions:
    """Log-likelihood per row and its derivatives, shape (n,) each.

    Attributes
    ----------
    value : array
    by_eta, by_scale : array
        First derivatives by η and by log σ.
    eta_eta, eta_scale, scale_scale : array
        Second derivatives.
    """

    value: Floats
    by_eta: Floats
    by_scale: Floats
    eta_eta: Floats
    eta_scale: Floats
    scale_scale: Floats


def contributions(bounds: Bounds, eta: Floats, sigma: Floats, error: Error) -> Contributions:
    """Return every row's part.

    Known outcomes add log f(w) − log σ; intervals log(F(w₂) − F(w₁)), with an open side for right-
    and left-censored rows; delayed entry takes log S(w) at entry away.
    """
    exact = bounds.exact
    parts = np.empty((6, len(eta)))
    parts[:, exact] = _known((bounds.lower[exact] - eta[exact]) / sigma[exact], sigma[exact], error)
    open_ = ~exact
    parts[:, open_] = _between(
        (bounds.lower[open_] - eta[open_]) / sigma[open_],
        (bounds.upper[open_] - eta[open_]) / sigma[open_],
        sigma[open_], error,
    )  # fmt: skip
    if bounds.entry is not None:
        late = np.flatnonzero(np.isfinite(bounds.entry))
        beyond = (bounds.entry[late] - eta[late]) / sigma[late]
        parts[:, late] -= _between(beyond, np.full_like(beyond, np.inf), sigma[late], error)
    return Contributions(
        value=parts[0], by_eta=parts[1], by_scale=parts[2],
        eta_eta=parts[3], eta_scale=parts[4], scale_scale=parts[5],
    )  # fmt: skip


def _known(w: Floats, sigma: Floats, error: Error) -> Floats:
    slope, curvature = error.slope(w), error.curvature(w)
    return np.array(
        [
            error.log_density(w) - np.log(sigma),
            -slope / sigma,
            -w * slope - 1.0,
            curvature / sigma**2,
            (slope + w * curvature) / sigma,
            w * slope + w**2 * curvature,
        ]
    )


def _between(low: Floats, high: Floats, sigma: Floats, error: Error) -> Floats:
    """Return the parts of log P(low < W <= high)."""
    mass = log_mass(low, high, error)
    w1, a, da = _edge(low, mass, error)
    w2, b, db = _edge(high, mass, error)
    first = b - a
    moment = w2 * b - w1 * a
    slopes = db - da
    slope_moment = w2 * db - w1 * da
    square_moment = w2**2 * db - w1**2 * da
    return np.array(
        [
            mass,
            -first / sigma,
            -moment,
            (slopes - first**2) / sigma**2,
            (first + slope_moment - first * moment) / sigma,
            moment + square_moment - moment**2,
        ]
    )


def log_mass(low: Floats, high: Floats, error: Error) -> Floats:
    """Return log P(low < W <= high), from the tail on whose side the interval lies."""
    upper_tail = low > 0.0
    with np.errstate(invalid="ignore"):
        near = np.where(upper_tail, error.log_survival(low), error.log_distribution(high))
        far = np.where(upper_tail, error.log_survival(high), error.log_distribution(low))
        share = np.where(np.isneginf(far), 0.0, np.exp(np.minimum(far - near, 0.0)))
    tiny = np.finfo(np.float64).tiny
    return near + np.log(np.maximum(1.0 - share, tiny))


def _edge(w: Floats, mass: Floats, error: Error) -> tuple[Floats, Floats, Floats]:
    """Return w, f(w)/mass and f'(w)/mass; all 0 where the side is open."""
    known = np.isfinite(w)
    safe = np.where(known, w, 0.0)
    excess = np.minimum(error.log_density(safe) - mass, LARGEST_EXPONENT)
    ratio = np.where(known, np.exp(excess), 0.0)
    return safe, ratio, ratio * error.slope(safe)
