"""Time reading, walking, estimating and reporting against peers on this machine: `make bench`.

Ours and its peers run in turn, each in a process of its own, and the medians are compared: on a
machine with other work, only the ratios of one run mean anything.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median

import numpy as np

BENCH = Path(__file__).parent
ROOT = BENCH.parents[1]
PLAN = ROOT / "analysis" / "plans" / "demo.toml"
SUBJECTS, QUICK_SUBJECTS = 1_000_000, 20_000
TIMES, QUICK_TIMES = 1_000_000, 50_000
REPEATS = 3
MOST_PEAK_MB = 4000
SAME = 1e-8
LIFELINES_SAME = 2e-3
VERSIONS = ("duckdb", "pyarrow", "numba", "numpy", "pandas", "lifelines")


class Worker:
    """A process that runs one operation whenever it is asked to."""

    def __init__(self, command: Sequence[str]) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        environment["PYTHONPATH"] = str(ROOT / "analysis")
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self._line()

    def _line(self) -> str:
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{' '.join(map(str, self.process.args))} failed")
        return line

    def once(self) -> dict:
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return json.loads(self._line())

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


def ours(step: str, *arguments: object) -> list[str]:
    return [sys.executable, str(BENCH / "steps.py"), step, *map(str, arguments)]


def in_r(step: str, folder: Path) -> list[str]:
    return ["Rscript", "--vanilla", str(BENCH / "peers.R"), step, str(folder)]


@dataclass(frozen=True)
class Operation:
    """What is timed: our command, the peers', and what is aimed at.

    Attributes
    ----------
    aim : str
        In words.
    answers : bool
        The operation answers with its own seconds.
    """

    name: str
    command: list[str]
    peers: dict[str, list[str]] = field(default_factory=dict)
    aim: str = ""
    answers: bool = False


def operations(folders: dict[str, Path], times: Path) -> list[Operation]:
    found = []
    for kind, folder in folders.items():
        sort = {"DuckDB sorts both": ours("sort_with_duckdb", folder)}
        aim = f"1.5, below {MOST_PEAK_MB} MB"
        found += [
            Operation(f"derive facts, {kind} ids", ours("derive", folder), sort, aim),
            Operation(
                f"derive facts and rows, {kind} ids",
                ours("derive", folder, "facts,intercurrents,rows"),
                sort,
            ),
            Operation(
                f"the walk alone, one thread, {kind} ids", ours("walk", folder), answers=True
            ),
            Operation(f"open and check, {kind} ids", ours("open_and_check", folder)),
        ]
    found += [
        Operation(
            "Kaplan–Meier, 4 groups", ours("our_kaplan_meier", times), peers("kaplan_meier", times)
        ),
        Operation("log-rank, 4 groups", ours("our_logrank", times), peers("logrank", times)),
        Operation(
            "Aalen–Johansen, 1 group",
            ours("our_aalen_johansen", times),
            peers("aalen_johansen", times),
        ),
        Operation(
            "Aalen–Johansen, 4 groups",
            ours("our_aalen_johansen", times, "group"),
            {"R survival": in_r("aalen_johansen_by", times)} if has_r() else {},
        ),
        Operation("demo report again, same process", ours("report_again", ROOT), aim="10 s"),
    ]
    return found


def peers(step: str, times: Path) -> dict[str, list[str]]:
    found = {"lifelines": ours(f"lifelines_{step}", times)}
    return found | ({"R survival": in_r(step, times)} if has_r() else {})


def has_r() -> bool:
    if not shutil.which("Rscript"):
        return False
    asked = ["Rscript", "--vanilla", "-e", "library(survival)"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def write_times(folder: Path, rows: int) -> None:
    """Write event times in whole days, with heavy ties: 4 groups, two causes."""
    import pandas as pd

    rng = np.random.default_rng(20260101)
    group = rng.integers(0, 4, rows)
    relapse = rng.exponential(300.0 / (1 + 0.15 * group))
    booster, end = rng.exponential(900.0, rows), rng.uniform(30.0, 730.0, rows)
    first = np.minimum(np.minimum(relapse, booster), end)
    code = np.select([first == relapse, first == booster], [1, 2], 0)
    columns = {"duration": np.ceil(first), "group": group.astype(float), "code": code.astype(float)}
    folder.mkdir()
    for name, values in columns.items():
        values.tofile(folder / f"{name}.bin")
    words = np.array(["", "relapse", "booster"], dtype=object)
    frame = pd.DataFrame(
        {
            "duration_days": columns["duration"],
            "event": code == 1,
            "cause": words[code],
            "group": np.array(list("ABCD"), dtype=object)[group],
        }
    )
    frame.to_parquet(folder / "times.parquet")


def write_cohorts(folder: Path, subjects: int) -> dict[str, Path]:
    """Write the cohorts where they are not there yet."""
    sys.path.insert(0, str(ROOT / "analysis"))
    from afterglow.simulate.benchmark import benchmark_cohort

    folders = {}
    for kind in ("integer", "text"):
        folders[kind] = folder / f"{kind}-{subjects}"
        if not (folders[kind] / "cohort.toml").exists():
            benchmark_cohort(folders[kind], subjects=subjects, id_kind=kind)
    return folders


def measure(operation: Operation, repeats: int) -> list[list[str]]:
    """Run ours and the peers in turn; return the rows of the table."""
    commands = {"": operation.command, **operation.peers}
    answers: dict[str, list[dict]] = {name: [] for name in commands}
    with ExitStack() as stack:
        workers = {}
        for name, command in commands.items():
            workers[name] = Worker(command)
            stack.callback(workers[name].close)
        for _ in range(repeats):
            for name, worker in workers.items():
                answers[name].append(worker.once())
    own = answers.pop("")
    seconds = median(a["values"][0] if operation.answers else a["seconds"] for a in own)
    processor = "" if operation.answers else f"{median(a['processor'] for a in own):.2f}"
    peak = f"{max(a['peak_mb'] for a in own):.0f}"
    start = [operation.name, f"{seconds:.2f}", processor]
    if not answers:
        return [[*start, "", "", "", operation.aim, peak, ""]]
    rows = []
    for name, theirs in answers.items():
        peer = median(a["seconds"] for a in theirs)
        same = _same(own[0]["values"], theirs[0]["values"], name)
        rows.append(
            [*start, name, f"{peer:.2f}", f"{seconds / peer:.2f}", operation.aim, peak, same]
        )
        start = ["", "", ""]
    return rows


def _same(own: list[float], theirs: list[float], peer: str) -> str:
    """Compare answers; lifelines shifts tied times at random before Aalen–Johansen."""
    if len(own) != len(theirs) or not own:
        return ""
    tolerance = LIFELINES_SAME if peer == "lifelines" else SAME
    return "yes" if np.allclose(own, theirs, rtol=tolerance, atol=0) else "NO"


def fresh_report(repeats: int) -> list[str]:
    """Time the command line in a process of its own, once its code has been compiled."""
    program = Path(sys.executable).with_name("afterglow")
    command = [str(program), "report", str(PLAN), "-o"]
    taken = []
    with tempfile.TemporaryDirectory() as out:
        for _ in range(repeats + 1):
            start = time.perf_counter()
            subprocess.run([*command, f"{out}/report"], check=True, stdout=subprocess.DEVNULL)
            taken.append(time.perf_counter() - start)
    seconds = f"{median(taken[1:]):.2f}"
    return ["demo report, fresh process", seconds, "", "", "", "", "10 s", "", ""]


def machine() -> str:
    model = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), model)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
    return (
        f"{os.cpu_count()} × {model}, {memory:.0f} GB; Python {platform.python_version()}, {packages}; "
        f"R survival {'there' if has_r() else 'not there'}; load {os.getloadavg()[0]:.1f}"
    )


HEAD = ["operation", "s", "cpu s", "peer", "peer s", "ratio", "aim", "peak MB", "same"]


def show(rows: list[list[str]]) -> str:
    widths = [max(len(row[k]) for row in [HEAD, *rows]) for k in range(len(HEAD))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [HEAD, ["-" * width for width in widths], *rows]
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="a small size, once, to see it run")
    options.add_argument("--subjects", type=int, help="size of the cohorts")
    options.add_argument("--repeats", type=int, help=f"runs of each; default {REPEATS}")
    options.add_argument("--data", type=Path, help="keep the cohorts in this folder, and use them")
    options.add_argument("--only", default="", help="operations whose name holds this")
    chosen = options.parse_args()
    repeats = chosen.repeats or (1 if chosen.quick else REPEATS)
    subjects = chosen.subjects or (QUICK_SUBJECTS if chosen.quick else SUBJECTS)
    print(machine())
    with tempfile.TemporaryDirectory() as scratch:
        times = Path(scratch) / "times"
        write_times(times, QUICK_TIMES if chosen.quick else TIMES)
        folders = write_cohorts(chosen.data or Path(scratch), subjects)
        rows = []
        for operation in operations(folders, times):
            if chosen.only in operation.name:
                print(f"  {operation.name} …", file=sys.stderr)
                rows += measure(operation, repeats)
        if chosen.only in "demo report, fresh process":
            rows.append(fresh_report(repeats))
    print(f"{subjects} subjects, 20 scores and 8 sessions each; medians of {repeats}\n")
    print(show(rows))
    print(f"\nload {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
