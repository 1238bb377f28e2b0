"""Whether the model of censoring holds within groups, such as sites, that it may not know of."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd

from afterglow import rounding
from afterglow.estimate.checks import ColumnReader
from afterglow.estimate.sample import named
from afterglow.estimate.weighting.model import STRATUM, ModelFit
from afterglow.estimate.weighting.rows import WeightRows
from afterglow.names import ESTIMATE, TERM, WARNING, N

SEEN: Final = "seen by expected"
ERRORS: Final = 3.0
AS_EXPECTED: Final = (0.8, 1.25)


def seen_by_expected(
    data: pd.DataFrame, rows: WeightRows, censoring: ModelFit, columns: str | Sequence[str] | None
) -> Iterator[dict[str, object]]:
    """Yield for each level of each column how many were censored by how many the model expects.

    Where a group is censored more often than its scores say, those of it who go on stand for too
    few of their like, and others for too many: the model leaves out what differs.

    Yields
    ------
    dict
        `TERM` the column, `STRATUM` its level, `ESTIMATE` the ratio, `N` the decisions, `WARNING`
        where it is off by a quarter or more and by more than three errors. Columns of one level
        have none.

    Raises
    ------
    InvalidInput
        A column is not there, or a label is missing.
    """
    chance = censoring.chance[censoring.cells.of_row]
    expected, spread = rows.tries * chance, rows.tries * chance * (1.0 - chance)
    for column in named(columns):
        read = ColumnReader(data, column)
        codes, labels = read.label(column)
        read.finish()
        own = codes[rows.place]
        if len(labels) < 2:
            continue
        sums = (np.bincount(own, part, len(labels)) for part in
                (rows.tries, rows.ended, expected, spread))  # fmt: skip
        for label, tries, seen, awaited, variance in zip(labels, *sums):
            if awaited > 0:
                yield {
                    STRATUM: label, TERM: column, ESTIMATE: seen / awaited, N: int(tries),
                    WARNING: _objection(seen, awaited, variance),
                }  # fmt: skip


def _objection(seen: float, expected: float, variance: float) -> str:
    low, high = AS_EXPECTED
    as_expected = low <= seen / expected <= high
    if as_expected or abs(seen - expected) <= ERRORS * np.sqrt(variance):
        return ""
    return (
        f"{rounding.number(seen, 0)} censored where the model expects"
        f" {rounding.number(expected, 0)}: it leaves out what differs here; add it to the terms, or"
        " analyse such groups apart"
    )
