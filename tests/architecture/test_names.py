"""Column names are spelled once, in names.py."""

import ast
import inspect

import pytest
from support.source_tree import MODULES, name_of, tree_of

from afterglow import names

# Words that are also ordinary English or keys of other files are not searched for.
DISTINCT = {
    value
    for name, value in inspect.getmembers(names)
    if name.isupper() and isinstance(value, str) and "_" in value.strip("_")
}
SPELLED_AT = ("names.py",)


def literals_of(tree: ast.Module) -> set[str]:
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_there_are_names_to_look_for():
    assert "subject_id" in DISTINCT
    assert len(DISTINCT) > 20


@pytest.mark.parametrize("path", [p for p in MODULES if name_of(p) not in SPELLED_AT], ids=name_of)
def test_a_subject_is_named_by_its_constant(path):
    assert names.SUBJECT not in literals_of(tree_of(path))
