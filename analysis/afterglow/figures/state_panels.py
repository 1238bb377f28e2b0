"""Shares in each state with their limits: one small panel per state."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import pandas as pd

from afterglow.figures.canvas import shown_figure
from afterglow.figures.curves import SINCE_FIRST_SESSION, highest, panel_columns, panels_of
from afterglow.figures.legend import legend_over_panels
from afterglow.figures.scales import set_day_axis, set_value_axis
from afterglow.figures.steps import draw_naive, draw_step, last_day
from afterglow.figures.style import DOUBLE_COLUMN, MUTED, SMALL_SIZE, journal_style, looks_for
from afterglow.figures.tidy import check_frame, groups_of, rows_of
from afterglow.names import ESTIMATE, GROUP, TERM, TIME

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.lines import Line2D

PANEL_HEIGHT: Final = 1.75
LEGEND_HEIGHT: Final = 0.45
MODEL: Final = "clock-reset model"
MOST_TICKS: Final = 5


def state_panels_height(frame: pd.DataFrame) -> float:
    """Return the inches that `draw_state_panels` needs at full width."""
    count = len(groups_of(frame, TERM))
    return PANEL_HEIGHT * math.ceil(count / panel_columns(count)) + LEGEND_HEIGHT


@journal_style()
def draw_state_panels(
    frame: pd.DataFrame,
    *,
    model: pd.DataFrame | None = None,
    model_label: str = MODEL,
    notes: Mapping[str, str] | None = None,
    states: Sequence[str] | None = None,
    ylabel: str = "In the state",
    xlabel: str = SINCE_FIRST_SESSION,
    until_day: float | None = None,
    figure: "Figure | SubFigure | None" = None,
) -> "tuple[Axes, ...]":
    """Draw one panel per state, with one step curve and its band per group in each.

    Parameters
    ----------
    frame : DataFrame
        One row per group (optional), state and time: group, term (the state), time_days,
        estimate, conf_low, conf_high; at_risk where a curve is to be paler while few are. All
        panels share both axes.
    model : DataFrame, optional
        group, term, time_days, estimate of another estimate, drawn dashed and grey.
    model_label : str
        What that estimate is called.
    notes : mapping of state to str, optional
        A small line in the upper left corner of a state's panel.
    states : sequence of str, optional
        The order of the panels; default: of first appearance.
    ylabel, xlabel : str
    until_day : float, optional
        Where the axis ends; default the last time of the frame.
    figure : Figure or SubFigure, optional
        Where the panels go, `state_panels_height(frame)` high; default a new pyplot figure.
    """
    check_frame(frame, TIME, TERM, ESTIMATE)
    order = list(states) if states is not None else groups_of(frame, TERM)
    groups, looks = groups_of(frame), looks_for(groups_of(frame))
    where = figure or shown_figure(DOUBLE_COLUMN, state_panels_height(frame))
    last = last_day(frame) if until_day is None else until_day
    panels = panels_of(where, len(order))
    handles: list[Line2D] = []
    for panel, state in zip(panels, order, strict=True):
        rows = rows_of(frame, state, TERM)
        handles = [_curve(panel, rows_of(rows, group), last, looks[group]) for group in groups]
        if model is not None:
            other = rows_of(model, state, TERM)
            handles.append(draw_naive(panel, other, _start(other), last, GROUP))
        panel.set_title(state)
        panel.text(0.02, 0.98, (notes or {}).get(state, ""), transform=panel.transAxes, va="top",
                   fontsize=SMALL_SIZE, color=MUTED)  # fmt: skip
        set_day_axis(panel, last, xlabel, MOST_TICKS)
    _label_axes(panels, ylabel, xlabel, highest(frame, None))
    names = [*groups, *([model_label] if model is not None else [])]
    if any(names):
        legend_over_panels(where, handles, [name or "estimate" for name in names])
    return tuple(panels)


def _curve(panel: "Axes", rows: pd.DataFrame, last: float, look) -> "Line2D":
    return draw_step(panel, rows[rows[TIME] > 0], _start(rows), last, look)


def _start(rows: pd.DataFrame) -> float:
    """Return the share on day 0."""
    first = rows.loc[rows[TIME] <= 0, ESTIMATE]
    return float(first.iloc[-1]) if len(first) else 0.0


def _label_axes(panels: "Sequence[Axes]", ylabel: str, xlabel: str, top: float) -> None:
    for place, panel in enumerate(panels):
        set_value_axis(panel, "share", ylabel, top)
        panel.label_outer()
        if place + panel_columns(len(panels)) >= len(panels):
            panel.tick_params(labelbottom=True)
            panel.set_xlabel(xlabel)
