"""Relapse seen at visits only, from raw scores to the median: `python tests/calibrate/visits.py`.

Part of `make calibrate`. Every cohort goes through the derivation that a report uses. Writes
analysis/calibration_visits.csv and its section of analysis/CALIBRATION.md.
"""

import multiprocessing
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
from sections import write_numbers, write_section
from visits_draws import MEDIAN, Schedule, draw, free, incidences

import afterglow as ag
from afterglow.estimate.interval.incidence import interval_incidence
from afterglow.names import CAUSE, CONF_HIGH, CONF_LOW, ESTIMATE, LOWER, TERM, UPPER
from afterglow.plan.reading import plan_from_text
from afterglow.study.interval_rows import between_visits

SEED = 20261121
N, REPLICATES = 300, 100
N_COMMON, REPLICATES_COMMON = 2000, 40
RESAMPLES = 100
CHUNK = 10
DAYS = (28.0, 56.0)
GAPS = (7.0, 14.0, 28.0)
SCHEDULES = (
    *(Schedule(gap) for gap in GAPS),
    *(Schedule(gap, common=True) for gap in GAPS),
    *(Schedule(gap, boosters=True) for gap in GAPS),
)
PLAN = """
title = "Relapse between visits"
question = "When do subjects relapse?"
[data]
path = "data"
[course]
max_sessions = 1
[endpoint.relapse]
kind = "relapse"
instrument = "MADRS"
origin = "course_end"
score_at_least = 22
"""
HEADING = "## Relapse that only visits show"
TEXT = """{heading}

Relapse comes on a day of its own (Weibull, shape 1.3, median {median} days) and is seen at the next visit; follow-up ends at random between days 56
and 168. {n} subjects a cohort and {replicates} cohorts a schedule ({n_common} and {replicates_common} where all are seen on the same days), each
derived from its raw scores as a report does it. "By visit date" is Kaplan–Meier or Aalen–Johansen with the relapse on the day of the visit; "interval"
is `turnbull` or, where boosters are given at random (one in 60 days), `interval_incidence`: the middle of the box where there is one. In brackets two
Monte-Carlo errors. "Holds" is the share of cohorts of which the 95 % bootstrap limits hold the truth (those of the lowest curve below and of the
highest above), or on common days the box of the median. The last lines are of the relapse that a visit shows before a booster, and of any relapse
before a booster, which lies between the bounds "none hidden" and "all hidden".

| visits | quantity | truth | by visit date | interval | holds |
| --- | --- | --- | --- | --- | --- |
"""
Outcome = dict[str, tuple[float, float, float, float]]
"""By quantity: the truth, the estimate by visit dates, the interval estimate, 1 where it holds."""


def size(schedule: Schedule) -> tuple[int, int]:
    """Return subjects a cohort and cohorts: boxes are as wide in a large cohort as in a small."""
    return (N_COMMON, REPLICATES_COMMON) if schedule.common else (N, REPLICATES)


def replicate(place: int, number: int) -> Outcome:
    """Return what one cohort of a schedule gives."""
    schedule = SCHEDULES[place]
    random = np.random.default_rng([SEED, place, number])
    derived = ag.derive(draw(schedule, size(schedule)[0], random), plan_from_text(PLAN))
    rows = derived.endpoint("relapse")
    if schedule.boosters:
        return _incidence(schedule, rows)
    late = ag.kaplan_meier(rows)
    seed = int(random.integers(0, 2**31))
    found = ag.turnbull(
        between_visits(rows), n_resamples=0 if schedule.common else RESAMPLES, seed=seed
    )
    median = found.median().iloc[0]
    outcome = {"median": (MEDIAN, float(late.median()[ESTIMATE].iloc[0]), *_box(median, MEDIAN))}
    for day in DAYS:
        at, by_visit = found.at(day).iloc[0], float(late.at(day)[ESTIMATE].iloc[0])
        outcome[f"free on day {day:.0f}"] = (
            float(free(day)), by_visit, *_range(at, float(free(day)), schedule.common)
        )  # fmt: skip
    return outcome


def _box(row: pd.Series, truth: float) -> tuple[float, float]:
    limited = not np.isnan(row[CONF_LOW])
    low, high = (row[CONF_LOW], row[CONF_HIGH]) if limited else (row[LOWER], row[UPPER])
    return float((row[LOWER] + row[UPPER]) / 2.0), float(low <= truth <= high)


def _range(row: pd.Series, truth: float, common: bool) -> tuple[float, float]:
    middle = float((row["lowest"] + row["highest"]) / 2.0)
    if common:
        return middle, np.nan
    return middle, float(row[CONF_LOW] <= truth <= row[CONF_HIGH])


def _incidence(schedule: Schedule, rows: pd.DataFrame) -> Outcome:
    late = ag.aalen_johansen(rows)
    none, every = (interval_incidence(rows, hidden=hidden) for hidden in ("none", "all"))
    outcome = {}
    for day in DAYS:
        seen, truth = incidences(schedule, day)
        by_visit = late.at(day)
        low, high = (found.at(day) for found in (none, every))
        dated = float(by_visit.loc[by_visit[CAUSE] == "relapse", ESTIMATE].iloc[0])
        least = low[low[TERM] == "relapse"].iloc[0]
        most = high[high[TERM] == "relapse"].iloc[0]
        middle = float((least["lowest"] + least["highest"]) / 2.0)
        top = float((most["lowest"] + most["highest"]) / 2.0)
        outcome[f"relapse shown by day {day:.0f}"] = (seen, dated, middle, np.nan)
        outcome[f"any relapse by day {day:.0f}, none hidden"] = (truth, np.nan, middle, np.nan)
        outcome[f"any relapse by day {day:.0f}, all hidden"] = (truth, np.nan, top, np.nan)
    return outcome


def chunk(place: int, first: int, stop: int) -> list[Outcome]:
    """Return the outcomes of some cohorts of one schedule."""
    return [replicate(place, number) for number in range(first, stop)]


def simulate(workers: int) -> list[dict[str, Any]]:
    """Return one row per schedule and quantity."""
    context = multiprocessing.get_context("forkserver")
    table = []
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting = [
            [
                pool.submit(chunk, place, first, first + CHUNK)
                for first in range(0, REPLICATES, CHUNK)
            ]
            for place in range(len(SCHEDULES))
        ]
        for place, futures in enumerate(waiting):
            outcomes = [outcome for future in futures for outcome in future.result()]
            table += [_row(SCHEDULES[place], name, outcomes) for name in outcomes[0]]
            print(SCHEDULES[place].name, flush=True)
    return table


def _row(schedule: Schedule, name: str, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    values = np.array([outcome[name] for outcome in outcomes])
    errors = values[:, 1:3].std(axis=0, ddof=1) / np.sqrt(len(values))
    means = values.mean(axis=0)
    return {
        "visits": schedule.name, "boosters": schedule.boosters, "quantity": name,
        "n": size(schedule)[0], "replicates": len(values), "truth": means[0],
        "by_visit_date": means[1], "by_visit_date_error": errors[0],
        "interval": means[2], "interval_error": errors[1], "holds": means[3],
    }  # fmt: skip


def section(table: Sequence[dict[str, Any]]) -> str:
    """Return the section of the page, as Markdown."""
    head = TEXT.format(
        heading=HEADING, median=MEDIAN, n=N, replicates=REPLICATES, n_common=N_COMMON,
        replicates_common=REPLICATES_COMMON,
    )  # fmt: skip
    return head + "".join(f"{_line(row)}\n" for row in table)


def _line(row: dict[str, Any]) -> str:
    days = row["quantity"] == "median"
    visits = row["visits"] + (", boosters" if row["boosters"] else "")
    cells = [
        _cell(row["truth"], None, days),
        _cell(row["by_visit_date"], row["by_visit_date_error"], days),
        _cell(row["interval"], row["interval_error"], days),
        "" if np.isnan(row["holds"]) else f"{100 * row['holds']:.0f} %",
    ]
    return f"| {visits} | {row['quantity']} | {' | '.join(cells)} |"


def _cell(value: float, error: float | None, days: bool) -> str:
    if np.isnan(value):
        return ""
    scale, unit = (1.0, " days") if days else (100.0, " %")
    around = "" if error is None else f" (± {2 * scale * error:.1f})"
    return f"{scale * value:.1f}{unit}{around}"


def main(workers: int | None = None) -> None:
    """Simulate, and write the numbers and the section."""
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(threads, "1")
    start = time.perf_counter()
    table = simulate(workers or os.cpu_count() or 1)
    write_numbers(table, "calibration_visits")
    write_section(HEADING, section(table))
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
