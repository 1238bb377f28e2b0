"""Time reading, walking, estimating and reporting against peers on this machine: `make bench`.

Ours and its peers run in turn, each in a process of its own, and the medians are compared: on a
machine with other work, only the ratios of one run mean anything.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from statistics import median

import numpy as np
from data import write_cohorts, write_times
from operations import ROOT, Operation, has_r, operations

PLAN = ROOT / "analysis" / "plans" / "demo.toml"
SUBJECTS, QUICK_SUBJECTS = 1_000_000, 20_000
TIMES, QUICK_TIMES = 1_000_000, 50_000
REPEATS = 3
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


def measure(operation: Operation, repeats: int) -> list[list[str]]:
    """Run ours and the peers in turn; return the rows of the table."""
    commands = {"": operation.command, **operation.peers}
    answers: dict[str, list[dict]] = {name: [] for name in commands}
    with ExitStack() as stack:
        workers = {}
        for name, command in commands.items():
            workers[name] = Worker(command)
            stack.callback(workers[name].close)
        workers[""].once()
        for _ in range(repeats):
            for name, worker in workers.items():
                answers[name].append(worker.once())
    own = answers.pop("")
    seconds = median(a["values"][0] if operation.answers else a["seconds"] for a in own)
    processor = "" if operation.answers else f"{median(a['processor'] for a in own):.2f}"
    peak = _memory(own)
    start = [operation.name, f"{seconds:.2f}", processor]
    if not answers:
        return [[*start, "", "", "", operation.aim, *peak, ""]]
    rows = []
    for name, theirs in answers.items():
        peer = median(a["seconds"] for a in theirs)
        same = _same(own[0]["values"], theirs[0]["values"], name)
        rows.append(
            [*start, name, f"{peer:.2f}", f"{seconds / peer:.3f}", operation.aim, *peak, same]
        )
        start = ["", "", ""]
    return rows


def _memory(own: list[dict]) -> list[str]:
    """Return the highest memory, and what a warm call takes above the memory before it, in
    units of its input frame."""
    peak = f"{max(a['peak_mb'] for a in own):.0f}"
    if own[-1]["input_mb"] is None:
        return [peak, ""]
    return [peak, f"{own[-1]['extra_mb'] / own[-1]['input_mb']:.2f}"]


def _same(own: list[float], theirs: list[float], peer: str) -> str:
    """Compare answers; lifelines shifts tied times at random before Aalen–Johansen."""
    if len(own) != len(theirs) or not own:
        return ""
    tolerance = LIFELINES_SAME if peer == "lifelines" else SAME
    if not np.isfinite(theirs).all():
        return ""
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
    return ["demo report, fresh process", seconds, "", "", "", "", "10 s", "", "", ""]


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


HEAD = [
    "operation",
    "s",
    "cpu s",
    "peer",
    "peer s",
    "ratio",
    "aim",
    "peak MB",
    "extra/input",
    "same",
]


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
