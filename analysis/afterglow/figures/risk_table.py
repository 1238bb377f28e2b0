"""The numbers at risk, with events and censored, aligned with the ticks of the axis above."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pandas as pd

from afterglow.figures.measure import text_width
from afterglow.figures.style import INK, SMALL_SIZE, Look
from afterglow.figures.tidy import groups_of, rows_of
from afterglow.names import AT_RISK, CENSORED, EVENTS, TIME
from afterglow.tables import format as fmt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEADINGS: Final = {
    AT_RISK: "At risk",
    EVENTS: "Events so far",
    CENSORED: "Censored so far",
}
FIRST_LINE_POINTS: Final = 43.0
LINE_POINTS: Final = 11.5
HEADING_GAP_POINTS: Final = 4.0
POINTS_PER_INCH: Final = 72.0
GAP_TO_TICK_POINTS: Final = 18.0
LONGEST_NAME_POINTS: Final = 90.0

_Line: TypeAlias = tuple[str, str | None, str]
"""Printed name, group, measure; a heading has no group and no measure."""


def risk_table_height(risk: pd.DataFrame) -> float:
    """Return the inches that the table needs below an axis."""
    return (_down(_lines(risk, HEADINGS), -1) + LINE_POINTS) / POINTS_PER_INCH


def draw_risk_table(
    ax: "Axes",
    risk: pd.DataFrame,
    looks: dict[str, Look],
    *,
    headings: Mapping[str, str] = HEADINGS,
) -> None:
    """Write the table below `ax`.

    Parameters
    ----------
    ax : Axes
        Its x axis is in days.
    risk : DataFrame
        One row per group and tick: group, time_days, at_risk and, where wanted, events and
        censored (both counted from the origin up to that day). Missing counts are shown as –.
    looks : dict of group to Look
        The colours of the names, as in the curves.
    headings : mapping of column to str
        The columns to write, in this order, and what stands over each.
    """
    lines = _lines(risk, headings)
    left = -GAP_TO_TICK_POINTS - max(text_width(name, SMALL_SIZE, "bold") for name, _, _ in lines)
    for place, (name, group, measure) in enumerate(lines):
        down = -_down(lines, place)
        heading = group is None or len(looks) == 1
        _write(ax, name, left, down, INK if heading else _colour(looks, str(group)), bold=heading)
        if measure:
            _write_counts(ax, rows_of(risk, str(group)), measure, down)


def _colour(looks: dict[str, Look], group: str) -> str:
    return looks[group].colour if group in looks else INK


def _down(lines: list[_Line], place: int) -> float:
    """Return how far below the axis a line stands, in points; headings keep a distance."""
    upto = lines[: place % len(lines) + 1]
    gaps = sum(group is None for _, group, _ in upto[1:])
    return FIRST_LINE_POINTS + LINE_POINTS * (len(upto) - 1) + HEADING_GAP_POINTS * gaps


def _lines(risk: pd.DataFrame, headings: Mapping[str, str]) -> list[_Line]:
    groups = groups_of(risk)
    measures = [measure for measure in headings if measure in risk]
    if len(groups) == 1:
        return [(headings[measure], groups[0], measure) for measure in measures]
    lines: list[_Line] = []
    for measure in measures:
        lines.append((headings[measure], None, ""))
        lines += [(_shortened(group), group, measure) for group in groups]
    return lines


def _shortened(name: str) -> str:
    """Cut a name that would squeeze the curves; the legend carries it whole."""
    if text_width(name, SMALL_SIZE) <= LONGEST_NAME_POINTS:
        return name
    kept = name
    while kept and text_width(f"{kept}…", SMALL_SIZE) > LONGEST_NAME_POINTS:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def _write(ax: "Axes", name: str, left: float, down: float, colour: str, *, bold: bool) -> None:
    ax.annotate(
        name,
        xy=(0.0, 0.0),
        xycoords=ax.get_xaxis_transform(),
        xytext=(left, down),
        textcoords="offset points",
        ha="left",
        va="baseline",
        fontsize=SMALL_SIZE,
        fontweight="bold" if bold else "normal",
        color=colour,
        annotation_clip=False,
    )


def _write_counts(ax: "Axes", rows: pd.DataFrame, measure: str, down: float) -> None:
    times = rows[TIME].to_numpy(dtype=float)
    for time, value in zip(times, np.asarray(rows[measure], dtype=float), strict=True):
        ax.annotate(
            fmt.count(value),
            xy=(time, 0.0),
            xycoords=ax.get_xaxis_transform(),
            xytext=(0.0, down),
            textcoords="offset points",
            ha="center",
            va="baseline",
            fontsize=SMALL_SIZE,
            annotation_clip=False,
        )
