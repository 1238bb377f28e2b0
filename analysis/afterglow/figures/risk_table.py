"""The numbers at risk, with events and censored, aligned with the ticks of the axis above."""

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from afterglow.figures.columns import AT_RISK, CENSORED, EVENTS
from afterglow.figures.measure import text_width
from afterglow.figures.scales import groups_of, rows_of
from afterglow.figures.style import INK, SMALL_SIZE, Look
from afterglow.names import TIME
from afterglow.tables import format as fmt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEADINGS: Final = {
    AT_RISK: "At risk",
    EVENTS: "Events so far",
    CENSORED: "Censored so far",
}
FIRST_LINE_POINTS: Final = 40.0
LINE_POINTS: Final = 10.0
GAP_TO_TICK_POINTS: Final = 16.0
LONGEST_NAME_POINTS: Final = 110.0


def risk_table_height(risk: pd.DataFrame) -> float:
    """Return the inches that the table needs below an axis."""
    return (FIRST_LINE_POINTS + LINE_POINTS * len(_lines(risk))) / 72


def draw_risk_table(ax: "Axes", risk: pd.DataFrame, looks: dict[str, Look]) -> None:
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
    """
    lines = _lines(risk)
    left = -GAP_TO_TICK_POINTS - max(text_width(name, SMALL_SIZE, "bold") for name, _, _ in lines)
    for place, (name, group, measure) in enumerate(lines):
        down = -FIRST_LINE_POINTS - LINE_POINTS * place
        heading = group is None or len(looks) == 1
        _write(ax, name, left, down, INK if heading else looks[str(group)].colour, bold=heading)
        if measure:
            _write_counts(ax, rows_of(risk, str(group)), measure, down)


def _lines(risk: pd.DataFrame) -> list[tuple[str, str | None, str]]:
    """Return (printed name, group, measure) per line; a heading has no group and no measure."""
    groups = groups_of(risk)
    measures = [measure for measure in HEADINGS if measure in risk]
    if len(groups) == 1:
        return [(HEADINGS[measure], groups[0], measure) for measure in measures]
    lines: list[tuple[str, str | None, str]] = []
    for measure in measures:
        lines.append((HEADINGS[measure], None, ""))
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
