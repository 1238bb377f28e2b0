"""A small raw cohort as cells of text, to be broken one cell at a time and written in any store."""

import sqlite3
from contextlib import closing
from copy import deepcopy
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from afterglow.cohort.model import Cohort
from afterglow.cohort.reading import read_cohort
from afterglow.plan.data import DataSource

Raw = dict[str, dict[str, list]]

SENTINEL = "ZQXSENTINELZQX"

_RAW: Raw = {
    "subjects": {
        "subject_id": ["A1", "A2", "A3"],
        "arm": ["ketamine", "placebo", "ketamine"],
        "age": [44, 90, 31],
        "weight_kg": [70.5, 81.0, 66.0],
    },
    "scores": {
        "subject_id": ["A1", "A1", "A1", "A2", "A2", "A3"],
        "day": [-1.0, 1.0, 28.0, 0.0, 28.0, -2.0],
        "instrument": ["MADRS"] * 6,
        "score": [34, 12, 24, 30, 28, 33],
        "timing": ["pre-dose", "post-dose", "off-dose", "pre-dose", "off-dose", "pre-dose"],
        "scheduled": [True, True, False, True, True, True],
    },
    "sessions": {
        "subject_id": ["A1", "A1", "A2", "A3"],
        "day": [0.0, 3.0, 0.0, 0.0],
        "route": ["IV", "IV", "IM", "IV"],
        "drug": ["ketamine", "ketamine", "midazolam", "ketamine"],
        "dose_mg": [35.0, 36.5, 3.0, 33.0],
        "phase": ["induction"] * 4,
        "kind": ["scheduled", "triggered", "scheduled", "scheduled"],
    },
    "events": {
        "subject_id": ["A1", "A2"],
        "day": [40.0, 35.0],
        "event": ["hospitalisation", "withdrawal"],
    },
    "follow_up": {
        "subject_id": ["A1", "A2", "A3"],
        "end_day": [60.0, 35.0, 0.0],
        "reason": ["end of study", "withdrew", "lost"],
    },
}


def raw_cohort() -> Raw:
    """Return a fresh copy of a cohort without any fault."""
    return deepcopy(_RAW)


def with_cell(raw: Raw, table: str, column: str, row: int, cell: object) -> Raw:
    """Return `raw` with one cell changed; `row` counts from 1; a new column starts empty."""
    changed = deepcopy(raw)
    length = len(changed[table]["subject_id"])
    changed[table].setdefault(column, [None] * length)[row - 1] = cell
    return changed


def with_row(raw: Raw, table: str, **cells: object) -> Raw:
    """Return `raw` with one more row, the last row's cells where not given."""
    changed = deepcopy(raw)
    for column, values in changed[table].items():
        values.append(cells.get(column, values[-1]))
    return changed


def without(raw: Raw, table: str, column: str = "") -> Raw:
    """Return `raw` without a table, or without one of its columns."""
    changed = deepcopy(raw)
    if column:
        del changed[table][column]
    else:
        del changed[table]
    return changed


def write_csv(raw: Raw, folder: Path) -> Path:
    """Write a folder of CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, columns in raw.items():
        pd.DataFrame(columns).to_csv(folder / f"{table}.csv", index=False)
    return folder


def write_parquet(raw: Raw, folder: Path) -> Path:
    """Write a folder of Parquet files, each column in its own type."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, columns in raw.items():
        pd.DataFrame(columns).to_parquet(folder / f"{table}.parquet", index=False)
    return folder


def write_arrow(raw: Raw, folder: Path) -> Path:
    """Write a folder of Parquet files in which not-a-number is a value, apart from missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, columns in raw.items():
        pq.write_table(pa.table(columns), folder / f"{table}.parquet")
    return folder


def write_duckdb(raw: Raw, folder: Path) -> Path:
    """Write one DuckDB file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "cohort.duckdb"
    with closing(duckdb.connect(str(path))) as connection:
        for table, columns in raw.items():
            connection.register("frame", pd.DataFrame(columns))
            connection.execute(f"CREATE TABLE {table} AS SELECT * FROM frame").fetchall()
            connection.unregister("frame")
    return path


def write_sqlite(raw: Raw, folder: Path) -> Path:
    """Write one SQLite file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "cohort.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        for table, columns in raw.items():
            pd.DataFrame(columns).to_sql(table, connection, index=False)
        connection.commit()
    return path


WRITERS = {
    "csv": write_csv,
    "parquet": write_parquet,
    "duckdb": write_duckdb,
    "sqlite": write_sqlite,
}


def read(path: Path, **data: object) -> Cohort:
    """Read the cohort at `path` with these keys of `[data]`."""
    source = DataSource.model_validate({"path": path.name, **data})
    return read_cohort(source, path.parent)
