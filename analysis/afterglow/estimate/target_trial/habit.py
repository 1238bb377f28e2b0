"""How usual a session is so many days after the one before, or after a relapse came to be known."""

from typing import Final

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.target_trial.days import Days

NEIGHBOURS: Final = 3
BORROWED: Final = 10.0
SMALLEST: Final = 1e-4


def habit(days: Days) -> Floats:
    """Return the log odds of a session on each subject-day by the place of the day alone.

    Sessions come in rhythms (every 14 days to the day) that no smooth curve follows, and weights
    would be far from 1 on average without them. The share of decisions on a day that began a
    session borrows ten decisions from the three days before and after it. Days in a relapse that
    waits for a session are counted from when it was known, others from the session before. Each
    stratum has a rhythm of its own.
    """
    waits, found = days.waiting >= 0, np.zeros(days.followed.shape)
    for stratum in np.unique(days.stratum):
        inside = days.decided & (days.stratum == stratum)[:, None]
        for chosen, clock in ((waits, days.waiting), (~waits, days.since)):
            mine = chosen & inside
            if mine.any():
                odds = _log_odds(clock[mine], days.treated[mine])
                found[mine] = odds[np.floor(clock[mine]).astype(int)]
    return found


def _log_odds(clock: Floats, treated: np.ndarray) -> Floats:
    place = np.floor(clock).astype(int)
    asked: Floats = np.bincount(place).astype(np.float64)
    given: Floats = np.bincount(place, treated).astype(np.float64)
    ones = np.ones(2 * NEIGHBOURS + 1)
    near = _windowed(given, ones) / np.maximum(_windowed(asked, ones), 1.0)
    share = (given + BORROWED * near) / (asked + BORROWED)
    share = np.clip(share, SMALLEST, 1.0 - SMALLEST)
    return np.log(share / (1.0 - share))


def _windowed(values: Floats, ones: Floats) -> Floats:
    return np.convolve(values, ones)[NEIGHBOURS : NEIGHBOURS + len(values)]
