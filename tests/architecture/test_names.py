"""Who a row is about is spelled once, in names.py."""

import ast

import pytest
from support.source_tree import MODULES, name_of, tree_of

from afterglow.names import SUBJECT

SPELLED_IN = "names.py"


def literals_of(tree: ast.Module) -> set[str]:
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_the_name_is_spelled_where_it_belongs():
    spelled = [name_of(path) for path in MODULES if SUBJECT in literals_of(tree_of(path))]
    assert spelled == [SPELLED_IN]


@pytest.mark.parametrize("code", ["f'{x}'", "'subject_id '", "x = 1  # subject_id"])
def test_other_text_is_not_taken_for_it(code):
    assert SUBJECT not in literals_of(ast.parse(code))


@pytest.mark.parametrize("code", ["frame['subject_id']", "f(by='subject_id')"])
def test_a_literal_would_be_seen(code):
    assert SUBJECT in literals_of(ast.parse(code))
