"""Step curves over time: survival, cumulative incidence, mean cumulative counts."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.figures.canvas import axes_or_new, shown_figure
from afterglow.figures.legend import extra_legend_height, legend_above
from afterglow.figures.risk_table import draw_risk_table, risk_table_height
from afterglow.figures.scales import Unit, set_day_axis, set_day_ticks, set_value_axis
from afterglow.figures.style import (
    DOUBLE_COLUMN,
    NAIVE,
    STANDARD_HEIGHT,
    Look,
    journal_style,
    looks_for,
)
from afterglow.figures.tidy import check_frame, groups_of, highest, rows_of
from afterglow.names import CAUSE, CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, TIME

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D

BAND_OPACITY: Final = 0.16
NAIVE_LABEL: Final = "naive: boosters treated as censoring"
SINCE_FIRST_SESSION: Final = "Days since first session"


def curves_height(frame: pd.DataFrame, risk: pd.DataFrame | None = None) -> float:
    """Return the inches that curves of full width need, with their legend and risk table."""
    table = risk_table_height(risk) if risk is not None else 0.0
    return STANDARD_HEIGHT + extra_legend_height(groups_of(frame)) + table


@journal_style()
def draw_curves(
    frame: pd.DataFrame,
    *,
    ylabel: str,
    xlabel: str = SINCE_FIRST_SESSION,
    start: float = 1.0,
    unit: Unit = "share",
    naive: pd.DataFrame | None = None,
    naive_label: str = NAIVE_LABEL,
    by: str = GROUP,
    until_day: float | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw one step curve per group with its confidence band.

    Parameters
    ----------
    frame : DataFrame
        One row per group and time: group (optional), time_days, estimate, and conf_low,
        conf_high where a band is wanted; a missing limit leaves a gap in the band. Groups are
        drawn in order of first appearance.
    ylabel, xlabel : str
        What the axes show; "(%)" is added to a share.
    start : float
        The value before the first row: 1 for survival, 0 for incidence and counts.
    unit : {"share", "number"}
        A share of 1 is shown in percent, a number as it is.
    naive : DataFrame, optional
        The same columns; drawn thin, grey and dashed, without band, labelled `naive_label`.
    naive_label : str
        Says what is wrong with the naive curve.
    by : str
        The column that tells the curves apart.
    until_day : float, optional
        Where the axis ends; default the last time of the frame.
    ax : Axes, optional
        Default the axes of a new pyplot figure.
    """
    check_frame(frame, TIME, ESTIMATE)
    axes = axes_or_new(ax, DOUBLE_COLUMN, curves_height(frame))
    last = _last_day(frame, naive) if until_day is None else until_day
    looks = looks_for(groups_of(frame, by))
    handles = [_step(axes, rows_of(frame, g, by), start, last, looks[g]) for g in looks]
    labels = list(looks)
    if naive is not None:
        handles.append(_naive(axes, naive, start, last, by))
        labels.append(naive_label)
    set_day_axis(axes, last, xlabel)
    set_value_axis(axes, unit, ylabel, max(start, highest(frame, naive)))
    legend_above(axes, handles, labels)
    return axes


@journal_style()
def draw_curves_with_risk_table(
    frame: pd.DataFrame,
    risk: pd.DataFrame,
    *,
    ylabel: str,
    xlabel: str = SINCE_FIRST_SESSION,
    start: float = 1.0,
    unit: Unit = "share",
    naive: pd.DataFrame | None = None,
    until_day: float | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw curves with the numbers at risk below the axis.

    The ticks of the axis are the times of `risk`; its columns are those of
    `risk_table.draw_risk_table`, everything else as in `draw_curves`. The figure
    should be `curves_height(frame, risk)` inches high.
    """
    check_frame(risk, TIME)
    axes = axes_or_new(ax, DOUBLE_COLUMN, curves_height(frame, risk))
    times = np.unique(risk[TIME].to_numpy(dtype=float))
    last = max(_last_day(frame, naive), float(times.max())) if until_day is None else until_day
    draw_curves(
        frame,
        ylabel=ylabel,
        xlabel=xlabel,
        start=start,
        unit=unit,
        naive=naive,
        until_day=last,
        ax=axes,
    )
    set_day_ticks(axes, times, xlabel)
    draw_risk_table(axes, risk, looks_for(groups_of(frame)))
    return axes


@journal_style()
def draw_cumulative_incidence(
    frame: pd.DataFrame,
    *,
    ylabel: str = "Cumulative incidence",
    xlabel: str = SINCE_FIRST_SESSION,
    naive: pd.DataFrame | None = None,
    naive_label: str = NAIVE_LABEL,
    until_day: float | None = None,
    figure: "Figure | SubFigure | None" = None,
) -> "tuple[Axes, ...]":
    """Draw one panel per group, with one step curve per cause in each.

    Parameters
    ----------
    frame : DataFrame
        One row per group, cause and time: group (optional), cause, time_days, estimate,
        conf_low, conf_high. All panels share both axes.
    ylabel, xlabel, naive_label, until_day
        See `draw_curves`.
    naive : DataFrame, optional
        group, time_days, estimate: one minus Kaplan–Meier with competing events treated as
        censoring; drawn dashed.
    figure : Figure or SubFigure, optional
        Where the panels go; default a new pyplot figure.
    """
    check_frame(frame, TIME, CAUSE, ESTIMATE)
    groups = groups_of(frame)
    target = shown_figure(DOUBLE_COLUMN, STANDARD_HEIGHT) if figure is None else figure
    panels = target.subplots(1, len(groups), sharex=True, sharey=True, squeeze=False)[0]
    last = _last_day(frame, naive) if until_day is None else until_day
    looks = looks_for(groups_of(frame, CAUSE))
    handles: list[Line2D] = []
    for panel, group in zip(panels, groups, strict=True):
        rows = rows_of(frame, group)
        handles = [_step(panel, rows_of(rows, c, CAUSE), 0.0, last, looks[c]) for c in looks]
        if naive is not None:
            handles.append(_naive(panel, rows_of(naive, group), 0.0, last, GROUP))
        panel.set_title(group)
        set_day_axis(panel, last, xlabel)
        set_value_axis(panel, "share", ylabel, highest(frame, naive))
        panel.label_outer()
    labels = list(looks) + ([naive_label] if naive is not None else [])
    _legend_over_panels(target, handles, labels)
    return tuple(panels)


def _legend_over_panels(target: "Figure | SubFigure", handles: list, labels: list[str]) -> None:
    target.legend(
        handles, labels, loc="outside upper left", ncols=min(3, len(labels)), handlelength=2.6
    )


def _last_day(*frames: pd.DataFrame | None) -> float:
    return max(float(frame[TIME].max()) for frame in frames if frame is not None)


def _step(ax: "Axes", rows: pd.DataFrame, start: float, last: float, look: Look) -> "Line2D":
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


def _naive(ax: "Axes", rows: pd.DataFrame, start: float, last: float, by: str) -> "Line2D":
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
