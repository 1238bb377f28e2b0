"""Mean scores over time with their intervals, and how many were observed."""

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from afterglow.figures.canvas import axes_or_new, shown_figure
from afterglow.figures.legend import legend_above
from afterglow.figures.risk_table import draw_risk_table, risk_table_height
from afterglow.figures.scales import set_day_axis, set_day_ticks, spaced, tick_values
from afterglow.figures.style import DOUBLE_COLUMN, STANDARD_HEIGHT, Look, journal_style, looks_for
from afterglow.figures.tidy import check_frame, groups_of, rows_of
from afterglow.names import AT_RISK, CONF_HIGH, CONF_LOW, ESTIMATE, INSTRUMENT, TIME, N

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

DODGE_SHARE: Final = 0.006
OBSERVED: Final = "Observed"


@journal_style()
def draw_trajectory(
    frame: pd.DataFrame,
    *,
    ylabel: str = "Mean score",
    xlabel: str = "Days since first session",
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the mean score of each group by day, with intervals and the numbers observed.

    Parameters
    ----------
    frame : DataFrame
        One row per group and time: group (optional), time_days, estimate (mean score),
        conf_low, conf_high, and n (subjects observed), written below the axis where present.
        Days closer than the numbers are wide are drawn but neither ticked nor counted below.
        Groups stand slightly beside each other so that their intervals can be told apart.
    ylabel, xlabel : str
        What the axes show; name the instrument and its better direction in `ylabel`.
    ax : Axes, optional
        Default the axes of a new pyplot figure.
    """
    check_frame(frame, TIME, ESTIMATE, CONF_LOW, CONF_HIGH)
    height = STANDARD_HEIGHT + (risk_table_height(_observed(frame)) if N in frame else 0.0)
    axes = axes_or_new(ax, DOUBLE_COLUMN, height)
    looks = looks_for(groups_of(frame))
    last = float(frame[TIME].max())
    shifts = (np.arange(len(looks)) - (len(looks) - 1) / 2) * DODGE_SHARE * last
    handles = [
        _means(axes, rows_of(frame, group), looks[group], shift)
        for group, shift in zip(looks, shifts, strict=True)
    ]
    set_day_axis(axes, last, xlabel)
    axes.set_ylabel(ylabel)
    if axes.get_ylim()[0] >= 0:
        axes.set_ylim(bottom=0.0)
    tick_values(axes)
    legend_above(axes, handles, list(looks))
    if N in frame:
        days = spaced(np.unique(frame[TIME].to_numpy(dtype=float)))
        set_day_ticks(axes, days, xlabel)
        observed = _observed(frame[frame[TIME].isin(days)])
        draw_risk_table(axes, observed, looks, headings={AT_RISK: OBSERVED})
    return axes


@journal_style()
def draw_trajectory_panels(
    frame: pd.DataFrame,
    *,
    xlabel: str = "Days since first session",
    figure: "Figure | SubFigure | None" = None,
) -> "tuple[Axes, ...]":
    """Draw one `draw_trajectory` per instrument, one below the other, under one legend.

    Parameters
    ----------
    frame : DataFrame
        As in `draw_trajectory`, with the column instrument.
    xlabel : str
        Under every panel, as each has its own numbers below.
    figure : Figure or SubFigure, optional
        Where the panels go; default a new pyplot figure.
    """
    check_frame(frame, INSTRUMENT)
    instruments = groups_of(frame, INSTRUMENT)
    if figure is None:
        figure = shown_figure(DOUBLE_COLUMN, trajectory_height(frame))
    panels = figure.subplots(len(instruments), 1, squeeze=False)[:, 0]
    for panel, instrument in zip(panels, instruments, strict=True):
        rows = rows_of(frame, instrument, INSTRUMENT)
        draw_trajectory(rows, ylabel=f"Mean {instrument}", xlabel=xlabel, ax=panel)
        if panel is not panels[0] and panel.get_legend() is not None:
            panel.get_legend().remove()
    return tuple(panels)


def trajectory_height(frame: pd.DataFrame) -> float:
    """Return the inches that `draw_trajectory_panels` needs for this frame."""
    table = risk_table_height(_observed(frame)) if N in frame else 0.0
    return len(groups_of(frame, INSTRUMENT)) * (STANDARD_HEIGHT + table)


def _means(ax: "Axes", rows: pd.DataFrame, look: Look, shift: float) -> "object":
    values, low, high = (
        rows[name].to_numpy(dtype=float) for name in (ESTIMATE, CONF_LOW, CONF_HIGH)
    )
    return ax.errorbar(
        rows[TIME].to_numpy(dtype=float) + shift,
        values,
        yerr=np.vstack([values - low, high - values]),
        color=look.colour,
        linestyle=look.dashes,
        marker=look.marker,
        markersize=4.0,
        linewidth=1.2,
        elinewidth=0.9,
        capsize=1.8,
    )


def _observed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns={N: AT_RISK})
