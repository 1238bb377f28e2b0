"""Decision curves: net benefit of acting on a predicted risk, by the threshold."""

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from afterglow.figures.canvas import axes_or_new
from afterglow.figures.legend import legend_above
from afterglow.figures.style import (
    DOUBLE_COLUMN,
    MUTED,
    STANDARD_HEIGHT,
    journal_style,
    looks_for,
)
from afterglow.figures.tidy import check_frame, groups_of, rows_of
from afterglow.names import ESTIMATE, THRESHOLD
from afterglow.tables import format as fmt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PERCENT: Final = 100.0
LOWEST_SHARE: Final = 0.25


@journal_style()
def draw_net_benefit(
    frame: pd.DataFrame, *, xlabel: str, ylabel: str, ax: "Axes | None" = None
) -> "Axes":
    """Draw net benefit against the threshold, one line per way of acting.

    Parameters
    ----------
    frame : DataFrame
        group, threshold (0 to 1), estimate.
    xlabel, ylabel : str
    ax : Axes, optional
        Default the axes of a new pyplot figure.

    Returns
    -------
    Axes
        Cut a little below 0, where acting does harm.
    """
    check_frame(frame, THRESHOLD, ESTIMATE)
    axes = axes_or_new(ax, DOUBLE_COLUMN, STANDARD_HEIGHT)
    looks = looks_for(groups_of(frame))
    handles = []
    axes.axhline(0.0, color=MUTED, linewidth=0.6)
    for group, look in looks.items():
        rows = rows_of(frame, group).sort_values(THRESHOLD)
        (line,) = axes.plot(
            PERCENT * rows[THRESHOLD], rows[ESTIMATE], color=look.colour, linestyle=look.dashes,
            marker=look.marker, markersize=3.5,
        )  # fmt: skip
        handles.append(line)
    top = max(float(np.nanmax(frame[ESTIMATE].to_numpy(float))), 0.01)
    axes.set_ylim(-LOWEST_SHARE * top, 1.08 * top)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.xaxis.set_major_formatter(lambda value, _: fmt.trimmed(value))
    axes.yaxis.set_major_formatter(lambda value, _: fmt.trimmed(value, 3))
    legend_above(axes, handles, list(looks))
    return axes
