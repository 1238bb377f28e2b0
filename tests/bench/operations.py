"""What is timed beside what, and what is aimed at."""

import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

BENCH = Path(__file__).parent
ROOT = BENCH.parents[1]
MOST_PEAK_MB = 4000
DUCKDB = "DuckDB sorts both"
LIFELINES = "lifelines"
R = "R survival"


@dataclass(frozen=True)
class Operation:
    """What is timed: our command, the peers', and what is aimed at.

    Attributes
    ----------
    aim : str
        In words: a ratio to a peer, seconds, or memory.
    answers : bool
        The operation answers with its own seconds.
    """

    name: str
    command: list[str]
    peers: dict[str, list[str]] = field(default_factory=dict)
    aim: str = ""
    answers: bool = False


def ours(step: str, *arguments: object) -> list[str]:
    return [sys.executable, str(BENCH / "steps.py"), step, *map(str, arguments)]


def in_r(step: str, folder: Path) -> list[str]:
    return ["Rscript", "--vanilla", str(BENCH / "peers.R"), step, str(folder)]


@cache
def has_r() -> bool:
    if not shutil.which("Rscript"):
        return False
    asked = ["Rscript", "--vanilla", "-e", "library(survival)"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def operations(folders: dict[str, Path], times: Path) -> list[Operation]:
    report = Operation("demo report again, same process", ours("report_again", ROOT), aim="10 s")
    return [*derivations(folders), *estimators(times), report]


def derivations(folders: dict[str, Path]) -> list[Operation]:
    found = []
    for kind, folder in folders.items():
        sort = {DUCKDB: ours("sort_with_duckdb", folder)}
        aim = f"1.5, below {MOST_PEAK_MB} MB"
        both = ours("derive", folder, "facts,intercurrents,rows")
        alone = ours("walk", folder)
        found += [
            Operation(f"derive facts, {kind} ids", ours("derive", folder), sort, aim),
            Operation(f"derive facts and rows, {kind} ids", both, sort),
            Operation(f"the walk alone, one thread, {kind} ids", alone, answers=True),
            Operation(f"open and check, {kind} ids", ours("open_and_check", folder)),
        ]
    return found


ESTIMATORS = {
    "Kaplan–Meier, 4 groups": ("kaplan_meier", {LIFELINES: "a third", R: ""}),
    "log-rank, 4 groups": ("logrank", {LIFELINES: "a third", R: ""}),
    "Aalen–Johansen, 1 group": ("aalen_johansen", {LIFELINES: "", R: "a tenth"}),
    "Aalen–Johansen, 4 groups": ("aalen_johansen_by", {R: "a tenth"}),
    "Cox (Efron), 5 covariates": (
        "cox",
        {"R survival, bare fit": "0.6", "statsmodels": "", LIFELINES: ""},
    ),
    "Cox with concordance": ("cox_concordance", {R: "0.2"}),
    "Schoenfeld test": ("schoenfeld", {R: "a tenth"}),
    "Andersen–Gill, robust": ("andersen_gill", {R: "a tenth"}),
    "mean cumulative function, 4 groups": ("mean_count", {R: "a tenth"}),
    "NPMLE, 20,000 intervals": ("npmle", {}),
    "NPMLE, 20,000 intervals in days": ("npmle_days", {}),
    "NPMLE, 3,000 intervals in days": ("npmle_small", {LIFELINES: "a fiftieth"}),
    "2,000 resamples of KM and RMST, n = 1,000": ("resamples", {}),
}
SECONDS = {"npmle": "2 s", "npmle_days": "2 s", "resamples": "2 s"}
PROGRAMS = {"lifelines": "lifelines", "statsmodels": "statsmodels"}


def estimators(times: Path) -> list[Operation]:
    found = []
    for name, (step, peers) in ESTIMATORS.items():
        known = {peer: aim for peer, aim in peers.items() if peer in PROGRAMS or has_r()}
        commands = {peer: _peer(peer, step, times) for peer in known}
        aims = [f"{aim} of {peer}" for peer, aim in known.items() if aim]
        aim = SECONDS.get(step, "; ".join(aims))
        found.append(Operation(name, ours(f"our_{step}", times), commands, aim))
    return found


def _peer(peer: str, step: str, times: Path) -> list[str]:
    if peer in PROGRAMS:
        return ours(f"{PROGRAMS[peer]}_{step}", times)
    return in_r(step, times)
