"""The real command, in this process or in one of its own, and a small study to give it."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from afterglow.cli.app import main

ROOT = Path(__file__).resolve().parents[2]
START = "import sys; from afterglow.cli.app import main; sys.exit(main())"


def hear_interrupts() -> None:
    """Undo, in a new process, that Ctrl-C is ignored, as it is where tests run in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


PLAN = """\
title = "A small study"
question = "How long does response last?"

[data]
path = "data"

[endpoint.response]
kind = "response"
instrument = "MADRS"
improvement_at_least_percent = 50

[endpoint.relapse]
kind = "relapse"
instrument = "MADRS"
score_at_least = 22

[analysis.response_rate]
estimator = "proportion"
endpoint = "response"
by = "arm"
reference = "placebo"
"""


@dataclass(frozen=True)
class Ended:
    """What a command left: its exit code and both streams."""

    code: int
    out: str
    err: str


def command(capsys, *arguments: object) -> Ended:
    """Run the command in this process."""
    capsys.readouterr()
    code = main([str(argument) for argument in arguments])
    streams = capsys.readouterr()
    return Ended(code, streams.out, streams.err)


def environment(**more: str) -> dict[str, str]:
    """The variables of this process, with the package's sources first on the path."""
    paths = [str(ROOT / "analysis"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), **more}


def process(*arguments: object, code: str = START, cwd: Path, **env: str) -> Ended:
    """Run the command in a process of its own."""
    ended = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=cwd,
        env=environment(**env),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def files_in(folder: Path) -> list[str]:
    """Every file below a folder, hidden ones included."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
