"""Files and functions stay short enough to be read at once."""

import ast

import pytest
from support.source_tree import MODULES, code_lines_of, functions_of, name_of, tree_of

MOST_LINES_OF_A_FILE = 300
MOST_CODE_LINES_OF_A_FUNCTION = 60
USUAL_CODE_LINES = 25
SHARE_WITHIN_USUAL = 0.9
VAGUE_NAMES = ("utils", "util", "helpers", "helper", "common", "misc", "tools")


def code_lines(path, function) -> int:
    return len(code_lines_of(path) & set(range(function.lineno, function.end_lineno + 1)))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_file_is_short(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES_OF_A_FILE


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_function_is_short(path):
    sizes = {function.name: code_lines(path, function) for function in functions_of(path)}
    assert {k: n for k, n in sizes.items() if n > MOST_CODE_LINES_OF_A_FUNCTION} == {}


def test_most_functions_are_much_shorter():
    sizes = [code_lines(path, function) for path in MODULES for function in functions_of(path)]
    assert sum(size <= USUAL_CODE_LINES for size in sizes) >= SHARE_WITHIN_USUAL * len(sizes)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_file_says_first_what_it_is(path):
    docstring = ast.get_docstring(tree_of(path)) or ""
    first = docstring.partition("\n\n")[0]
    assert first.endswith((".", "?"))


def test_no_file_is_named_vaguely():
    assert [name_of(path) for path in MODULES if path.stem in VAGUE_NAMES] == []
