"""Maximum likelihood of y = xβ + σW with a scale for each stratum."""

from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.parametric.contributions import Bounds, contributions
from afterglow.estimate.parametric.distributions import EXTREME, Distribution
from afterglow.estimate.parametric.maximum import Optimum, maximize

EULER = float(np.euler_gamma)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LocationScale:
    """One model: rows, covariates and distribution.

    Attributes
    ----------
    bounds : Bounds
        On the scale of y.
    x : array, shape (n, p)
        With the intercept.
    stratum : array of int
    strata : int
        Number of scales; 0 where the scale is fixed.
    weight : array
    distribution : Distribution
    """

    bounds: Bounds
    x: Floats
    stratum: Codes
    strata: int
    weight: Floats
    distribution: Distribution

    def sigma(self, parameters: Floats) -> Floats:
        """Return σ of every row."""
        if self.distribution.scale is not None:
            return np.full(len(self.x), self.distribution.scale)
        return np.exp(parameters[self.x.shape[1] :])[self.stratum]

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")  # steps too far are not taken
    def evaluate(self, parameters: Floats) -> tuple[float, Floats, Floats]:
        """Return log-likelihood, gradient and Hessian; −inf where a scale has run away."""
        p = self.x.shape[1]
        if np.abs(parameters[p:]).max(initial=0.0) > 50.0:
            size = len(parameters)
            return -np.inf, np.zeros(size), np.zeros((size, size))
        part = self._parts(parameters)
        w = self.weight
        gradient = [self.x.T @ (w * part.by_eta)]
        hessian = np.zeros((len(parameters), len(parameters)))
        hessian[:p, :p] = (self.x * (w * part.eta_eta)[:, None]).T @ self.x
        if self.strata:
            gradient.append(summed(self.stratum, w * part.by_scale, self.strata))
            for k in range(self.strata):
                own = (self.stratum == k) * w
                cross = self.x.T @ (own * part.eta_scale)
                hessian[:p, p + k] = hessian[p + k, :p] = cross
                hessian[p + k, p + k] = own @ part.scale_scale
        return float(w @ part.value), np.concatenate(gradient), hessian

    def _parts(self, parameters: Floats):
        eta = self.x @ parameters[: self.x.shape[1]]
        sigma = self.sigma(parameters)
        return contributions(self.bounds, eta, sigma, self.distribution.error)

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")  # steps too far are not taken
    def scores(self, parameters: Floats) -> Floats:
        """Return each row's gradient, weighted, shape (n, parameters)."""
        part = self._parts(parameters)
        parts = [self.x * part.by_eta[:, None]]
        if self.strata:
            own = np.eye(self.strata)[self.stratum]
            parts.append(own * part.by_scale[:, None])
        return np.hstack(parts) * self.weight[:, None]

    def start(self) -> Floats:
        """Return least-squares values with the middle of intervals for the outcome."""
        low, high = self.bounds.lower, self.bounds.upper
        known_low, known_high = np.isfinite(low), np.isfinite(high)
        safe_low, safe_high = np.where(known_low, low, 0.0), np.where(known_high, high, 0.0)
        y = (safe_low + safe_high) / np.maximum(known_low.astype(float) + known_high, 1.0)
        root = np.sqrt(self.weight)
        beta = np.linalg.lstsq(self.x * root[:, None], y * root, rcond=None)[0]
        spread = float(np.sqrt(np.average((y - self.x @ beta) ** 2, weights=self.weight)))
        scale = max(spread, 1e-2 * max(1.0, float(np.abs(y).max())), 1e-3)
        if self.distribution.error is EXTREME:
            scale *= np.sqrt(6.0) / np.pi
            beta[0] += EULER * scale
        return np.concatenate([beta, np.full(self.strata, np.log(scale))])

    def fit(self) -> Optimum:
        """Return the maximum."""
        return maximize(self.evaluate, self.start())
