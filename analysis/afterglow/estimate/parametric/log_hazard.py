"""Likelihood of a linear model of the log cumulative hazard."""

from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.parametric.contributions import Bounds
from afterglow.estimate.parametric.splines import spline_basis, spline_slopes

LARGEST_EXPONENT = 60.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogHazardModel:
    """log H(t) = spline(log t) + xβ, for known, right-, left- and interval-censored times.

    Attributes
    ----------
    lower, upper, entry : array, shape (n, p)
        What multiplies the parameters at either end of each row and at its entry.
    slopes : array, shape (n, p)
        Derivatives by log t at the upper end.
    bounds : Bounds
        In logarithms of days.
    weight : array, shape (n,)
    """

    lower: Floats
    upper: Floats
    entry: Floats
    slopes: Floats
    bounds: Bounds
    weight: Floats

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")  # steps too far are not taken
    def evaluate(self, parameters: Floats) -> tuple[float, Floats, Floats]:
        """Return log-likelihood, gradient and Hessian; −inf where a hazard is not above 0."""
        parts = self._rows(parameters)
        size = len(parameters)
        if parts is None:
            return -np.inf, np.zeros(size), np.zeros((size, size))
        value, scores, hessian = parts
        return float(self.weight @ value), self.weight @ scores, hessian

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")  # steps too far are not taken
    def scores(self, parameters: Floats) -> Floats:
        """Return each row's gradient, weighted, shape (n, p)."""
        parts = self._rows(parameters)
        scores = np.zeros_like(self.upper) if parts is None else parts[1]
        return scores * self.weight[:, None]

    def _rows(self, parameters: Floats) -> tuple[Floats, Floats, Floats] | None:
        exact = self.bounds.exact
        slope = self.slopes[exact] @ parameters
        if (slope <= 0.0).any():
            return None
        low = self._hazard(self.lower, self.bounds.lower, parameters)
        high = self._hazard(self.upper, self.bounds.upper, parameters)
        between = ~exact & np.isfinite(self.bounds.upper)
        if (high[between] <= low[between]).any():
            return None
        value, by_low, by_high, curvature = _interval(low, high)
        value[exact] = (self.upper[exact] @ parameters) + np.log(slope) - self.bounds.upper[exact]
        value[exact] -= high[exact]
        by_low[exact], by_high[exact], curvature[exact] = 0.0, -1.0, 0.0
        scores = (by_low * low)[:, None] * self.lower + (by_high * high)[:, None] * self.upper
        ratio = self.slopes[exact] / slope[:, None]
        scores[exact] += self.upper[exact] + ratio
        w = self.weight
        hessian = _products(self.lower, self.lower, w * (by_low * low - curvature * low**2))
        hessian += _products(self.upper, self.upper, w * (by_high * high - curvature * high**2))
        mixed = _products(self.lower, self.upper, w * curvature * low * high)
        hessian += mixed + mixed.T - _products(ratio, ratio, w[exact])
        if self.bounds.entry is not None:
            begin = self._hazard(self.entry, self.bounds.entry, parameters)
            value += begin
            scores += begin[:, None] * self.entry
            hessian += _products(self.entry, self.entry, w * begin)
        return value, scores, hessian

    def _hazard(self, x: Floats, at: Floats, parameters: Floats) -> Floats:
        """Return H; 0 where the end is open to the left, and on the right (where it has no use)."""
        eta = np.minimum(x @ parameters, LARGEST_EXPONENT)
        return np.where(np.isfinite(at), np.exp(eta), 0.0)


def _interval(low: Floats, high: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return log(exp(−H₁) − exp(−H₂)), its derivatives by H₁ and H₂, and r(1 + r).

    H₂ = 0 stands for an end that is open to the right. r = 1 / (exp(H₂ − H₁) − 1).
    """
    width = np.maximum(high - low, np.finfo(np.float64).tiny)
    closed = high > 0.0
    with np.errstate(over="ignore"):
        r = np.where(closed, 1.0 / np.expm1(np.minimum(width, 700.0)), 0.0)
        curvature = r * (1.0 + r)  # of known times it overflows, and has no use
    value = -low + np.where(closed, np.log(-np.expm1(-width)), 0.0)
    return value, -1.0 - r, r, curvature


def _products(left: Floats, right: Floats, weight: Floats) -> Floats:
    return (left * weight[:, None]).T @ right


def log_hazard_model(
    bounds: Bounds, covariates: Floats, knots: Floats, weight: Floats
) -> LogHazardModel:
    """Return the model of rows with these bounds (in logarithms of days)."""

    def at(x: Floats, basis, zero: bool = False) -> Floats:
        safe = np.where(np.isfinite(x), x, 0.0)
        extra = np.zeros_like(covariates) if zero else covariates
        return np.hstack([basis(safe, knots), extra])

    entry = np.full(len(weight), -np.inf) if bounds.entry is None else bounds.entry
    return LogHazardModel(
        lower=at(bounds.lower, spline_basis), upper=at(bounds.upper, spline_basis),
        entry=at(entry, spline_basis), slopes=at(bounds.upper, spline_slopes, zero=True),
        bounds=bounds, weight=weight,
    )  # fmt: skip
