"""One operation in a process of its own: each line on standard input runs it once more.

It answers every line with one line of JSON: seconds of wall and processor time; in MB the highest
memory of the run, what that is above the memory before it, and the input frame; and numbers by
which two implementations can be compared.
"""

import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import estimator_steps

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "analysis" / "plans" / "demo.toml"
THREADS, MEMORY = 2, "2GB"
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
    step.__name__: step for step in (open_and_check, derive, walk, sort_with_duckdb, report_again)
}
STEPS |= estimator_steps.STEPS


def memory_mb(what: str) -> float:
    """Return VmRSS (now) or VmHWM (highest since `forget_peak`) of this process in MB."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(what):
            return float(line.split()[1]) / 1024
    return float("nan")


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")


def main() -> None:
    name, folder, *options = sys.argv[1:]
    for step in STEPS[name](Path(folder), *options):
        print("ready", flush=True)
        for _ in sys.stdin:
            gc.collect()
            forget_peak()
            before = memory_mb("VmRSS")
            wall, processor = time.perf_counter(), time.process_time()
            values = step()
            answer = {
                "seconds": time.perf_counter() - wall,
                "processor": time.process_time() - processor,
                "peak_mb": memory_mb("VmHWM"),
                "extra_mb": memory_mb("VmHWM") - before,
                "input_mb": getattr(step, "input_mb", None),
                "values": values,
            }
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
