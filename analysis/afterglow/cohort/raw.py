"""Raw tables, opened in DuckDB under names of our own, each row with its position."""

import csv
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from afterglow.cohort import sql
from afterglow.cohort.location import Location, database_store, is_database
from afterglow.errors import PlanError

if TYPE_CHECKING:
    import duckdb

Family = Literal["text", "number", "integer", "bool", "moment", "other"]

ROW = "row_position"
USER_DATABASE = "user_database"
SQLITE_BATCH_ROWS = 50_000

_INTEGERS = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?")
_FAMILIES: tuple[tuple[re.Pattern[str], Family], ...] = (
    (_INTEGERS, "integer"),
    (re.compile(r"DOUBLE|FLOAT|DECIMAL.*"), "number"),
    (re.compile(r"BOOLEAN"), "bool"),
    (re.compile(r"DATE|TIME.*"), "moment"),
    (re.compile(r"VARCHAR|ENUM.*"), "text"),
)


class UnreadableError(Exception):
    """A raw table cannot be read; `what` and `remedy` are for the user, `row` where known."""

    def __init__(self, what: str, remedy: str, row: int | None = None) -> None:
        super().__init__(what)
        self.what, self.remedy, self.row = what, remedy, row


@dataclass(frozen=True, slots=True)
class RawColumn:
    """One column of a raw table: the user's name, ours in `relation`, and what it holds."""

    name: str
    physical: str
    family: Family


@dataclass(frozen=True, slots=True)
class RawTable:
    """A raw table registered in the connection as `relation`, with `row_position` from 1."""

    location: Location
    relation: str
    columns: tuple[RawColumn, ...]

    def column(self, name: str) -> RawColumn | None:
        """Return the column that the user calls `name`, or None."""
        return next((column for column in self.columns if column.name == name), None)

    def names(self) -> list[str]:
        """Return the user's column names in the file's order."""
        return [column.name for column in self.columns]


def database_tables(connection: "duckdb.DuckDBPyConnection", path: Path) -> list[str]:
    """Return the tables of a database file, attaching a DuckDB file for reading; else []."""
    if not is_database(path):
        return []
    if database_store(path) == "sqlite":
        query = sql.select(["name"], "sqlite_master", where="type IN ('table', 'view')")
        with closing(_sqlite(path)) as database:
            return sorted(row[0] for row in database.execute(query))
    import duckdb

    try:
        connection.execute(
            f"ATTACH {sql.literal(str(path))} AS {USER_DATABASE} (READ_ONLY)"
        ).fetchall()
    except duckdb.Error:
        raise PlanError(
            f"data.path: '{path.name}' cannot be opened as a DuckDB or SQLite file.\n"
            "Close other programs that write to it, or export the tables as Parquet."
        ) from None
    query = sql.select(
        ["table_name"],
        "information_schema.tables",
        where=f"table_catalog = {sql.literal(USER_DATABASE)} AND table_schema = 'main'",
    )
    return sorted(row[0] for row in sql.fetch(connection, query))


def open_raw(
    connection: "duckdb.DuckDBPyConnection", location: Location, relation: str, delimiter: str
) -> RawTable:
    """Register one raw table as `relation`.

    Parquet and DuckDB tables stay where they are, behind a view; CSV and SQLite tables are read
    once, as text, into a table of the connection that DuckDB may spill to disk.

    Raises
    ------
    UnreadableError
        The table is malformed; the message holds nothing of its content.
    """
    if location.store == "csv":
        return _open_csv(connection, location, relation, delimiter)
    return _OPENERS[location.store](connection, location, relation)


def _open_csv(
    connection: "duckdb.DuckDBPyConnection", location: Location, relation: str, delimiter: str
) -> RawTable:
    import duckdb

    header = _header(location.path, delimiter)
    physical = _physical(len(header))
    types = ", ".join(f"{sql.literal(name)}: 'VARCHAR'" for name in physical)
    reader = (
        f"read_csv({sql.literal(str(location.path))}, auto_detect=false, header=true, "
        f"delim={sql.literal(delimiter)}, quote='\"', escape='\"', columns={{{types}}})"
    )
    query = sql.select([f"row_number() OVER () AS {ROW}", "*"], reader)
    try:
        connection.execute(f"CREATE TABLE {relation} AS {query}").fetchall()
    except duckdb.InvalidInputException as error:
        raise _malformed(str(error)) from None
    columns = [RawColumn(name, column, "text") for name, column in zip(header, physical)]
    return RawTable(location, relation, tuple(columns))


def _header(path: Path, delimiter: str) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file, delimiter=delimiter), [])
    except UnicodeDecodeError:
        raise UnreadableError("is not UTF-8 text", "Save the file as UTF-8.") from None
    names = [name.strip() for name in header]
    if not any(names):
        raise UnreadableError("has no header line", "Write the column names on the first line.")
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        raise UnreadableError(
            f"has two columns named '{repeated[0]}'", "Give every column a name of its own."
        )
    other = next((mark for mark in ";\t|" if len(names) == 1 and mark in names[0]), "")
    if other:
        shown = "\\t" if other == "\t" else other
        raise UnreadableError(
            "is not separated by commas", f'Set delimiter = "{shown}" under [data].'
        )
    return names


def _malformed(message: str) -> UnreadableError:
    """Keep of DuckDB's message only the line number: it quotes the line itself."""
    line = re.search(r"CSV Error on Line: (\d+)", message)
    row = int(line.group(1)) - 1 if line else None
    if "unicode" in message.lower() or "utf-8" in message.lower():
        return UnreadableError("is not UTF-8 text", "Save the file as UTF-8.", row)
    return UnreadableError(
        "has a line whose cells do not fit the header",
        "Correct its number of cells, its quotation marks and its line end.",
        row,
    )


def _open_parquet(
    connection: "duckdb.DuckDBPyConnection", location: Location, relation: str
) -> RawTable:
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    options = "file_row_number=true, can_have_nan=true"
    reader = f"read_parquet({sql.literal(str(location.path))}, {options})"
    try:
        names = pq.read_schema(location.path).names
        return _viewed(connection, location, relation, names, reader, last=ROW)
    except (duckdb.Error, pa.ArrowException, OSError):
        raise UnreadableError("is not a Parquet file", "Write the file again.") from None


def _viewed(
    connection: "duckdb.DuckDBPyConnection",
    location: Location,
    relation: str,
    names: list[str],
    reader: str,
    *,
    last: str,
) -> RawTable:
    """Put a view with our column names over `reader`, whose further column counts from 0."""
    physical = _physical(len(names))
    renamed = f"{reader} AS renamed({', '.join([*physical, last])})"
    query = sql.select([f"{last} + 1 AS {ROW}", *physical], renamed)
    connection.execute(f"CREATE VIEW {relation} AS {query}").fetchall()
    described = sql.fetch(connection, f"DESCRIBE {relation}")
    families = [family_of(row[1]) for row in described if row[0] != ROW]
    columns = map(RawColumn, names, physical, families)
    return RawTable(location, relation, tuple(columns))


def _open_duckdb(
    connection: "duckdb.DuckDBPyConnection", location: Location, relation: str
) -> RawTable:
    table = f"{USER_DATABASE}.main.{sql.name(location.table)}"
    names = [row[0] for row in sql.fetch(connection, f"DESCRIBE {table}")]
    numbered = sql.select(["*", "row_number() OVER () - 1"], table)
    return _viewed(connection, location, relation, names, sql.subquery(numbered), last=ROW)


def _open_sqlite(
    connection: "duckdb.DuckDBPyConnection", location: Location, relation: str
) -> RawTable:
    import pyarrow as pa

    query = sql.select(["*"], sql.name(location.table))
    with closing(_sqlite(location.path)) as database:
        cursor = database.execute(query)
        names = [column[0] for column in cursor.description]
        physical = _physical(len(names))
        columns = ", ".join(f"{column} VARCHAR" for column in physical)
        connection.execute(f"CREATE TABLE {relation} ({ROW} BIGINT, {columns})").fetchall()
        position = count(1)
        for rows in _batches(cursor):
            cells = [[next(position), *map(_as_text, row)] for row in rows]
            schema = pa.schema([(ROW, pa.int64()), *((c, pa.string()) for c in physical)])
            batch = pa.table(list(map(list, zip(*cells))), schema=schema)
            connection.register("sqlite_batch", batch)
            insert = f"INSERT INTO {relation} {sql.select(['*'], 'sqlite_batch')}"
            connection.execute(insert).fetchall()
            connection.unregister("sqlite_batch")
    texts = [RawColumn(name, column, "text") for name, column in zip(names, physical)]
    return RawTable(location, relation, tuple(texts))


def _sqlite(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _batches(cursor: sqlite3.Cursor) -> Iterator[list[tuple[object, ...]]]:
    while rows := cursor.fetchmany(SQLITE_BATCH_ROWS):
        yield rows


def _as_text(cell: object) -> str | None:
    if cell is None:
        return None
    if isinstance(cell, bytes):
        return cell.decode("utf-8", errors="replace")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _physical(columns: int) -> list[str]:
    return [f"c{position}" for position in range(columns)]


def family_of(sql_type: str) -> Family:
    """Return what a DuckDB type holds, in the few kinds that reading tells apart."""
    return next((family for kind, family in _FAMILIES if kind.fullmatch(sql_type)), "other")


_OPENERS: dict[str, Callable[["duckdb.DuckDBPyConnection", Location, str], RawTable]] = {
    "parquet": _open_parquet,
    "duckdb": _open_duckdb,
    "sqlite": _open_sqlite,
}
