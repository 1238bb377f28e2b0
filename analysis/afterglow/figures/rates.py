"""Response and remission rates by day and group, under each rule for missing scores."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.figures.canvas import axes_or_new
from afterglow.figures.legend import extra_legend_height, legend_above
from afterglow.figures.scales import set_value_axis
from afterglow.figures.style import (
    DOUBLE_COLUMN,
    MUTED,
    PAPER,
    RULE,
    STANDARD_HEIGHT,
    Look,
    journal_style,
    looks_for,
)
from afterglow.figures.tidy import check_frame, groups_of, highest, rows_of
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, MISSING_RULE, TIME
from afterglow.tables import format as fmt

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

SPREAD: Final = 0.62
SIZE: Final = 5.0
FILLS: Final = ("full", "open", "left", "bottom")


@journal_style()
def draw_rates(
    frame: pd.DataFrame,
    *,
    ylabel: str = "Response",
    xlabel: str = "Day",
    rule: str = MISSING_RULE,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw one point with its interval per day, group and missing-data rule.

    Parameters
    ----------
    frame : DataFrame
        One row per group, time_days and `rule`: group (optional), time_days, estimate (a share),
        conf_low, conf_high, `rule` (optional). Days stand side by side at equal distances; the
        colour and shape of a marker tell the group, its filling the rule, up to four rules.
    ylabel, xlabel : str
        What the axes show.
    rule : str
        The column that names the missing-data rule.
    ax : Axes, optional
        Default the axes of a new pyplot figure.
    """
    check_frame(frame, TIME, ESTIMATE, CONF_LOW, CONF_HIGH)
    axes = axes_or_new(ax, DOUBLE_COLUMN, rates_height(frame, rule=rule))
    days = np.unique(frame[TIME].to_numpy(dtype=float))
    groups, rules = groups_of(frame), groups_of(frame, rule)
    looks = looks_for(groups)
    for (group, used), shift in _shifts(groups, rules).items():
        rows = rows_of(rows_of(frame, group), used, rule)
        if rows.empty:
            continue
        places = np.searchsorted(days, rows[TIME].to_numpy(dtype=float)) + shift
        _points(axes, places, rows, looks[group], _fill(rules, used, looks[group].colour))
    _set_axes(axes, days, xlabel)
    set_value_axis(axes, "share", ylabel, highest(frame))
    keys = _keys(looks, rules)
    legend_above(axes, list(keys.values()), list(keys))
    return axes


def rates_height(frame: pd.DataFrame, *, rule: str = MISSING_RULE) -> float:
    """Return the inches that `draw_rates` needs at full width for this frame."""
    names = [name for name in (*groups_of(frame), *groups_of(frame, rule)) if name]
    return STANDARD_HEIGHT + extra_legend_height(names)


def _fill(rules: list[str], rule: str, colour: str) -> dict[str, Any]:
    """Return how a marker is filled; an open one hides the whisker behind it."""
    fill = FILLS[rules.index(rule) % len(FILLS)]
    if fill == "open":
        return {"fillstyle": "full", "markerfacecolor": PAPER}
    return {"fillstyle": fill, "markerfacecolor": colour, "markerfacecoloralt": PAPER}


def _keys(looks: dict[str, Look], rules: list[str]) -> "dict[str, Line2D]":
    """Return what the legend explains: each named group, then each rule where several are."""
    from matplotlib.lines import Line2D

    keys = {
        name: Line2D([], [], linestyle="none", marker=look.marker, color=look.colour)
        for name, look in looks.items()
        if name
    }
    for rule in rules if len(rules) > 1 else []:
        keys[rule] = Line2D(
            [],
            [],
            linestyle="none",
            marker="o",
            color=MUTED,
            **_fill(rules, rule, MUTED),
        )
    return keys


def _shifts(groups: list[str], rules: list[str]) -> dict[tuple[str, str], float]:
    """Place the rules of one group close together, and the groups apart, around each day."""
    places = [g * (len(rules) + 1.0) + r for g in range(len(groups)) for r in range(len(rules))]
    middle, width = max(places) / 2, max(max(places), 1.0)
    series = [(group, rule) for group in groups for rule in rules]
    return {one: (place - middle) / width * SPREAD for one, place in zip(series, places)}


def _points(
    ax: "Axes", places: np.ndarray, rows: pd.DataFrame, look: Look, fill: dict[str, Any]
) -> None:
    values, low, high = (
        rows[name].to_numpy(dtype=float) for name in (ESTIMATE, CONF_LOW, CONF_HIGH)
    )
    ax.errorbar(
        places,
        values,
        yerr=np.vstack([np.fmax(values - low, 0.0), np.fmax(high - values, 0.0)]),
        linestyle="none",
        marker=look.marker,
        markersize=SIZE,
        color=look.colour,
        **fill,
        elinewidth=1.1,
        capsize=2.0,
    )


def _set_axes(ax: "Axes", days: np.ndarray, xlabel: str) -> None:
    ax.set_xticks(np.arange(days.size), [fmt.trimmed(day) for day in days])
    ax.set_xlim(-0.6, days.size - 0.4)
    ax.set_xlabel(xlabel)
    for edge in np.arange(days.size - 1) + 0.5:
        ax.axvline(edge, color=RULE, linewidth=0.6, zorder=0)
