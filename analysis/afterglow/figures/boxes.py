"""Survival curves that are not determined within some intervals: boxes there, lines between."""

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from afterglow.figures.canvas import axes_or_new
from afterglow.figures.legend import extra_legend_height, legend_above
from afterglow.figures.scales import Unit, set_day_axis, set_value_axis
from afterglow.figures.steps import BAND_OPACITY
from afterglow.figures.style import DOUBLE_COLUMN, STANDARD_HEIGHT, Look, journal_style, looks_for
from afterglow.figures.tidy import check_frame, groups_of, rows_of
from afterglow.names import CONF_HIGH, CONF_LOW, GROUP, LOWER, UPPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

MASS: Final = "mass"
BEFORE: Final = "before"
BOX_OPACITY: Final = 0.28
BOX_EDGE: Final = 0.6
OPEN_BOX_SHARE: Final = 0.06


def box_curves_height(frame: pd.DataFrame) -> float:
    """Return the inches that box curves of full width need, with their legend."""
    return STANDARD_HEIGHT + extra_legend_height(groups_of(frame))


def last_box_day(frame: pd.DataFrame) -> float:
    """Return the day on which the curves end: the last finite end of a box, and a little more.

    A box without an upper end needs room to be seen.
    """
    ends = np.concatenate([frame[LOWER].to_numpy(float), frame[UPPER].to_numpy(float)])
    last = float(ends[np.isfinite(ends)].max())
    endless = frame.loc[np.isinf(frame[UPPER].to_numpy(float)), LOWER]
    if endless.empty:
        return last
    return max(last, float(endless.max()) + OPEN_BOX_SHARE * last)


@journal_style()
def draw_box_curves(
    frame: pd.DataFrame,
    *,
    ylabel: str,
    xlabel: str,
    unit: Unit = "share",
    until_day: float | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw one curve per group: level where it is known, a box where it falls unseen.

    Parameters
    ----------
    frame : DataFrame
        One row per group and support interval, in order: group (optional), lower_days,
        upper_days (inf: open to the end of the axis), before (the curve before the interval),
        mass (how far it falls in it), and conf_low, conf_high of the curve after it where limits
        are wanted. A box from the last known height down to 0 that is open to the right is what
        follows the last look.
    ylabel, xlabel : str
    unit : {"share", "number"}
    until_day : float, optional
        Where the axis ends.
    ax : Axes, optional
        Default the axes of a new pyplot figure.
    """
    check_frame(frame, LOWER, UPPER, BEFORE, MASS)
    axes = axes_or_new(ax, DOUBLE_COLUMN, box_curves_height(frame))
    last = last_box_day(frame) if until_day is None else until_day
    looks = looks_for(groups_of(frame, GROUP))
    handles = [draw_boxes(axes, rows_of(frame, group), last, looks[group]) for group in looks]
    set_day_axis(axes, last, xlabel)
    set_value_axis(axes, unit, ylabel, 1.0)
    legend_above(axes, handles, list(looks))
    return axes


def draw_boxes(ax: "Axes", rows: pd.DataFrame, last: float, look: Look) -> "Line2D":
    """Draw one group's curve up to day `last`, and return the line for a legend."""
    from matplotlib.colors import to_rgba

    lower = np.minimum(rows[LOWER].to_numpy(float), last)
    upper = np.minimum(rows[UPPER].to_numpy(float), last)
    before = rows[BEFORE].to_numpy(float)
    after = before - rows[MASS].to_numpy(float)
    if CONF_LOW in rows and CONF_HIGH in rows:
        _draw_limits(ax, rows, lower, upper, last, look)
    for left, right, high, low in zip(lower, upper, before, after, strict=True):
        fill = to_rgba(look.colour, BOX_OPACITY)
        ax.fill_between(
            [left, right], low, high, facecolor=fill, edgecolor=look.colour, linewidth=BOX_EDGE
        )
    edges = np.append(0.0, np.column_stack([lower, upper]).ravel())
    heights = np.append(1.0, np.column_stack([before, after]).ravel())
    open_end = not np.isfinite(rows[UPPER].to_numpy(float)[-1])
    known = slice(0, len(edges) - 1) if open_end else slice(0, len(edges))
    (line,) = ax.plot(
        *_corners(edges[known], heights[known]), color=look.colour, linestyle=look.dashes
    )
    return line


def _corners(edges: np.ndarray, heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return level stretches with a gap in each box; a box without width is a fall there."""
    times: list[float] = [edges[0]]
    values: list[float] = [heights[0]]
    for place in range(1, len(edges)):
        if place % 2 == 0 and edges[place] > edges[place - 1]:
            times.append(np.nan)
            values.append(np.nan)
        times.append(edges[place])
        values.append(heights[place])
    return np.array(times), np.array(values)


def _draw_limits(
    ax: "Axes", rows: pd.DataFrame, lower: np.ndarray, upper: np.ndarray, last: float, look: Look
) -> None:
    """Shade the limits over the level stretches, each from the end of a box to the next."""
    ends = np.append(lower[1:], last)
    low, high = rows[CONF_LOW].to_numpy(float), rows[CONF_HIGH].to_numpy(float)
    for begin, end, down, up in zip(upper, ends, low, high, strict=True):
        if np.isfinite(down) and np.isfinite(up) and end > begin:
            ax.fill_between(
                [begin, end], down, up, color=look.colour, alpha=BAND_OPACITY, linewidth=0
            )
