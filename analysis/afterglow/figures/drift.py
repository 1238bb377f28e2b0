"""A coefficient of a Cox model over time: its smoothed course against the constant of the model."""

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from afterglow.figures.canvas import axes_or_new
from afterglow.figures.legend import legend_above
from afterglow.figures.scales import tick_values
from afterglow.figures.steps import BAND_OPACITY
from afterglow.figures.style import (
    DOUBLE_COLUMN,
    LOOKS,
    MUTED,
    NAIVE,
    RULE,
    STANDARD_HEIGHT,
    journal_style,
)
from afterglow.figures.tidy import check_frame
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, TIME, TRANSFORMED_TIME
from afterglow.tables import format as fmt

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.lines import Line2D

MOST_POINTS: Final = 2000
TICKS: Final = 8
POINT_SIZE: Final = 7.0
SMOOTHED: Final = "smoothed over time, with its limits"
CONSTANT: Final = "constant, as fitted"


@journal_style()
def draw_drift(
    smooth: pd.DataFrame,
    points: pd.DataFrame | None = None,
    *,
    constant: float,
    ylabel: str,
    xlabel: str = "Days",
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw a coefficient along transformed time, which days label.

    Parameters
    ----------
    smooth : DataFrame
        transformed_time, time_days, estimate, conf_low, conf_high, in order of time; missing
        estimates are not drawn.
    points : DataFrame, optional
        One row per event: transformed_time, estimate. Above 2,000 events an even choice of them,
        in order, is drawn, and the legend says so.
    constant : float
        The model's own coefficient.
    ylabel, xlabel : str
        What the axes show.
    ax : Axes, optional
        Default the axes of a new pyplot figure.
    """
    check_frame(smooth, TIME, TRANSFORMED_TIME, ESTIMATE, CONF_LOW, CONF_HIGH)
    axes = axes_or_new(ax, DOUBLE_COLUMN, STANDARD_HEIGHT)
    axes.axhline(0.0, color=RULE, linewidth=0.7, zorder=0)
    handles: list[Artist] = [
        axes.axhline(constant, color=NAIVE.colour, linestyle=NAIVE.dashes, linewidth=1.0)
    ]
    labels = [CONSTANT]
    if smooth[ESTIMATE].notna().any():
        handles.insert(0, _smoothed(axes, smooth))
        labels.insert(0, SMOOTHED)
    if points is not None and points[ESTIMATE].notna().any():
        handle, label = _scattered(axes, points.dropna(subset=[ESTIMATE]))
        handles.append(handle)
        labels.append(label)
    days = _round_days(smooth)
    places = np.interp(days, smooth[TIME], smooth[TRANSFORMED_TIME])
    axes.set_xticks(places, [fmt.trimmed(day) for day in days])
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    tick_values(axes)
    legend_above(axes, handles, labels)
    return axes


def _smoothed(ax: "Axes", smooth: pd.DataFrame) -> "Line2D":
    look = LOOKS[0]
    x = smooth[TRANSFORMED_TIME]
    low, high = smooth[CONF_LOW], smooth[CONF_HIGH]
    ax.fill_between(x, low, high, color=look.colour, alpha=BAND_OPACITY, linewidth=0)
    (line,) = ax.plot(x, smooth[ESTIMATE], color=look.colour, linestyle=look.dashes)
    return line


def _scattered(ax: "Axes", points: pd.DataFrame) -> "tuple[PathCollection, str]":
    label = "one event each"
    if len(points) > MOST_POINTS:
        label = f"{fmt.count(MOST_POINTS)} of {fmt.count(len(points))} events"
        chosen = np.linspace(0, len(points) - 1, MOST_POINTS).round().astype(int)
        points = points.iloc[chosen]
    dots = ax.scatter(
        points[TRANSFORMED_TIME], points[ESTIMATE], s=POINT_SIZE, color=MUTED, alpha=0.5,
        linewidth=0, zorder=1,
    )  # fmt: skip
    return dots, label


def _round_days(smooth: pd.DataFrame) -> np.ndarray:
    """Return days of two digits, about evenly spread along the transformed time."""
    x, days = smooth[TRANSFORMED_TIME].to_numpy(), smooth[TIME].to_numpy()
    at = np.linspace(x[0], x[-1], 2 * TICKS + 1)[1::2]
    found = {_two_digits(day) for day in np.interp(at, x, days)}
    return np.array(sorted(day for day in found if days[0] <= day <= days[-1]))


def _two_digits(day: float) -> float:
    if day == 0.0:
        return 0.0
    return round(day, 1 - math.floor(math.log10(abs(day))))
