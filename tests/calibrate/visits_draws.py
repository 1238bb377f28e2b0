"""Random cohorts whose relapses come on known days and are seen at visits only."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.cohort.account import Account
from afterglow.cohort.metadata import CohortMetadata
from afterglow.cohort.model import Cohort
from afterglow.names import (
    ASSUMED,
    DAY,
    END_DAY,
    INSTRUMENT,
    PHASE,
    RATER,
    REASON,
    SCORE,
    SESSION_NO,
    SUBJECT,
    TIMING,
)

SHAPE = 1.3
MEDIAN = 38.5
BOOSTERS_A_DAY = 1.0 / 60.0
SHORTEST, LONGEST = 56.0, 168.0
BASELINE, WELL, ILL = 30.0, 10.0, 26.0
TEXT = pd.StringDtype(na_value=np.nan)
STEPS = 20_000
WORDS = (SUBJECT, INSTRUMENT, TIMING, RATER, PHASE, REASON)


@dataclass(frozen=True)
class Schedule:
    """When visits are.

    Attributes
    ----------
    gap : float
        Days from one to the next.
    common : bool
        All subjects are seen on the same days; otherwise each begins on a day of its own.
    boosters : bool
        Whether boosters are given, at random, and end the watch.
    """

    gap: float
    common: bool = False
    boosters: bool = False

    @property
    def name(self) -> str:
        """What the table calls it."""
        days = "the same days for all" if self.common else "each from a day of its own"
        return f"every {self.gap:.0f} days, {days}"


def free(day: np.ndarray | float) -> np.ndarray:
    """The probability of no relapse by a day."""
    return np.exp(-np.log(2.0) * (np.asarray(day) / MEDIAN) ** SHAPE)


def incidences(schedule: Schedule, day: float) -> tuple[float, float]:
    """The probability of a relapse by a day before any booster: of one that a visit shows, of any.

    The next visit comes after a time that is uniform over the gap, whatever the day.
    """
    edges = np.linspace(0.0, day, STEPS + 1)
    middle = (edges[:-1] + edges[1:]) / 2.0
    falls = -np.diff(free(edges)) * np.exp(-BOOSTERS_A_DAY * middle)
    width = BOOSTERS_A_DAY * schedule.gap
    return float(falls.sum() * (1.0 - np.exp(-width)) / width), float(falls.sum())


def draw(schedule: Schedule, n: int, random: np.random.Generator) -> Cohort:
    """Return a cohort: one session on day 0, then visits, and boosters where there are any."""
    relapse = MEDIAN * (random.exponential(1.0, n) / np.log(2.0)) ** (1.0 / SHAPE)
    first = np.zeros(n) if schedule.common else random.uniform(0.0, schedule.gap, n)
    end = random.uniform(SHORTEST, LONGEST, n)
    booster = random.exponential(1.0 / BOOSTERS_A_DAY, n)
    names = np.array([f"s{place:05d}" for place in range(n)], dtype=object)
    visits = first[:, None] + schedule.gap * np.arange(int(LONGEST / schedule.gap) + 1)[None, :]
    held = (visits <= end[:, None]) & (visits > 0.0)
    who, which = np.nonzero(held)
    days = visits[who, which]
    scores = pd.DataFrame(
        {
            SUBJECT: np.append(names, names[who]),
            DAY: np.append(np.zeros(n), days),
            INSTRUMENT: "MADRS",
            SCORE: np.append(np.full(n, BASELINE), np.where(days >= relapse[who], ILL, WELL)),
            TIMING: np.append(np.full(n, "pre-dose"), np.full(len(who), "")),
            RATER: "",
        }
    )
    given = (booster < end) & schedule.boosters
    sessions = pd.DataFrame(
        {
            SUBJECT: np.append(names, names[given]),
            DAY: np.append(np.zeros(n), booster[given]),
            SESSION_NO: 1,
            PHASE: "",
        }
    )
    follow_up = pd.DataFrame({SUBJECT: names, END_DAY: end, REASON: "administrative"})
    return Cohort(
        metadata=CohortMetadata(synthetic=True), account=Account(), hashes={},
        follow_up_assumed=False, subjects=_typed(pd.DataFrame({SUBJECT: names})),
        scores=_typed(scores), sessions=_typed(sessions), events=None,
        follow_up=_typed(follow_up.assign(**{ASSUMED: False})),
    )  # fmt: skip


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    table = table.astype(dict.fromkeys([name for name in WORDS if name in table], TEXT))
    keys = [name for name in (SUBJECT, DAY) if name in table]
    return table.sort_values(keys, kind="stable").reset_index(drop=True)
