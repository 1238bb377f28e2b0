"""One endpoint under every strategy: the curves between their bounds, and one day's values."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.estimate.result import LABEL
from afterglow.estimate.strategies.comparison import (
    COMPETING,
    COMPOSITE,
    NAIVE,
    TREATMENT_POLICY,
    WEIGHTED,
)
from afterglow.figures import style
from afterglow.figures.canvas import shown_figure
from afterglow.figures.legend import legend_above
from afterglow.figures.measure import wrapped
from afterglow.figures.scales import set_day_axis, set_value_axis
from afterglow.figures.steps import draw_step
from afterglow.figures.style import DOUBLE_COLUMN, INK, LOOKS, MUTED, SMALL_SIZE, journal_style
from afterglow.figures.tidy import check_frame, groups_of, rows_of
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, TIME
from afterglow.tables import format as fmt

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

PRIMARY: Final = "primary"
LOOK_OF: Final = {
    TREATMENT_POLICY: LOOKS[4],
    COMPETING: LOOKS[0],
    WEIGHTED: LOOKS[1],
    NAIVE: style.NAIVE,
    COMPOSITE: LOOKS[3],
}
BAND: Final = "#e9edf2"
BAND_LABEL: Final = "Worst to best case"
WIDTHS: Final = (1.0, 0.82)
LINE_INCHES: Final = 0.46
MARGIN_INCHES: Final = 0.75
LEAST_HEIGHT: Final = 3.2
LABEL_POINTS: Final = 196.0
TICKS: Final = 6


def strategies_height(points: pd.DataFrame) -> float:
    """Return the inches that `draw_strategies` needs at full width."""
    return max(LEAST_HEIGHT, MARGIN_INCHES + LINE_INCHES * len(points))


@journal_style()
def draw_strategies(
    frame: pd.DataFrame,
    points: pd.DataFrame,
    *,
    day: float,
    xlabel: str,
    ylabel: str,
    day_label: str,
    until_day: float | None = None,
    figure: "Figure | SubFigure | None" = None,
) -> "tuple[Axes, Axes]":
    """Draw the curves with the worst-to-best band, and the values of one day beside them.

    Parameters
    ----------
    frame : DataFrame
        One row per group (the strategy) and time: group, time_days, estimate; at_risk where a
        curve is to be paler while few are at risk. The band lies between composite and competing.
    points : DataFrame
        One row per strategy from top to bottom: group, label, primary (bool), estimate, conf_low,
        conf_high.
    day : float
        The day of `points`.
    xlabel, ylabel, day_label : str
        Of the curves, and of the axis of the values.
    until_day : float, optional
        Where the curves end.
    figure : Figure or SubFigure, optional
        `strategies_height(points)` high; default a new pyplot figure.
    """
    check_frame(frame, GROUP, TIME, ESTIMATE)
    check_frame(points, GROUP, LABEL, PRIMARY, ESTIMATE, CONF_LOW, CONF_HIGH)
    if figure is None:
        figure = shown_figure(DOUBLE_COLUMN, strategies_height(points))
    left, right = figure.subplots(1, 2, width_ratios=WIDTHS).tolist()
    last = float(frame[TIME].max()) if until_day is None else until_day
    _draw_band(left, frame, last)
    for group in groups_of(frame):
        draw_step(left, rows_of(frame, group), 1.0, last, LOOK_OF[group])
    left.axvline(day, color=MUTED, linewidth=0.6, zorder=0)
    set_day_axis(left, last, xlabel, TICKS)
    set_value_axis(left, "share", ylabel, 1.0)
    _draw_points(right, points, day_label)
    return left, right


def _draw_band(ax: "Axes", frame: pd.DataFrame, last: float) -> None:
    worst, best = rows_of(frame, COMPOSITE), rows_of(frame, COMPETING)
    if worst.empty or best.empty:
        return
    times = np.union1d(worst[TIME].to_numpy(float), best[TIME].to_numpy(float))
    times = np.append(np.append(0.0, times[(times > 0) & (times < last)]), last)
    low, high = (_heights(rows, times) for rows in (worst, best))
    ax.fill_between(times, low, high, step="post", color=BAND, linewidth=0, zorder=0)
    legend_above(ax, ax.collections[:1], [BAND_LABEL])


def _heights(rows: pd.DataFrame, times: np.ndarray) -> np.ndarray:
    place = np.searchsorted(rows[TIME].to_numpy(float), times, side="right")
    return np.append(1.0, rows[ESTIMATE].to_numpy(float))[place]


def _draw_points(ax: "Axes", points: pd.DataFrame, label: str) -> None:
    rows: Iterator[Any] = points.itertuples(index=False)
    for place, row in enumerate(rows):
        look = LOOK_OF[row.group]
        known = [value for value in (row.conf_low, row.conf_high) if np.isfinite(value)]
        if len(known) == 2:
            ax.plot(known, [place, place], color=look.colour, linewidth=1.6, solid_capstyle="butt")
        ax.plot([row.estimate], [place], marker=look.marker, color=look.colour, markersize=5.5,
                linestyle="none")  # fmt: skip
        words = f"{row.label}{' (primary)' if row.primary else ''}: {fmt.percent(row.estimate)}"
        weight = "bold" if row.primary else "normal"
        ax.text(
            0.0, place - 0.22, "\n".join(wrapped(words, LABEL_POINTS, SMALL_SIZE, weight)),
            va="bottom", ha="left", fontsize=SMALL_SIZE, weight=weight, color=INK,
        )  # fmt: skip
    ax.set_ylim(len(points) - 0.55, -0.95)
    ax.set_xlim(0.0, 1.0)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.xaxis.set_major_formatter(lambda value, _: fmt.trimmed(value * 100.0))
    ax.set_xlabel(f"{label} (%)")
