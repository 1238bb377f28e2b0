"""The numbers and anchors of sections, tables and figures, given in reading order."""

from collections.abc import Iterator
from dataclasses import dataclass

from afterglow.errors import UsageError, did_you_mean
from afterglow.report.blocks import Block, FigureBlock, FlowBlock, Page, Section, TableBlock


@dataclass(frozen=True, slots=True)
class Label:
    """How a numbered part is called ("Table 2") and where it is; `number` is the bare "2"."""

    text: str
    number: str
    anchor: str


def number_page(page: Page) -> dict[str, Label]:
    """Return the label of every named part of the page.

    Raises
    ------
    UsageError
        If two parts share a name.
    """
    labels: dict[str, Label] = {}
    for name, label in _sections(page.sections, ""):
        _add(labels, name, label)
    counts = {"Table": 0, "Figure": 0}
    for block in _blocks(page):
        if isinstance(block, TableBlock | FigureBlock | FlowBlock):
            kind = "Table" if isinstance(block, TableBlock) else "Figure"
            counts[kind] += 1
            number = str(counts[kind])
            label = Label(f"{kind} {number}", number, f"{kind.lower()}_{block.name}")
            _add(labels, block.name, label)
    return labels


def look_up(labels: dict[str, Label], name: str) -> Label:
    """Return the label of a part, or raise UsageError with the nearest name."""
    if name not in labels:
        raise UsageError(
            f"The page refers to '{name}', which it does not hold.{did_you_mean(name, labels)}\n"
            "Refer to the name of a section, table or figure of the same page."
        )
    return labels[name]


def _add(labels: dict[str, Label], name: str, label: Label) -> None:
    if name in labels:
        raise UsageError(
            f"Two parts of the page are named '{name}'.\n"
            "Give every section, table and figure a name of its own."
        )
    labels[name] = label


def _sections(sections: tuple[Section, ...], above: str) -> Iterator[tuple[str, Label]]:
    for place, section in enumerate(sections, start=1):
        number = f"{above}{place}"
        yield section.name, Label(f"Section {number}", number, f"section_{section.name}")
        yield from _sections(section.sections, f"{number}.")


def _blocks(page: Page) -> Iterator[Block]:
    yield from page.summary
    for section in page.sections:
        yield from _section_blocks(section)


def _section_blocks(section: Section) -> Iterator[Block]:
    yield from section.blocks
    for part in section.sections:
        yield from _section_blocks(part)
