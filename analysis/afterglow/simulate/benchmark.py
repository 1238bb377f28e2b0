"""A large synthetic cohort in unsorted Parquet files, made fast, for timing and for big tests."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from afterglow.errors import UsageError
from afterglow.names import (
    ARM,
    DAY,
    END_DAY,
    INSTRUMENT,
    KIND,
    REASON,
    SCORE,
    SESSION_NO,
    SITE,
    SUBJECT,
    TIMING,
)
from afterglow.simulate.benchmark_block import Block
from afterglow.simulate.columns import (
    ADMINISTRATIVE,
    AGE,
    DIAGNOSIS,
    LOST,
    OFF_DOSE,
    PLANNED,
    PRE_DOSE,
    SEX,
    TRIGGERED,
    WITHDRAWAL,
)

BLOCK_SUBJECTS: Final = 125_000
ROW_GROUP_ROWS: Final = 1_000_000
FEWEST_SCORES: Final = 2
ID_KINDS: Final = ("integer", "text")


def benchmark_cohort(
    folder: Path,
    *,
    subjects: int = 1_000_000,
    scores_per_subject: int = 20,
    sessions_per_subject: int = 8,
    id_kind: Literal["integer", "text"] = "integer",
    seed: int = 1,
) -> None:
    """Write subjects, scores, sessions and follow_up as Parquet, rows in random order.

    Every subject has a course, boosters, and MADRS scores from the same latent model as
    `simulate_cohort` without wander, so that responses, relapses and cycles occur. Subjects are
    drawn and shuffled in blocks, so that memory does not grow with their number; numbers are
    spread over the blocks.

    Parameters
    ----------
    folder : Path
        Created where absent.
    subjects, scores_per_subject, sessions_per_subject : int
        At least 1, 2 and 1; every subject has exactly so many scores and sessions.
    id_kind : {"integer", "text"}
        Kind of `subject_id`: 64-bit integers, or text such as S0000001.
    seed : int
        The same arguments give the same tables.

    Raises
    ------
    UsageError
        Where a count is too small or `id_kind` is another word.
    """
    if id_kind not in ID_KINDS:
        raise UsageError.unknown_option("id_kind", id_kind, ID_KINDS)
    if subjects < 1 or scores_per_subject < FEWEST_SCORES or sessions_per_subject < 1:
        raise UsageError(
            "A benchmark cohort needs 1 subject, 2 scores and 1 session each at least.\n"
            "Give larger counts."
        )
    folder.mkdir(parents=True, exist_ok=True)
    writers: dict[str, pq.ParquetWriter] = {}
    try:
        for position, numbers in enumerate(_spread_numbers(subjects)):
            rng = np.random.default_rng([seed, position])
            block = Block.draw(numbers, scores_per_subject, sessions_per_subject, rng)
            for name, table in _tables(block, id_kind, len(str(subjects)), rng):
                if name not in writers:
                    writers[name] = pq.ParquetWriter(folder / f"{name}.parquet", table.schema)
                writers[name].write_table(table, row_group_size=ROW_GROUP_ROWS)
    finally:
        for writer in writers.values():
            writer.close()
    text = 'title = "Simulated cohort for benchmarks"\nsynthetic = true\n'
    (folder / "cohort.toml").write_text(text, encoding="utf-8", newline="\n")


def _spread_numbers(subjects: int) -> Iterator[NDArray[np.int64]]:
    """Yield 1 … `subjects` in blocks, each block spread over the whole range."""
    stride = max(1, int(subjects * 0.618))
    while gcd(stride, subjects) > 1:
        stride += 1
    for start in range(0, subjects, BLOCK_SUBJECTS):
        places = np.arange(start, min(start + BLOCK_SUBJECTS, subjects), dtype=np.int64)
        yield places * stride % subjects + 1


def _tables(
    block: Block, id_kind: str, digits: int, rng: np.random.Generator
) -> Iterator[tuple[str, pa.Table]]:
    ids = _ids(block.numbers, id_kind, digits)
    for name, columns in (
        ("subjects", _subject_columns(block, rng)),
        ("scores", _score_columns(block)),
        ("sessions", _session_columns(block)),
        ("follow_up", _follow_up_columns(block, rng)),
    ):
        rows = len(next(iter(columns.values())))
        order = rng.permutation(rows)
        subject = order // (rows // len(block.numbers))
        arrays = {SUBJECT: ids.take(pa.array(subject))}
        for column, values in columns.items():
            arrays[column] = _arrow(values, order)
        yield name, pa.table(arrays)


def _ids(numbers: NDArray[np.int64], id_kind: str, digits: int) -> pa.Array:
    if id_kind == "integer":
        return pa.array(numbers)
    return pa.array([f"S{number:0{digits}d}" for number in numbers.tolist()])


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A text column as codes into a short list of words."""

    words: tuple[str, ...]
    codes: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.codes)


Column = NDArray[np.generic] | Words


def _arrow(values: Column, order: NDArray[np.int64]) -> pa.Array:
    if isinstance(values, Words):
        codes = pa.array(values.codes[order])
        return pa.DictionaryArray.from_arrays(codes, pa.array(values.words)).dictionary_decode()
    return pa.array(values[order])


def _constant(word: str, n: int) -> Words:
    return Words((word,), np.zeros(n, dtype=np.int8))


def _drawn(words: tuple[str, ...], n: int, rng: np.random.Generator) -> Words:
    return Words(words, rng.integers(0, len(words), n).astype(np.int8))


def _subject_columns(block: Block, rng: np.random.Generator) -> dict[str, Column]:
    n = len(block.numbers)
    return {
        SITE: _drawn(tuple("ABCDEF"), n, rng),
        ARM: _drawn(("racemic ketamine", "esketamine"), n, rng),
        AGE: rng.integers(18, 86, n, dtype=np.int16),
        SEX: _drawn(("F", "M"), n, rng),
        DIAGNOSIS: _drawn(("TRD", "MDD", "bipolar depression", "PTSD"), n, rng),
    }


def _score_columns(block: Block) -> dict[str, Column]:
    at_session = np.zeros(block.visits.shape, dtype=bool)
    for number in range(block.sessions.shape[1]):
        at_session |= block.visits == block.sessions[:, number : number + 1]
    return {
        DAY: block.visits.ravel().astype(np.float64),
        INSTRUMENT: _constant("MADRS", block.visits.size),
        SCORE: block.scores.ravel().astype(np.float64),
        TIMING: Words((OFF_DOSE, PRE_DOSE), at_session.ravel().astype(np.int8)),
    }


def _session_columns(block: Block) -> dict[str, Column]:
    return {
        DAY: block.sessions.ravel().astype(np.float64),
        SESSION_NO: np.ones(block.sessions.size, dtype=np.int16),
        KIND: Words((TRIGGERED, PLANNED), block.planned.ravel().astype(np.int8)),
    }


def _follow_up_columns(block: Block, rng: np.random.Generator) -> dict[str, Column]:
    last = np.maximum(block.visits[:, -1], block.sessions[:, -1])
    reasons = (ADMINISTRATIVE, ADMINISTRATIVE, LOST, WITHDRAWAL)
    return {
        END_DAY: (last + rng.integers(0, 15, len(last))).astype(np.float64),
        REASON: _drawn(reasons, len(last), rng),
    }
