"""One operation in a process of its own: each line on standard input runs it once more.

It answers every line with one line of JSON: seconds of wall and processor time, the process's
highest memory so far in MB, and numbers by which two implementations can be compared.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "analysis" / "plans" / "demo.toml"
THREADS, MEMORY = 2, "2GB"
AT_DAY = 365.0
Step = Callable[[], list[float]]


def opened(folder: Path):
    from afterglow.cohort.opening import open_cohort
    from afterglow.plan.data import DataSource

    source = DataSource(path=folder.name)
    return open_cohort(source, folder.parent, memory_limit=MEMORY, threads=THREADS)


def demo_plan():
    """Return the demo's plan; the cohort for benchmarks has no raters."""
    from afterglow.plan.reading import read_plan

    plan = read_plan(PLAN)
    scale = plan.instrument["MADRS"].model_copy(update={"rater": None})
    return plan.model_copy(update={"instrument": {"MADRS": scale}})


def open_and_check(folder: Path) -> Iterator[Step]:
    def step() -> list[float]:
        with opened(folder) as cohort:
            return [float(cohort.account.rows("scores"))]

    yield step


def derive(folder: Path, tables: str = "facts,intercurrents") -> Iterator[Step]:
    from afterglow.study.bulk import derive_to_parquet

    plan = demo_plan()
    names = tables.split(",")
    with opened(folder) as cohort, tempfile.TemporaryDirectory() as out:
        _walk_once(cohort, plan)
        yield lambda: list(
            map(
                float,
                derive_to_parquet(cohort, plan, Path(out), threads=THREADS, tables=names).values(),
            )
        )


def _walk_once(cohort, plan) -> None:
    """Load the compiled walk: one batch through it."""
    for _ in _batches(cohort, plan, once=True):
        pass


def _batches(cohort, plan, *, once: bool = False) -> Iterator[float]:
    """Walk batch by batch; yield the seconds that each walk takes."""
    from afterglow.endpoints.walk import walk_subjects
    from afterglow.instruments.registry import load_library
    from afterglow.study.batches import connected, moment_batches
    from afterglow.study.rules import walk_rules

    with connected(cohort) as within:
        rules = walk_rules(plan, load_library(), has_sessions=True)
        for batch in moment_batches(within, rules, {}):
            start = time.perf_counter()
            walk_subjects(batch.moments, rules)
            yield time.perf_counter() - start
            if once:
                return


def walk(folder: Path) -> Iterator[Step]:
    """Time `walk_subjects` alone, in one thread; its seconds are the answer."""
    plan = demo_plan()
    with opened(folder) as cohort:
        _walk_once(cohort, plan)
        yield lambda: [sum(_batches(cohort, plan))]


def sort_with_duckdb(folder: Path) -> Iterator[Step]:
    """Write both tables sorted by subject and day, the columns that the walk reads."""
    import duckdb

    columns = {
        "scores": "subject_id, day, instrument, score, timing",
        "sessions": "subject_id, day, session_no",
    }
    with tempfile.TemporaryDirectory() as out:

        def step() -> list[float]:
            config = {"threads": THREADS, "memory_limit": MEMORY, "temp_directory": out}
            with duckdb.connect(":memory:", config=config) as connection:
                connection.execute("SET preserve_insertion_order = false")
                for table, names in columns.items():
                    source, target = folder / f"{table}.parquet", Path(out) / f"{table}.parquet"
                    connection.execute(
                        f"COPY (SELECT {names} FROM '{source}' ORDER BY subject_id, day) "
                        f"TO '{target}' (FORMAT parquet)"
                    ).fetchall()
            return []

        yield step


def times(folder: Path):
    import pandas as pd

    return pd.read_parquet(folder / "times.parquet")


def our_kaplan_meier(folder: Path) -> Iterator[Step]:
    from afterglow.estimate.kaplan_meier import kaplan_meier

    data = times(folder)
    yield lambda: list(kaplan_meier(data, by="group").at([AT_DAY])["estimate"])


def our_logrank(folder: Path) -> Iterator[Step]:
    from afterglow.estimate.logrank import logrank

    data = times(folder)
    yield lambda: list(logrank(data, by="group").tidy()["statistic"][:1])


def our_aalen_johansen(folder: Path, by: str = "") -> Iterator[Step]:
    from afterglow.estimate.aalen_johansen import aalen_johansen

    data = times(folder)

    def step() -> list[float]:
        found = aalen_johansen(data, by=by or None).at([AT_DAY])
        return list(found.loc[found["cause"] == "relapse", "estimate"])

    yield step


def lifelines_kaplan_meier(folder: Path) -> Iterator[Step]:
    from lifelines import KaplanMeierFitter

    data = times(folder)

    def step() -> list[float]:
        fits = [
            KaplanMeierFitter().fit(mine["duration_days"], mine["event"])
            for _, mine in data.groupby("group")
        ]
        return [float(fit.survival_function_at_times(AT_DAY).iloc[0]) for fit in fits]

    yield step


def lifelines_logrank(folder: Path) -> Iterator[Step]:
    from lifelines.statistics import multivariate_logrank_test

    data = times(folder)
    columns = (data["duration_days"], data["group"], data["event"])
    yield lambda: [float(multivariate_logrank_test(*columns).test_statistic)]


def lifelines_aalen_johansen(folder: Path) -> Iterator[Step]:
    import warnings

    from lifelines import AalenJohansenFitter

    data = times(folder)
    cause = np.select([data["cause"] == "relapse", data["cause"] == "booster"], [1, 2], 0)

    def step() -> list[float]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = AalenJohansenFitter(seed=1).fit(data["duration_days"], cause, 1)
        return [float(fit.cumulative_density_.iloc[:, 0].asof(AT_DAY))]

    yield step


def report_again(_: Path) -> Iterator[Step]:
    from afterglow.report.folder import write_report
    from afterglow.study.load import load_cohort, load_plan
    from afterglow.study.run import run

    def step() -> list[float]:
        given = load_plan(PLAN)
        study = run(given.plan, load_cohort(given), given.library)
        with tempfile.TemporaryDirectory() as out:
            write_report(study, given.text, Path(out), internal=False)
        return []

    step()
    yield step


STEPS: dict[str, Callable[..., Iterator[Step]]] = {
    step.__name__: step
    for step in (
        open_and_check,
        derive,
        walk,
        sort_with_duckdb,
        our_kaplan_meier,
        our_logrank,
        our_aalen_johansen,
        lifelines_kaplan_meier,
        lifelines_logrank,
        lifelines_aalen_johansen,
        report_again,
    )
}


def main() -> None:
    name, folder, *options = sys.argv[1:]
    for step in STEPS[name](Path(folder), *options):
        print("ready", flush=True)
        for _ in sys.stdin:
            wall, processor = time.perf_counter(), time.process_time()
            values = step()
            answer = {
                "seconds": time.perf_counter() - wall,
                "processor": time.process_time() - processor,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "values": values,
            }
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
