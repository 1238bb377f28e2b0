"""Stacked occupancy: which share of a group is in which state, day by day."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.figures.canvas import shown_figure
from afterglow.figures.curves import SINCE_FIRST_SESSION, panel_columns, panels_of
from afterglow.figures.legend import legend_over_panels
from afterglow.figures.scales import set_day_axis, set_value_axis
from afterglow.figures.steps import last_day
from afterglow.figures.style import (
    DOUBLE_COLUMN,
    MUTED,
    PAPER,
    SMALL_SIZE,
    STANDARD_HEIGHT,
    fills_for,
    journal_style,
)
from afterglow.figures.tidy import check_frame, groups_of, rows_of
from afterglow.names import ESTIMATE, TERM, TIME

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure
    from matplotlib.patches import Patch

TICKS: Final = {1: 9, 2: 8, 3: 5}
LEGEND_HEIGHT: Final = 0.4
LABELLED_PANELS: Final = 2
SMALLEST_LABEL: Final = 0.005
LABEL_STEP: Final = 0.06
"""Names stand at the right edge of one or two panels, for states with this share at least."""
SEPARATOR: Final = 0.4


def occupancy_height(frame: pd.DataFrame) -> float:
    """Return the inches that `draw_occupancy` needs at full width."""
    count = len(groups_of(frame))
    rows = -(-count // panel_columns(count))
    return STANDARD_HEIGHT * rows + LEGEND_HEIGHT * (len(groups_of(frame, TERM)) > 4)


@journal_style()
def draw_occupancy(
    frame: pd.DataFrame,
    *,
    states: Sequence[str] | None = None,
    ylabel: str = "In each state",
    xlabel: str = SINCE_FIRST_SESSION,
    until_day: float | None = None,
    figure: "Figure | SubFigure | None" = None,
    ax: "Axes | None" = None,
) -> "tuple[Axes, ...]":
    """Draw one panel per group, in which the states are stacked up to 100 %.

    In one or two panels the states are named at the right edge, where they end; a legend names
    those that nobody is in then, and all of them in more panels.

    Parameters
    ----------
    frame : DataFrame
        One row per group (optional), state and time: group, term (the state), time_days,
        estimate. The value of a time holds until the next one.
    states : sequence of str, optional
        From the bottom up; default: in order of first appearance.
    ylabel, xlabel : str
    until_day : float, optional
        Where the axis ends; default the last time of the frame.
    figure : Figure or SubFigure, optional
        Where the panels go, `occupancy_height(frame)` high; default a new pyplot figure.
    ax : Axes, optional
        Where the panel goes if there is one group only.
    """
    check_frame(frame, TIME, TERM, ESTIMATE)
    groups = groups_of(frame)
    order = list(states) if states is not None else groups_of(frame, TERM)
    last = last_day(frame) if until_day is None else until_day
    if ax is not None and len(groups) == 1:
        panels: Sequence[Axes] = [ax]
        where = ax.figure
    else:
        where = figure or shown_figure(DOUBLE_COLUMN, occupancy_height(frame))
        panels = panels_of(where, len(groups))
    handles: list[Patch] = []
    beside = len(panels) <= LABELLED_PANELS
    named: set[str] = set(order)
    for panel, group in zip(panels, groups, strict=True):
        rows = rows_of(frame, group)
        handles = _stack(panel, rows, order, last)
        panel.set_title(group)
        set_day_axis(panel, last, xlabel, TICKS[panel_columns(len(panels))])
        named &= _label_edge(panel, rows, order, last) if beside else set()
    for place, panel in enumerate(panels):
        set_value_axis(panel, "share", ylabel, 1.0)
        panel.set_ylim(0.0, 1.0)
        if len(panels) > 1:
            panel.label_outer()
            if place + panel_columns(len(panels)) >= len(panels):
                panel.tick_params(labelbottom=True)
                panel.set_xlabel(xlabel)
    unnamed = [place for place, state in enumerate(order) if state not in named]
    if unnamed:
        shown = [handles[place] for place in unnamed]
        legend_over_panels(where, shown, [order[place] for place in unnamed])
    return tuple(panels)


def _stack(panel: "Axes", rows: pd.DataFrame, order: Sequence[str], last: float) -> "list[Patch]":
    from matplotlib.patches import Patch

    table = rows.pivot(index=TIME, columns=TERM, values=ESTIMATE).sort_index()
    table = table.reindex(columns=list(order)).fillna(0.0)
    times = np.append(table.index.to_numpy(dtype=float), last)
    values = np.vstack([table.to_numpy(), table.to_numpy()[-1:]])
    bottom = np.zeros(len(times))
    handles = []
    for place, (state, fill) in enumerate(fills_for(order).items()):
        look: dict[str, Any] = {
            "facecolor": fill.colour,
            "hatch": fill.hatch,
            "edgecolor": PAPER,
            "linewidth": SEPARATOR,
        }
        top = bottom + values[:, place]
        panel.fill_between(times, bottom, top, step="post", **look)
        handles.append(Patch(label=state, **look))
        bottom = top
    return handles


def _label_edge(panel: "Axes", rows: pd.DataFrame, order: Sequence[str], last: float) -> set[str]:
    """Name the states at the right edge, as far apart as their letters need; return which."""
    table = rows[rows[TIME] <= last].pivot(index=TIME, columns=TERM, values=ESTIMATE).sort_index()
    shares = table.reindex(columns=list(order)).fillna(0.0).iloc[-1].to_numpy()
    middle = np.cumsum(shares) - shares / 2.0
    shown = [place for place, share in enumerate(shares) if share >= SMALLEST_LABEL]
    heights = _apart(middle[shown], LABEL_STEP)
    for place, height in zip(shown, heights):
        panel.annotate(
            order[place], xy=(1.0, middle[place]), xytext=(1.04, height), xycoords="axes fraction",
            textcoords="axes fraction", va="center", ha="left", fontsize=SMALL_SIZE,
            arrowprops={"arrowstyle": "-", "color": MUTED, "linewidth": 0.5, "shrinkA": 0,
                        "shrinkB": 0},
            annotation_clip=False,
        )  # fmt: skip
    return {order[place] for place in shown}


def _apart(heights: np.ndarray, step: float) -> np.ndarray:
    """Return rising heights within 0 … 1 at least `step` apart, near to those given."""
    found = heights.copy()
    for place in range(1, len(found)):
        found[place] = max(found[place], found[place - 1] + step)
    top = 1.0
    for place in range(len(found) - 1, -1, -1):
        found[place] = min(found[place], top)
        top = found[place] - step
    return found
