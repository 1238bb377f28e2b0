"""Several warnings stand in one cell with semicolons between them: none may hold one itself."""

import ast
import re

import pytest
from support.source_tree import MODULES, PACKAGE, name_of, tree_of

JOINT = "; "
ADVICE = re.compile(
    r"; (?:use|take|merge|rescale|follow|choose|fit|round|watch|leave|report|begin|its)\b"
)
MADE_BY = [path for path in MODULES if path.relative_to(PACKAGE).parts[0] in ("estimate", "study")]


def texts(tree: ast.Module) -> list[str]:
    """Every text of a module that is neither a docstring nor the text of an error."""
    passed_over = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr | ast.Raise)
        for part in ast.walk(node)
        if isinstance(node, ast.Raise) or isinstance(node.value, ast.Constant)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in passed_over
    ]


@pytest.mark.parametrize("path", MADE_BY, ids=name_of)
def test_no_warning_holds_the_mark_between_warnings(path):
    assert [text for text in texts(tree_of(path)) if ADVICE.search(text)] == []


def test_a_warning_with_the_mark_would_be_seen():
    assert texts(ast.parse('X = "no event; use more subjects"')) == ["no event; use more subjects"]
    assert ADVICE.search("no event; use more subjects")
