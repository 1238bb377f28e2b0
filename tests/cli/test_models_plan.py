"""The second plan that ships: the demo's definitions, seen through survival models."""

from pathlib import Path

import pandas as pd
import pytest
from support.command import ROOT, command

from afterglow.plan.reading import read_plan

PLANS = ROOT / "analysis" / "plans"
SHARED = ("data", "instrument", "baseline", "course", "follow_up", "population", "endpoint", "seed")


@pytest.fixture(scope="module")
def plans():
    return read_plan(PLANS / "demo.toml"), read_plan(PLANS / "models.toml")


def test_definitions_are_those_of_the_demo(plans):
    demo, models = plans
    for section in SHARED:
        assert getattr(demo, section) == getattr(models, section)
    for name in set(demo.analysis) & set(models.analysis):
        assert demo.analysis[name] == models.analysis[name]


def test_its_report_holds_every_analysis(plans, tmp_path: Path, capsys):
    ended = command(capsys, "report", PLANS / "models.toml", "-o", tmp_path / "models")
    assert ended.code == 0
    results = pd.read_csv(tmp_path / "models" / "results.csv", low_memory=False)
    shown = results[(results["section"] == "analysis") & results["estimate"].notna()]
    assert set(shown["analysis"]) == set(plans[1].analysis)
    page = (tmp_path / "models" / "index.html").read_text(encoding="utf-8")
    for name in plans[1].analysis:
        assert f'id="section_analysis-{name.replace("_", "-")}"' in page
