"""The staged view of a table: typed canonical columns beside flags of what could not be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from afterglow import names as n
from afterglow.canonical import Column, Kind
from afterglow.cohort import sql
from afterglow.cohort.cells import (
    PLAIN_NUMBER,
    Cell,
    as_it_is,
    empty_cell,
    flag,
    staged_text,
    typed,
)
from afterglow.cohort.layout import BASELINE, LONG, Layout, Part
from afterglow.cohort.plain import Claim, bare, proven, whole_number
from afterglow.cohort.raw import ROW
from afterglow.plan.data import DataSource, ScoresSource, day_ratio

if TYPE_CHECKING:
    import duckdb

PART = "part"
REASON_ASIDE = flag(n.SCORE, "aside")
UNPLACED = flag(n.VISIT, "unplaced")
MADE = flag(n.SCORE, "made")
DIFFERS = flag(n.SCORE, "differs")
KEY = sql.name(n.SUBJECT_KEY)
SCORE_MISSING = "score missing"
SCORED, WHY = "scored", "scored_why"
ALL_ITEMS = "complete"


@dataclass(frozen=True, slots=True)
class Staged:
    """A canonical table as a view that keeps every row of the user's, well read or not.

    Attributes
    ----------
    view : str
        Its name in the connection; columns row_position, part, the canonical and kept columns,
        and flags.
    columns : tuple of Column
        Canonical columns, then kept ones with the kind that their cells showed.
    items : tuple of Column
        Item columns, which are checked and not handed on.
    integer_key : bool
        Whether the view's subject key is the file's own whole number, or the text of subject_id.
    """

    layout: Layout
    view: str
    columns: tuple[Column, ...]
    items: tuple[Column, ...] = ()
    integer_key: bool = False

    def output(self) -> list[str]:
        """Return the SQL names of the columns handed on."""
        return [sql.name(column.name) for column in self.columns]


def stage(
    connection: "duckdb.DuckDBPyConnection",
    layout: Layout,
    data: DataSource,
    instruments: Mapping[str, str],
) -> Staged:
    """Put a view over the raw table that types every column and flags what it cannot.

    Parameters
    ----------
    instruments : mapping of str to str
        The user's word for an instrument -> its id; words that are not here stay as they are.
    """
    kinds = _kinds(connection, layout)
    kept = tuple(Column(name=name, kind=kinds[name]) for name in layout.kept)
    items = tuple(Column(name=name, kind="number") for name in layout.items)
    view = f"staged_{layout.table.name}"
    columns = (*layout.canonical(), *kept)
    plain = _plain(connection, layout, columns, data, instruments)
    key = ""
    if n.SUBJECT in plain:
        key = whole_number(connection, layout.raw.relation, layout.parts[0].cells[n.SUBJECT].raw)
    staged = Staged(layout, view, columns, items, integer_key=bool(key))
    queries = [
        _part_query(staged, data, instruments, k, plain, key) for k in range(len(layout.parts))
    ]
    connection.execute(f"CREATE VIEW {view} AS {' UNION ALL '.join(queries)}").fetchall()
    return staged


def _plain(
    connection: "duckdb.DuckDBPyConnection",
    layout: Layout,
    columns: tuple[Column, ...],
    data: DataSource,
    instruments: Mapping[str, str],
) -> dict[str, str]:
    """Return the columns that reading leaves as they are, and SQL of their raw cells."""
    part = layout.parts[0]
    if len(layout.parts) > 1 or part.reason != LONG or layout.scored or _visit_days(layout):
        return {}
    claims = []
    for column in columns:
        cell = part.cells.get(column.name)
        if cell is None or cell.raw is None or not bare(column, cell):
            continue
        made = _adjusted(layout, part, column, cell, data, instruments)[sql.name(column.name)]
        claims.append(Claim(column.name, cell.raw, bare(column, cell), _read(column, cell), made))
    return proven(connection, layout.raw.relation, claims)


def _read(column: Column, cell: Cell) -> tuple[str, ...]:
    """Return the text of a cell, and its native number, as columns for the outer query."""
    text = f"{cell.text} AS {staged_text(column.name)}"
    return (text, f"{cell.native} AS {flag(column.name, 'native')}") if cell.native else (text,)


def _inner(
    layout: Layout, part: Part, columns: tuple[Column, ...], plain: Mapping[str, str], key: str
) -> str:
    """Return the query of texts and native numbers that the outer query types."""
    wanted = [ROW]
    for column in columns:
        if column.name in plain:
            wanted.append(f"{plain[column.name]} AS {sql.name(column.name)}")
        else:
            wanted += _read(column, part.cells.get(column.name) or empty_cell(column.name))
    if layout.scored:
        wanted += [SCORED, WHY]
    if key:
        wanted.append(f"{key} AS {KEY}")
    return sql.select(wanted, layout.raw.relation)


def _part_query(
    staged: Staged,
    data: DataSource,
    instruments: Mapping[str, str],
    number: int,
    plain: Mapping[str, str],
    key: str,
) -> str:
    layout = staged.layout
    part = layout.parts[number]
    columns = (*staged.columns, *staged.items)
    wanted = {ROW: ROW, PART: str(number)}
    for column in columns:
        cell = part.cells.get(column.name) or empty_cell(column.name)
        if column.name in plain:
            wanted |= as_it_is(column)
        else:
            wanted |= _adjusted(layout, part, column, cell, data, instruments)
    wanted[KEY] = KEY if key else wanted[sql.name(n.SUBJECT)]
    if layout.table.column(n.SCORE) is not None:
        wanted |= _of_items(wanted[sql.name(n.SCORE)], layout.scored and part.reason == LONG)
        wanted[UNPLACED] = _unplaced(layout, part)
    named = [f"{expression} AS {name}" for name, expression in wanted.items()]
    source = sql.subquery(_inner(layout, part, columns, plain, key))
    same = f"{sql.name(n.SUBJECT)}, {sql.name(n.SCORE)}, {flag(n.SCORE, 'unread')}"
    once = f"row_number() OVER (PARTITION BY {same} ORDER BY {ROW}) = 1"
    return sql.select(named, source, qualify=once if part.reason == BASELINE else "")


def _of_items(own: str, scored: bool) -> dict[str, str]:
    """Return the score, and how items made it where the row itself has none."""
    missing = sql.literal(SCORE_MISSING)
    if not scored:
        return {REASON_ASIDE: missing, MADE: "FALSE", DIFFERS: "FALSE"}
    complete = f"{WHY} = {sql.literal(ALL_ITEMS)}"
    return {
        sql.name(n.SCORE): f"coalesce({own}, {SCORED})",
        REASON_ASIDE: f"coalesce({WHY}, {missing})",
        MADE: f"(({own}) IS NULL AND {SCORED} IS NOT NULL)",
        DIFFERS: f"coalesce({complete} AND ({own}) <> {SCORED}, FALSE)",
    }


def _adjusted(
    layout: Layout,
    part: Part,
    column: Column,
    cell: Cell,
    data: DataSource,
    instruments: Mapping[str, str],
) -> dict[str, str]:
    """Return the staged columns of `column`: typed, in days, with our words and blanks."""
    quoted = sql.name(column.name)
    result = typed(column, cell)
    if column.name == n.INSTRUMENT:
        cases = [(sql.literal(word), sql.literal(own)) for word, own in instruments.items()]
        result[quoted] = sql.choice(result[quoted], cases, result[quoted])
    if column.name == n.DAY and part.day is not None:
        result[quoted] = sql.number(part.day)
    elif column.name == n.DAY and _visit_days(layout):
        cases = [(sql.literal(k), sql.number(v)) for k, v in _visit_days(layout).items()]
        result[quoted] = sql.choice(staged_text(n.VISIT), cases, "NULL")
    elif column.name in layout.source.units:
        multiplier, divisor = day_ratio(layout.source.units[column.name], data.days_per_month)
        scaled = f"({result[quoted]}) * {sql.number(multiplier)} / {sql.number(divisor)}"
        result[quoted] = scaled
    if column.blank is not None:
        blank = sql.literal(column.blank) if isinstance(column.blank, str) else str(column.blank)
        result[quoted] = f"coalesce({result[quoted]}, {blank})"
    return result


def _visit_days(layout: Layout) -> dict[str, float]:
    return layout.source.visit_days if isinstance(layout.source, ScoresSource) else {}


def _unplaced(layout: Layout, part: Part) -> str:
    """Return the test that a row's visit has no day."""
    if part.day is not None or not _visit_days(layout):
        return "FALSE"
    text = staged_text(n.VISIT)
    return f"({text} IS NULL OR NOT {sql.one_of(text, _visit_days(layout))})"


def _kinds(connection: "duckdb.DuckDBPyConnection", layout: Layout) -> dict[str, Kind]:
    """Return what each kept column holds, judged from all its cells alike in every store.

    A column is a number where every cell is a plain number without a leading zero (006 is a
    code), a truth where every cell is a word such as true or no, else text.
    """
    if not layout.kept:
        return {}
    part = layout.parts[0]
    tests: list[str] = []
    for name in layout.kept:
        text = part.cells[name].text
        number = f"regexp_full_match({text}, {sql.literal(PLAIN_NUMBER)})"
        truth = sql.one_of(f"lower({text})", ("true", "false"))
        tests += [f"count({text})", f"bool_and({number})", f"bool_and({truth})"]
    found = sql.fetch(connection, sql.select(tests, layout.raw.relation))[0]
    kinds: dict[str, Kind] = {}
    for name, *shown in zip(layout.kept, found[0::3], found[1::3], found[2::3]):
        filled, all_numbers, all_truths = shown
        kinds[name] = "number" if filled and all_numbers else "bool" if all_truths else "text"
    return kinds
