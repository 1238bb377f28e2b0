"""A Cox regression through the command: bad requests, and a cohort too small for it."""

import csv

import pytest
from support.command import PLAN, command
from support.raw_cohort import raw_cohort, write_csv

COX = """
[analysis.ratios]
estimator = "cox"
endpoint = "response"
terms = [{ column = "age", per = 10 }, { column = "arm" }]
"""


def written(folder, *more: str):
    write_csv(raw_cohort(), folder / "data")
    plan = folder / "plan.toml"
    plan.write_text("".join([PLAN, COX, *more]), encoding="utf-8")
    return plan


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ('ties = "exact"\nrobust = true', "exact ties have no robust variance"),
        ('by = "arm"', "by does nothing in a regression"),
        ('penalty = "lasso"', "penalty = 'lasso' is not known"),
    ],
)
def test_a_request_that_cannot_be_met_ends_with_2(tmp_path, capsys, more, says):
    ended = command(capsys, "check", written(tmp_path, more))
    assert ended.code == 2
    assert says in ended.err


def test_a_column_that_is_not_there_ends_with_3(tmp_path, capsys):
    plan = written(tmp_path)
    text = plan.read_text(encoding="utf-8").replace('"age"', '"agee"')
    plan.write_text(text, encoding="utf-8")
    ended = command(capsys, "check", plan)
    assert ended.code == 3
    assert "agee" in ended.err
    assert "Did you mean 'age'?" in ended.err


@pytest.mark.parametrize("more", ["", 'penalty = "firth"\nlimits = "profile"'])
def test_a_small_cohort_is_reported_with_what_is_wrong(tmp_path, capsys, more):
    ended = command(capsys, "report", written(tmp_path, more), "-o", tmp_path / "out", "--internal")
    assert ended.code == 0, ended.err
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["analysis"] == "ratios"]
    ratios = [row for row in rows if row["statistic_name"] == "hazard_ratio"]
    assert ratios
    assert all(row["estimate"] or row["warning"] for row in ratios)
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "Cox regression: hazard ratios from the partial likelihood" in page
