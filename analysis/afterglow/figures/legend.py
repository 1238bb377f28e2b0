"""The legend in rows above the axes, and how high it gets."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from afterglow.figures.measure import text_width
from afterglow.figures.style import DOUBLE_COLUMN, FONT_SIZE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HANDLE_EMS: Final = 2.6
SPACING_EMS: Final = 1.6
USABLE_SHARE: Final = 0.86
ROW_POINTS: Final = 13.5
POINTS_PER_INCH: Final = 72.0


def legend_above(ax: "Axes", handles: list, labels: Sequence[str]) -> None:
    """Put the legend above the axes, as many columns as fit; none for one unnamed group."""
    if not any(labels):
        return
    ax.legend(
        handles,
        labels,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.01),
        borderaxespad=0.0,
        ncols=_columns(labels, ax.figure.bbox.width / ax.figure.dpi),
        handlelength=HANDLE_EMS,
        columnspacing=SPACING_EMS,
    )


def extra_legend_height(labels: Sequence[str], width: float = DOUBLE_COLUMN) -> float:
    """Return the inches that the rows of the legend after the first one take."""
    rows = math.ceil(len(labels) / _columns(labels, width)) if labels else 1
    return (rows - 1) * ROW_POINTS / POINTS_PER_INCH


def _columns(labels: Sequence[str], width: float) -> int:
    beside = (HANDLE_EMS + SPACING_EMS + 0.8) * FONT_SIZE
    widest = max(text_width(label) for label in labels) + beside
    return max(1, min(len(labels), int(width * POINTS_PER_INCH * USABLE_SHARE / widest)))
