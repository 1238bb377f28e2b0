"""Step curves over time: survival, cumulative incidence, mean cumulative counts."""

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from afterglow.figures.canvas import axes_or_new, shown_figure
from afterglow.figures.legend import extra_legend_height, legend_above, legend_over_panels
from afterglow.figures.risk_table import draw_risk_table, risk_table_height
from afterglow.figures.scales import Unit, set_day_axis, set_day_ticks, set_value_axis
from afterglow.figures.steps import draw_naive, draw_step, last_day
from afterglow.figures.style import DOUBLE_COLUMN, STANDARD_HEIGHT, journal_style, looks_for
from afterglow.figures.tidy import check_frame, groups_of, highest, rows_of
from afterglow.names import CAUSE, ESTIMATE, GROUP, TIME

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D

PANELS_IN_A_ROW: Final = 3
TICKS_BY_COLUMNS: Final = {1: 9, 2: 8, 3: 5}
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
        conf_high where a band is wanted; a missing limit leaves a gap in the band. With at_risk,
        the number just before each time, a curve is paler while it is below 10. Groups are drawn
        in order of first appearance.
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
    last = last_day(frame, naive) if until_day is None else until_day
    looks = looks_for(groups_of(frame, by))
    handles = [draw_step(axes, rows_of(frame, g, by), start, last, looks[g]) for g in looks]
    labels = list(looks)
    if naive is not None:
        handles.append(draw_naive(axes, naive, start, last, by))
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
    last = max(last_day(frame, naive), float(times.max())) if until_day is None else until_day
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


def incidence_height(frame: pd.DataFrame) -> float:
    """Return the inches that `draw_cumulative_incidence` needs at full width."""
    count = len(groups_of(frame))
    return STANDARD_HEIGHT * math.ceil(count / panel_columns(count))


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
        conf_low, conf_high, at_risk (see `draw_curves`). All panels share both axes; at most
        three stand in a row.
    ylabel, xlabel, naive_label, until_day
        See `draw_curves`.
    naive : DataFrame, optional
        group, time_days, estimate: one minus Kaplan–Meier with competing events treated as
        censoring; drawn dashed.
    figure : Figure or SubFigure, optional
        Where the panels go, `incidence_height(frame)` high; default a new pyplot figure.
    """
    check_frame(frame, TIME, CAUSE, ESTIMATE)
    groups, looks = groups_of(frame), looks_for(groups_of(frame, CAUSE))
    if figure is None:
        figure = shown_figure(DOUBLE_COLUMN, incidence_height(frame))
    last = last_day(frame, naive) if until_day is None else until_day
    panels = panels_of(figure, len(groups))
    handles: list[Line2D] = []
    for panel, group in zip(panels, groups, strict=True):
        rows = rows_of(frame, group)
        handles = [draw_step(panel, rows_of(rows, c, CAUSE), 0.0, last, looks[c]) for c in looks]
        if naive is not None:
            handles.append(draw_naive(panel, rows_of(naive, group), 0.0, last, GROUP))
        panel.set_title(group)
        set_day_axis(panel, last, xlabel, TICKS_BY_COLUMNS[panel_columns(len(panels))])
    for place, panel in enumerate(panels):
        set_value_axis(panel, "share", ylabel, highest(frame, naive))
        panel.label_outer()
        if place + panel_columns(len(panels)) >= len(panels):
            panel.tick_params(labelbottom=True)
            panel.set_xlabel(xlabel)
    legend_over_panels(figure, handles, [*looks, *([naive_label] if naive is not None else [])])
    return tuple(panels)


def panel_columns(count: int) -> int:
    """Return how many of `count` panels stand in a row."""
    return 2 if count == 4 else min(count, PANELS_IN_A_ROW)


def panels_of(figure: "Figure | SubFigure", count: int) -> "list[Axes]":
    """Return `count` new panels of a figure that share both axes."""
    columns = panel_columns(count)
    shape = (math.ceil(count / columns), columns)
    panels = figure.subplots(*shape, sharex=True, sharey=True, squeeze=False).ravel().tolist()
    for unused in panels[count:]:
        unused.remove()
    return panels[:count]
