"""The help teaches, and answers before anything heavy is imported."""

import pytest
from support.command import command, process

from afterglow.version import VERSION

COMMANDS = ("demo", "check", "report", "derive", "simulate", "instruments")
CODES = ("0  done", "1  internal", "2  the", "3  the", "4  the", "5  disc", "7  some", "130  int")
HEAVY = (
    "duckdb",
    "jinja2",
    "matplotlib",
    "numba",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "rich",
    "scipy",
    "statsmodels",
    "multiprocessing",
)
LIST_IMPORTS = """
import sys
from afterglow.cli.app import main
code = main()
print("\\n".join(sorted(sys.modules)), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    ("arguments", "typers_own"),
    [
        (["--help"], set()),
        (["--version"], set()),
        (["report", "--help"], {"pydantic"}),
        (["demo", "--help"], {"pydantic"}),
    ],
    ids=lambda value: " ".join(value),
)
def test_nothing_heavy_is_imported_for(arguments, typers_own, tmp_path):
    ended = process(*arguments, code=LIST_IMPORTS, cwd=tmp_path)
    assert ended.code == 0
    loaded = {module.split(".")[0] for module in ended.err.split()}
    assert "typer" in loaded
    assert (loaded & set(HEAVY)) - typers_own == set()


def test_the_imports_of_a_working_command_would_be_seen(tmp_path):
    ended = process("instruments", code=LIST_IMPORTS, cwd=tmp_path)
    assert "afterglow.instruments.registry" in ended.err.split()


def test_the_help_says_what_it_answers_how_to_begin_and_how_it_ends(capsys):
    ended = command(capsys, "--help")
    assert ended.code == 0
    for words in ("how long response lasts", "afterglow demo", "afterglow check", *CODES):
        assert words in ended.out
    listed = ended.out.partition("Commands:\n")[2].partition("\n\n")[0]
    assert tuple(line.split()[0] for line in listed.splitlines()) == COMMANDS
    assert "..." not in listed


@pytest.mark.parametrize("verb", COMMANDS)
def test_every_command_explains_itself_and_each_option(verb, capsys):
    ended = command(capsys, verb, "--help")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"Usage: afterglow {verb}")
    options = ended.out.partition("Options:\n")[2].splitlines()
    for line, following in zip(options, [*options[1:], ""]):
        if line.strip().startswith("-"):
            assert len(line.split("  ")) > 2 or following.startswith("    "), line


def test_without_a_command_the_help_is_shown_as_a_wrong_call(capsys):
    ended = command(capsys)
    assert ended.code == 2
    assert ended.err.startswith("Usage: afterglow")


def test_the_version_is_the_package_s(capsys):
    assert command(capsys, "--version").out == f"afterglow {VERSION}\n"
