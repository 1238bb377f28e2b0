"""A drawing with its words and numbers, as one block."""

from typing import TYPE_CHECKING

from afterglow.figures.svg import figure_to_svg
from afterglow.report.blocks import FigureBlock
from afterglow.tables.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def figure(
    name: str,
    drawn: "Axes",
    *,
    title: str,
    caption: str,
    alt: str,
    data: Table,
    points: Table | None = None,
) -> FigureBlock:
    """Return a drawing as a block.

    Parameters
    ----------
    name : str
        The anchor.
    drawn : Axes
        What a drawer returned, or one panel of it.
    title : str
        Read out first.
    caption : str
        What is drawn and how.
    alt : str
        What the figure shows, in one sentence.
    data : Table
        The numbers drawn, or those at some days.
    points : Table, optional
        Every point drawn, where `data` has only some.
    """
    svg = figure_to_svg(drawn, name=name, title=title, description=alt)
    return FigureBlock(name=name, svg=svg, caption=caption, alt=alt, data=data, points=points)
