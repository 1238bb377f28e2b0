"""What a report is made of: frozen blocks of plain values, with no HTML in them.

Every text here is plain text; `html.render_page` escapes it. The one exception is the SVG of a
figure, which only `figures.svg.figure_to_svg` may have written.
"""

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from afterglow.errors import UsageError
from afterglow.figures.flow import FlowStep
from afterglow.tables.table import Table

NAME: Final = re.compile(r"[a-z][a-z0-9-]*")
HREF: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*(#[A-Za-z0-9_-]+)?")


@dataclass(frozen=True, slots=True)
class Strong:
    """Words of a sentence set in bold."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Words of a sentence as they stand in a file: a column, a plan key, a hash."""

    text: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A link to a table, figure or section by its name; reads "Table 2", "Section 3.1"."""

    name: str


Sentence: TypeAlias = str | tuple[str | Strong | Code | Ref, ...]
"""Plain text, or pieces of text with marks and references in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """Paragraphs."""

    paragraphs: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemList:
    """A short list, numbered where the order matters."""

    items: tuple[Sentence, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFinding:
    """One result in one sentence, set apart.

    Attributes
    ----------
    label : str
        What it is: "Primary result".
    statement : Sentence
        The sentence, with estimate and interval.
    detail : Sentence
        Population, denominator and method, smaller below; "" for none.
    """

    statement: Sentence
    label: str = "Primary result"
    detail: Sentence = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableBlock:
    """A numbered table; `name` is its anchor, `download` a relative link to its CSV or ""."""

    name: str
    table: Table
    download: str = ""

    def __post_init__(self) -> None:
        check_name(self.name)
        check_href(self.download)


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureBlock:
    """A numbered figure with its numbers folded up below it.

    Attributes
    ----------
    name : str
        Its anchor; also the `name` given to ``figure_to_svg``, so that ids never meet.
    svg : str
        The text that ``figure_to_svg`` returned.
    caption : str
        What is drawn and how: groups, bands, method.
    alt : str
        What the figure shows in one sentence, below the caption and for those who do not see it;
        the finding stands in the text above and is not said again.
    data : Table or None
        The numbers drawn, folded up under the figure.
    points : Table or None
        Every point drawn, for the CSV, where `data` shows only some of them.
    download : str
        A relative link to a CSV or SVG; "" for none.
    """

    name: str
    svg: str
    caption: str
    alt: str
    data: Table | None = None
    points: Table | None = None
    download: str = ""

    def __post_init__(self) -> None:
        check_name(self.name)
        check_href(self.download)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBlock:
    """The flow of subjects as a numbered figure, drawn from its steps, with a table below it."""

    name: str
    steps: tuple[FlowStep, ...]
    caption: str = "Flow of subjects."
    unit: str = "subjects"

    def __post_init__(self) -> None:
        check_name(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionList:
    """Terms with their meaning, such as endpoints and the rules that define them."""

    items: tuple[tuple[str, Sentence], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningList:
    """What a reader must know before trusting numbers, under what they are `about`; or `none`."""

    items: tuple[Sentence, ...]
    about: Sentence = ""
    none: str = "No warnings."


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Names and values that identify data, plan and software: versions, hashes, seed."""

    items: tuple[tuple[str, str], ...]


Block: TypeAlias = (
    Prose
    | ItemList
    | KeyFinding
    | TableBlock
    | FigureBlock
    | FlowBlock
    | DefinitionList
    | WarningList
    | Provenance
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A numbered section: its blocks first, then its subsections.

    Attributes
    ----------
    name : str
        Its anchor, unique in the page.
    title : str
        The heading, without a number.
    blocks : tuple of Block
        In reading order.
    sections : tuple of Section
        Subsections; the second level is the last one numbered in the table of contents.
    """

    name: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: "tuple[Section, ...]" = ()

    def __post_init__(self) -> None:
        check_name(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """A line over the whole page: "INTERNAL" in alarm, "Synthetic data" as a notice."""

    text: str
    alarm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One report.

    Attributes
    ----------
    title : str
        The study's title.
    subtitle : str
        The question, or what distinguishes this report from its neighbours.
    facts : tuple of (name, value)
        A few lines under the title: site, plan, data, version.
    summary : tuple of Block
        What stands before the first numbered section: question and answer.
    sections : tuple of Section
        The report, in reading order.
    banners : tuple of Banner
        Repeated on every printed page.
    footer : str
        The last line of the page.
    lang : str
        Language of the text.
    """

    title: str
    sections: tuple[Section, ...]
    subtitle: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    summary: tuple[Block, ...] = ()
    banners: tuple[Banner, ...] = ()
    footer: str = ""
    lang: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """One report of a batch.

    Attributes
    ----------
    label : str
        Site or plan.
    href : str
        Relative link to its page; "" where there is none.
    cells : tuple
        One value per column of the index.
    status : str
        "done", or what went wrong in words.
    failed : bool
        Whether the report is missing.
    """

    label: str
    href: str = ""
    cells: tuple[str | float | None, ...] = ()
    status: str = "done"
    failed: bool = False

    def __post_init__(self) -> None:
        check_href(self.href)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The page that lists the reports of a batch; `columns` head the cells of its entries."""

    title: str
    entries: tuple[IndexEntry, ...]
    subtitle: str = ""
    label_header: str = "Report"
    columns: tuple[str, ...] = ()
    banners: tuple[Banner, ...] = ()
    footer: str = ""
    lang: str = "en"


def check_name(name: str) -> None:
    """Raise UsageError unless `name` can be an anchor and the prefix of a figure's ids."""
    if not NAME.fullmatch(name):
        raise UsageError(
            f"The name {name!r} cannot be an anchor.\n"
            "Use lower-case letters, digits and hyphens, starting with a letter."
        )


def check_href(href: str) -> None:
    """Raise UsageError unless `href` is "" or a plain path beside the page."""
    if href and (not HREF.fullmatch(href) or ".." in href):
        raise UsageError(
            f"The link {href!r} does not stay beside the page.\n"
            "Use a relative path of letters, digits, '_', '-', '.' and '/'."
        )
