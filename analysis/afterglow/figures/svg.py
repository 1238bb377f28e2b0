"""A figure as SVG text: the same bytes every time, safe to put inside a page beside others.

Text is drawn as paths. The numbers of a flow diagram or a risk table stay where they were placed
on any computer, with or without the font; the words are in the title, the description and the
data table that the report puts under each figure.
"""

import io
import re
from html import escape
from typing import TYPE_CHECKING, Final

from afterglow.errors import UsageError
from afterglow.figures.style import journal_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

NAME: Final = re.compile(r"[a-z][a-z0-9-]*")
NO_METADATA: Final = {"Date": None, "Creator": None, "Format": None, "Type": None}
JOINS: Final = 'stroke-linejoin="round" stroke-linecap="butt"'


def figure_to_svg(
    drawing: "Axes | Figure | SubFigure", *, name: str, title: str, description: str
) -> str:
    """Return the figure of `drawing` as one ``<svg>`` element with a label.

    Parameters
    ----------
    drawing : Axes, Figure or SubFigure
        What a drawer returned, or its figure, which is written whole. The backend, the user's
        settings, the locale and the clock play no part.
    name : str
        Unique in the page: lower-case letters, digits and hyphens. Prefixes every id.
    title : str
        Short name, read out first.
    description : str
        What the figure shows, the finding included.

    Raises
    ------
    UsageError
        If `name` cannot be an id.
    """
    if not NAME.fullmatch(name):
        raise UsageError(
            f"The figure name {name!r} cannot be an id.\n"
            "Use lower-case letters, digits and hyphens, starting with a letter."
        )
    whole = drawing.get_figure(root=True)
    if whole is None:
        raise UsageError("The axes belong to no figure any more.\nDraw them again.")
    head, tail = _body(_written(whole, name)).split(">", 1)
    label = f'role="img" aria-labelledby="{name}-title {name}-desc" {JOINS}'
    words = (
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-desc">{escape(description)}</desc>'
    )
    return f"{head} {label}>\n{words}{_own_ids(tail, name)}\n"


def _written(fig: "Figure", name: str) -> str:
    """Let matplotlib write the file, with its random ids salted by the name.

    The canvas writes without `savefig`, which would lay out and draw the figure once more before.
    """
    out = io.StringIO()
    shown_on = fig.canvas
    with journal_style():
        import matplotlib as mpl
        from matplotlib.backends.backend_svg import FigureCanvasSVG

        mpl.rcParams["svg.hashsalt"] = name
        mpl.rcParams["svg.fonttype"] = "path"
        mpl.rcParams["svg.image_inline"] = True
        FigureCanvasSVG(fig).print_svg(out, metadata=NO_METADATA)
    fig.set_canvas(shown_on)
    return out.getvalue()


def _body(written: str) -> str:
    """Drop what stands before the element, comments, metadata and the page-wide style rule."""
    drawing = written[written.index("<svg") :].rstrip()
    drawing = re.sub(r"<!--.*?-->\s*", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r"\s*<metadata>.*?</metadata>", "", drawing, flags=re.DOTALL)
    return re.sub(r"\s*<defs>\s*<style[^>]*>.*?</style>\s*</defs>", "", drawing, flags=re.DOTALL)


def _own_ids(drawing: str, name: str) -> str:
    """Prefix the ids that are referred to and drop the others."""
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', drawing))

    def renamed(match: re.Match[str]) -> str:
        return f' id="{name}-{match[1]}"' if match[1] in used else ""

    drawing = re.sub(r'\sid="([^"]*)"', renamed, drawing)
    return re.sub(r'(href="|url\()#', rf"\g<1>#{name}-", drawing)
