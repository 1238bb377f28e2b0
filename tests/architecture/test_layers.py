"""Imports point one way, and analysis/README.md says which."""

import ast
import re

import pytest
from support.source_tree import (
    BASE,
    MODULES,
    PACKAGE,
    ROOT,
    layer_of,
    layer_of_import,
    name_of,
    tree_of,
)

FIRST = {BASE, "instruments"}
DERIVE = FIRST | {"scores", "plan", "timeline", "endpoints", "cohort"}
MAY_IMPORT = {
    BASE: {BASE},
    "instruments": {BASE},
    "scores": FIRST,
    "plan": FIRST,
    "cohort": FIRST | {"scores", "plan"},
    "timeline": {BASE},
    "endpoints": {BASE, "timeline"},
    "estimate": {BASE},
    "tables": {BASE, "estimate"},
    "figures": {BASE, "estimate", "tables"},
    "study": DERIVE | {"estimate", "tables", "figures"},
    "report": {BASE, "tables", "figures", "study", "plan"},
    "simulate": FIRST,
    "cli": DERIVE | {"estimate", "tables", "figures", "study", "report", "simulate"},
}
# A result draws and tabulates itself: the import waits inside the method until it is called.
WHEN_CALLED = {"estimate": {"tables", "figures"}}
FOLDERS = sorted(
    path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"
)


def imports_of(tree: ast.Module) -> list[tuple[int, str]]:
    """Every imported module and how far up a relative import reaches; those in functions too."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(0, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.level, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def violations(own: str, tree: ast.Module) -> list[str]:
    at_module_level = {name for _, name in imports_of(ast.Module(top_level(tree), []))}
    found = []
    for _, name in imports_of(tree):
        allowed = MAY_IMPORT[own] | {own}
        if name not in at_module_level:
            allowed = allowed | WHEN_CALLED.get(own, set())
        if name.startswith("afterglow.") and layer_of_import(name) not in allowed:
            found.append(name)
    return found


def top_level(tree: ast.Module) -> list[ast.stmt]:
    """The statements that run on import; type-checking blocks count."""
    return [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]


def test_every_folder_is_a_layer():
    assert sorted(MAY_IMPORT) == sorted([BASE, *FOLDERS])


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_downwards(path):
    assert violations(layer_of(path), tree_of(path)) == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_are_absolute_and_by_the_import_name(path):
    found = imports_of(tree_of(path))
    assert [name for level, name in found if level] == []
    assert [name for _, name in found if name.split(".")[0] == "analysis"] == []


@pytest.mark.parametrize(
    ("own", "code"),
    [
        ("estimate", "from afterglow.endpoints.walk import walk_subjects"),
        ("estimate", "from afterglow.figures.forest import draw_forest"),
        ("estimate", "def f():\n    from afterglow.study.run import run"),
        ("endpoints", "import afterglow.estimate.cox"),
        ("timeline", "def f():\n    from afterglow.plan.model import Plan"),
        (BASE, "from afterglow.instruments.registry import load_library"),
    ],
)
def test_an_import_upwards_would_be_seen(own, code):
    assert len(violations(own, ast.parse(code))) == 1


def test_derivation_and_estimation_never_meet_outside_the_study():
    derivation = ("scores", "timeline", "endpoints", "cohort")
    assert all("estimate" not in MAY_IMPORT[layer] for layer in derivation)
    assert MAY_IMPORT["estimate"] == {BASE}


def readme_rows() -> dict[str, tuple[set[str], str]]:
    """Layer -> (layers that it may import, its sentence), from the table of analysis/README.md."""
    text = (ROOT / "analysis" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)`[^|]*\| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    return {
        layer: (set(re.findall(r"`(\w+)`", allowed)), sentence) for layer, sentence, allowed in rows
    }


def test_the_readme_shows_the_layers_that_hold():
    told = {layer: allowed for layer, (allowed, _) in readme_rows().items()}
    assert told == {layer: allowed - {layer} for layer, allowed in MAY_IMPORT.items()}


def test_the_readme_says_what_each_folder_is_for():
    assert all(len(sentence.split()) >= 4 for _, sentence in readme_rows().values())


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_opens_with_one_sentence_and_exports_nothing(folder):
    tree = tree_of(PACKAGE / folder / "__init__.py")
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1
