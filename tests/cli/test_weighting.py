"""Weighted curves through the command: bad requests, next to no data, a cohort without sessions."""

import csv

import pytest
from support.command import PLAN, command
from support.raw_cohort import raw_cohort, without, write_csv

WEIGHTED = """
[analysis.weighted]
estimator = "weighted_kaplan_meier"
endpoint = "relapse"
at_days = [14, 28]
resamples = 100
strategy = { switch = "censor", ect = "censor", death = "censor", withdrawal = "censor" }
"""


def written(folder, *more: str, raw=None):
    write_csv(raw or raw_cohort(), folder / "data")
    plan = folder / "plan.toml"
    plan.write_text("".join([PLAN, *more]), encoding="utf-8")
    return plan


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ((WEIGHTED, 'weight_for = ["boosters"]\n'), "Did you mean 'booster'?"),
        ((WEIGHTED, 'weight_terms = [{ known = "score" }]\n'), "Did you mean 'last_score'?"),
        ((WEIGHTED, 'cluster = "arm"\n'), "cluster does nothing here"),
        ((WEIGHTED.replace("strategy = {", 'strategy = { booster = "event",'),), "weight_for"),
    ],
)
def test_a_request_that_cannot_be_met_ends_with_2(tmp_path, capsys, more, says):
    ended = command(capsys, "check", written(tmp_path, *more))
    assert ended.code == 2
    assert says in ended.err


def test_a_column_that_is_not_there_is_named_with_its_place(tmp_path, capsys):
    plan = written(tmp_path, WEIGHTED, 'weight_terms = [{ column = "agee" }]\n')
    ended = command(capsys, "check", plan)
    assert ended.code == 3
    assert "(named by analysis.weighted.weight_terms). Did you mean 'age'?" in ended.err


@pytest.mark.parametrize("raw", [raw_cohort(), without(raw_cohort(), "sessions")])
def test_next_to_no_data_are_reported(tmp_path, capsys, raw):
    plan = written(tmp_path, WEIGHTED, raw=raw)
    ended = command(capsys, "report", plan, "-o", tmp_path / "out", "--internal")
    assert ended.code == 0, ended.err
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["analysis"] == "weighted"]
    shown = [row for row in rows if row["statistic_name"] == "survival"]
    assert shown
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert 'id="section_analysis-weighted"' in page
    assert "There was no booster while at risk: all weights are 1." in page
