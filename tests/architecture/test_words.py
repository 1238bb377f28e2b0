"""No tracked file names a machine's path, a package index, or a user."""

import re
import subprocess

import pytest
from support.source_tree import ROOT

BANNED = {
    "a path of one machine": r"(?<![\w.])/(home|root|Users|work|farm|tmp)/[A-Za-z.]",
    "an index address": r"(--(extra-)?index-url|\bindex[-_]url)\b\s*=?\s*['\"]?https?:|/simple/?['\"\s]*$",
    "unfinished work": r"\b(TODO|FIXME|XXX|HACK)\b",
    "unfinished code": r"\bNotImplementedError\b",
}
ALLOWED = ("tests/architecture/test_words.py",)
LARGEST_TEXT_BYTES = 5_000_000


def tracked_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout: nothing says which files belong to the project")
    return [name for name in listed.stdout.decode().split("\0") if name and name not in ALLOWED]


def text_of(name: str) -> str:
    path = ROOT / name
    if not path.is_file() or path.stat().st_size > LARGEST_TEXT_BYTES:
        return ""
    return path.read_bytes().decode("utf-8", errors="ignore")


@pytest.mark.parametrize("what", BANNED)
def test_no_file_holds(what):
    pattern = re.compile(BANNED[what])
    found = {}
    for name in tracked_files():
        hits = [n for n, line in enumerate(text_of(name).splitlines(), 1) if pattern.search(line)]
        found |= {name: hits[:5]} if hits else {}
    assert found == {}


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a path of one machine", "open('/home/someone/data.csv')"),
        ("an index address", "index-url = 'https://packages.example/simple'"),
        ("an index address", "--extra-index-url https://packages.example/"),
        ("unfinished work", "# TODO later"),
        ("unfinished code", "raise NotImplementedError"),
    ],
)
def test_what_is_banned_would_be_seen(what, line):
    assert re.search(BANNED[what], line)
