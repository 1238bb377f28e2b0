"""Which of the user's columns feed which canonical column, and what is not there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from afterglow import names as n
from afterglow.canonical import SCORES, TABLES, Column, Table, item_number
from afterglow.cohort.cells import Cell, column_cell, constant_cell, empty_cell
from afterglow.cohort.location import nearest
from afterglow.cohort.raw import RawTable
from afterglow.errors import Problem
from afterglow.plan.data import BaselineColumn, DataSource, ScoreColumn, ScoresSource, TableSource

LONG = "rows read"
WIDE = "visits in columns of their own"
BASELINE = "baseline column, one per subject"


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a canonical table that are read alike.

    Attributes
    ----------
    cells : mapping of str to Cell
        Canonical or kept column -> how it is read.
    reason : str
        What the account calls these rows.
    day : float or None
        The day of every row, where the plan states it.
    """

    cells: Mapping[str, Cell]
    reason: str
    day: float | None = None

    def label(self, column: str) -> str:
        """Return how the user calls `column`."""
        cell = self.cells.get(column)
        return cell.label if cell else column


@dataclass(frozen=True, slots=True)
class Layout:
    """How one canonical table is read from one raw table.

    Attributes
    ----------
    parts : tuple of Part
        One for a long table, one per column for wide scores and baselines.
    kept : tuple of str
        Columns of the user's own, under our name.
    present : frozenset of str
        Canonical columns that have a source.
    items : tuple of str
        Item columns, which stand in where a score is missing.
    scored : bool
        Whether `raw` also holds the totals made from items.
    decimal_comma : bool
        Whether a comma stands before the decimals of numbers in text.
    used : frozenset of str
        The user's columns that are read.
    problems : tuple of Problem
        Columns that are not there.
    """

    table: Table
    source: TableSource
    raw: RawTable
    shared: bool
    parts: tuple[Part, ...]
    kept: tuple[str, ...] = ()
    present: frozenset[str] = frozenset()
    items: tuple[str, ...] = ()
    scored: bool = False
    decimal_comma: bool = False
    used: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()

    def lacks(self, name: str) -> bool:
        """Say whether the column that should give `name` is not there."""
        absent = {problem.column for problem in self.problems}
        return any(part.label(name) in absent for part in self.parts)

    def canonical(self) -> tuple[Column, ...]:
        """Return the canonical columns that the table will have."""
        everything = self.table.always
        return tuple(c for c in self.table.columns if everything or c.name in self.present)


@dataclass(slots=True)
class _Finder:
    """Finds the cells of one table, and notes what is missing and what is used."""

    table: Table
    source: TableSource
    raw: RawTable
    missing: tuple[str, ...]
    decimal_comma: bool
    identity: frozenset[str]
    problems: list[Problem] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def cell(self, name: str) -> Cell | None:
        """Return how `name` is read: from a constant, a mapped column, or its own name."""
        if name in self.source.constants:
            return constant_cell(self.source.constants[name], name)
        column, own = self.table.column(name), self.source.columns.get(name)
        words = column is not None and column.kind == "text"
        if own is None and not (name in self.identity and self.raw.column(name)):
            return None
        return self.of_user(own or name, self.source.values.get(name), words=words)

    def of_user(
        self, name: str, values: Mapping[str, str] | None = None, *, words: bool = False
    ) -> Cell:
        """Return how the user's column is read, as `words` or what it holds; note it if absent."""
        column = self.raw.column(name)
        if column is None:
            self.problems.append(
                Problem(
                    table=self.table.name,
                    column=name,
                    what=f"is not a column of {self.raw.location.label}."
                    + nearest(name, self.raw.names()),
                    remedy=f"Correct the name under data.{self.table.name}.",
                )
            )
            return empty_cell(name)
        self.used.add(name)
        comma = self.decimal_comma and not words
        return column_cell(column, self.missing, values, decimal_comma=comma)

    def demand(self, name: str) -> Cell:
        """Return the cell of a required column; note it where nothing gives it."""
        found = self.cell(name)
        if found is not None:
            return found
        self.problems.append(
            Problem(
                table=self.table.name,
                column=name,
                what=f"is not a column of {self.raw.location.label}."
                + nearest(name, self.raw.names()),
                remedy=f"Name the column that holds it under data.{self.table.name}.columns.",
            )
        )
        return empty_cell(name)


def lay_out(
    data: DataSource,
    source: TableSource,
    table: Table,
    raw: RawTable,
    others: tuple[str, ...],
) -> Layout:
    """Find the columns of one canonical table in a raw table.

    Parameters
    ----------
    others : tuple of str
        Canonical tables read from the same raw table: their columns are not taken for this
        table's merely because the names agree, and no unmentioned column is kept.
    """
    missing = data.missing if source.missing is None else source.missing
    comma = data.decimal == ","
    finder = _Finder(table, source, raw, missing, comma, _identity(table, others))
    if isinstance(source, ScoresSource):
        return _scores(finder, source, data, shared=bool(others))
    cells = _canonical_cells(finder)
    kept = _kept(finder, set(cells), shared=bool(others))
    parts = (Part({**cells, **kept}, LONG),)
    return _layout(finder, parts, tuple(kept), frozenset(cells), shared=bool(others))


def _identity(table: Table, others: tuple[str, ...]) -> frozenset[str]:
    """Return the canonical names that stand for themselves in the user's file."""
    names = set(table.names())
    if table.keeps_extra:
        for other in others:
            names -= set(TABLES[other].names()) - set(table.key)
    return frozenset(names)


def _canonical_cells(finder: _Finder, *, without: frozenset[str] = frozenset()) -> dict[str, Cell]:
    cells = {}
    for column in finder.table.columns:
        if column.name in without:
            continue
        found = finder.demand(column.name) if column.required else finder.cell(column.name)
        if found is not None:
            cells[column.name] = found
    return cells


def _kept(finder: _Finder, canonical: set[str], *, shared: bool) -> dict[str, Cell]:
    """Return the cells of the user's own columns that are kept."""
    own = (*finder.source.columns, *finder.source.constants)
    named = [name for name in own if name not in finder.table.names() and not item_number(name)]
    kept = {name: cell for name in dict.fromkeys(named) if (cell := finder.cell(name))}
    more = finder.source.keep
    if more is None:
        free = finder.table.keeps_extra and not shared
        more = tuple(name for name in finder.raw.names() if free and name)
        more = tuple(name for name in more if name not in finder.used)
    for name in more:
        if name not in kept and name not in canonical:
            kept[name] = finder.of_user(name, finder.source.values.get(name))
    return kept


def _layout(
    finder: _Finder,
    parts: tuple[Part, ...],
    kept: tuple[str, ...],
    present: frozenset[str],
    *,
    shared: bool,
    items: tuple[str, ...] = (),
) -> Layout:
    return Layout(
        table=finder.table,
        source=finder.source,
        raw=finder.raw,
        shared=shared,
        parts=parts,
        kept=kept,
        present=present,
        items=items,
        decimal_comma=finder.decimal_comma,
        used=frozenset(finder.used),
        problems=tuple(dict.fromkeys(finder.problems)),
    )


def _scores(finder: _Finder, source: ScoresSource, data: DataSource, *, shared: bool) -> Layout:
    """Lay out long scores, or one part per wide column, then one per baseline column."""
    without: set[str] = set()
    items: dict[str, Cell] = {}
    if source.wide:
        without |= {n.INSTRUMENT, n.SCORE, n.VISIT}
        without |= {n.DAY} if all(entry.is_timed for entry in source.wide) else set()
    else:
        items = _item_cells(finder)
        without |= {n.SCORE} if items and finder.cell(n.SCORE) is None else set()
        without |= {n.DAY} if source.visit_days else set()
    common = _canonical_cells(finder, without=frozenset(without))
    if source.visit_days and n.VISIT not in common:
        finder.demand(n.VISIT)
    kept = _kept(finder, set(common) | set(items), shared=shared)
    cells = {**common, **items, **kept}
    parts = [] if source.wide else [Part(cells, LONG)]
    for entry in source.wide:
        parts.append(_column_part(finder, source, data, entry, cells, WIDE))
    for entry in source.baseline:
        parts.append(_column_part(finder, source, data, entry, cells, BASELINE))
    present = frozenset(TABLES[SCORES].names()) & {name for part in parts for name in part.cells}
    return _layout(finder, tuple(parts), tuple(kept), present, shared=shared, items=tuple(items))


def _item_cells(finder: _Finder) -> dict[str, Cell]:
    """Return the cells of item_1, item_2, …, by the plan's names or by their own."""
    mapped = [name for name in finder.source.columns if item_number(name)]
    named = mapped or [name for name in finder.raw.names() if item_number(name)]
    named.sort(key=lambda name: item_number(name) or 0)
    return {
        name: finder.of_user(finder.source.columns.get(name, name), finder.source.values.get(name))
        for name in named
    }


def _column_part(
    finder: _Finder,
    source: ScoresSource,
    data: DataSource,
    entry: ScoreColumn,
    common: Mapping[str, Cell],
    reason: str,
) -> Part:
    """Return the rows that one score column makes."""
    stated: dict[str, str | bool | None] = {
        n.TIMING: entry.timing,
        n.RATER: entry.rater,
        n.VISIT: entry.visit,
        n.SCHEDULED: entry.scheduled,
        n.INSTRUMENT: entry.instrument or str(source.constants.get(n.INSTRUMENT, "")),
    }
    cells = dict(common)
    if isinstance(entry, BaselineColumn):
        subject = common[n.SUBJECT]
        constants = {k: common[k] for k in source.constants if k in common and k != n.SUBJECT}
        cells = {n.SUBJECT: subject, **constants}
    cells |= {k: constant_cell(v, k) for k, v in stated.items() if v is not None}
    cells[n.SCORE] = finder.of_user(entry.column, source.values.get(n.SCORE))
    if entry.is_timed:
        cells[n.DAY] = constant_cell(0.0, n.DAY)
    return Part(cells, reason, day=entry.in_days(data.days_per_month))
