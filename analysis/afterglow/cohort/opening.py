"""Open a cohort: find, read, check everything at once, and leave views behind a connection."""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from afterglow.canonical import FOLLOW_UP, SCORES, TABLES
from afterglow.cohort.account import Account
from afterglow.cohort.checks import check_relations, check_table
from afterglow.cohort.identifiers import check_identifiers
from afterglow.cohort.item_totals import count_item_totals, score_item_rows
from afterglow.cohort.layout import Layout, lay_out
from afterglow.cohort.location import (
    Location,
    data_path,
    is_database,
    locate,
    table_sources,
)
from afterglow.cohort.metadata import FILE_NAME, CohortMetadata, read_metadata
from afterglow.cohort.model import OpenCohort
from afterglow.cohort.raw import RawTable, UnreadableError, database_tables, open_raw
from afterglow.cohort.relations import relations
from afterglow.cohort.rules import column_rules, score_rules
from afterglow.cohort.staging import Staged, stage
from afterglow.cohort.views import account_of, make_follow_up, make_view
from afterglow.cohort.wording import Instruments, Wording, find_wording
from afterglow.errors import AfterglowError, DataError, Problem
from afterglow.instruments.registry import load_library
from afterglow.plan.data import DataSource, TableSource

if TYPE_CHECKING:
    import duckdb

HASH_BLOCK = 1 << 20


def open_cohort(
    source: DataSource,
    base: Path,
    *,
    instruments: Instruments | None = None,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> OpenCohort:
    """Open a cohort behind DuckDB views, checked by the same rules as `read_cohort`.

    Parquet and DuckDB tables are not loaded: the views read them where they are. CSV and SQLite
    tables are copied once into the connection, which spills to disk past `memory_limit`.

    Parameters
    ----------
    source : DataSource
        The plan's `[data]`.
    base : Path
        Folder that `source.path` is relative to: the plan's.
    instruments : Instruments, optional
        Library that scores are checked against; default: the instruments shipped.
    memory_limit : str, optional
        DuckDB's limit, such as "2GB".
    threads : int, optional
        Threads that DuckDB may use.

    Raises
    ------
    PlanError
        The plan's path leads nowhere, or it names an instrument that is not known.
    IdentifierError
        A column seems to identify people.
    DataError
        Lists every other problem found, by column and row position.
    """
    import duckdb

    scratch = tempfile.TemporaryDirectory(prefix="afterglow-")
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": scratch.name,
    }
    settings |= {"memory_limit": memory_limit} if memory_limit else {}
    settings |= {"threads": threads} if threads else {}
    connection = duckdb.connect(":memory:", config=settings)
    try:
        opening = _Opening(connection, source, data_path(source, base))
        return opening.run(instruments or load_library(), scratch)
    except BaseException as error:
        connection.close()
        scratch.cleanup()
        if isinstance(error, duckdb.Error):
            raise _stopped(error) from None
        raise


def _stopped(error: Exception) -> AfterglowError:
    """Return an error without DuckDB's message, which may quote the data."""
    return AfterglowError(
        f"DuckDB stopped with {type(error).__name__} while the data were read.\n"
        "Where memory or disk ran out, raise memory_limit or free the temporary folder."
    )


@dataclass(slots=True)
class _Opening:
    """The steps of opening, each adding to `problems`."""

    connection: "duckdb.DuckDBPyConnection"
    source: DataSource
    path: Path
    problems: list[Problem] = field(default_factory=list)

    def run(self, library: Instruments, scratch: "tempfile.TemporaryDirectory[str]") -> OpenCohort:
        """Find, check and view every table; raise what was found wrong."""
        sources = table_sources(self.source, self.path)
        raws = self.open_tables(sources)
        layouts = self.lay_out(sources, raws)
        numeric = _numeric_columns(layouts)
        check_identifiers(self.connection, raws, numeric, self.source.allow_columns)
        tables = self.check(layouts, library)
        metadata = self.metadata()
        if self.problems:
            raise DataError.from_problems(self.problems)
        account, assumed = self.view(tables)
        return OpenCohort(
            metadata=metadata,
            account=account,
            hashes=self.hashes(raws),
            follow_up_assumed=assumed,
            ignored=_ignored(raws, layouts),
            item_totals=count_item_totals(self.connection, tables[SCORES]),
            connection=self.connection,
            tables=tuple(tables) if FOLLOW_UP in tables else (*tables, FOLLOW_UP),
            scratch=scratch,
        )

    def open_tables(self, sources: Mapping[str, TableSource]) -> dict[str, RawTable]:
        """Open each raw table once, however many canonical tables it feeds."""
        present = database_tables(self.connection, self.path)
        opened: dict[Location, RawTable | None] = {}
        raws: dict[str, RawTable] = {}
        for table, how in sources.items():
            asked = self.source.source(table) is not None
            place = locate(self.path, table, how, asked=asked, database_tables=present)
            if isinstance(place, Problem):
                self.problems.append(place)
            elif place is not None:
                if place not in opened:
                    opened[place] = self.open_one(place, table, f"raw_{len(opened)}")
                raw = opened[place]
                raws |= {table: raw} if raw else {}
        return raws

    def open_one(self, place: Location, table: str, relation: str) -> RawTable | None:
        """Open one raw table, or note why it cannot be read."""
        try:
            return open_raw(self.connection, place, relation, self.source.delimiter)
        except UnreadableError as error:
            rows = () if error.row is None else (error.row,)
            self.problems.append(
                Problem(table=table, what=error.what, rows=rows, remedy=error.remedy)
            )
            return None

    def lay_out(
        self, sources: Mapping[str, TableSource], raws: Mapping[str, RawTable]
    ) -> dict[str, Layout]:
        """Find the columns of every table, and note those that are not there."""
        layouts = {}
        for table, raw in raws.items():
            others = tuple(t for t in raws if t != table and raws[t].relation == raw.relation)
            layouts[table] = lay_out(self.source, sources[table], TABLES[table], raw, others)
            self.problems += layouts[table].problems
        return layouts

    def check(self, layouts: Mapping[str, Layout], library: Instruments) -> dict[str, Staged]:
        """Stage every table and run all rules."""
        wording = Wording({}, {})
        staged = {}
        for table, layout in layouts.items():
            ready = layout
            if table == SCORES:
                wording = find_wording(self.connection, layout, library)
            if layout.items:
                ready, found = score_item_rows(self.connection, layout, wording)
                self.problems += found
            staged[table] = stage(self.connection, ready, self.source, wording.ids)
            rules = column_rules(staged[table])
            if table == SCORES:
                rules += score_rules(staged[table], wording.instruments.values())
            self.problems += check_table(self.connection, staged[table], rules)
        self.problems += check_relations(self.connection, relations(staged))
        return staged

    def view(self, tables: Mapping[str, Staged]) -> tuple[Account, bool]:
        """Make the views; return the account of rows and whether follow-up is assumed."""
        integer_keys = all(staged.integer_key for staged in tables.values())
        for staged in tables.values():
            make_view(self.connection, staged, integer_keys=integer_keys)
        steps = [step for staged in tables.values() for step in account_of(self.connection, staged)]
        return Account(tuple(steps)), make_follow_up(self.connection, tables)

    def metadata(self) -> CohortMetadata:
        """Return what the plan or `cohort.toml` says, noting what is wrong with it."""
        stated = self.source.cohort
        if stated is not None:
            if self.metadata_file().exists():
                self.problems.append(
                    Problem(
                        table=FILE_NAME,
                        what="is there, and the plan has [data.cohort] too",
                        remedy="Leave [data.cohort] out.",
                    )
                )
            return stated
        try:
            return read_metadata(self.metadata_file())
        except DataError as error:
            self.problems += error.problems
            return CohortMetadata()

    def metadata_file(self) -> Path:
        """Return where `cohort.toml` would lie: in the folder, or beside the file."""
        folder = self.path if self.path.is_dir() else self.path.parent
        return folder / FILE_NAME

    def hashes(self, raws: Mapping[str, RawTable]) -> dict[str, str]:
        """Return the SHA-256 of every raw file by name, `cohort.toml` included."""
        files = {raw.location.path for raw in raws.values()}
        files |= {self.path} if is_database(self.path) else set()
        files |= {self.metadata_file()} if self.metadata_file().exists() else set()
        return {file.name: _sha256(file) for file in sorted(files)}


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(HASH_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _numeric_columns(layouts: Mapping[str, Layout]) -> dict[str, frozenset[str]]:
    """Return, per raw table, the user's columns that are read as numbers and as nothing else."""
    numbers: dict[str, set[str]] = {}
    texts: dict[str, set[str]] = {}
    for layout in layouts.values():
        for part in layout.parts:
            for name, cell in part.cells.items():
                column = layout.table.column(name)
                is_number = name in layout.items or (column and column.kind != "text")
                kinds = numbers if is_number else texts
                kinds.setdefault(layout.raw.relation, set()).add(cell.label)
    return {raw: frozenset(names - texts.get(raw, set())) for raw, names in numbers.items()}


def _ignored(
    raws: Mapping[str, RawTable], layouts: Mapping[str, Layout]
) -> dict[str, tuple[str, ...]]:
    """Return, per raw table, the user's columns that no table reads."""
    used: dict[str, set[str]] = {}
    for table, layout in layouts.items():
        used.setdefault(raws[table].relation, set()).update(layout.used)
    ignored: dict[str, tuple[str, ...]] = {}
    for raw in raws.values():
        names = tuple(name for name in raw.names() if name not in used[raw.relation])
        ignored |= {raw.location.label: names} if names else {}
    return ignored
