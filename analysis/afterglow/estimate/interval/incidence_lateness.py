"""How late an incidence drawn at visit days is, against all that the intervals allow."""

from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.interval.incidence_boxes import BoxIncidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IncidenceLateness:
    """A step curve of one cause against the interval estimate of the same subjects.

    Attributes
    ----------
    points_low, points_high : array, shape (T,)
        By how much at least and at most the step curve is too low on the days asked for (a share;
        below 0: too high).
    delay_low, delay_high : float
        By how many days at least and at most an event is dated too late: the mean day of the
        events up to `until`, against that of the boxes; NaN where either has none.
    shift_low, shift_high : float
        The same for the day by which half of all have had the event; NaN where one of them is not
        reached.
    until : float
        The last day on which both are known.
    """

    points_low: Floats
    points_high: Floats
    delay_low: float
    delay_high: float
    shift_low: float
    shift_high: float
    until: float


def incidence_lateness(
    times: Floats, incidence: Floats, boxes: BoxIncidence, cause: int, days: Floats
) -> IncidenceLateness:
    """Compare steps (times in order, the incidence from each on) with the boxes of a cause."""
    until = float(min(times[-1], boxes.last_day))
    edges = np.concatenate([[0.0, until], times, boxes.lower, boxes.upper])
    edges = np.unique(edges[edges <= until])
    inside, widths = (edges[:-1] + edges[1:]) / 2.0, np.diff(edges)
    steps = np.append(0.0, incidence)

    def dated(asked: Floats) -> Floats:
        return steps[np.searchsorted(times, asked, side="right")]

    lowest, highest = boxes.known_range(cause, inside)
    end = np.array([until])
    ends = boxes.known_range(cause, end)
    late = _mean_day(widths, dated(inside), dated(end))
    least = late - _mean_day(widths, lowest, ends[0])
    most = late - _mean_day(widths, highest, ends[1])
    low, high = boxes.known_range(cause, days)
    half = np.flatnonzero(incidence >= 0.5)
    first, last = boxes.quantile(cause, 0.5)
    known = len(half) > 0 and np.isfinite(last)
    median = float(times[half[0]]) if known else np.nan
    return IncidenceLateness(
        points_low=low - dated(days), points_high=high - dated(days),
        delay_low=min(least, most), delay_high=max(least, most),
        shift_low=median - last if known else np.nan,
        shift_high=median - first if known else np.nan, until=until,
    )  # fmt: skip


def _mean_day(widths: Floats, incidence: Floats, reached: Floats) -> float:
    """Return the mean day of the events of a curve, given on stretches and at their end."""
    if reached[0] <= 0.0:
        return np.nan
    return float(widths @ (1.0 - incidence / reached[0]))
