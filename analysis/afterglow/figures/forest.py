"""Forest plots: one estimate with its interval per line, and the same in words beside it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import pandas as pd

from afterglow.errors import UsageError
from afterglow.figures.canvas import axes_or_new
from afterglow.figures.measure import text_width, wrapped
from afterglow.figures.style import DOUBLE_COLUMN, FONT_SIZE, INK, LOOKS, MUTED, journal_style
from afterglow.figures.tidy import check_frame, groups_of, rows_of
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE
from afterglow.tables import format as fmt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Scale = Literal["linear", "log", "share"]

SCALES: Final = ("linear", "log", "share")
LINE_INCHES: Final = 0.25
MARGIN_INCHES: Final = 0.95
GAP_POINTS: Final = 10.0
INDENT_POINTS: Final = 8.0
POINTS_PER_INCH: Final = 72.0
LABEL_SHARE: Final = 0.34
BROKEN_LINE: Final = 0.62
HEAD_PLACE: Final = -0.5
FEW_TICKS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
MORE_TICKS: Final = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0)
NOT_ESTIMABLE: Final = "not estimable"

_Entry: TypeAlias = tuple[str, tuple[float, float, float] | None, float]
"""A label, its estimate with limits (None for a heading) and its indent in points."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the plot, its label broken; a heading has no values.

    `place` is where its middle stands and `height` what it takes, in single lines.
    """

    label: str
    values: tuple[float, float, float] | None
    indent: float
    place: float
    height: float

    @property
    def drawn(self) -> bool:
        return self.values is not None and math.isfinite(self.values[0])


def forest_height(
    frame: pd.DataFrame, *, label: str, section: str | None = None, width: float = DOUBLE_COLUMN
) -> float:
    """Return the inches that `draw_forest` needs for this frame at `width` inches."""
    return MARGIN_INCHES + LINE_INCHES * (_bottom(_lines(frame, label, section, width)) + 1)


@journal_style()
def draw_forest(
    frame: pd.DataFrame,
    *,
    label: str,
    section: str | None = None,
    null: float | None = None,
    scale: Scale = "linear",
    xlabel: str = "Estimate",
    favours: tuple[str, str] | None = None,
    digits: int | None = None,
    level: float = 0.95,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw one square with a whisker per row, top to bottom in the order of the frame.

    Parameters
    ----------
    frame : DataFrame
        One row per line: `label`, estimate, conf_low, conf_high, and `section` where given. A
        row without an estimate is written "not estimable" and not drawn.
    label, section : str
        The columns that name the lines and that head groups of lines.
    null : float, optional
        Where there is no effect; a vertical line. Default none.
    scale : {"linear", "log", "share"}
        Log for ratios (all values above 0); a share of 1 is shown as 100 (%).
    xlabel : str
        The axis, and the head of the column of numbers.
    favours : pair of str, optional
        What values left and right of `null` speak for.
    digits : int, optional
        Decimals of the numbers; default 2, or 1 for a share.
    level : float
        The confidence level named over the numbers.
    ax : Axes, optional
        Default the axes of a new pyplot figure.
    """
    if scale not in SCALES:
        raise UsageError.unknown_option("scale", scale, SCALES)
    check_frame(frame, label, ESTIMATE, CONF_LOW, CONF_HIGH)
    axes = axes_or_new(ax, DOUBLE_COLUMN, forest_height(frame, label=label, section=section))
    lines = _lines(frame, label, section, axes.figure.bbox.width / axes.figure.dpi)
    _draw_lines(axes, lines)
    _draw_null(axes, null, favours)
    _set_axes(axes, lines, scale, xlabel)
    places = digits if digits is not None else (1 if scale == "share" else 2)
    _write_words(axes, lines, scale, places, f"{xlabel} ({fmt.confidence_level(level)})")
    return axes


def _lines(frame: pd.DataFrame, label: str, section: str | None, width: float) -> list[_Line]:
    """Lay out the lines from top to bottom, each as high as its broken label."""
    room = width * POINTS_PER_INCH * LABEL_SHARE
    lines: list[_Line] = []
    for text, values, indent in _entries(frame, label, section):
        broken = wrapped(text, room - indent, FONT_SIZE, _weight(values))
        height = max(1.0, BROKEN_LINE * len(broken) + 1.0 - BROKEN_LINE)
        place = _bottom(lines) + height / 2
        lines.append(_Line("\n".join(broken), values, indent, place, height))
    return lines


def _bottom(lines: list[_Line]) -> float:
    return lines[-1].place + lines[-1].height / 2 if lines else 0.0


def _entries(frame: pd.DataFrame, label: str, section: str | None) -> Iterator[_Entry]:
    if section is None:
        yield from _rows(frame, label, 0.0)
        return
    for heading in groups_of(frame, section):
        yield heading, None, 0.0
        yield from _rows(rows_of(frame, heading, section), label, INDENT_POINTS)


def _rows(frame: pd.DataFrame, label: str, indent: float) -> Iterator[_Entry]:
    labels = frame[label].tolist()
    numbers = zip(*(frame[name].astype(float).tolist() for name in (ESTIMATE, CONF_LOW, CONF_HIGH)))
    for name, values in zip(labels, numbers):
        yield fmt.text(name), values, indent


def _draw_lines(ax: "Axes", lines: list[_Line]) -> None:
    colour = LOOKS[0].colour
    for line in lines:
        if line.values is None or not line.drawn:
            continue
        value, low, high = line.values
        ax.plot([low, high], [line.place] * 2, color=colour, linewidth=1.2, solid_capstyle="butt")
        ax.plot([value], [line.place], marker="s", markersize=5.0, color=colour, linestyle="none")


def _draw_null(ax: "Axes", null: float | None, favours: tuple[str, str] | None) -> None:
    if null is None:
        return
    ax.axvline(null, color=MUTED, linewidth=0.7, linestyle=(0, (3.0, 2.0)), zorder=0)
    for text, side, shift in zip(favours or (), ("right", "left"), (-6.0, 6.0)):
        ax.annotate(
            f"← {text}" if side == "right" else f"{text} →",
            xy=(null, 0.0),
            xycoords=ax.get_xaxis_transform(),
            xytext=(shift, -44.0),
            textcoords="offset points",
            ha=side,
            color=MUTED,
        )


def _set_axes(ax: "Axes", lines: list[_Line], scale: Scale, xlabel: str) -> None:
    ax.set_ylim(_bottom(lines) + 0.1, HEAD_PLACE)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(f"{xlabel} (%)" if scale == "share" else xlabel)
    if scale == "log":
        _set_log_axis(ax)
    ax.xaxis.set_major_formatter(
        lambda value, _: fmt.trimmed(value * 100 if scale == "share" else value)
    )


def _set_log_axis(ax: "Axes") -> None:
    ax.set_xscale("log")
    low, high = ax.get_xlim()
    ticks = FEW_TICKS if high / low > 10.0 else MORE_TICKS
    low = max((tick for tick in ticks if tick <= low), default=low)
    high = min((tick for tick in ticks if tick >= high), default=high)
    ax.set_xlim(low, high)
    ax.set_xticks([tick for tick in ticks if low <= tick <= high] or [low, high])
    ax.set_xticks([], minor=True)


def _write_words(ax: "Axes", lines: list[_Line], scale: Scale, digits: int, head: str) -> None:
    widths = [
        line.indent + text_width(part, FONT_SIZE, _weight(line.values))
        for line in lines
        for part in line.label.split("\n")
    ]
    left = -GAP_POINTS - max(widths, default=0.0)
    _write(ax, head, 1.0, HEAD_PLACE, GAP_POINTS, "bold")
    for line in lines:
        _write(ax, line.label, 0.0, line.place, left + line.indent, _weight(line.values))
        if line.values is not None:
            words = _words(line.values, scale, digits)
            _write(ax, words, 1.0, line.place, GAP_POINTS, "normal")


def _weight(values: tuple[float, float, float] | None) -> str:
    return "bold" if values is None else "normal"


def _words(values: tuple[float, float, float], scale: Scale, digits: int) -> str:
    value, low, high = values
    if not math.isfinite(value):
        return NOT_ESTIMABLE
    if scale == "share":
        return f"{fmt.percentage_points(value, digits)} ({fmt.percent_limits(low, high, digits)})"
    return f"{fmt.number(value, digits)} ({fmt.interval(low, high, digits)})"


def _write(ax: "Axes", text: str, side: float, place: float, shift: float, weight: str) -> None:
    ax.annotate(
        text,
        xy=(side, place),
        xycoords=ax.get_yaxis_transform(),
        xytext=(shift, 0.0),
        textcoords="offset points",
        ha="left",
        va="center",
        color=INK,
        fontweight=weight,
        annotation_clip=False,
    )
