"""Columns are spelled once, in names.py."""

import ast

import pytest
from support.source_tree import MODULES, name_of, tree_of

from afterglow import names
from afterglow.names import SUBJECT

SPELLED_IN = "names.py"
COLUMNS = {name: value for name, value in vars(names).items() if isinstance(value, str)}
OTHER_THINGS = {
    ("canonical.py", "EVENTS"): "a table",
    ("plan/reading.py", "ANALYSIS"): "a section of a plan",
}


def literals_of(tree: ast.Module) -> set[str]:
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def constants_of(tree: ast.Module) -> dict[str, object]:
    """Name -> literal of every constant at the top of a module."""
    found = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(value := getattr(node, "value", None), ast.Constant):
            found |= {t.id: value.value for t in targets if isinstance(t, ast.Name)}
    return found


def respelled(own: str, tree: ast.Module) -> list[str]:
    return [
        name
        for name, value in constants_of(tree).items()
        if COLUMNS.get(name) == value and (own, name) not in OTHER_THINGS
    ]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_column_is_spelled_a_second_time(path):
    assert name_of(path) == SPELLED_IN or respelled(name_of(path), tree_of(path)) == []


@pytest.mark.parametrize("code", ['AT_RISK = "at_risk"', 'AT_RISK: Final = "at_risk"'])
def test_a_second_spelling_would_be_seen(code):
    assert respelled("estimate/curve.py", ast.parse(code)) == ["AT_RISK"]


def test_the_name_is_spelled_where_it_belongs():
    spelled = [name_of(path) for path in MODULES if SUBJECT in literals_of(tree_of(path))]
    assert spelled == [SPELLED_IN]


@pytest.mark.parametrize("code", ["f'{x}'", "'subject_id '", "x = 1  # subject_id"])
def test_other_text_is_not_taken_for_it(code):
    assert SUBJECT not in literals_of(ast.parse(code))


@pytest.mark.parametrize("code", ["frame['subject_id']", "f(by='subject_id')"])
def test_a_literal_would_be_seen(code):
    assert SUBJECT in literals_of(ast.parse(code))
