"""The other plans on the demo cohort: its definitions, seen through other estimators."""

import re
from pathlib import Path

import pandas as pd
import pytest
from support.command import ROOT, command
from support.markup import parse

from afterglow.plan.reading import read_plan

PLANS = ROOT / "analysis" / "plans"
SHARED = ("data", "instrument", "baseline", "course", "follow_up", "seed")
NAMED = ("population", "endpoint")


@pytest.fixture(scope="module", params=["models", "boosters"])
def plans(request):
    path = PLANS / f"{request.param}.toml"
    return read_plan(PLANS / "demo.toml"), read_plan(path), path


def test_definitions_are_those_of_the_demo(plans):
    demo, other, _ = plans
    for section in SHARED:
        assert getattr(demo, section) == getattr(other, section)
    for section in NAMED:
        for name, meant in getattr(demo, section).items():
            assert getattr(other, section)[name] == meant
    for name in set(demo.analysis) & set(other.analysis):
        assert demo.analysis[name] == other.analysis[name]


def test_its_report_holds_every_analysis(plans, tmp_path: Path, capsys):
    _, plan, path = plans
    ended = command(capsys, "report", path, "-o", tmp_path / "report")
    assert ended.code == 0
    results = pd.read_csv(tmp_path / "report" / "results.csv", low_memory=False)
    shown = results[(results["section"] == "analysis") & results["estimate"].notna()]
    assert set(shown["analysis"]) == set(plan.analysis)
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    for name in plan.analysis:
        assert f'id="section_analysis-{name.replace("_", "-")}"' in page
    says_what_its_figures_show_once(page)


def says_what_its_figures_show_once(page: str) -> None:
    """One sentence below each caption, which the text above the figure has not said already."""
    found = parse(page)
    shown = found.texts("p", class_="alt")
    told = found.texts("p")
    assert len(shown) > 10
    for words in shown:
        assert not re.search(r"[.!?]\s+[A-Z“]", words), words
        assert sum(words in other for other in told) == 1, words
    for words in found.texts("li"):
        assert not any(len(other) > 200 and other in words for other in told), words
