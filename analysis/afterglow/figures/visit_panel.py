"""Three estimates of one curve in one panel per group: visit dates, midpoints, intervals."""

import math
from typing import TYPE_CHECKING, Final

import pandas as pd

from afterglow.figures.boxes import draw_boxes, last_box_day
from afterglow.figures.canvas import shown_figure
from afterglow.figures.legend import legend_above, legend_over_panels
from afterglow.figures.scales import set_day_axis, set_value_axis
from afterglow.figures.steps import draw_step
from afterglow.figures.style import DOUBLE_COLUMN, LOOKS, STANDARD_HEIGHT, journal_style
from afterglow.figures.tidy import check_frame, groups_of, rows_of
from afterglow.names import ESTIMATE, GROUP, TIME

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

CURVE: Final = "curve"
VISIT: Final = "visit-date Kaplan–Meier"
MIDPOINT: Final = "midpoint Kaplan–Meier"
INTERVAL: Final = "interval NPMLE"
STYLES: Final = {VISIT: LOOKS[1], MIDPOINT: LOOKS[4], INTERVAL: LOOKS[0]}
LEGEND: Final = {
    VISIT: "visit-date Kaplan–Meier",
    MIDPOINT: "midpoint Kaplan–Meier",
    INTERVAL: "interval estimate (falls somewhere within each box)",
}
COLUMNS: Final = 2
TICKS: Final = {1: 9, 2: 7}


def visit_panel_height(frame: pd.DataFrame) -> float:
    """Return the inches that the panels need at full width."""
    return STANDARD_HEIGHT * math.ceil(len(groups_of(frame)) / COLUMNS)


@journal_style()
def draw_visit_panel(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    ylabel: str = "Event-free probability",
    until_day: float | None = None,
    figure: "Figure | SubFigure | None" = None,
) -> "tuple[Axes, ...]":
    """Draw the curves of every group and return the axes.

    Parameters
    ----------
    frame : DataFrame
        Rows of three curves, told apart by `curve` (and group, where there are several): steps
        with time_days and estimate, boxes with lower_days, upper_days, before and mass.
    xlabel, ylabel : str
    until_day : float, optional
        Where the axes end.
    figure : Figure or SubFigure, optional
        Where the panels go, `visit_panel_height(frame)` high; default a new pyplot figure.
    """
    check_frame(frame, CURVE, TIME, ESTIMATE)
    groups = groups_of(frame, GROUP)
    if figure is None:
        figure = shown_figure(DOUBLE_COLUMN, visit_panel_height(frame))
    columns = min(len(groups), COLUMNS)
    shape = (math.ceil(len(groups) / columns), columns)
    panels = figure.subplots(*shape, sharex=True, sharey=True, squeeze=False).ravel().tolist()
    boxes = rows_of(frame, INTERVAL, CURVE)
    last = max(last_box_day(boxes), float(frame[TIME].max())) if until_day is None else until_day
    handles: list = []
    for place, group in enumerate(groups):
        handles = _draw_panel(panels[place], rows_of(frame, group), last)
        panels[place].set_title(group)
        set_day_axis(panels[place], last, xlabel, TICKS[columns])
        set_value_axis(panels[place], "share", ylabel, 1.0)
        panels[place].label_outer()
        if place + columns >= len(groups):
            panels[place].tick_params(labelbottom=True)
            panels[place].set_xlabel(xlabel)
    for unused in panels[len(groups) :]:
        unused.remove()
    legend_over_panels(figure, handles, list(LEGEND.values()))
    return tuple(panels[: len(groups)])


@journal_style()
def draw_visit_curves(frame: pd.DataFrame, ax: "Axes") -> "Axes":
    """Draw one group's curves on `ax`; the frame is that of `draw_visit_panel`."""
    check_frame(frame, CURVE, TIME, ESTIMATE)
    last = max(last_box_day(rows_of(frame, INTERVAL, CURVE)), float(frame[TIME].max()))
    handles = _draw_panel(ax, frame, last)
    set_day_axis(ax, last, "Days")
    set_value_axis(ax, "share", "Event-free probability", 1.0)
    legend_above(ax, handles, list(LEGEND.values()))
    return ax


def _draw_panel(ax: "Axes", rows: pd.DataFrame, last: float) -> list:
    boxes = draw_boxes(ax, rows_of(rows, INTERVAL, CURVE), last, STYLES[INTERVAL])
    steps = [
        draw_step(ax, rows_of(rows, curve, CURVE)[[TIME, ESTIMATE]], 1.0, last, STYLES[curve])
        for curve in (VISIT, MIDPOINT)
    ]
    return [*steps, boxes]
