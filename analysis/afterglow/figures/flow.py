"""Flow diagrams: how many remain after each step, and why the others were set aside."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

from afterglow.errors import UsageError
from afterglow.figures.canvas import new_figure, shown_figure
from afterglow.figures.measure import wrapped
from afterglow.figures.style import DOUBLE_COLUMN, FONT_SIZE, INK, journal_style
from afterglow.tables import format as fmt

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

POINTS_PER_INCH: Final = 72.0
PADDING: Final = 8.0
LINE: Final = 12.5
GAP: Final = 20.0
MARGIN: Final = 2.0
MAIN_SHARE: Final = 0.46
SIDE_SHARE: Final = 0.44
INDENT: Final = 8.0

_Text: TypeAlias = tuple[str, float, str]
"""One line: its words, its indent in points, its weight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """Subjects (or rows) that left at one step for one reason."""

    reason: str
    n: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStep:
    """One box of the flow: who remains, and who was set aside on the way to the next box.

    Attributes
    ----------
    label : str
        Who is in the box: "Treated", "With baseline score".
    n : float
        How many; a rounded count where disclosure asks for it.
    set_aside : tuple of SetAside
        Who leaves between this box and the next, with reasons; drawn in a box at the side.
    """

    label: str
    n: float
    set_aside: tuple[SetAside, ...] = ()


@dataclass(frozen=True, slots=True)
class _Box:
    """A box in points, y down from the top of the drawing, with its lines of text."""

    left: float
    top: float
    width: float
    lines: tuple[_Text, ...]

    @property
    def height(self) -> float:
        return LINE * len(self.lines) + 2 * PADDING

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def flow_height(steps: tuple[FlowStep, ...], width: float = DOUBLE_COLUMN) -> float:
    """Return the inches that the diagram needs at a width of `width` inches."""
    mains, sides = _boxes(steps, width * POINTS_PER_INCH)
    lowest = max(box.bottom for box in (*mains, *sides.values()))
    return (lowest + MARGIN) / POINTS_PER_INCH


@journal_style()
def new_flow_axes(steps: tuple[FlowStep, ...], width: float = DOUBLE_COLUMN) -> "Axes":
    """Return axes of just the size that `draw_flow` needs, for a report."""
    return _filled(new_figure(width, flow_height(steps, width)))


@journal_style()
def draw_flow(steps: tuple[FlowStep, ...], *, ax: "Axes | None" = None) -> "Axes":
    """Draw the boxes from top to bottom, each as high as its text asks for.

    Parameters
    ----------
    steps : tuple of FlowStep
        In order; at least one.
    ax : Axes, optional
        High enough for the boxes, as `new_flow_axes` gives; default the axes of a new pyplot
        figure of that size.

    Raises
    ------
    UsageError
        If there is no step, or `ax` is too low for the boxes.
    """
    if ax is None:
        ax = _filled(shown_figure(DOUBLE_COLUMN, flow_height(steps)))
    points = POINTS_PER_INCH / ax.figure.dpi
    width, height = ax.bbox.width * points, ax.bbox.height * points
    mains, sides = _boxes(steps, width)
    if max(box.bottom for box in (*mains, *sides.values())) > height:
        raise UsageError(
            "The axes are too low for the flow diagram.\nUse new_flow_axes(steps, width)."
        )
    ax.set(xlim=(0.0, width), ylim=(height, 0.0))
    ax.set_axis_off()
    for box in (*mains, *sides.values()):
        _draw_box(ax, box)
    _draw_arrows(ax, mains, sides)
    return ax


def _filled(figure: "Figure") -> "Axes":
    figure.set_layout_engine("none")
    return figure.add_axes((0.0, 0.0, 1.0, 1.0))


def _boxes(steps: tuple[FlowStep, ...], width: float) -> tuple[list[_Box], dict[int, _Box]]:
    """Return the main boxes in order, and the side boxes by the step that they leave."""
    if not steps:
        raise UsageError("A flow diagram needs at least one step.\nGive the whole account.")
    mains: list[_Box] = []
    sides: dict[int, _Box] = {}
    top = MARGIN
    for place, step in enumerate(steps):
        box = _Box(MARGIN, top, width * MAIN_SHARE, _main_lines(step, width * MAIN_SHARE))
        mains.append(box)
        top = box.bottom + GAP
        if step.set_aside:
            lines = _side_lines(step, width * SIDE_SHARE)
            left = width * (1 - SIDE_SHARE) - MARGIN
            sides[place] = _Box(left, box.bottom + GAP / 2, width * SIDE_SHARE, lines)
            top = sides[place].bottom + GAP / 2
    return mains, sides


def _n(count: float) -> str:
    return f"n{fmt.NBSP}={fmt.NBSP}{fmt.count(count)}"


def _main_lines(step: FlowStep, width: float) -> tuple[_Text, ...]:
    words = wrapped(step.label, width - 2 * PADDING, FONT_SIZE, "bold")
    return (*((line, 0.0, "bold") for line in words), (_n(step.n), 0.0, "normal"))


def _side_lines(step: FlowStep, width: float) -> tuple[_Text, ...]:
    total = sum(gone.n for gone in step.set_aside)
    lines: list[_Text] = [(f"Set aside ({_n(total)})", 0.0, "bold")]
    for gone in step.set_aside:
        text = f"{gone.reason} ({_n(gone.n)})"
        lines += [(line, INDENT, "normal") for line in wrapped(text, width - 2 * PADDING - INDENT)]
    return tuple(lines)


def _draw_box(ax: "Axes", box: _Box) -> None:
    from matplotlib.patches import Rectangle

    ax.add_patch(
        Rectangle(
            (box.left, box.top),
            box.width,
            box.height,
            facecolor="white",
            edgecolor=INK,
            linewidth=0.8,
        )
    )
    for place, (text, indent, weight) in enumerate(box.lines):
        ax.text(
            box.left + PADDING + indent,
            box.top + PADDING + LINE * (place + 0.5),
            text,
            ha="left",
            va="center",
            fontsize=FONT_SIZE,
            fontweight=weight,
        )


def _draw_arrows(ax: "Axes", mains: list[_Box], sides: dict[int, _Box]) -> None:
    centre = mains[0].left + mains[0].width / 2
    for upper, lower in pairwise(mains):
        _arrow(ax, (centre, upper.bottom), (centre, lower.top))
    for place, side in sides.items():
        if place == len(mains) - 1:
            ax.plot([centre, centre], [mains[-1].bottom, side.middle], color=INK, linewidth=0.8)
        _arrow(ax, (centre, side.middle), (side.left, side.middle))


def _arrow(ax: "Axes", start: tuple[float, float], end: tuple[float, float]) -> None:
    style = {"arrowstyle": "-|>", "color": INK, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=end, xytext=start, arrowprops={**style, "mutation_scale": 8})
