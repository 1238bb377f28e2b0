"""Calibration: do events come as often as predicted; intercept, slope, and the smooth curve."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.prediction.recalibration import Weighted, common_slope, regressed

SPAN: Final = 0.75
SMALLEST: Final = 1e-9
FLAT: Final = 1e-10
GRID: Final = 25
KNOTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """Predictions and outcomes of several samples behind each other.

    Attributes
    ----------
    subject : array of int
    outcome, predicted : array
        Of each row: 0 or 1 and a risk, or days and expected days.
    weight : array
        Inverse probability that the outcome is known, times the row's count; 0 where unknown.
    count : array
        How often a row counts, its outcome known or not.
    days : bool
        Whether days are predicted, and not a risk.
    """

    subject: Codes
    outcome: Floats
    predicted: Floats
    weight: Floats
    count: Floats
    days: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """Agreement of predictions with outcomes.

    Attributes
    ----------
    intercept, slope : float
        Of the regression of outcomes on predictions, both on the complementary log-log scale for
        risks; the intercept is that with the slope held at 1. 0 and 1 are perfect.
    slope_error : float
        Robust standard error, summed over subjects.
    ici, e50, e90 : float
        Mean, median and 90th percentile of the distance between prediction and smooth curve.
    """

    intercept: float
    slope: float
    slope_error: float
    ici: float
    e50: float
    e90: float


def calibration_of(scored: Scored) -> Calibration:
    """Return the measures of calibration; NaN where predictions or outcomes do not vary."""
    if not scored.weight.any():
        nothing = float("nan")
        return Calibration(
            intercept=nothing, slope=nothing, slope_error=nothing, ici=nothing, e50=nothing,
            e90=nothing,
        )  # fmt: skip
    x = _scale(scored.predicted, days=scored.days)
    outcome = Weighted(scored.outcome, scored.weight, scored.subject, binary=not scored.days)
    (_, slope), (_, error) = regressed(outcome, np.column_stack([np.ones(len(x)), x]))
    (intercept,), _ = regressed(outcome, np.ones((len(x), 1)), offset=x)
    distance = np.abs(scored.predicted - smooth_at(scored, scored.predicted))
    return Calibration(
        intercept=intercept, slope=slope, slope_error=error,
        ici=float(np.average(distance, weights=scored.count)),
        e50=weighted_quantile(distance, scored.count, 0.5),
        e90=weighted_quantile(distance, scored.count, 0.9),
    )  # fmt: skip


def slope_within(parts: Sequence[Scored]) -> float:
    """Return the slope that several sets of predictions share, each with an intercept of its own.

    One regression of all sets: a set whose outcomes are parted by the predictions has no slope of
    its own, and counts for what it says. Sets left out of a fit have high outcomes where those
    fitted to have low ones, and a common intercept would take that for predictions that are too
    extreme. NaN where predictions or outcomes vary within no set.
    """
    if not parts:
        return float("nan")
    every = joined(parts)
    code = np.repeat(np.arange(len(parts)), [len(one.predicted) for one in parts])
    outcome = Weighted(every.outcome, every.weight, every.subject, binary=not every.days)
    return common_slope(outcome, _scale(every.predicted, days=every.days), code)


def joined(parts: Sequence[Scored]) -> Scored:
    """Return several sets of predictions as one."""
    names = ("subject", "outcome", "predicted", "weight", "count")
    whole = {name: np.concatenate([getattr(one, name) for one in parts]) for name in names}
    return Scored(**whole, days=parts[0].days)


def smooth_at(scored: Scored, at: Floats) -> Floats:
    """Return the smoothed outcome at predictions `at`.

    Local linear regression over the nearest three quarters of the rows with tricube weights, as
    R's ``loess(degree = 1, span = 0.75)``, times the weights for censoring; within the outcomes'
    range. Beyond 100 distinct points the curve is computed at 100 quantiles and joined by lines.
    """
    used = scored.weight > 0
    x, y, weight = scored.predicted[used], scored.outcome[used], scored.weight[used]
    if not len(x):
        return np.full(len(at), np.nan)
    points = np.unique(at)
    if len(points) > KNOTS:
        points = np.unique(np.quantile(points, np.linspace(0.0, 1.0, KNOTS)))
    nearest = min(len(x), max(2, int(np.ceil(SPAN * len(x)))))
    ordered = np.sort(x)
    found = np.empty(len(points))
    for place, point in enumerate(points):
        near = np.clip(np.abs(x - point) / _reach(ordered, point, nearest), 0.0, 1.0)
        found[place] = _local_line(x - point, y, weight * (1.0 - near**3) ** 3)
    return np.interp(at, points, np.clip(found, y.min(), y.max()))


def calibration_grid(scored: Scored) -> Floats:
    """Return predictions between their 1st and 99th percentiles, evenly, for a curve."""
    low, high = (weighted_quantile(scored.predicted, scored.count, q) for q in (0.01, 0.99))
    return np.linspace(low, high, GRID) if high > low else np.array([low])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bin:
    """Rows with predictions close to each other: means, and the standard error of the outcome's."""

    predicted: float
    observed: float
    std_error: float
    rows: float


def calibration_bins(scored: Scored, bins: int) -> list[Bin]:
    """Return weighted means of outcomes in bins with about equally many rows."""
    order = np.argsort(scored.predicted, kind="stable")
    _, rank = np.unique(scored.predicted, return_inverse=True)
    share = np.cumsum(np.bincount(rank, weights=scored.count))
    place = np.minimum((share - 1e-9) / share[-1] * bins, bins - 1).astype(int)[rank]
    found = []
    for own in (order[place[order] == k] for k in range(bins)):
        rows, weight = float(scored.count[own].sum()), scored.weight[own]
        if rows <= 0 or weight.sum() <= 0:
            continue
        mean = float(np.average(scored.outcome[own], weights=weight))
        parts = np.bincount(scored.subject[own], weights=weight * (scored.outcome[own] - mean))
        centre = float(np.average(scored.predicted[own], weights=scored.count[own]))
        error = float(np.sqrt(np.sum(parts**2)) / weight.sum())
        found.append(Bin(predicted=centre, observed=mean, std_error=error, rows=rows))
    return found


def weighted_quantile(values: Floats, count: Floats, share: float) -> float:
    """Return the lowest value that at least `share` of the count does not exceed."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(count[order])
    place = np.searchsorted(total, share * total[-1] - SMALLEST)
    return float(values[order[min(place, len(order) - 1)]])


def _scale(predicted: Floats, *, days: bool) -> Floats:
    if days:
        return predicted
    inside = np.clip(predicted, SMALLEST, 1.0 - SMALLEST)
    return np.log(-np.log1p(-inside))


def _reach(ordered: Floats, point: float, nearest: int) -> float:
    """Return the distance to the nearest rows' last one, a little more so that it counts."""
    begin = int(np.searchsorted(ordered, point))
    low = max(0, min(begin - nearest, len(ordered) - nearest))
    starts = np.arange(low, min(begin, len(ordered) - nearest) + 1)
    widest = np.maximum(point - ordered[starts], ordered[starts + nearest - 1] - point)
    return max(float(widest.min()) * 1.0001, FLAT)


def _local_line(x: Floats, y: Floats, weight: Floats) -> float:
    total = weight.sum()
    if total <= 0.0:
        return float("nan")
    mean, level = weight @ x / total, weight @ y / total
    spread = weight @ (x - mean) ** 2
    if spread <= FLAT * total:
        return float(level)
    return float(level - mean * (weight @ ((x - mean) * (y - level))) / spread)
