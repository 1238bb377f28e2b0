"""One module rounds for readers."""

import ast
import re

import pytest
from support.source_tree import MODULES, name_of, tree_of

ROUNDS = "rounding.py"
PRECISION = re.compile(r"\.\d+[efgn%]?$")


def roundings(tree: ast.Module) -> list[str]:
    """Every format of an f-string that keeps a number of digits."""
    return [
        part.value
        for node in ast.walk(tree)
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None
        for part in ast.walk(node.format_spec)
        if isinstance(part, ast.Constant) and PRECISION.search(str(part.value))
    ]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_else_rounds_while_writing(path):
    assert name_of(path) == ROUNDS or roundings(tree_of(path)) == []


@pytest.mark.parametrize("code", ["f'{x:.4g}'", "f'a {x:>8.2f} b'", "f'{share:.1%}'"])
def test_a_rounding_would_be_seen(code):
    assert len(roundings(ast.parse(code))) == 1


@pytest.mark.parametrize("code", ["f'{x:g}'", "f'{n:,}'", "f'{name:<8}'"])
def test_other_formats_are_not_taken_for_one(code):
    assert roundings(ast.parse(code)) == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_p_value_is_written_in_one_way(path):
    assert not re.search(r"(?<!\w)p = \{", path.read_text(encoding="utf-8"))
