"""The `afterglow` command: its help, and how every ending becomes an exit code and a message."""

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer

from afterglow.cli import check, demo, derive, instruments, report, simulate
from afterglow.errors import AfterglowError
from afterglow.version import VERSION

DEBUG = "AFTERGLOW_DEBUG"
INTERNAL_ERROR = 1
INTERRUPTED = 130

HELP = """Outcomes of ketamine therapy, from raw tables to a report.

A plan (a TOML file) names the data, the definitions and the analyses. From it afterglow answers:
how many respond, how fast, how long response lasts, and when the next session (booster) is given;
each number with its interval, its denominator and its method.

\b
A first session, with the demo cohort (nobody's data):
  afterglow demo                               a cohort and a plan, in ./afterglow-demo
  afterglow check afterglow-demo/demo.toml     do plan and data hold? which rows are used?
  afterglow report afterglow-demo/demo.toml    the report, in ./reports/demo/index.html

\b
Then copy the plan, point its [data] path at your own tables, and check again.
"""

EPILOG = """\b
Exit codes:
  0  done
  1  internal error (set AFTERGLOW_DEBUG=1 to see where)
  2  the command or the plan is wrong
  3  the data break their contract
  4  the data seem to identify people
  5  disclosure: the report may not be made as asked
  7  some reports of a batch failed; the others are complete
  130  interrupted; nothing half-written is left

\b
Results go to stdout and to the output folder, messages to stderr.
'afterglow COMMAND --help' tells more about a command.
"""

app = typer.Typer(
    help=HELP,
    epilog=EPILOG,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (demo, check, report, derive, simulate, instruments):
    name = command.__name__.rpartition(".")[2]
    app.command(name, help=command.HELP, short_help=command.SUMMARY)(getattr(command, name))


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"afterglow {VERSION}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Options that stand before the command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; every error is one message on stderr.

    Parameters
    ----------
    arguments : sequence of str, optional
        What stands after ``afterglow``; default: the process's own.
    """
    debug = bool(os.environ.get(DEBUG))
    if not debug and not sys.warnoptions:
        warnings.simplefilter("ignore")
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _run(arguments)
    except BaseException as error:
        if debug:
            traceback.print_exc()
        code, message = _ending(error)
        _say(message)
        return code
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def _run(arguments: Sequence[str] | None) -> int:
    given = None if arguments is None else list(arguments)
    code = app(given, prog_name="afterglow", standalone_mode=False)
    sys.stdout.flush()
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    return int(code or 0)


def _interrupt(_: int, __: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _ending(error: BaseException) -> tuple[int, str]:
    """Return the exit code of an error, and what the user is told."""
    if isinstance(error, AfterglowError):
        return error.exit_code, f"Error: {error}"
    if isinstance(error, typer.TyperException):
        return 2, _usage(error)
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return INTERRUPTED, "Interrupted. Nothing half-written is left."
    if isinstance(error, SystemExit) and isinstance(error.__context__, BrokenPipeError):
        return 0, ""
    return INTERNAL_ERROR, (
        f"Error: afterglow failed ({type(error).__name__} in {_place(error)}). This is a fault of "
        f"the program, not of your data.\nSet {DEBUG}=1 to see where; what it then prints may "
        "hold values of the data."
    )


def _usage(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "afterglow"
    message = error.format_message().rstrip()
    if message.startswith("Usage:"):
        return message
    return f"Error: {message}\nSee '{command} --help'."


def _place(error: BaseException) -> str:
    """Return file and line of the package's own code that was running."""
    frames = traceback.extract_tb(error.__traceback__)
    package = Path(__file__).parents[1]
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(package)]
    if not ours:
        return "its start"
    last = ours[-1]
    return f"{Path(last.filename).relative_to(package.parent).as_posix()}, line {last.lineno}"


def _say(message: str) -> None:
    if message:
        print(message, file=sys.stderr)
