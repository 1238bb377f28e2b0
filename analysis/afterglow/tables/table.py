"""A table for readers: caption, columns, rows in groups and footnotes, as one frozen value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import pandas as pd

from afterglow.errors import UsageError
from afterglow.tables import format as fmt
from afterglow.tables.html import table_html
from afterglow.tables.parts import Parts
from afterglow.tables.safe_csv import write_csv

Align = Literal["left", "right", "center"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: what stands over it and how its values are written.

    Attributes
    ----------
    header : str
        Plain text over the column.
    align : {"left", "right", "center"} or None
        None: as its cells are, words left and numbers right. The first column, the row's name, is
        always left.
    unit : str
        Printed after the header in the same cell, "%" or "days".
    spanner : str
        Heading over neighbouring columns that share it.
    footnote : str
        A remark on this column; the table gives it a letter.
    show : callable
        Writes a single number; one of ``tables.format``. A cell of several numbers writes itself.
    """

    header: str
    align: Align | None = None
    unit: str = ""
    spanner: str = ""
    footnote: str = ""
    show: Callable[[Any], str] = fmt.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: `cells` in column order (text, number or None); `footnote` marks its name."""

    cells: tuple[Any, ...]
    footnote: str = ""
    indent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RowGroup:
    """Rows under one heading; `label` is "" for rows without a heading."""

    rows: tuple[Row, ...]
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A captioned table that writes itself as HTML and as CSV.

    Attributes
    ----------
    caption : str
        What the table shows, as a noun phrase; the report puts "Table 3" before it.
    columns : tuple of Column
        The first column names the rows.
    groups : tuple of RowGroup
        Rows in reading order; each row has one cell per column.
    footnotes : tuple of str
        Remarks on the whole table (definitions, methods), printed after the lettered ones.
    """

    caption: str
    columns: tuple[Column, ...]
    groups: tuple[RowGroup, ...]
    footnotes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for position, row in enumerate((r for g in self.groups for r in g.rows), start=1):
            if len(row.cells) != len(self.columns):
                raise UsageError(
                    f"Row {position} of a table has {len(row.cells)} cells for "
                    f"{len(self.columns)} columns.\nGive each row one cell per column."
                )

    @classmethod
    def from_rows(
        cls,
        caption: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Any]],
        *,
        footnotes: Sequence[str] = (),
    ) -> Self:
        """Build a table without row groups from plain sequences of cells."""
        body = RowGroup(rows=tuple(Row(cells=tuple(cells)) for cells in rows))
        return cls(
            caption=caption, columns=tuple(columns), groups=(body,), footnotes=tuple(footnotes)
        )

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        caption: str,
        columns: Mapping[str, Column],
        *,
        group_by: str | None = None,
        footnotes: Sequence[str] = (),
    ) -> Self:
        """Build a table from a frame.

        Parameters
        ----------
        frame : DataFrame
            One row per table row, in the order to print.
        caption : str
            See `Table`.
        columns : mapping of frame column to Column
            In printing order; other columns of the frame are left out.
        group_by : str, optional
            Column whose values head groups of rows, in order of first appearance.
        footnotes : sequence of str
            See `Table`.
        """
        labels = frame[group_by].tolist() if group_by else [""] * len(frame)
        cells = zip(*(frame[name].tolist() for name in columns), strict=True)
        grouped: dict[str, list[Row]] = {}
        for label, row in zip(labels, cells, strict=True):
            grouped.setdefault(fmt.text(label), []).append(Row(cells=tuple(row)))
        return cls(
            caption=caption,
            columns=tuple(columns.values()),
            groups=tuple(RowGroup(label=k, rows=tuple(v)) for k, v in grouped.items()),
            footnotes=tuple(footnotes),
        )

    def shown(self, row: Row) -> tuple[str, ...]:
        """Return the cells of `row` as a reader sees them."""
        return tuple(
            str(cell) if isinstance(cell, str | Parts) else column.show(cell)
            for cell, column in zip(row.cells, self.columns, strict=True)
        )

    def alignment(self, place: int) -> Align:
        """Return how the column at a place is aligned."""
        if place == 0:
            return "left"
        cells = [row.cells[place] for group in self.groups for row in group.rows]
        return self.columns[place].align or ("left" if _words_alone(cells) else "right")

    def to_html(self, *, number: str = "", name: str = "") -> str:
        """Return a ``<table>`` with caption, header scopes and footnotes, all text escaped.

        Parameters
        ----------
        number : str
            Printed before the caption ("Table 3"); given by the report.
        name : str
            The id of the table in its page; "" for none.
        """
        return table_html(self, number=number, name=name)

    def to_csv(self) -> str:
        """Return the table as CSV: numbers in full precision, text that cannot be a formula.

        A column of cells with several numbers becomes one column per number.
        """
        grouped = any(group.label for group in self.groups)
        parts = [self._parts(place) for place in range(len(self.columns))]
        header = [
            f"{_csv_header(column)} {name}".strip()
            for column, names in zip(self.columns, parts, strict=True)
            for name in names
        ]
        rows = [
            ([group.label] if grouped else []) + _csv_cells(row, parts)
            for group in self.groups
            for row in group.rows
        ]
        return write_csv(["group", *header] if grouped else header, rows)

    def _parts(self, place: int) -> tuple[str, ...]:
        """Return the names of the numbers in a column; one "" where its cells are single."""
        cells = (row.cells[place] for group in self.groups for row in group.rows)
        names = (name for cell in cells if isinstance(cell, Parts) for name, _ in cell.values)
        return tuple(dict.fromkeys(names)) or ("",)

    def _repr_html_(self) -> str:
        return self.to_html()


def _words_alone(cells: Sequence[Any]) -> bool:
    """Tell whether cells are names: text without a figure, apart from empty ones."""
    known = [cell for cell in cells if cell not in (None, "", fmt.MISSING, fmt.NOT_REACHED)]
    return bool(known) and all(
        isinstance(cell, str) and not any(letter.isdigit() for letter in cell) for cell in known
    )


def _csv_cells(row: Row, parts: Sequence[tuple[str, ...]]) -> list[Any]:
    """Return the cells of a row, one per part; a single value stands under the first part."""
    cells: list[Any] = []
    for cell, names in zip(row.cells, parts, strict=True):
        values = dict(cell.values) if isinstance(cell, Parts) else {names[0]: cell}
        cells += [values.get(name, "") for name in names]
    return cells


def _csv_header(column: Column) -> str:
    words = [column.spanner, column.header, f"({column.unit})" if column.unit else ""]
    return " ".join(word for word in words if word)
