"""Batches of whole subjects, sorted by DuckDB out of core, as the walk takes them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from afterglow.cohort.model import Cohort, OpenCohort
from afterglow.endpoints.rules import FIRST_KINDS, WalkRules
from afterglow.names import (
    DAY,
    END_DAY,
    EVENT_NAME,
    INSTRUMENT,
    PHASE,
    RATER,
    REASON,
    SCORE,
    SESSION_NO,
    SUBJECT,
    SUBJECT_KEY,
    TIMING,
)
from afterglow.timeline.moments import INDUCTION, LATER_PHASE, NO_PHASE, TIMINGS, Moments
from afterglow.timeline.order import sort_by_day

if TYPE_CHECKING:
    import pyarrow as pa

SUBJECTS_PER_BATCH = 8192
ROWS_PER_READ = 262_144
NUMBERED = "afterglow_subjects"
HELD = "afterglow_held"
NUMBER = "number"
KEY = f'"{SUBJECT_KEY}"'
ROW_KEY = "row_key"
TABLES = ("subjects", "scores", "sessions", "events", "follow_up")


@dataclass(frozen=True, slots=True)
class Batch:
    """Subjects number first, first + 1, … of the cohort, in the order of their keys.

    Attributes
    ----------
    first : int
    identifiers : Arrow array of text
        subject_id, one per subject.
    moments : Moments
    """

    first: int
    identifiers: "pa.Array"
    moments: Moments


@dataclass(frozen=True, slots=True)
class Connected:
    """A cohort's tables behind a DuckDB connection, with a number for every subject.

    Attributes
    ----------
    connection : DuckDB connection
    tables : tuple of str
        Tables that the cohort has.
    identifiers : Arrow array of text
        subject_id, by the subjects' numbers.
    row_keys : int64 array
        By what rows are sorted, one per subject, rising.
    integer_keys : bool
        Whether that is the subjects' own numbers, or those given here.
    """

    connection: Any
    tables: tuple[str, ...]
    identifiers: "pa.Array"
    row_keys: np.ndarray
    integer_keys: bool

    def has_raters(self) -> bool:
        """Say whether some score names its rater, so that two may share a moment."""
        query = f"SELECT EXISTS (FROM scores WHERE {RATER} <> '')"
        return bool(self.connection.cursor().execute(query).fetchall()[0][0])

    def sorted_rows(self, columns: str, table: str, where: str, order: str) -> str:
        """Write the query of a table's rows, sorted by subject and then as `order` says."""
        if self.integer_keys:
            key, source = KEY, table
        else:
            key, source = f"{NUMBERED}.{NUMBER}", f"{table} JOIN {NUMBERED} USING ({KEY})"
        selected = f"SELECT {key} AS {ROW_KEY}, {columns} FROM {source} WHERE {where}"  # noqa: S608
        return f"{selected} ORDER BY {', '.join([ROW_KEY, order] if order else [ROW_KEY])}"


@contextmanager
def connected(cohort: Cohort | OpenCohort) -> Iterator[Connected]:
    """Give a cohort's tables behind a connection, with a number for every subject.

    Subjects are numbered in the order of their identifiers as text, or as numbers where the
    cohort is open and all its tables hold whole numbers: then rows need no join to be sorted.
    """
    if isinstance(cohort, OpenCohort):
        connection = cohort.connection.cursor()
        tables = cohort.tables
    else:
        connection, tables = _in_memory(cohort)
    connection.execute(
        f"CREATE OR REPLACE TABLE {NUMBERED} AS SELECT {SUBJECT}, {KEY}, "  # noqa: S608
        f"CAST(row_number() OVER (ORDER BY {KEY}) - 1 AS INTEGER) AS {NUMBER} "
        f"FROM subjects ORDER BY {NUMBER}"
    )
    try:
        numbered = f"SELECT {SUBJECT}, {KEY} AS {ROW_KEY} FROM {NUMBERED} ORDER BY {NUMBER}"  # noqa: S608
        subjects = connection.sql(numbered).to_arrow_table().combine_chunks()
        integer_keys = str(subjects.schema.field(ROW_KEY).type) == "int64"
        keys = subjects[ROW_KEY].to_numpy() if integer_keys else np.arange(len(subjects))
        names = subjects[SUBJECT].cast("string").combine_chunks()
        yield Connected(connection, tables, names, keys, integer_keys)
    finally:
        connection.execute(f"DROP TABLE IF EXISTS {NUMBERED}")
        connection.close()


def _in_memory(cohort: Cohort) -> tuple[Any, tuple[str, ...]]:
    import duckdb

    connection = duckdb.connect()
    present = tuple(name for name in TABLES if getattr(cohort, name) is not None)
    for name in present:
        held = f"{HELD}_{name}"
        connection.register("frame", getattr(cohort, name))
        connection.execute(f"CREATE TABLE {held} AS SELECT * FROM frame")  # noqa: S608
        connection.execute(f"CREATE VIEW {name} AS SELECT *, {SUBJECT} AS {KEY} FROM {held}")  # noqa: S608
        connection.unregister("frame")
    return connection, present


def moment_batches(cohort: Connected, rules: WalkRules, raters: dict[str, str]) -> Iterator[Batch]:
    """Yield the moments of all subjects, some thousand subjects at a time.

    Parameters
    ----------
    cohort : Connected
        As `connected` gives it.
    rules : WalkRules
        Instruments, events and columns that matter.
    raters : mapping of str to str
        Instrument -> the only rater whose scores count.
    """
    queries = {
        "scores": _scores_query(cohort, rules, raters),
        "sessions": _sessions_query(cohort) if "sessions" in cohort.tables else None,
        "events": _events_query(cohort, rules) if "events" in cohort.tables else None,
        "follow_up": _follow_up_query(cohort, rules),
    }
    readers = {name: _Reader(cohort.connection, query) for name, query in queries.items()}
    for first in range(0, len(cohort.row_keys), SUBJECTS_PER_BATCH):
        keys = cohort.row_keys[first : first + SUBJECTS_PER_BATCH]
        taken = {name: reader.take(keys[-1]) for name, reader in readers.items()}
        moments = _moments(taken, keys, len(rules.columns))
        yield Batch(first, cohort.identifiers[first : first + len(keys)], moments)


class _Reader:
    """A sorted query, handed out by subject: `take(last)` gives the rows with a key up to last."""

    def __init__(self, connection: Any, query: str | None) -> None:
        self._rest: dict[str, np.ndarray] = {}
        self._batches: Iterator[Any] = iter(())
        if query is not None:
            relation = connection.cursor().sql(query)
            self._batches = iter(relation.to_arrow_reader(ROWS_PER_READ))

    def take(self, last: int) -> dict[str, np.ndarray]:
        parts: list[dict[str, np.ndarray]] = []
        while rows := self._rest or self._read():
            cut = int(np.searchsorted(rows[ROW_KEY], last, side="right"))
            parts.append({name: values[:cut] for name, values in rows.items()})
            if cut < len(rows[ROW_KEY]):
                self._rest = {name: values[cut:] for name, values in rows.items()}
                break
            self._rest = {}
        if not parts:
            return {}
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _read(self) -> dict[str, np.ndarray]:
        """Return the next rows, or nothing behind the last."""
        filled = (batch for batch in self._batches if batch.num_rows)
        batch = next(filled, None)
        return {} if batch is None else _columns(batch)


def _columns(batch: Any) -> dict[str, np.ndarray]:
    names = batch.schema.names
    return {n: c.to_numpy(zero_copy_only=False) for n, c in zip(names, batch.columns)}


def _quoted(words: Sequence[str]) -> str:
    return ", ".join("'" + word.replace("'", "''") + "'" for word in words)


def _place(column: str, words: Sequence[str], kind: str, otherwise: int) -> str:
    """Write SQL for the place of a word among `words`."""
    cases = " ".join(f"WHEN {_quoted([word])} THEN {i}" for i, word in enumerate(words))
    return f"CAST(CASE {column} {cases} ELSE {otherwise} END AS {kind})"


def _scores_query(cohort: Connected, rules: WalkRules, raters: dict[str, str]) -> str:
    timings = sorted(TIMINGS, key=TIMINGS.__getitem__)
    only = "".join(
        f" AND ({INSTRUMENT} <> {_quoted([name])} OR {RATER} = {_quoted([rater])})"
        for name, rater in sorted(raters.items())
    )
    instruments = rules.instruments or ("",)
    return cohort.sorted_rows(
        f"{DAY}, {SCORE}, {_place(INSTRUMENT, instruments, 'TINYINT', -1)} AS {INSTRUMENT}, "
        f"{_place(TIMING, timings, 'TINYINT', 0)} AS {TIMING}",
        "scores",
        f"{INSTRUMENT} IN ({_quoted(instruments)}) AND NOT isnan({SCORE}){only}",
        f"{DAY}, {RATER}" if cohort.has_raters() else "",
    )


def _sessions_query(cohort: Connected) -> str:
    phase = (
        f"CAST(CASE WHEN {PHASE} = '' OR {PHASE} IS NULL THEN {NO_PHASE} "
        f"WHEN {PHASE} = 'induction' THEN {INDUCTION} ELSE {LATER_PHASE} END AS TINYINT)"
    )
    columns = f"{DAY}, {phase} AS {PHASE}"
    return cohort.sorted_rows(columns, "sessions", "TRUE", f"{DAY}, {SESSION_NO}")


def _events_query(cohort: Connected, rules: WalkRules) -> str:
    place = f"{_place(EVENT_NAME, rules.kinds, 'SMALLINT', -1)} AS {EVENT_NAME}"
    known = f"{EVENT_NAME} IN ({_quoted(rules.kinds)})"
    return cohort.sorted_rows(f"{DAY}, {place}", "events", known, f"{DAY}, 3")


def _follow_up_query(cohort: Connected, rules: WalkRules) -> str:
    kinds = [kind for kind in FIRST_KINDS[1:] if kind in rules.kinds]
    places = " ".join(f"WHEN {_quoted([kind])} THEN {rules.kinds.index(kind)}" for kind in kinds)
    columns = "".join(
        f', CAST(subjects."{name}" AS DOUBLE) AS column_{place}'
        for place, name in enumerate(rules.columns)
    )
    reason = f"CAST(CASE follow_up.{REASON} {places} ELSE -1 END AS SMALLINT) AS {REASON}"
    source = f"follow_up JOIN subjects USING ({KEY})" if columns else "follow_up"
    return cohort.sorted_rows(f"follow_up.{END_DAY}, {reason}{columns}", source, "TRUE", "")


def _starts(rows: dict[str, np.ndarray], keys: np.ndarray) -> np.ndarray:
    """Return where the rows of each subject begin, and where the last ones end."""
    row_keys = rows.get(ROW_KEY, np.empty(0, keys.dtype))
    return np.append(np.searchsorted(row_keys, keys), len(row_keys)).astype(np.int64)


def _typed(rows: dict[str, np.ndarray], name: str, kind: type) -> np.ndarray:
    return np.ascontiguousarray(rows.get(name, np.empty(0)), dtype=kind)


def _moments(taken: dict[str, Any], keys: np.ndarray, n_columns: int) -> Moments:
    scores, sessions = taken["scores"], taken["sessions"]
    events, follow_up = taken["events"], taken["follow_up"]
    columns = [_typed(follow_up, f"column_{place}", np.float64) for place in range(n_columns)]
    moments = Moments(
        visit_start=_starts(scores, keys),
        visit_day=_typed(scores, DAY, np.float64),
        visit_score=_typed(scores, SCORE, np.float64),
        visit_instrument=_typed(scores, INSTRUMENT, np.int8),
        visit_timing=_typed(scores, TIMING, np.int8),
        session_start=_starts(sessions, keys),
        session_day=_typed(sessions, DAY, np.float64),
        session_phase=_typed(sessions, PHASE, np.int8),
        event_start=_starts(events, keys),
        event_day=_typed(events, DAY, np.float64),
        event_code=_typed(events, EVENT_NAME, np.int16),
        end_day=_typed(follow_up, END_DAY, np.float64),
        end_code=_typed(follow_up, REASON, np.int16),
        column_day=np.column_stack(columns) if columns else np.empty((len(keys), 0)),
    )
    sort_by_day(
        moments.visit_start,
        moments.visit_day,
        moments.visit_score,
        moments.visit_instrument,
        moments.visit_timing,
    )
    return moments
