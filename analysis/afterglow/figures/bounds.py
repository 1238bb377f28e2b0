"""Incidences of which some are known on some days only: lines there, shading between bounds."""

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from afterglow.figures.boxes import BOX_EDGE, BOX_OPACITY
from afterglow.figures.canvas import axes_or_new, shown_figure
from afterglow.figures.curves import TICKS_BY_COLUMNS, panel_columns, panels_of
from afterglow.figures.legend import extra_legend_height, legend_above, legend_over_panels
from afterglow.figures.scales import set_day_axis, set_value_axis
from afterglow.figures.steps import BAND_OPACITY, draw_naive
from afterglow.figures.style import DOUBLE_COLUMN, STANDARD_HEIGHT, Look, journal_style, looks_for
from afterglow.figures.tidy import check_frame, groups_of, rows_of
from afterglow.names import CAUSE, CONF_HIGH, CONF_LOW, GROUP, TIME

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D

LOWEST: Final = "lowest"
HIGHEST: Final = "highest"


def bounds_height(frame: pd.DataFrame) -> float:
    """Return the inches that `draw_bounds` needs at full width, with its legend."""
    return STANDARD_HEIGHT + extra_legend_height(groups_of(frame))


def bounds_panels_height(frame: pd.DataFrame, labels: list[str]) -> float:
    """Return the inches that `draw_bounds_panels` needs at full width."""
    count = len(groups_of(frame))
    rows = -(-count // panel_columns(count))
    return STANDARD_HEIGHT * rows + extra_legend_height(labels)


@journal_style()
def draw_bounds(
    frame: pd.DataFrame,
    *,
    ylabel: str,
    xlabel: str,
    until_day: float | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw one incidence per group: a line where it is known, shading where it is not.

    Parameters
    ----------
    frame : DataFrame
        One row per group and day, in order: group (optional), time_days, lowest, highest, and
        conf_low, conf_high where limits are wanted; each row holds from its day to the next.
    ylabel, xlabel : str
    until_day : float, optional
        Where the axis ends.
    ax : Axes, optional
        Default the axes of a new pyplot figure.
    """
    check_frame(frame, TIME, LOWEST, HIGHEST)
    axes = axes_or_new(ax, DOUBLE_COLUMN, bounds_height(frame))
    last = float(frame[TIME].max()) if until_day is None else until_day
    looks = looks_for(groups_of(frame))
    handles = [draw_between(axes, rows_of(frame, group), last, looks[group]) for group in looks]
    set_day_axis(axes, last, xlabel)
    set_value_axis(axes, "share", ylabel, _top(frame))
    legend_above(axes, handles, list(looks))
    return axes


@journal_style()
def draw_bounds_panels(
    frame: pd.DataFrame,
    *,
    ylabel: str,
    xlabel: str,
    dated: pd.DataFrame | None = None,
    dated_label: str = "by visit dates",
    figure: "Figure | SubFigure | None" = None,
) -> "tuple[Axes, ...]":
    """Draw one panel per group, the bounds of every cause in each, and return the axes.

    Parameters
    ----------
    frame : DataFrame
        As for `draw_bounds`, with the column cause.
    ylabel, xlabel : str
    dated : DataFrame, optional
        group, time_days, estimate: the curve by visit dates, drawn thin and dashed.
    dated_label : str
    figure : Figure or SubFigure, optional
        Default a new pyplot figure.
    """
    check_frame(frame, TIME, CAUSE, LOWEST, HIGHEST)
    groups, looks = groups_of(frame), looks_for(groups_of(frame, CAUSE))
    labels = [*looks, *([dated_label] if dated is not None else [])]
    if figure is None:
        figure = shown_figure(DOUBLE_COLUMN, bounds_panels_height(frame, labels))
    last = float(frame[TIME].max())
    panels = panels_of(figure, len(groups))
    columns = panel_columns(len(panels))
    handles: list = []
    for place, (panel, group) in enumerate(zip(panels, groups, strict=True)):
        rows = rows_of(frame, group)
        handles = [draw_between(panel, rows_of(rows, c, CAUSE), last, looks[c]) for c in looks]
        if dated is not None:
            handles.append(draw_naive(panel, rows_of(dated, group), 0.0, last, GROUP))
        panel.set_title(group)
        set_day_axis(panel, last, xlabel, TICKS_BY_COLUMNS[columns])
        set_value_axis(panel, "share", ylabel, _top(frame))
        panel.label_outer()
        if place + columns >= len(panels):
            panel.tick_params(labelbottom=True)
            panel.set_xlabel(xlabel)
    legend_over_panels(figure, handles, labels)
    return tuple(panels)


def draw_between(ax: "Axes", rows: pd.DataFrame, last: float, look: Look) -> "Line2D":
    """Draw one incidence up to day `last`, and return a line for the legend."""
    from matplotlib.colors import to_rgba

    days = rows[TIME].to_numpy(float)
    inside = days <= last
    days = np.append(days[inside], last)

    def held(name: str) -> np.ndarray:
        values = rows[name].to_numpy(float)[inside]
        return np.append(values, values[-1])

    low, high = held(LOWEST), held(HIGHEST)
    if CONF_LOW in rows and CONF_HIGH in rows:
        ax.fill_between(days, held(CONF_LOW), held(CONF_HIGH), step="post", color=look.colour,
                        alpha=BAND_OPACITY, linewidth=0)  # fmt: skip
    open_ = high > low
    if open_.any():
        ax.fill_between(days, low, high, step="post", where=_stretches(open_), linewidth=BOX_EDGE,
                        facecolor=to_rgba(look.colour, BOX_OPACITY),
                        edgecolor=look.colour)  # fmt: skip
    (line,) = ax.plot(*known_line(days, low, high), color=look.colour, linestyle=look.dashes)
    return line


def known_line(days: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return the points of the line: level where it is known, upright where it steps for certain.

    Between low and high it is not known; points of NaN break the line there.
    """
    points: list[tuple[float, float]] = []
    for place, (begin, end) in enumerate(pairwise(days.tolist())):
        bottom, top = low[place], high[place]
        before = (low[place - 1], high[place - 1]) if place else (bottom, top)
        if bottom > before[1]:
            _go(points, (begin, before[1]), (begin, bottom))
        elif top < before[0]:
            _go(points, (begin, before[0]), (begin, top))
        if bottom == top:
            _go(points, (begin, bottom), (end, bottom))
    return np.array(points or [(np.nan, np.nan)]).T


def _go(
    points: list[tuple[float, float]], start: tuple[float, float], end: tuple[float, float]
) -> None:
    """Go on to `end`, from `start` anew where the line is not there."""
    if not points or points[-1] != start:
        points += [(np.nan, np.nan), start]
    points.append(end)


def _stretches(marked: np.ndarray) -> np.ndarray:
    """Mark also the end of each marked stretch, up to which a step is drawn."""
    return marked | np.append(False, marked[:-1])


def _top(frame: pd.DataFrame) -> float:
    columns = [name for name in (HIGHEST, CONF_HIGH) if name in frame]
    values = frame[columns].to_numpy(float)
    return float(np.nanmax(values[np.isfinite(values)]))
