"""Empty figures: for a notebook through pyplot, for a report without any global state."""

from typing import TYPE_CHECKING

from afterglow.figures.style import DOUBLE_COLUMN, STANDARD_HEIGHT, journal_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@journal_style()
def new_figure(width: float = DOUBLE_COLUMN, height: float = STANDARD_HEIGHT) -> "Figure":
    """Return an empty figure of `width` × `height` inches that no backend knows of.

    For batches: nothing stays open, and no window system is touched. Where a drawer takes one
    `ax`, use `new_axes`: axes made outside the house style keep the user's settings.
    """
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


@journal_style()
def shown_figure(width: float = DOUBLE_COLUMN, height: float = STANDARD_HEIGHT) -> "Figure":
    """Return an empty pyplot figure, which a notebook shows at the end of its cell."""
    import matplotlib.pyplot as plt

    return plt.figure(figsize=(width, height), layout="constrained")


@journal_style()
def new_axes(width: float = DOUBLE_COLUMN, height: float = STANDARD_HEIGHT) -> "Axes":
    """Return the axes of a new figure that no backend knows of, as a report hands to a drawer."""
    return new_figure(width, height).add_subplot()


@journal_style()
def axes_or_new(ax: "Axes | None", width: float, height: float) -> "Axes":
    """Return `ax`, or the axes of a new pyplot figure."""
    return shown_figure(width, height).add_subplot() if ax is None else ax
