"""Coverage of every 95 % interval and error of every test, by simulation: `make calibrate`.

Writes analysis/CALIBRATION.md and the numbers behind it. Takes a while; no test runs it. Each
replicate has a seed of its own, so that the numbers do not depend on the number of workers.
"""

import argparse
import multiprocessing
import os
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from zlib import crc32

import boosters
import clinic
import numpy as np
import visits
from draws import SCENARIOS, draw
from page import page
from sections import PAGE, write_numbers
from targets import EFFECT, TARGETS, Target

SIZES = (20, 50, 200)
REPLICATES = 600
CHUNK = 50
SEED = 20261121
LEVEL = 0.95
Cell = tuple[str, str, str, str, int]


def replicate(target: Target, scenario: str, n: int, number: int) -> dict[str, float]:
    """Return, by label, 1 where the interval held the truth or the test rejected, 0, or NaN."""
    key = (SEED, crc32(scenario.encode()), n, number, int(target.is_test))
    cohort = draw(scenario, n, 1.0 if target.is_test else EFFECT, np.random.default_rng(key))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = target.of(cohort)
    if target.is_test:
        return {
            label: np.nan if np.isnan(p) else float(p < 1 - LEVEL) for label, p in found.items()
        }
    return {
        label: np.nan if np.isnan(low) or np.isnan(high) else float(low <= truth <= high)
        for label, (low, high, truth) in found.items()
    }


def chunk(place: int, scenario: str, n: int, first: int, stop: int) -> dict[str, list[float]]:
    """Return the outcomes of some replicates of one target."""
    outcomes = defaultdict(list)
    for number in range(first, stop):
        for label, outcome in replicate(TARGETS[place], scenario, n, number).items():
            outcomes[label].append(outcome)
    return dict(outcomes)


def tasks(only: str, share: float) -> Iterator[tuple[int, str, int, int, int]]:
    for place, target in enumerate(TARGETS):
        if only and only not in target.name:
            continue
        replicates = max(CHUNK, int(REPLICATES * share / target.cost))
        for scenario in SCENARIOS:
            for n in SIZES:
                for first in range(0, replicates, CHUNK):
                    yield place, scenario, n, first, min(first + CHUNK, replicates)


def simulate(only: str, share: float, workers: int) -> dict[Cell, list[float]]:
    """Return all outcomes by target, label, scenario and size."""
    found: dict[Cell, list[float]] = defaultdict(list)
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        waiting = [(task, pool.submit(chunk, *task)) for task in tasks(only, share)]
        for place, (task, future) in enumerate(waiting, start=1):
            target, scenario, n, *_ = task
            for label, outcomes in future.result().items():
                found[TARGETS[target].kind, TARGETS[target].name, label, scenario, n] += outcomes
            if place % 100 == 0:
                print(f"{place} of {len(waiting)}", flush=True)
    return found


def rows(found: dict[Cell, list[float]]) -> list[dict[str, object]]:
    table = []
    for (kind, name, label, scenario, n), outcomes in found.items():
        values = np.array(outcomes)
        known = values[~np.isnan(values)]
        share = float(known.mean()) if len(known) else np.nan
        table.append(
            {
                "estimator": name,
                "quantity": label,
                "kind": kind,
                "scenario": scenario,
                "n": n,
                "replicates": len(values),
                "not_estimable": int(np.isnan(values).sum()),
                "share": share,
                "monte_carlo_error": float(np.sqrt(share * (1 - share) / max(len(known), 1))),
            }
        )
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="targets whose name holds this; writes nothing")
    parser.add_argument("--share", type=float, default=1.0, help="of the usual replicates")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    asked = parser.parse_args(arguments)
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(threads, "1")
    start = time.perf_counter()
    table = rows(simulate(asked.only, asked.share, asked.workers))
    text = page(table, LEVEL)
    if asked.only or asked.share != 1.0:
        print(text)
    else:
        PAGE.write_text(text, encoding="utf-8")
        write_numbers(table, "calibration")
        visits.main(asked.workers)
        boosters.main(asked.workers)
        clinic.main(asked.workers)
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
