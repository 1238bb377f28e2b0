"""Waits and cycles through the command: bad requests, and a cohort without a relapse."""

import csv

import pytest
from support.command import PLAN, command
from support.raw_cohort import raw_cohort, write_csv

ENDPOINTS = """
[endpoint.wait]
kind = "latency"
[endpoint.booster]
kind = "booster"
"""
ANALYSES = """
[analysis.wait]
estimator = "booster_latency"
endpoint = "wait"
[analysis.cycles]
estimator = "cycle_summary"
endpoint = "booster"
at_days = [28]
[analysis.scores]
estimator = "score_within_cycle"
endpoint = "response"
"""


def written(folder, *more: str):
    write_csv(raw_cohort(), folder / "data")
    plan = folder / "plan.toml"
    plan.write_text("".join([PLAN, *more]), encoding="utf-8")
    return plan


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"wait"', '"booster"', "it needs an endpoint of kind latency"),
        ("at_days = [28]", 'at_days = [28]\nby = "arm"', "by does nothing"),
        ("score_within_cycle", "score_within_cycles", "Did you mean 'score_within_cycle'?"),
    ],
)
def test_a_request_that_cannot_be_met_ends_with_2(tmp_path, capsys, old, new, says):
    ended = command(capsys, "check", written(tmp_path, ENDPOINTS, ANALYSES.replace(old, new, 1)))
    assert ended.code == 2
    assert says in ended.err


def test_too_few_for_anything_are_counted_and_said(tmp_path, capsys):
    plan = written(tmp_path, ENDPOINTS, ANALYSES)
    ended = command(capsys, "report", plan, "-o", tmp_path / "out", "--internal")
    assert ended.code == 0, ended.err
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["section"] == "analysis"]
    for name in ("wait", "cycles", "scores"):
        mine = [row for row in rows if row["analysis"] == name]
        assert any(row["statistic_name"] == "n" for row in mine)
        assert any(row["warning"] for row in mine)
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert 'id="section_theme-cycles"' in page
