"""Batches of whole subjects, sorted by DuckDB out of core, as the walk takes them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

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
    TIMING,
)
from afterglow.timeline.moments import INDUCTION, LATER_PHASE, NO_PHASE, TIMINGS, Moments

SUBJECTS_PER_BATCH = 8192
ROWS_PER_READ = 262_144
CODES = "afterglow_subject_code"
CODE = "code"
TABLES = ("subjects", "scores", "sessions", "events", "follow_up")


@dataclass(frozen=True, slots=True)
class Batch:
    """Subjects first_code, first_code + 1, … in the order of their identifiers."""

    first_code: int
    moments: Moments


@contextmanager
def connected(cohort: Cohort | OpenCohort) -> Iterator[Any]:
    """Give a DuckDB connection with the cohort's tables and a number for every subject."""
    if isinstance(cohort, OpenCohort):
        connection = cohort.connection.cursor()
        tables = cohort.tables
    else:
        connection, tables = _in_memory(cohort)
    connection.execute(
        f"CREATE OR REPLACE TABLE {CODES} AS SELECT {SUBJECT}, "  # noqa: S608 (own constants)
        f"CAST(row_number() OVER (ORDER BY {SUBJECT}) - 1 AS INTEGER) AS {CODE} FROM subjects"
    )
    try:
        yield connection, tables
    finally:
        connection.execute(f"DROP TABLE IF EXISTS {CODES}")
        connection.close()


def _in_memory(cohort: Cohort) -> tuple[Any, tuple[str, ...]]:
    import duckdb

    connection = duckdb.connect()
    present = tuple(name for name in TABLES if getattr(cohort, name) is not None)
    for name in present:
        connection.register(f"frame_{name}", getattr(cohort, name))
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM frame_{name}")  # noqa: S608
        connection.unregister(f"frame_{name}")
    return connection, present


def moment_batches(
    connection: Any, tables: Sequence[str], rules: WalkRules, raters: dict[str, str]
) -> Iterator[Batch]:
    """Yield the moments of all subjects, some thousand subjects at a time.

    Parameters
    ----------
    connection : DuckDB connection
        As `connected` gives it.
    tables : sequence of str
        Tables that the cohort has.
    rules : WalkRules
        Instruments, events and columns that matter.
    raters : mapping of str to str
        Instrument -> the only rater whose scores count.
    """
    n_subjects = connection.execute(f"SELECT count(*) FROM {CODES}").fetchone()[0]  # noqa: S608
    readers = {
        "scores": _Reader(connection, _scores_query(rules, raters)),
        "sessions": _Reader(connection, _sessions_query() if "sessions" in tables else None),
        "events": _Reader(connection, _events_query(rules) if "events" in tables else None),
        "follow_up": _Reader(connection, _follow_up_query(rules)),
    }
    for first in range(0, n_subjects, SUBJECTS_PER_BATCH):
        stop = min(first + SUBJECTS_PER_BATCH, n_subjects)
        taken = {name: reader.take(stop) for name, reader in readers.items()}
        yield Batch(first, _moments(taken, first, stop, len(rules.columns)))


class _Reader:
    """A sorted query, handed out by subject: `take(stop)` gives the rows with a code below stop."""

    def __init__(self, connection: Any, query: str | None) -> None:
        self._rows: dict[str, np.ndarray] = {}
        self._batches: Iterator[Any] = iter(())
        if query is not None:
            relation = connection.cursor().sql(query)
            self._batches = iter(relation.to_arrow_reader(ROWS_PER_READ))

    def take(self, stop: int) -> dict[str, np.ndarray]:
        parts = [self._rows] if self._rows else []
        while not parts or parts[-1][CODE][-1] < stop:
            batch = next(self._batches, None)
            if batch is None:
                break
            if batch.num_rows:
                parts.append(_columns(batch))
        if not parts:
            return {}
        rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        cut = int(np.searchsorted(rows[CODE], stop))
        rest = {name: values[cut:] for name, values in rows.items()}
        self._rows = rest if len(rest[CODE]) else {}
        return {name: values[:cut] for name, values in rows.items()}


def _columns(batch: Any) -> dict[str, np.ndarray]:
    names = batch.schema.names
    return {n: c.to_numpy(zero_copy_only=False) for n, c in zip(names, batch.columns)}


def _quoted(words: Sequence[str]) -> str:
    return ", ".join("'" + word.replace("'", "''") + "'" for word in words)


def _place(column: str, words: Sequence[str], kind: str, otherwise: int) -> str:
    """Write SQL for the place of a word among `words`."""
    cases = " ".join(f"WHEN {_quoted([word])} THEN {i}" for i, word in enumerate(words))
    return f"CAST(CASE {column} {cases} ELSE {otherwise} END AS {kind})"


def _scores_query(rules: WalkRules, raters: dict[str, str]) -> str:
    timings = sorted(TIMINGS, key=TIMINGS.__getitem__)
    only = "".join(
        f" AND ({INSTRUMENT} <> {_quoted([name])} OR {RATER} = {_quoted([rater])})"
        for name, rater in sorted(raters.items())
    )
    return (
        f"SELECT {CODE}, {DAY}, {SCORE}, "  # noqa: S608 (own constants, words quoted)
        f"{_place(INSTRUMENT, rules.instruments or ('',), 'TINYINT', -1)} AS {INSTRUMENT}, "
        f"{_place(TIMING, timings, 'TINYINT', 0)} AS {TIMING} "
        f"FROM scores JOIN {CODES} USING ({SUBJECT}) "
        f"WHERE {INSTRUMENT} IN ({_quoted(rules.instruments or ('',))}) "
        f"AND NOT isnan({SCORE}){only} ORDER BY {CODE}, {DAY}, {TIMING}, {INSTRUMENT}"
    )


def _sessions_query() -> str:
    phase = (
        f"CAST(CASE WHEN {PHASE} = '' OR {PHASE} IS NULL THEN {NO_PHASE} "
        f"WHEN {PHASE} = 'induction' THEN {INDUCTION} ELSE {LATER_PHASE} END AS TINYINT)"
    )
    return (
        f"SELECT {CODE}, {DAY}, {phase} AS {PHASE} FROM sessions "  # noqa: S608 (own constants, words quoted)
        f"JOIN {CODES} USING ({SUBJECT}) ORDER BY {CODE}, {DAY}, {SESSION_NO}"
    )


def _events_query(rules: WalkRules) -> str:
    return (
        f"SELECT {CODE}, {DAY}, {_place(EVENT_NAME, rules.kinds, 'SMALLINT', -1)} AS {EVENT_NAME} "  # noqa: S608 (own constants, words quoted)
        f"FROM events JOIN {CODES} USING ({SUBJECT}) "
        f"WHERE {EVENT_NAME} IN ({_quoted(rules.kinds)}) ORDER BY {CODE}, {DAY}, 3"
    )


def _follow_up_query(rules: WalkRules) -> str:
    kinds = [kind for kind in FIRST_KINDS[1:] if kind in rules.kinds]
    places = " ".join(f"WHEN {_quoted([kind])} THEN {rules.kinds.index(kind)}" for kind in kinds)
    columns = "".join(
        f', CAST(subjects."{name}" AS DOUBLE) AS column_{place}'
        for place, name in enumerate(rules.columns)
    )
    return (
        f"SELECT {CODE}, follow_up.{END_DAY}, CAST(CASE follow_up.{REASON} {places} ELSE -1 END "  # noqa: S608 (own constants, words quoted)
        f"AS SMALLINT) AS {REASON}{columns} FROM subjects JOIN {CODES} USING ({SUBJECT}) "
        f"JOIN follow_up USING ({SUBJECT}) ORDER BY {CODE}"
    )


def _starts(rows: dict[str, np.ndarray], first: int, stop: int) -> np.ndarray:
    codes = rows.get(CODE, np.empty(0, np.int32))
    return np.searchsorted(codes, np.arange(first, stop + 1)).astype(np.int64)


def _typed(rows: dict[str, np.ndarray], name: str, kind: type) -> np.ndarray:
    return np.ascontiguousarray(rows.get(name, np.empty(0)), dtype=kind)


def _moments(taken: dict[str, Any], first: int, stop: int, n_columns: int) -> Moments:
    scores, sessions = taken["scores"], taken["sessions"]
    events, follow_up = taken["events"], taken["follow_up"]
    columns = [_typed(follow_up, f"column_{place}", np.float64) for place in range(n_columns)]
    shape = (stop - first, n_columns)
    return Moments(
        visit_start=_starts(scores, first, stop),
        visit_day=_typed(scores, DAY, np.float64),
        visit_score=_typed(scores, SCORE, np.float64),
        visit_instrument=_typed(scores, INSTRUMENT, np.int8),
        visit_timing=_typed(scores, TIMING, np.int8),
        session_start=_starts(sessions, first, stop),
        session_day=_typed(sessions, DAY, np.float64),
        session_phase=_typed(sessions, PHASE, np.int8),
        event_start=_starts(events, first, stop),
        event_day=_typed(events, DAY, np.float64),
        event_code=_typed(events, EVENT_NAME, np.int16),
        end_day=_typed(follow_up, END_DAY, np.float64),
        end_code=_typed(follow_up, REASON, np.int16),
        column_day=np.column_stack(columns) if columns else np.empty(shape),
    )
