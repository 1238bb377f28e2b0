"""A prediction through the command: bad requests, and a cohort too small for it."""

import csv

import pytest
from support.command import PLAN, command
from support.raw_cohort import raw_cohort, write_csv

PREDICTION = """
[analysis.risk]
estimator = "landmark_prediction"
endpoint = "relapse"
horizon_days = 28
prediction_days = [1, 7]
resamples = 4
"""
COMPETING = 'target = "relapse_before_booster"\n'


def written(folder, *more: str):
    write_csv(raw_cohort(), folder / "data")
    plan = folder / "plan.toml"
    plan.write_text("".join([PLAN, PREDICTION, *more]), encoding="utf-8")
    return plan


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("", "target"),
        ('target = "relapse"', 'write strategy = { booster = "censor" }, or choose another target'),
        (COMPETING + 'predictors = ["next_score"]', "Did you mean"),
    ],
)
def test_a_request_that_cannot_be_met_ends_with_2(tmp_path, capsys, more, says):
    ended = command(capsys, "check", written(tmp_path, more))
    assert ended.code == 2
    assert says in ended.err


def test_a_column_of_sites_that_is_not_there_ends_with_3(tmp_path, capsys):
    ended = command(capsys, "check", written(tmp_path, COMPETING, 'leave_out = "sit"\n'))
    assert ended.code == 3
    assert "analysis.risk.leave_out" in ended.err


def test_a_small_cohort_is_reported_with_what_is_wrong(tmp_path, capsys):
    plan = written(tmp_path, COMPETING)
    ended = command(capsys, "report", plan, "-o", tmp_path / "out", "--internal")
    assert ended.code == 0
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "There is no model of the risk of relapse before a booster" in page
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["analysis"] == "risk"]
    assert {row["time_days"] for row in rows if row["statistic_name"] == "n_at_landmark"}
    assert any(row["warning"] for row in rows if row["statistic_name"] == "scaled_brier")
