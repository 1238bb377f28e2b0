"""Random cohorts whose truth is known: two arms, exponential times, three ways of seeing them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.names import (
    ARM,
    CAUSE,
    DURATION,
    EVENT,
    LOWER,
    START_DAY,
    STOP_DAY,
    SUBJECT,
    UPPER,
)

DAY = MEDIAN_DAYS = 28.0
HAZARD = np.log(2) / MEDIAN_DAYS
RIVAL_HAZARD = HAZARD / 2
LATEST_DAY = 112.0
EARLIEST_CENSORING = 14.0
WEEK = 7.0
VISITS_LATE = WEEK / 2
"""What is taken for a time of 0: half the time between visits."""
EVENTS_A_MONTH = 28.0
RELAPSE, BOOSTER = "relapse", "booster"
TIED, VISITS = "weekly ties", "random visits"
SCENARIOS = (TIED, VISITS)


@dataclass(frozen=True, eq=False)
class Draw:
    """One random cohort.

    Attributes
    ----------
    single : DataFrame
        One row per subject: subject_id, arm ("a", "b"), duration_days, event, lower_days,
        upper_days of a relapse that nothing competes with.
    competing : DataFrame
        subject_id, arm, duration_days, cause: relapse against booster.
    recurrent : DataFrame
        subject_id, arm, start_day, stop_day, event: boosters that come again and again.
    responders : pair of int
        Those of each arm, of n / 2, with a relapse by `DAY`, all of them followed.
    hazard_ratio : float
        Of arm b against arm a, the same for relapses and for the rate of boosters.
    weekly : bool
        Whether times are whole weeks, so that curves at whole weeks are not biased by them.
    """

    single: pd.DataFrame
    competing: pd.DataFrame
    recurrent: pd.DataFrame
    responders: tuple[int, int]
    hazard_ratio: float
    weekly: bool

    def hazard(self, arm: str) -> float:
        """The hazard of relapse of an arm, a day."""
        return HAZARD * (self.hazard_ratio if arm == "b" else 1.0)

    def free(self, arm: str, day: float) -> float:
        """The probability of no relapse by a day."""
        return float(np.exp(-self.hazard(arm) * day))

    def mean_until(self, arm: str, day: float) -> float:
        """The restricted mean of the times as they are recorded."""
        if not self.weekly:
            rate = self.hazard(arm)
            return float((1 - np.exp(-rate * day)) / rate)
        weeks = np.arange(0, day, WEEK)
        return float(sum(WEEK * self.free(arm, start) for start in weeks))

    def incidence(self, arm: str, day: float) -> float:
        """The cumulative incidence of relapse against boosters."""
        both = self.hazard(arm) + RIVAL_HAZARD
        return float(self.hazard(arm) / both * (1 - np.exp(-both * day)))

    def boosters(self, arm: str, day: float) -> float:
        """The mean number of boosters by a day."""
        return day / EVENTS_A_MONTH * (self.hazard_ratio if arm == "b" else 1.0)


def draw(scenario: str, n: int, hazard_ratio: float, rng: np.random.Generator) -> Draw:
    """Draw a cohort of n subjects, half of them in each arm."""
    arm = np.where(np.arange(n) % 2 == 0, "a", "b")
    ratio = np.where(arm == "b", hazard_ratio, 1.0)
    people = pd.DataFrame({SUBJECT: np.arange(n), ARM: arm})
    visits = _visits(scenario, n, rng)
    single = _seen(people, rng.exponential(1 / (HAZARD * ratio)), visits, rng)
    return Draw(
        single=single,
        competing=_competing(people, ratio, visits, rng),
        recurrent=_recurrent(people, ratio, rng),
        responders=_responders(n // 2, hazard_ratio, rng),
        hazard_ratio=hazard_ratio,
        weekly=scenario == TIED,
    )


def _visits(scenario: str, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return visit days, one row per subject: whole weeks, or weeks with a phase of one's own."""
    weeks = np.arange(1, LATEST_DAY / WEEK + 1) * WEEK
    if scenario == TIED:
        return np.tile(weeks, (n, 1))
    shaken = weeks + rng.uniform(-WEEK / 2, WEEK / 2, (n, 1)) + rng.uniform(-2, 2, (n, len(weeks)))
    return np.round(np.sort(shaken, axis=1), 2)


def _seen(
    people: pd.DataFrame, time: np.ndarray, visits: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """Return what the visits show: an event at the first visit after it, if still followed."""
    stop = rng.uniform(EARLIEST_CENSORING, LATEST_DAY, len(people))
    kept = visits <= stop[:, None]
    known = np.where(kept, visits, np.nan)
    after = kept & (visits >= time[:, None])
    event = after.any(axis=1)
    upper = np.where(event, np.nanmin(np.where(after, known, np.inf), axis=1), np.inf)
    before = np.where(kept & (visits < time[:, None]), visits, 0.0)
    lower = before.max(axis=1)
    duration = np.where(event, upper, lower)
    return people.assign(**{DURATION: duration, EVENT: event, LOWER: lower, UPPER: upper})


def _competing(
    people: pd.DataFrame, ratio: np.ndarray, visits: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    both = HAZARD * ratio + RIVAL_HAZARD
    seen = _seen(people, rng.exponential(1 / both), visits, rng)
    relapse = rng.uniform(size=len(people)) < HAZARD * ratio / both
    cause = np.where(seen[EVENT], np.where(relapse, RELAPSE, BOOSTER), "")
    return seen[[SUBJECT, ARM, DURATION]].assign(**{CAUSE: cause})


def _responders(n: int, hazard_ratio: float, rng: np.random.Generator) -> tuple[int, int]:
    """Return those with a relapse by `DAY`, of n in each arm."""
    a, b = (int(rng.binomial(n, 1 - np.exp(-HAZARD * r * DAY))) for r in (1.0, hazard_ratio))
    return a, b


def _recurrent(people: pd.DataFrame, ratio: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Return boosters as a Poisson process on whole days, cut at the end of follow-up."""
    end = np.ceil(rng.uniform(EARLIEST_CENSORING, LATEST_DAY, len(people)))
    count = rng.poisson(end / EVENTS_A_MONTH * ratio)
    owner = np.repeat(np.arange(len(people)), count)
    days = np.ceil(rng.uniform(0, end[owner]))
    boosters = pd.DataFrame({SUBJECT: owner, STOP_DAY: days, EVENT: True})
    ends = pd.DataFrame({SUBJECT: people[SUBJECT], STOP_DAY: end, EVENT: False})
    rows = pd.concat([boosters, ends]).drop_duplicates([SUBJECT, STOP_DAY])
    rows = rows.sort_values([SUBJECT, STOP_DAY], ignore_index=True)
    start = rows.groupby(SUBJECT)[STOP_DAY].shift(fill_value=0.0)
    return rows.assign(**{START_DAY: start, ARM: people[ARM].to_numpy()[rows[SUBJECT]]})
