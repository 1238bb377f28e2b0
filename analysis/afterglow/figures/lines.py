"""Smooth lines over time with their bands, such as hazards."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from afterglow.figures.canvas import axes_or_new
from afterglow.figures.legend import legend_above
from afterglow.figures.style import (
    DOUBLE_COLUMN,
    NAIVE,
    STANDARD_HEIGHT,
    journal_style,
    looks_for,
)
from afterglow.figures.tidy import check_frame, groups_of, rows_of
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, TIME

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@journal_style()
def draw_lines(
    frame: pd.DataFrame,
    *,
    ylabel: str,
    xlabel: str = "Days",
    from_zero: bool = True,
    mark: float | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw one line per group through its estimates, with a band where limits are given.

    Parameters
    ----------
    frame : DataFrame
        One row per group and time: group (optional), time_days, estimate, conf_low, conf_high.
    ylabel, xlabel : str
    from_zero : bool
        Whether the axis of values begins at 0; the highest band may then be cut at four times the
        highest estimate, so that an uncertain end does not hide the rest.
    mark : float, optional
        A value to draw a dotted line at, such as a threshold.
    ax : Axes, optional
        Default the axes of a new pyplot figure.
    """
    check_frame(frame, TIME, ESTIMATE)
    axes = axes_or_new(ax, DOUBLE_COLUMN, STANDARD_HEIGHT)
    looks = looks_for(groups_of(frame))
    handles = []
    for group, look in looks.items():
        rows = rows_of(frame, group).sort_values(TIME)
        days = rows[TIME].to_numpy(dtype=float)
        (line,) = axes.plot(days, rows[ESTIMATE], color=look.colour, linestyle=look.dashes)
        handles.append(line)
        if CONF_LOW in rows and CONF_HIGH in rows:
            axes.fill_between(
                days, rows[CONF_LOW].to_numpy(float), rows[CONF_HIGH].to_numpy(float),
                color=look.colour, alpha=0.15, linewidth=0.0,
            )  # fmt: skip
    if mark is not None:
        axes.axhline(mark, color=NAIVE.colour, linestyle=":", linewidth=1.0)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    if from_zero:
        highest = float(np.nanmax(frame[ESTIMATE].to_numpy(float)))
        axes.set_ylim(0.0, min(axes.get_ylim()[1], 4.0 * highest) if highest > 0 else None)
    if len(looks) > 1:
        legend_above(axes, handles, list(looks))
    return axes
