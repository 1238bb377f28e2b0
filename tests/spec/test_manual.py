"""The manual's page of endpoints is what the specification says."""

from spec.render_manual import DRAWINGS, HERE, PAGE, drawings, render, rules

from afterglow.endpoints.rules import REASON_WORDS, STATUS_WORDS

REMEDY = "run `make manual` (python tests/spec/render_manual.py) and commit what it writes"


def test_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == render(), REMEDY


def test_drawings_are_up_to_date():
    folder = PAGE.parent / DRAWINGS
    shown = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("rule-*.svg")}
    assert shown == drawings(), REMEDY


def test_every_rule_has_its_chapter():
    assert [rule.number for rule in rules()] == list(range(1, 15))


def test_every_reason_is_explained():
    explained = (HERE / "manual_closing.md").read_text(encoding="utf-8")
    words = [*REASON_WORDS.values(), *STATUS_WORDS.values()]
    missing = [word for word in words if word and word.format("NAME") not in explained]
    assert not missing
