"""Eight-week survival without boosters or drop-out, by every strategy.

`python tests/calibrate/boosters.py`, part of `make calibrate`. Every cohort goes through the
derivation that a report uses. Writes analysis/calibration_boosters.csv and its section of
analysis/CALIBRATION.md.
"""

import argparse
import multiprocessing
import os
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from zlib import crc32

import numpy as np
import pandas as pd
from boosters_draws import (
    BOOSTER,
    HORIZON_WEEK,
    RELAPSE_AT,
    SCENARIOS,
    WEEK,
    Scenario,
    as_cohort,
    follow,
    relapse_free,
)
from boosters_page import HEADING, section
from sections import write_numbers, write_section

import afterglow as ag
from afterglow.estimate.weighting.estimator import weighted_kaplan_meier
from afterglow.estimate.weighting.result import WeightedSurvival
from afterglow.estimate.weighting.terms import Smooth
from afterglow.names import (
    CENSORED,
    CONF_HIGH,
    CONF_LOW,
    DECISION,
    DECISION_ORDER,
    ESTIMATE,
    LAST_SCORE,
    START_DAY,
    TRIALS,
    WARNING,
)
from afterglow.plan.reading import plan_from_text
from afterglow.study.derive import derive
from afterglow.study.weight_table import weight_table

DAY = float(HORIZON_WEEK * WEEK)
SIZE = 1000
MANY = 400_000
COHORTS = 500
CHUNK = 10
RESAMPLES = 200
SEED = 20261121
TRUNCATION = (0.01, 0.99)
WEIGHTED, PLAIN = "weighted", "plain censoring"
RELAPSES = {"one visit": 1, "two visits": 2}
WITHOUT, POLICY = "without boosters", "with them"
PLAN = f"""
title = "Boosters"
question = "How long does response last without boosters?"
[data]
path = "data"
[course]
max_gap_days = 10
use_phase = true
[endpoint.one_visit]
kind = "relapse"
instrument = "MADRS"
origin = "course_end"
score_at_least = {RELAPSE_AT}
[endpoint.two_visits]
kind = "relapse"
instrument = "MADRS"
origin = "course_end"
score_at_least = {RELAPSE_AT}
confirm = {{ visits = 2, gap_days = [5, 15] }}
"""
Found = tuple[float, float, float]


@cache
def plan():
    """The plan of both relapses."""
    return plan_from_text(PLAN)


@cache
def truths(scenario: Scenario) -> dict[tuple[str, str], float]:
    """The share free of relapse at week 8, of each relapse, without boosters and with them."""
    course = follow(scenario, MANY, np.random.default_rng((SEED, 0)))
    return {
        (name, world): relapse_free(score, visits)
        for name, visits in RELAPSES.items()
        for world, score in ((WITHOUT, course.without), (POLICY, course.score))
    }


def replicate(scenario: Scenario, number: int) -> list[dict[str, object]]:
    """Return every strategy's estimate of one cohort."""
    random = np.random.default_rng((SEED, crc32(scenario.name.encode()), number))
    cohort = as_cohort(follow(scenario, SIZE, random))
    derived = derive(cohort, plan())
    rows = []
    for relapse in RELAPSES:
        endpoint = relapse.replace(" ", "_")
        plain = _plain if scenario.hides == BOOSTER else _censored
        for strategy, found in plain(derived, endpoint).items():
            world = POLICY if strategy == "treatment policy" else WITHOUT
            rows.append(_row(scenario, relapse, strategy, found, world, False))
        for strategy, (found, warned) in _weighted(
            cohort, derived, endpoint, scenario.hides
        ).items():
            rows.append(_row(scenario, relapse, strategy, found, WITHOUT, warned))
    return rows


def _row(scenario, relapse, strategy, found: Found, world: str, warned: bool) -> dict[str, object]:
    estimate, low, high = found
    truth = truths(scenario)[relapse, world]
    covered = np.nan if np.isnan(low) or np.isnan(high) else float(low <= truth <= high)
    return {
        "scenario": scenario.name, "relapse": relapse, "strategy": strategy, "truth": truth,
        "estimate": estimate, "covered": covered, "warned": float(warned),
    }  # fmt: skip


def simulate(share: float, workers: int) -> list[dict[str, object]]:
    """Return one row per scenario, relapse and strategy: bias, its error, coverage."""
    cohorts = max(CHUNK, int(COHORTS * share))
    tasks = [
        (place, first, min(first + CHUNK, cohorts))
        for place in range(len(SCENARIOS))
        for first in range(0, cohorts, CHUNK)
    ]
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        found = [row for rows in pool.map(chunk, tasks) for row in rows]
    return summarised(pd.DataFrame(found))


def chunk(task: tuple[int, int, int]) -> list[dict[str, object]]:
    """Return the estimates of some cohorts of one scenario."""
    place, first, stop = task
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [row for number in range(first, stop) for row in replicate(SCENARIOS[place], number)]


def summarised(found: pd.DataFrame) -> list[dict[str, object]]:
    """Return the mean error of each estimate, how sure it is, and how often limits held."""
    table = []
    keys = ["scenario", "relapse", "strategy"]
    for names, own in found.groupby(keys, sort=False):
        error, held = own[ESTIMATE] - own["truth"], own["covered"].dropna()
        spread = float(own[ESTIMATE].std(ddof=1))
        table.append(
            dict(zip(keys, names, strict=True))
            | {
                "cohorts": len(own),
                "truth": float(own["truth"].iloc[0]),
                "mean": float(own[ESTIMATE].mean()),
                "bias": float(error.mean()),
                "monte_carlo_error": spread / len(own) ** 0.5,
                "standard_deviation": spread,
                "without_limits": int(own["covered"].isna().sum()),
                "coverage": float(held.mean()) if len(held) else np.nan,
                "warned": float(own["warned"].mean()),
            }
        )
    return table


def _plain(derived, endpoint: str) -> dict[str, Found]:
    """Return the strategies that need no weights."""
    found = {}
    for strategy, word in (
        (PLAIN, "censor"), ("composite", "event"), ("treatment policy", "ignore")
    ):  # fmt: skip
        rows = derived.endpoint(endpoint, strategies={"booster": word})
        found[strategy] = _at(ag.kaplan_meier(rows).at(DAY))
    rows = derived.endpoint(endpoint)
    incidence = ag.aalen_johansen(rows).at(DAY)
    own = incidence[incidence["cause"] == endpoint]
    if len(own):
        one = own.iloc[0]
        found["competing"] = (1 - one[ESTIMATE], 1 - one[CONF_HIGH], 1 - one[CONF_LOW])
    return found


def _censored(derived, endpoint: str) -> dict[str, Found]:
    """Return the curve that takes a loss as saying nothing."""
    return {PLAIN: _at(ag.kaplan_meier(derived.endpoint(endpoint)).at(DAY))}


def _weighted(cohort, derived, endpoint: str, kind: str) -> dict[str, tuple[Found, bool]]:
    """Return the weighted estimate with each kind of limits, and whether positivity is in doubt."""
    table = weight_table(cohort, derived, endpoint, kinds=(kind,))

    def fitted(truncate: tuple[float, float] | None, resamples: int) -> WeightedSurvival:
        return weighted_kaplan_meier(
            table, censoring=[Smooth(LAST_SCORE), Smooth(START_DAY)],
            numerator=[Smooth(START_DAY)], strata=DECISION, trials=TRIALS, order=DECISION_ORDER,
            censored=CENSORED, truncate=truncate, resamples=resamples, seed=SEED,
        )  # fmt: skip

    result, truncated = fitted(None, RESAMPLES), fitted(TRUNCATION, 0)
    percentiles = replace(result, conf_type="percentile")
    warned = bool((result.positivity[WARNING] != "").any())
    return {
        WEIGHTED: (_at(result.at(DAY)), warned),
        "weighted, percentile limits": (_at(percentiles.at(DAY)), warned),
        "weighted, weights taken as known": (_at(result.curve.at(DAY)), warned),
        "weighted, truncated at 1 and 99 %": (_at(truncated.at(DAY)), warned),
    }


def _at(rows: pd.DataFrame) -> Found:
    row = rows.iloc[0]
    return float(row[ESTIMATE]), float(row[CONF_LOW]), float(row[CONF_HIGH])


def main(workers: int | None = None, share: float = 1.0) -> None:
    """Simulate, and write the numbers and the section; of a share of the cohorts, print it."""
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(threads, "1")
    start = time.perf_counter()
    table = simulate(share, workers or os.cpu_count() or 1)
    text = section(table, size=SIZE, resamples=RESAMPLES)
    if share != 1.0:
        print(text)
    else:
        write_numbers(table, "calibration_boosters")
        write_section(HEADING, text)
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the usual cohorts; prints")
    parser.add_argument("--workers", type=int, default=None)
    asked = parser.parse_args()
    main(asked.workers, asked.share)
