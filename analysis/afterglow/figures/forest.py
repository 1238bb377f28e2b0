"""Forest plots: one estimate with its interval per line, and the same in words beside it."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd

from afterglow.errors import UsageError
from afterglow.figures.canvas import axes_or_new
from afterglow.figures.measure import text_width
from afterglow.figures.scales import check_frame, groups_of, rows_of
from afterglow.figures.style import DOUBLE_COLUMN, FONT_SIZE, INK, LOOKS, MUTED, journal_style
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
FEW_TICKS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
MORE_TICKS: Final = (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0)
NOT_ESTIMABLE: Final = "not estimable"


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the plot; a heading has no values."""

    label: str
    values: tuple[float, float, float] | None = None
    indent: float = 0.0

    @property
    def drawn(self) -> bool:
        return self.values is not None and math.isfinite(self.values[0])


def forest_height(frame: pd.DataFrame, *, section: str | None = None) -> float:
    """Return the inches that `draw_forest` needs for this frame."""
    headings = len(groups_of(frame, section)) if section else 0
    return MARGIN_INCHES + LINE_INCHES * (len(frame) + headings + 1)


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
    axes = axes_or_new(ax, DOUBLE_COLUMN, forest_height(frame, section=section))
    lines = _lines(frame, label, section)
    _draw_lines(axes, lines)
    _draw_null(axes, null, favours)
    _set_axes(axes, lines, scale, xlabel)
    places = digits if digits is not None else (1 if scale == "share" else 2)
    _write_words(axes, lines, scale, places, f"{xlabel} ({fmt.confidence_level(level)})")
    return axes


def _lines(frame: pd.DataFrame, label: str, section: str | None) -> list[_Line]:
    if section is None:
        return _plain_lines(frame, label, 0.0)
    lines = []
    for heading in groups_of(frame, section):
        lines.append(_Line(heading))
        lines += _plain_lines(rows_of(frame, heading, section), label, INDENT_POINTS)
    return lines


def _plain_lines(frame: pd.DataFrame, label: str, indent: float) -> list[_Line]:
    labels = frame[label].tolist()
    numbers = zip(*(frame[name].astype(float).tolist() for name in (ESTIMATE, CONF_LOW, CONF_HIGH)))
    return [_Line(fmt.text(name), values, indent) for name, values in zip(labels, numbers)]


def _draw_lines(ax: "Axes", lines: list[_Line]) -> None:
    colour = LOOKS[0].colour
    for place, line in enumerate(lines):
        if line.values is None or not line.drawn:
            continue
        value, low, high = line.values
        ax.plot([low, high], [place, place], color=colour, linewidth=1.2, solid_capstyle="butt")
        ax.plot([value], [place], marker="s", markersize=5.0, color=colour, linestyle="none")


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
    ax.set_ylim(len(lines) - 0.4, -0.8)
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
    widths = [line.indent + text_width(line.label, FONT_SIZE, _weight(line)) for line in lines]
    left = -GAP_POINTS - max(widths, default=0.0)
    _write(ax, head, 1.0, -0.8, GAP_POINTS, "bold")
    for place, line in enumerate(lines):
        _write(ax, line.label, 0.0, place, left + line.indent, _weight(line))
        if line.values is not None:
            _write(ax, _words(line.values, scale, digits), 1.0, place, GAP_POINTS, "normal")


def _weight(line: _Line) -> str:
    return "bold" if line.values is None else "normal"


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
