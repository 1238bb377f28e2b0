"""Where each canonical table lies: which file, or which table of a database file."""

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from afterglow import names as n
from afterglow.canonical import SUBJECTS, TABLES
from afterglow.errors import PlanError, Problem
from afterglow.plan.data import DataSource, SubjectsSource, TableSource

Store = Literal["csv", "parquet", "duckdb", "sqlite"]

FILE_STORES: dict[str, Store] = {".csv": "csv", ".parquet": "parquet"}
DATABASE_ENDINGS = (".duckdb", ".sqlite", ".sqlite3", ".db")
SQLITE_MAGIC = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Location:
    """One raw table: a file, or `table` of a database file."""

    store: Store
    path: Path
    table: str = ""

    @property
    def label(self) -> str:
        """Return how the user knows it."""
        return self.table or self.path.name


def data_path(source: DataSource, base: Path) -> Path:
    """Return the folder or file that the plan names, relative to `base`.

    Raises
    ------
    PlanError
        There is nothing there, or a file of a kind that is not read.
    """
    path = base / source.path
    if not path.exists():
        raise PlanError(
            f"data.path: there is nothing at '{source.path}'.\n"
            "Give the folder or file relative to the plan."
        )
    known = (*FILE_STORES, *DATABASE_ENDINGS)
    if path.is_file() and path.suffix.lower() not in known:
        raise PlanError(
            f"data.path: files ending in '{path.suffix}' are not read.\n"
            f"Give a folder, or a file ending in {', '.join(known)}."
        )
    return path


def database_store(path: Path) -> Store:
    """Return which engine wrote a database file; SQLite signs its files."""
    with path.open("rb") as file:
        return "sqlite" if file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC else "duckdb"


def is_database(path: Path) -> bool:
    """Say whether `path` is a database file, by its ending."""
    return path.is_file() and path.suffix.lower() in DATABASE_ENDINGS


def nearest(word: str, known: list[str]) -> str:
    """Return " Did you mean '…'?" for the nearest of `known`, whatever its case, or ""."""
    folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.6)
    return f" Did you mean '{folded[near[0]]}'?" if near else ""


def table_sources(source: DataSource, path: Path) -> dict[str, TableSource]:
    """Return how to read each table; one file alone holds only the tables that the plan maps."""
    one_file = path.is_file() and path.suffix.lower() in FILE_STORES
    found: dict[str, TableSource] = {}
    for table in TABLES:
        given = source.source(table)
        if given is not None:
            found[table] = given
        elif not one_file or TABLES[table].required:
            found[table] = _unmapped(table, source if one_file else None)
    return found


def _unmapped(table: str, one_file: DataSource | None) -> TableSource:
    """Return the source of a table that the plan does not mention."""
    scores = one_file.scores if one_file else None
    if table != SUBJECTS or scores is None:
        return _SOURCE_CLASSES[table]()
    return SubjectsSource(
        columns={k: v for k, v in scores.columns.items() if k == n.SUBJECT},
        values={k: v for k, v in scores.values.items() if k == n.SUBJECT},
        missing=scores.missing,
    )


_SOURCE_CLASSES: dict[str, type[TableSource]] = {
    cls.table: cls for cls in TableSource.__subclasses__()
}


def locate(
    path: Path, table: str, source: TableSource, *, asked: bool, database_tables: list[str]
) -> Location | Problem | None:
    """Return where `table` lies, the problem in finding it, or None where it may be absent.

    Parameters
    ----------
    path : Path
        What `data_path` returned.
    source : TableSource
        How the table is read.
    asked : bool
        Whether the plan mentions the table, so that it must be there.
    database_tables : list of str
        Tables of the database file; empty for files.
    """
    if path.is_dir():
        found = _in_folder(path, table, source.file)
        present = sorted(p.name for p in path.iterdir() if p.suffix.lower() in FILE_STORES)
    elif path.suffix.lower() in FILE_STORES:
        if source.file not in (None, path.name):
            return _another_file(table)
        return Location(FILE_STORES[path.suffix.lower()], path)
    else:
        wanted = source.file or table
        found = [Location(database_store(path), path, wanted)] if wanted in database_tables else []
        present = database_tables
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        return _ambiguous(table, found)
    required = asked or TABLES[table].required
    return _absent(table, source.file or table, present) if required else None


def _in_folder(folder: Path, table: str, file: str | None) -> list[Location]:
    names = [file] if file else [f"{table}{suffix}" for suffix in FILE_STORES]
    paths = [folder / name for name in names if (folder / name).is_file()]
    return [Location(FILE_STORES.get(p.suffix.lower(), "csv"), p) for p in paths]


def _another_file(table: str) -> Problem:
    return Problem(
        table=table,
        what=f"cannot be read from data.{table}.file, since data.path is itself a file",
        remedy="Give the folder as data.path.",
    )


def _ambiguous(table: str, found: list[Location]) -> Problem:
    files = ", ".join(location.label for location in found)
    return Problem(
        table=table,
        what=f"is there twice: {files}",
        remedy=f"Name the one meant as data.{table}.file.",
    )


def _absent(table: str, wanted: str, present: list[str]) -> Problem:
    stems = {Path(name).stem if "." in name else name: name for name in present}
    hint = nearest(wanted, present) or nearest(wanted, list(stems))
    return Problem(
        table=table,
        what=f"is not there under the name '{wanted}'.{hint}",
        remedy=f"Name its file or database table as data.{table}.file.",
    )
