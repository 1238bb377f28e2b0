"""Derive a large cohort's endpoints straight into Parquet, a batch of subjects at a time.

While one batch is written, the next ones are walked in threads and DuckDB sorts and hands over
further rows: memory holds a few batches, and what DuckDB is allowed.
"""

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from afterglow.cohort.model import OpenCohort
from afterglow.endpoints.known import split_missing
from afterglow.endpoints.rules import Status, WalkRules
from afterglow.endpoints.walk import Room, walk_subjects
from afterglow.errors import UsageError
from afterglow.instruments.registry import Library, load_library
from afterglow.names import (
    CAUSE,
    CYCLE,
    DURATION,
    ENDPOINT,
    ENTRY,
    EVENT,
    EVENT_NAME,
    LOWER,
    ORIGIN_DAY,
    ORIGIN_LOWER_DAY,
    REASON,
    SUBJECT,
    UPPER,
)
from afterglow.plan.model import Plan
from afterglow.study.batches import Batch, Connected, connected, moment_batches
from afterglow.study.coded import (
    cause_places,
    cause_words,
    reason_words,
    status_places,
    status_words,
)
from afterglow.study.derive import chosen_raters
from afterglow.study.facts_table import CLINICAL_EVENT, DAYS, OF_INTERCURRENTS, STATUS
from afterglow.study.rules import walk_rules

FACTS: Final = "facts"
INTERCURRENTS: Final = "intercurrents"
ROWS: Final = "rows"
TABLES: Final = (FACTS, INTERCURRENTS, ROWS)
AHEAD: Final = 2
WRITING: Final[dict[str, Any]] = {
    "compression": "lz4",
    "write_statistics": False,
    "store_schema": False,
}
EVERY: Final = slice(None)
Tables = dict[str, pa.Table]


def derive_to_parquet(
    opened: OpenCohort,
    plan: Plan,
    folder: Path,
    library: Library | None = None,
    *,
    threads: int = 2,
    tables: Collection[str] = TABLES,
) -> dict[str, int]:
    """Derive every endpoint of the plan into Parquet files, whatever the cohort's size.

    The files say what `derive` says: facts.parquet holds `facts_table`, intercurrents.parquet
    `intercurrent_table`, rows.parquet `Derived.rows`. Subjects follow each other in the order of
    their identifiers: as numbers where all of them are whole numbers, else as text.

    Parameters
    ----------
    opened : OpenCohort
    plan : Plan
    folder : Path
        Created where absent; files of these names are replaced.
    library : Library, optional
        Instruments; default: those shipped and those of `plan.instruments_dir`.
    threads : int
        Batches that are walked at the same time; DuckDB's threads are those of `opened`.
    tables : collection of {"facts", "intercurrents", "rows"}
        What to write.

    Returns
    -------
    dict of str to int
        Rows written, by table.

    Raises
    ------
    UsageError
        A table of another name is asked for.
    """
    for name in tables:
        if name not in TABLES:
            raise UsageError.unknown_option("tables", name, TABLES)
    library = library or load_library(plan.instruments_dir)
    folder.mkdir(parents=True, exist_ok=True)
    counts = dict.fromkeys(tables, 0)
    with connected(opened) as cohort, ExitStack() as files:
        rules = walk_rules(plan, library, has_sessions="sessions" in cohort.tables)
        writers: dict[str, pq.ParquetWriter] = {}
        for made in _in_order(cohort, rules, chosen_raters(plan, library), threads, tables):
            for name, table in made.items():
                if name not in writers:
                    path = folder / f"{name}.parquet"
                    writers[name] = files.enter_context(_writer(path, table.schema))
                writers[name].write_table(table, row_group_size=max(len(table), 1))
                counts[name] += len(table)
    return counts


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(path, schema, use_dictionary=True, **WRITING)


def _in_order(
    cohort: Connected,
    rules: WalkRules,
    raters: dict[str, str],
    threads: int,
    tables: Collection[str],
) -> Iterator[Tables]:
    """Walk batches in threads, a few ahead, and yield their tables in the order of subjects."""
    waiting: deque[Future[Tables]] = deque()
    own = threading.local()

    def tables_of(batch: Batch, subjects: pa.Array) -> Tables:
        own.room = getattr(own, "room", None) or Room()
        return _tables(batch, subjects, rules, tables, own.room)

    with ThreadPoolExecutor(threads) as pool:
        try:
            for batch in moment_batches(cohort, rules, raters):
                stop = batch.first + len(batch.moments.end_day)
                subjects = cohort.identifiers(batch.first, stop)
                waiting.append(pool.submit(tables_of, batch, subjects))
                if len(waiting) > threads + AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _tables(
    batch: Batch, subjects: pa.Array, rules: WalkRules, tables: Collection[str], room: Room
) -> Tables:
    """Walk one batch and return what was asked for as Arrow tables."""
    facts, intercurrents, rows = walk_subjects(batch.moments, rules, room)
    makers: dict[str, Callable[[], dict[str, pa.Array]]] = {
        FACTS: lambda: _facts(facts, subjects, rules),
        INTERCURRENTS: lambda: _intercurrents(facts, intercurrents, subjects, rules),
        ROWS: lambda: _rows(facts, rows, subjects, rules),
    }
    return {name: _table(makers[name]()) for name in tables}


def _table(columns: dict[str, pa.Array]) -> pa.Table:
    """Return columns as a table that says which of them may have missing values."""
    nullable = {*DAYS, *OF_INTERCURRENTS}
    fields = [pa.field(name, c.type, nullable=name in nullable) for name, c in columns.items()]
    return pa.Table.from_arrays(list(columns.values()), schema=pa.schema(fields))


def _keys(
    facts: np.ndarray, chosen: Any, subjects: pa.Array, rules: WalkRules
) -> dict[str, pa.Array]:
    """Return subject, endpoint and cycle of the facts at places `chosen`."""
    subject = pa.array(facts["subject"][chosen])
    return {
        SUBJECT: pa.DictionaryArray.from_arrays(subject, subjects, safe=False),
        ENDPOINT: _coded(facts["endpoint"][chosen], rules.names),
        CYCLE: pa.array(np.ascontiguousarray(facts["cycle"][chosen])),
    }


def _coded(places: np.ndarray, words: Collection[str]) -> pa.DictionaryArray:
    codes = pa.array(places.astype(np.int16))
    return pa.DictionaryArray.from_arrays(codes, pa.array(words, pa.string()), safe=False)


def _days(records: np.ndarray, name: str) -> pa.Array:
    known, bits, missing = split_missing(records[name])
    buffers = [pa.py_buffer(bits), pa.py_buffer(known)]
    return pa.Array.from_buffers(pa.float64(), len(known), buffers, missing)


def _facts(facts: np.ndarray, subjects: pa.Array, rules: WalkRules) -> dict[str, pa.Array]:
    none = len(rules.kinds)
    clinical = np.where(np.isnan(facts["clinical_day"]), none, facts["clinical_code"])
    places = status_places(rules, facts["status"], facts["status_detail"])
    return {
        **_keys(facts, EVERY, subjects, rules),
        STATUS: _coded(places, status_words(rules)),
        **{name: _days(facts, name) for name in DAYS},
        CLINICAL_EVENT: _coded(clinical, (*rules.kinds, "")),
    }


def _intercurrents(
    facts: np.ndarray, events: np.ndarray, subjects: pa.Array, rules: WalkRules
) -> dict[str, pa.Array]:
    """Return the columns; a walk writes the events of its facts one behind the other."""
    owner = np.repeat(np.arange(len(facts)), facts["n_intercurrent"])
    day, free_day, open_day, open_confirmed = OF_INTERCURRENTS
    return {
        **_keys(facts, owner, subjects, rules),
        EVENT_NAME: _coded(events["code"], rules.kinds),
        **{name: _days(events, name) for name in (day, free_day, open_day)},
        open_confirmed: pa.array(np.ascontiguousarray(events[open_confirmed])),
    }


def _rows(
    facts: np.ndarray, rows: np.ndarray, subjects: pa.Array, rules: WalkRules
) -> dict[str, pa.Array]:
    kept = np.flatnonzero(rows["status"] == Status.INCLUDED)
    cause = cause_places(rules, rows["cause"][kept], facts["endpoint"][kept])
    return {
        **_keys(facts, kept, subjects, rules),
        ORIGIN_DAY: pa.array(facts["origin_day"][kept]),
        ORIGIN_LOWER_DAY: pa.array(facts["origin_lower_day"][kept]),
        ENTRY: pa.array(rows["entry"][kept]),
        DURATION: pa.array(rows["duration"][kept]),
        LOWER: pa.array(rows["lower"][kept]),
        UPPER: pa.array(rows["upper"][kept]),
        EVENT: pa.array(rows["event"][kept]),
        CAUSE: _coded(cause, cause_words(rules)),
        REASON: _coded(rows["reason"][kept], reason_words(rules)),
    }
