"""The legend in rows above the axes, and how high it gets."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from afterglow.figures.measure import text_width, wrapped
from afterglow.figures.style import DOUBLE_COLUMN, FONT_SIZE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

HANDLE_EMS: Final = 2.6
SPACING_EMS: Final = 1.6
LEFT_OF_AXES_POINTS: Final = 112.0
BESIDE_POINTS: Final = (HANDLE_EMS + SPACING_EMS + 0.8) * FONT_SIZE
ROW_POINTS: Final = 13.5
POINTS_PER_INCH: Final = 72.0


def legend_above(ax: "Axes", handles: list, labels: Sequence[str]) -> None:
    """Put the legend above the axes, as many columns as fit; none for one unnamed group."""
    if not any(labels):
        return
    room = _room(ax.figure.bbox.width / ax.figure.dpi)
    broken = _broken(labels, room)
    ax.legend(
        handles,
        broken,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.01),
        borderaxespad=0.0,
        ncols=_columns(broken, room),
        handlelength=HANDLE_EMS,
        columnspacing=SPACING_EMS,
    )


def legend_over_panels(target: "Figure | SubFigure", handles: list, labels: Sequence[str]) -> None:
    """Put one legend above all panels of a figure."""
    width = target.bbox.width / target.dpi
    broken = _broken(labels, _room(width))
    target.legend(
        handles,
        broken,
        loc="outside upper left",
        ncols=_columns(broken, _room(width)),
        handlelength=HANDLE_EMS,
        columnspacing=SPACING_EMS,
    )


def extra_legend_height(labels: Sequence[str], width: float = DOUBLE_COLUMN) -> float:
    """Return the inches that the lines of the legend after the first one take."""
    if not labels:
        return 0.0
    broken = _broken(labels, _room(width))
    columns = _filled(broken, _columns(broken, _room(width)))
    lines = max(sum(label.count("\n") + 1 for label in column) for column in columns)
    return (lines - 1) * ROW_POINTS / POINTS_PER_INCH


def _room(width: float) -> float:
    """Return the points beside the widest names that a risk table puts left of the axes."""
    return width * POINTS_PER_INCH - LEFT_OF_AXES_POINTS


def _broken(labels: Sequence[str], room: float) -> list[str]:
    return ["\n".join(wrapped(label, room - BESIDE_POINTS)) for label in labels]


def _columns(labels: Sequence[str], room: float) -> int:
    counts = range(1, len(labels) + 1)
    return max((count for count in counts if _breadth(labels, count) <= room), default=1)


def _breadth(labels: Sequence[str], count: int) -> float:
    return sum(
        max(text_width(line) for label in column for line in label.split("\n")) + BESIDE_POINTS
        for column in _filled(labels, count)
    )


def _filled(labels: Sequence[str], count: int) -> list[Sequence[str]]:
    """Return the columns as matplotlib fills them: the first ones take what is left over."""
    rows, longer = divmod(len(labels), count)
    starts = [rows * place + min(place, longer) for place in range(count + 1)]
    return [labels[first:last] for first, last in pairwise(starts)]
