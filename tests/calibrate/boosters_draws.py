"""Cohorts whose boosters or drop-out come at random or on the score, and what would have been."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.cohort.account import Account
from afterglow.cohort.metadata import CohortMetadata
from afterglow.cohort.model import Cohort
from afterglow.names import (
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

WEEK = 7
WEEKS = 10
HORIZON_WEEK = 8
COURSE = (0, 3, 7, 10, 14, 17, 21, 24)
COURSE_END = COURSE[-1]
RELAPSE_AT = 22
BOOSTER, LOST = "booster", "lost"
FEW_AT, MANY_AT = 12, 34
TEXT = pd.StringDtype(na_value=np.nan)
ALWAYS = 1.0


@dataclass(frozen=True)
class Scenario:
    """How boosters come, or how subjects are lost.

    Attributes
    ----------
    name : str
    hides : {"booster", "lost"}
        What ends what is seen, and is weighted for.
    daily : float
        Chance on each day, whatever the score.
    lowest, highest : float
        Chance on the day of a visit, from a score of FEW_AT or less to one of MANY_AT or more; of
        a loss: that the visit was the last.
    all_from : float
        Score from which everybody is boosted at once.
    relief : float
        Points that a booster takes off; three quarters of it are left after each week.
    """

    name: str
    hides: str = BOOSTER
    daily: float = 0.0
    lowest: float = 0.0
    highest: float = 0.0
    all_from: float = np.inf
    relief: float = 0.0


SCENARIOS = (
    Scenario("no boosters"),
    Scenario("at random", daily=0.02),
    Scenario("on the score", lowest=0.1, highest=0.8, relief=8.0),
    Scenario("no positivity", lowest=0.1, highest=0.8, all_from=18.0, relief=8.0),
    Scenario("drop-out on the score", hides=LOST, lowest=0.03, highest=0.5),
)


@dataclass(frozen=True, eq=False)
class Course:
    """What happened to n subjects, week by week after the course.

    Attributes
    ----------
    score : array, shape (n, WEEKS + 1)
        Recorded at the end of the course and at every weekly visit.
    without : array, shape (n, WEEKS + 1)
        What would have been recorded without boosters.
    booster : array, shape (n, WEEKS, 7)
        Boosters, by week and by day from the visit on.
    last_week : array, shape (n,)
        The week of the last visit; that of a subject who is not lost is WEEKS.
    """

    score: np.ndarray
    without: np.ndarray
    booster: np.ndarray
    last_week: np.ndarray


def follow(scenario: Scenario, n: int, random: np.random.Generator) -> Course:
    """Follow n subjects; the same draws of the score whatever the scenario."""
    level = random.normal(9.0, 3.0, n)
    drift = random.normal(1.0, 0.6, n)
    noise = random.normal(0.0, 2.2, (n, WEEKS + 1))
    error = random.normal(0.0, 1.0, (n, WEEKS + 1))
    lot = random.random((n, WEEKS, WEEK))
    relief, wander = np.zeros(n), np.zeros(n)
    score, without = np.empty((n, WEEKS + 1)), np.empty((n, WEEKS + 1))
    booster = np.zeros((n, WEEKS, WEEK), dtype=bool)
    last_week = np.full(n, WEEKS)
    for week in range(WEEKS + 1):
        wander = 0.7 * wander + noise[:, week]
        truth = level + drift * week + wander
        without[:, week] = _recorded(truth + error[:, week])
        score[:, week] = _recorded(truth - relief + error[:, week])
        if week < WEEKS:
            chance = np.full((n, WEEK), scenario.daily)
            chance[:, 0] = _on_score(scenario, score[:, week]) if week > 0 else 0.0
            hit = lot[:, week] < chance
            if scenario.hides == LOST:
                last_week[hit.any(axis=1) & (last_week == WEEKS)] = week
                continue
            booster[:, week] = hit
            relief = np.where(hit.any(axis=1), scenario.relief, 0.75 * relief)
    return Course(score, without, booster, last_week)


def _recorded(value: np.ndarray) -> np.ndarray:
    return np.clip(np.round(value), 0, 60)


def _on_score(scenario: Scenario, score: np.ndarray) -> np.ndarray:
    share = np.clip((score - FEW_AT) / (MANY_AT - FEW_AT), 0.0, 1.0)
    chance = scenario.lowest + (scenario.highest - scenario.lowest) * share
    chance = np.maximum(chance, scenario.daily)
    return np.where(score >= scenario.all_from, ALWAYS, chance)


def relapse_free(score: np.ndarray, visits: int) -> float:
    """Return the share without a relapse by week 8: so many visits in a row, the first of them."""
    bad = score[:, 1:] >= RELAPSE_AT
    run = bad[:, :HORIZON_WEEK].copy()
    for later in range(1, visits):
        run &= bad[:, later : HORIZON_WEEK + later]
    return float(1.0 - run.any(axis=1).mean())


def as_cohort(course: Course) -> Cohort:
    """Return the cohort as reading gives it: a course, weekly visits, boosters, losses."""
    n = len(course.score)
    names = pd.Series(np.char.add("S", np.char.zfill(np.arange(n).astype(str), 6)), dtype=TEXT)
    seen = np.arange(WEEKS + 1) <= course.last_week[:, np.newaxis]
    seer, visit = np.nonzero(seen)
    visit_day = COURSE_END + WEEK * visit
    who, week, day = np.nonzero(course.booster)
    on = COURSE_END + WEEK * week + day
    lost = course.last_week < WEEKS
    return Cohort(
        metadata=CohortMetadata(synthetic=True),
        account=Account(),
        hashes={},
        follow_up_assumed=False,
        subjects=pd.DataFrame({SUBJECT: names}),
        scores=_sorted(
            names, seer, np.where(visit == 0, 0, visit_day),
            {INSTRUMENT: "MADRS", TIMING: "pre-dose", RATER: ""},
            {SCORE: np.where(visit == 0, 30.0, course.score[seen])},
        ),
        sessions=_sorted(
            names, np.concatenate([np.repeat(np.arange(n), len(COURSE)), who]),
            np.concatenate([np.tile(COURSE, n), on]), {}, {
                SESSION_NO: np.ones(n * len(COURSE) + len(who), dtype=np.int64),
                PHASE: np.repeat(["induction", "booster"], [n * len(COURSE), len(who)]),
            },
        ),
        events=None,
        follow_up=pd.DataFrame(
            {SUBJECT: names, END_DAY: COURSE_END + WEEK * course.last_week.astype(float),
             REASON: np.where(lost, LOST, "administrative"), "assumed": False}
        ),
    )  # fmt: skip


def _sorted(
    names: pd.Series, who: np.ndarray, day: np.ndarray, words: dict, columns: dict
) -> pd.DataFrame:
    table = pd.DataFrame({SUBJECT: names.to_numpy()[who], DAY: day.astype(float), **columns})
    table = table.assign(**words).astype({SUBJECT: TEXT})
    text = [name for name in (INSTRUMENT, TIMING, RATER, PHASE) if name in table]
    table = table.astype(dict.fromkeys(text, TEXT))
    return table.sort_values([SUBJECT, DAY], kind="stable").reset_index(drop=True)
