"""Derive a large cohort's endpoints straight into Parquet, a batch of subjects at a time.

While one batch is written, the next ones are walked in threads and DuckDB sorts and hands over
further rows: memory holds a few batches, and what DuckDB is allowed.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from afterglow.cohort.model import OpenCohort
from afterglow.endpoints.known import Columns, split_columns
from afterglow.endpoints.room import Room
from afterglow.endpoints.rules import Status, WalkRules
from afterglow.endpoints.walk import walk_subjects
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
from afterglow.study.batches import Batch, connected, moment_batches
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
CODES: Final = ("endpoint", "cycle", "status", "status_detail", "clinical_code", "n_intercurrent")
AHEAD: Final = 2
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
    with connected(opened) as cohort, _Output(folder, tables) as output:
        rules = walk_rules(plan, library, has_sessions="sessions" in cohort.tables)
        batches = moment_batches(cohort, rules, chosen_raters(plan, library))
        _walk_and_write(batches, rules, output, threads)
    return output.counts


class _Output:
    """The files that are written, each from its first table on."""

    def __init__(self, folder: Path, tables: Collection[str]) -> None:
        self.folder = folder
        self.counts = dict.fromkeys(tables, 0)
        self._writers: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self._writers.values():
            writer.close()

    def write(self, name: str, made: Future[Tables]) -> None:
        """Write a table of a batch behind that of the batch before, once it has been made."""
        table = made.result()[name]
        if name not in self._writers:
            path = self.folder / f"{name}.parquet"
            self._writers[name] = pq.ParquetWriter(path, table.schema, **_writing(table.schema))
        self._writers[name].write_table(table, row_group_size=max(len(table), 1))
        self.counts[name] += len(table)


def _writing(schema: pa.Schema) -> dict[str, Any]:
    """Return how to write: whole days are few, so a dictionary packs them; lz4 gains nothing."""
    kinds = {f.name: "none" if pa.types.is_floating(f.type) else "lz4" for f in schema}
    return {"compression": kinds, "write_statistics": False, "store_schema": False}


def _walk_and_write(
    batches: Iterable[Batch], rules: WalkRules, output: _Output, threads: int
) -> None:
    """Walk batches in threads while others are read and written, in the order of subjects."""
    rooms = [Room() for _ in range(threads + AHEAD)]
    unwritten: deque[list[Future[None]]] = deque()
    with ExitStack() as ended:
        walking = ended.enter_context(ThreadPoolExecutor(threads))
        writing = {name: ended.enter_context(ThreadPoolExecutor(1)) for name in output.counts}
        for pool in (walking, *writing.values()):
            ended.callback(pool.shutdown, cancel_futures=True)
        for batch, room in zip(batches, cycle(rooms)):
            if len(unwritten) == len(rooms):
                _wait(unwritten.popleft())
            made = walking.submit(_tables, batch, rules, output.counts, room)
            unwritten.append(
                [pool.submit(output.write, name, made) for name, pool in writing.items()]
            )
        for written in unwritten:
            _wait(written)


def _wait(written: list[Future[None]]) -> None:
    for table in written:
        table.result()


def _tables(batch: Batch, rules: WalkRules, tables: Collection[str], room: Room) -> Tables:
    """Walk one batch; return what was asked for as Arrow tables, which lie in the room."""
    facts, intercurrents, rows = walk_subjects(batch.moments, rules, room)
    split = split_columns(facts, CODES, DAYS if FACTS in tables else (), room, FACTS)
    subject = np.ascontiguousarray(facts["subject"])
    keys = _Keys(subject, split.codes["endpoint"], split.codes["cycle"], batch.identifiers, rules)
    makers: dict[str, Callable[[], dict[str, pa.Array]]] = {
        FACTS: lambda: _facts(split, keys),
        INTERCURRENTS: lambda: _intercurrents(
            split.codes["n_intercurrent"], intercurrents, keys, room
        ),
        ROWS: lambda: _rows(facts, rows, keys),
    }
    return {name: _table(makers[name]()) for name in tables}


def _table(columns: dict[str, pa.Array]) -> pa.Table:
    """Return columns as a table that says which of them may have missing values."""
    nullable = {*DAYS, *OF_INTERCURRENTS}
    fields = [pa.field(name, c.type, nullable=name in nullable) for name, c in columns.items()]
    return pa.Table.from_arrays(list(columns.values()), schema=pa.schema(fields))


@dataclass(frozen=True, slots=True)
class _Keys:
    """Whose fact each one is: int32 places of subjects, int16 places of endpoints, cycles."""

    subject: np.ndarray
    endpoint: np.ndarray
    cycle: np.ndarray
    identifiers: pa.Array
    rules: WalkRules

    def columns(self, chosen: Any) -> dict[str, pa.Array]:
        """Return subject, endpoint and cycle of the facts at places `chosen`."""
        subject = pa.array(self.subject[chosen])
        return {
            SUBJECT: pa.DictionaryArray.from_arrays(subject, self.identifiers, safe=False),
            ENDPOINT: _coded(self.endpoint[chosen], self.rules.names),
            CYCLE: pa.array(self.cycle[chosen]),
        }


def _coded(places: np.ndarray, words: Collection[str]) -> pa.DictionaryArray:
    """Return the words at these places; Parquet takes a dictionary as it is if none is repeated."""
    distinct = list(dict.fromkeys(words))
    if len(distinct) < len(words):
        places = np.array([distinct.index(word) for word in words], np.int16)[places]
    codes = pa.array(places.astype(np.int16))
    return pa.DictionaryArray.from_arrays(codes, pa.array(distinct, pa.string()), safe=False)


def _days(split: Columns) -> dict[str, pa.Array]:
    """Return each field's days, with a bit for each that is known."""
    return {
        name: pa.Array.from_buffers(
            pa.float64(), len(days), [pa.py_buffer(bits), pa.py_buffer(days)]
        )
        for name, (days, bits) in split.days.items()
    }


def _facts(split: Columns, keys: _Keys) -> dict[str, pa.Array]:
    rules, codes = keys.rules, split.codes
    clinical = np.where(codes["clinical_code"] < 0, len(rules.kinds), codes["clinical_code"])
    places = status_places(rules, codes["status"], codes["status_detail"])
    return {
        **keys.columns(EVERY),
        STATUS: _coded(places, status_words(rules)),
        **_days(split),
        CLINICAL_EVENT: _coded(clinical, (*rules.kinds, "")),
    }


def _intercurrents(
    counts: np.ndarray, events: np.ndarray, keys: _Keys, room: Room
) -> dict[str, pa.Array]:
    """Return the columns; a walk writes the events of its facts one behind the other."""
    owner = np.repeat(np.arange(len(counts)), counts)
    *days, open_confirmed = OF_INTERCURRENTS
    split = split_columns(events, ("code",), days, room, INTERCURRENTS)
    return {
        **keys.columns(owner),
        EVENT_NAME: _coded(split.codes["code"], keys.rules.kinds),
        **_days(split),
        open_confirmed: pa.array(np.ascontiguousarray(events["open_confirmed"])),
    }


def _rows(facts: np.ndarray, rows: np.ndarray, keys: _Keys) -> dict[str, pa.Array]:
    kept = np.flatnonzero(rows["status"] == Status.INCLUDED)
    cause = cause_places(keys.rules, rows["cause"][kept], keys.endpoint[kept])
    return {
        **keys.columns(kept),
        ORIGIN_DAY: pa.array(facts["origin_day"][kept]),
        ORIGIN_LOWER_DAY: pa.array(facts["origin_lower_day"][kept]),
        ENTRY: pa.array(rows["entry"][kept]),
        DURATION: pa.array(rows["duration"][kept]),
        LOWER: pa.array(rows["lower"][kept]),
        UPPER: pa.array(rows["upper"][kept]),
        EVENT: pa.array(rows["event"][kept]),
        CAUSE: _coded(cause, cause_words(keys.rules)),
        REASON: _coded(rows["reason"][kept], reason_words(keys.rules)),
    }
