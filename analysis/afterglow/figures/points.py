"""Points against one axis of numbers: pseudo-values by time, residuals by fitted value."""

from typing import TYPE_CHECKING

import pandas as pd

from afterglow.figures.canvas import axes_or_new
from afterglow.figures.style import DOUBLE_COLUMN, MUTED, STANDARD_HEIGHT, journal_style, looks_for
from afterglow.figures.tidy import check_frame, groups_of, rows_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@journal_style()
def draw_points(
    frame: pd.DataFrame,
    *,
    x: str,
    y: str,
    xlabel: str,
    ylabel: str,
    line: tuple[float, float] | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw one point per row, in the look of its group.

    Parameters
    ----------
    frame : DataFrame
        Columns `x`, `y`, and group where there are several.
    x, y, xlabel, ylabel : str
    line : (intercept, slope), optional
        A line to hold the points against.
    ax : Axes, optional
        Default the axes of a new pyplot figure.
    """
    check_frame(frame, x, y)
    axes = axes_or_new(ax, DOUBLE_COLUMN, STANDARD_HEIGHT)
    looks = looks_for(groups_of(frame))
    for group, look in looks.items():
        rows = rows_of(frame, group)
        axes.plot(rows[x], rows[y], linestyle="none", marker=look.marker, markersize=3.5,
                  markerfacecolor="none", color=look.colour, label=group)  # fmt: skip
    if line is not None:
        axes.axline((0.0, line[0]), slope=line[1], color=MUTED, linewidth=0.8, zorder=0)
    if len(looks) > 1:
        axes.legend()
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    return axes
