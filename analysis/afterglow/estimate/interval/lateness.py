"""How late a curve drawn at visit days is, against all that the intervals allow."""

from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.interval.curve import BoxCurve
from afterglow.estimate.survival_curve import SurvivalCurve


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """A curve against the interval estimate, up to the last day on which both are known.

    Attributes
    ----------
    shift_low, shift_high : float
        By how many days at least and at most the curve's median is later than the interval
        estimate's (below 0: earlier); NaN where one of them is not reached.
    delay_low, delay_high : float
        The same for the mean time free of the event up to `until`.
    certain_gap, certain_day : float
        The largest distance between the curve and the nearest curve that the intervals allow (a
        share; above 0: too high), and the day from which it holds.
    largest_gap, largest_day : float
        The same from the furthest curve that the intervals allow.
    until : float
    """

    shift_low: float
    shift_high: float
    delay_low: float
    delay_high: float
    certain_gap: float
    certain_day: float
    largest_gap: float
    largest_day: float
    until: float


def lateness(curve: SurvivalCurve, boxes: BoxCurve, median: float) -> Lateness:
    """Compare a step curve with the box curve of the same subjects.

    Parameters
    ----------
    curve : SurvivalCurve
    boxes : BoxCurve
    median : float
        The step curve's; NaN where not reached.
    """
    times = np.concatenate([[0.0], curve.counts.times, boxes.lower, boxes.upper])
    until = _last_day(curve, boxes)
    edges = np.unique(np.append(times[times <= until], until))
    inside = (edges[:-1] + edges[1:]) / 2.0
    place = np.searchsorted(curve.counts.times, inside, side="right")
    height = np.append(1.0, curve.survival)[place]
    lowest, highest = boxes.range_at(inside)
    near = np.where(height > highest, height - highest, np.minimum(height - lowest, 0.0))
    far = np.where(height - lowest >= highest - height, height - lowest, height - highest)
    widths = np.diff(edges)
    first, last = boxes.quantile(0.5)
    known = np.isfinite(median) and np.isfinite(last)
    certain, certain_day = _largest(near, edges)
    largest, largest_day = _largest(far, edges)
    return Lateness(
        shift_low=median - last if known else np.nan,
        shift_high=median - first if known else np.nan,
        delay_low=float(widths @ (height - highest)),
        delay_high=float(widths @ (height - lowest)),
        certain_gap=certain, certain_day=certain_day,
        largest_gap=largest, largest_day=largest_day, until=until,
    )  # fmt: skip


def _last_day(curve: SurvivalCurve, boxes: BoxCurve) -> float:
    ends = boxes.lower[-1] if np.isinf(boxes.upper[-1]) else boxes.upper[-1]
    return float(min(curve.counts.times[-1], ends))


def _largest(gaps: Floats, edges: Floats) -> tuple[float, float]:
    if not len(gaps) or not np.abs(gaps).max() > 0.0:
        return 0.0, np.nan
    size = np.abs(gaps)
    place = int(np.flatnonzero(size >= size.max() * (1.0 - 1e-9))[0])
    return float(gaps[place]), float(edges[place])
