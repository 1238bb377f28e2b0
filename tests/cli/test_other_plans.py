"""The other plans on the demo cohort: its definitions, seen through other estimators."""

from pathlib import Path

import pandas as pd
import pytest
from support.command import ROOT, command

from afterglow.plan.reading import read_plan

PLANS = ROOT / "analysis" / "plans"
SHARED = ("data", "instrument", "baseline", "course", "follow_up", "population", "seed")


@pytest.fixture(scope="module", params=["models", "boosters"])
def plans(request):
    path = PLANS / f"{request.param}.toml"
    return read_plan(PLANS / "demo.toml"), read_plan(path), path


def test_definitions_are_those_of_the_demo(plans):
    demo, other, _ = plans
    for section in SHARED:
        assert getattr(demo, section) == getattr(other, section)
    for name, endpoint in demo.endpoint.items():
        assert other.endpoint[name] == endpoint
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
