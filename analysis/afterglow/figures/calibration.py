"""Calibration: observed against predicted, as smooth curves with binned means."""

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from afterglow.figures.canvas import axes_or_new
from afterglow.figures.legend import legend_above
from afterglow.figures.style import DOUBLE_COLUMN, MUTED, journal_style, looks_for
from afterglow.figures.tidy import check_frame, groups_of, rows_of
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, PREDICTED
from afterglow.tables import format as fmt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT: Final = 3.8
PERCENT: Final = 100.0
PERFECT: Final = "perfect agreement"


@journal_style()
def draw_calibration(
    curves: pd.DataFrame,
    bins: pd.DataFrame,
    *,
    xlabel: str,
    ylabel: str,
    share: bool = True,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw one smooth curve per group with its bins, against the line of perfect agreement.

    Parameters
    ----------
    curves, bins : DataFrame
        group (optional), predicted, estimate (what was observed); of bins also conf_low and
        conf_high.
    xlabel, ylabel : str
    share : bool
        Whether both are shares, shown in percent.
    ax : Axes, optional
        Default the axes of a new pyplot figure.
    """
    check_frame(curves, PREDICTED, ESTIMATE)
    axes = axes_or_new(ax, DOUBLE_COLUMN, HEIGHT)
    factor = PERCENT if share else 1.0
    looks = looks_for(groups_of(curves))
    seen = [curves[PREDICTED], curves[ESTIMATE], *([bins[PREDICTED], bins[CONF_HIGH]])]
    top = factor * float(np.nanmax(np.concatenate([one.to_numpy(float) for one in seen])))
    top = min(PERCENT, top * 1.05) if share else top * 1.05
    (line,) = axes.plot([0.0, top], [0.0, top], color=MUTED, linewidth=0.8)
    handles, labels = [line], [PERFECT]
    for group, look in looks.items():
        rows = rows_of(curves, group).sort_values(PREDICTED)
        (line,) = axes.plot(
            factor * rows[PREDICTED], factor * rows[ESTIMATE], color=look.colour,
            linestyle=look.dashes,
        )  # fmt: skip
        handles.append(line)
        labels.append(group)
        own = rows_of(bins, group)
        values = factor * own[ESTIMATE].to_numpy(float)
        away = [
            values - factor * own[CONF_LOW].to_numpy(float),
            factor * own[CONF_HIGH].to_numpy(float) - values,
        ]
        axes.errorbar(
            factor * own[PREDICTED].to_numpy(float), values, yerr=np.maximum(away, 0.0),
            fmt=look.marker, color=look.colour, markersize=4.0, elinewidth=0.8,
        )  # fmt: skip
    axes.set_xlim(0.0, top)
    axes.set_ylim(0.0, top)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.xaxis.set_major_formatter(lambda value, _: fmt.trimmed(value))
    axes.yaxis.set_major_formatter(lambda value, _: fmt.trimmed(value))
    legend_above(axes, handles, labels)
    return axes
