"""One self-contained HTML page from blocks: no script, no request, the same bytes every time."""

import re
from functools import cache
from importlib.resources import files
from typing import Any, Final

import jinja2
from markupsafe import Markup

from afterglow.errors import UsageError
from afterglow.figures.flow import FlowStep, draw_flow, new_flow_axes
from afterglow.figures.svg import figure_to_svg
from afterglow.report.blocks import (
    Banner,
    Block,
    Code,
    FigureBlock,
    FlowBlock,
    Index,
    Page,
    Ref,
    Sentence,
    Strong,
)
from afterglow.report.numbering import Label, look_up, number_page
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Row, RowGroup, Table

DEEPEST_HEADING: Final = 6
MARKS: Final = {Strong: "strong", Code: "code", str: "text"}


def render_page(page: Page) -> str:
    """Return the whole report as HTML text.

    Parameters
    ----------
    page : Page
        Texts are plain; every one is escaped.

    Raises
    ------
    UsageError
        If two parts share a name, a reference leads nowhere, or a figure was not written by
        ``figure_to_svg`` under its own name.
    """
    labels = number_page(page)
    template = _environment().get_template("page.html")
    return template.render(
        page=page,
        labels=labels,
        css=_css(page.banners),
        **_helpers(labels),
    )


def render_index(index: Index) -> str:
    """Return the page that lists the reports of a batch, failed ones included."""
    template = _environment().get_template("index.html")
    failed = sum(entry.failed for entry in index.entries)
    return template.render(
        index=index,
        css=_css(index.banners),
        failed=fmt.count(failed),
        total=fmt.count(len(index.entries)),
        any_failed=failed > 0,
        show=fmt.text,
        **_helpers({}),
    )


def trusted(html: str) -> Markup:
    """Mark text as HTML that this package wrote itself: the only place that may."""
    return Markup(html)  # noqa: S704 - tables and figures escape their texts where they are made


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("afterglow.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def _helpers(labels: dict[str, Label]) -> dict[str, Any]:
    return {
        "kind_of": _kind_of,
        "heading": lambda level: f"h{min(level, DEEPEST_HEADING)}",
        "pieces": lambda sentence: _pieces(sentence, labels),
        "table_html": _table_html,
        "figure_svg": _figure_svg,
        "drawn_flow": drawn_flow,
    }


def _kind_of(block: Block) -> str:
    """Return the name of the template's macro: ``KeyFinding`` -> ``key_finding``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(block).__name__).lower()


def _pieces(sentence: Sentence, labels: dict[str, Label]) -> list[dict[str, str]]:
    parts = (sentence,) if isinstance(sentence, str) else sentence
    return [_piece(part, labels) for part in parts]


def _piece(part: str | Strong | Code | Ref, labels: dict[str, Label]) -> dict[str, str]:
    if isinstance(part, Ref):
        label = look_up(labels, part.name)
        return {"mark": "ref", "text": label.text, "anchor": label.anchor}
    text = part if isinstance(part, str) else part.text
    return {"mark": MARKS[type(part)], "text": text}


def _table_html(table: Table, number: str = "", name: str = "") -> Markup:
    return trusted(table.to_html(number=number, name=name))


def _figure_svg(block: FigureBlock) -> Markup:
    if not block.svg.startswith("<svg ") or f'id="{block.name}-title"' not in block.svg:
        raise UsageError(
            f"The figure '{block.name}' does not hold an SVG of that name.\n"
            "Write it with figure_to_svg(fig, name=...) under the name of the block."
        )
    return trusted(block.svg)


def drawn_flow(block: FlowBlock) -> FigureBlock:
    """Return the flow of subjects as a figure with its numbers."""
    alt = _flow_in_words(block)
    drawn = draw_flow(block.steps, ax=new_flow_axes(block.steps))
    return FigureBlock(
        name=block.name,
        svg=figure_to_svg(drawn, name=block.name, title=block.caption, description=alt),
        caption=block.caption,
        alt=alt,
        data=_flow_table(block),
    )


def _flow_in_words(block: FlowBlock) -> str:
    first, last = block.steps[0], block.steps[-1]
    gone = sum(one.n for step in block.steps for one in step.set_aside)
    return (
        f"Of {fmt.count(first.n)} {block.unit} ({first.label}), {fmt.count(last.n)} remain "
        f"({last.label}); {fmt.count(gone)} were set aside."
    )


def _flow_table(block: FlowBlock) -> Table:
    columns = (
        Column(header="Step"),
        Column(header="Remaining", unit="n", show=fmt.count),
        Column(header="Set aside after it", unit="n", show=fmt.count),
    )
    rows = tuple(row for step in block.steps for row in _flow_rows(step))
    return Table(caption=block.caption, columns=columns, groups=(RowGroup(rows=rows),))


def _flow_rows(step: FlowStep) -> list[Row]:
    gone = sum(one.n for one in step.set_aside)
    head = Row(cells=(step.label, step.n, gone))
    return [head, *(Row(cells=(one.reason, "", one.n), indent=1) for one in step.set_aside)]


def _css(banners: tuple[Banner, ...]) -> Markup:
    """Return the style sheet, with the banners set in the margin of every printed page."""
    sheet = files("afterglow.report").joinpath("report.css").read_text(encoding="utf-8")
    running = "  ·  ".join(banner.text for banner in banners)
    margin = f'@page {{ @top-center {{ content: "{_css_text(running)}"; }} }}\n' if running else ""
    return trusted(sheet + margin)


def _css_text(text: str) -> str:
    """Write text for a CSS string; all but ASCII letters and digits become numeric escapes."""
    return "".join(
        letter if letter.isascii() and letter.isalnum() else f"\\{ord(letter):06x}"
        for letter in text
    )
