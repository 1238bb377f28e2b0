"""A table on stdout: aligned columns, plain text."""

from collections.abc import Sequence
from typing import Any

Cells = Sequence[Any]


def text_table(header: Sequence[str], rows: Sequence[Cells]) -> str:
    """Return the table as lines of text; numbers stand right, words left.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of sequences
        One cell per column. Line feeds and other control characters in text are shown as "?".
    """
    lines = [list(header), *([_plain(cell) for cell in row] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(header))]
    right = [_all_numbers(row[place] for row in rows) for place in range(len(header))]
    written = ["  ".join(_padded(line, widths, right)).rstrip() for line in lines]
    written.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(written)


def _plain(cell: Any) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in str(cell))


def _all_numbers(cells: Any) -> bool:
    found = list(cells)
    return bool(found) and all(isinstance(cell, int | float) for cell in found)


def _padded(line: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    return [
        cell.rjust(width) if is_right else cell.ljust(width)
        for cell, width, is_right in zip(line, widths, right)
    ]
