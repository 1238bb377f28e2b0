"""Rows of a test whether leaving a state depends on the day of entry, and of its ratios."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from afterglow.estimate.multistate.markov import MarkovTest
from afterglow.names import (
    CONF_HIGH,
    CONF_LOW,
    DAYS_PER_WEEK,
    ESTIMATE,
    STATISTIC,
    STD_ERROR,
    TERM,
    WARNING,
)
from afterglow.phrases import listed, move_words
from afterglow.study.results import Row
from afterglow.study.rows import attempted, not_estimated, statistics

NOT_FINITE = (
    "without a finite hazard ratio by the day of entry, and so not among the moves that are tested "
    "together: {moves}"
)


def entry_rows(head: Row, make: Callable[[], MarkovTest], joint: str, ratio: str) -> list[Row]:
    """Return the test of all moves as `joint`, and each move's hazard ratio per week as `ratio`.

    Which moves have no finite ratio is said alike of them and of the joint test.
    """
    test, why = attempted(make)
    if test is None:
        return [not_estimated(head, joint, why)]
    table = _said_alike(test.tidy())
    moves = table.iloc[:-1]
    ratios = {
        column: np.exp(DAYS_PER_WEEK * moves[column]) for column in (ESTIMATE, CONF_LOW, CONF_HIGH)
    }
    moves = moves.assign(**ratios).drop(columns=[STD_ERROR, STATISTIC])
    together = table.tail(1).drop(columns=TERM)
    return [*statistics(head, joint, together), *statistics(head, ratio, moves)]


def _said_alike(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table of a test with its warnings in the words of a report."""
    warned = table[WARNING] != ""
    moves = table.iloc[:-1].loc[warned, TERM]
    words = NOT_FINITE.format(moves=listed(move_words(move) for move in moves))
    return table.assign(**{WARNING: np.where(warned, words, "")})
