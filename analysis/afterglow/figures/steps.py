"""The lines of a step curve: its corners, its band, and its naive companion."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.figures.style import NAIVE, Look
from afterglow.figures.tidy import groups_of, rows_of
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, TIME

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

BAND_OPACITY: Final = 0.16


def last_day(*frames: pd.DataFrame | None) -> float:
    """Return the latest time of the frames, in days."""
    return max(float(frame[TIME].max()) for frame in frames if frame is not None)


def draw_step(ax: "Axes", rows: pd.DataFrame, start: float, last: float, look: Look) -> "Line2D":
    """Draw one curve with its band, from `start` at day 0 to day `last` at most."""
    steps = _steps(rows, start, last)
    if CONF_LOW in steps and CONF_HIGH in steps:
        ax.fill_between(
            steps[TIME],
            steps[CONF_LOW],
            steps[CONF_HIGH],
            step="post",
            color=look.colour,
            alpha=BAND_OPACITY,
            linewidth=0,
        )
    (line,) = ax.step(
        steps[TIME], steps[ESTIMATE], where="post", color=look.colour, linestyle=look.dashes
    )
    return line


def draw_naive(ax: "Axes", rows: pd.DataFrame, start: float, last: float, by: str) -> "Line2D":
    """Draw naive curves thin, grey and dashed, without bands."""
    look: dict[str, Any] = {
        "color": NAIVE.colour,
        "linestyle": NAIVE.dashes,
        "linewidth": 1.0,
    }
    (handle,) = ax.step([], [], where="post", **look)
    for group in groups_of(rows, by):
        steps = _steps(rows_of(rows, group, by), start, last)
        ax.step(steps[TIME], steps[ESTIMATE], where="post", **look)
    return handle


def _steps(rows: pd.DataFrame, start: float, last: float) -> dict[str, np.ndarray]:
    """Return the corners of a curve from day 0, where it has its start value, to `last` at most."""
    times = np.append(0.0, rows[TIME].to_numpy(dtype=float))
    inside = times <= last
    end = min(last, float(times.max()))
    steps = {TIME: np.append(times[inside], end)}
    for name in (ESTIMATE, CONF_LOW, CONF_HIGH):
        if name in rows:
            values = np.append(start, rows[name].to_numpy(dtype=float))[inside]
            steps[name] = np.append(values, values[-1])
    return steps
