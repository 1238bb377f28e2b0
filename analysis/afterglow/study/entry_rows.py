"""Rows of a test whether leaving a state depends on the day of entry, and of its ratios."""

from collections.abc import Callable

import numpy as np

from afterglow.estimate.multistate.markov import MarkovTest
from afterglow.names import (
    CONF_HIGH,
    CONF_LOW,
    DAYS_PER_WEEK,
    ESTIMATE,
    STATISTIC,
    STD_ERROR,
    TERM,
)
from afterglow.study.results import Row
from afterglow.study.rows import attempted, not_estimated, statistics


def entry_rows(head: Row, make: Callable[[], MarkovTest], joint: str, ratio: str) -> list[Row]:
    """Return the test of all moves as `joint`, and each move's hazard ratio per week as `ratio`."""
    test, why = attempted(make)
    if test is None:
        return [not_estimated(head, joint, why)]
    table = test.tidy()
    moves = table.iloc[:-1]
    ratios = {
        column: np.exp(DAYS_PER_WEEK * moves[column]) for column in (ESTIMATE, CONF_LOW, CONF_HIGH)
    }
    moves = moves.assign(**ratios).drop(columns=[STD_ERROR, STATISTIC])
    together = table.tail(1).drop(columns=TERM)
    return [*statistics(head, joint, together), *statistics(head, ratio, moves)]
