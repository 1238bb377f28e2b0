"""Recurring events through the command: bad requests, and a small cohort where nothing recurs."""

import csv

import pytest
from support.command import PLAN, command
from support.raw_cohort import raw_cohort, write_csv

BOOSTER = """
[endpoint.booster]
kind = "booster"
"""
MEANS = """
[analysis.boosters]
estimator = "mean_cumulative_function"
endpoint = "booster"
at_days = [28]
"""


def written(folder, *more: str):
    write_csv(raw_cohort(), folder / "data")
    plan = folder / "plan.toml"
    plan.write_text("".join([PLAN, *more]), encoding="utf-8")
    return plan


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ((MEANS.replace('"booster"', '"response"'),), "it counts events that come again"),
        ((BOOSTER, MEANS, "cycle = 2"), "cycle does nothing"),
        ((BOOSTER, MEANS.replace("mean_cumulative_function", "mean_cumulative_funtion")),
         "Did you mean 'mean_cumulative_function'?"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_met_ends_with_2(tmp_path, capsys, more, says):
    ended = command(capsys, "check", written(tmp_path, *more))
    assert ended.code == 2
    assert says in ended.err


def test_a_cohort_without_boosters_is_reported(tmp_path, capsys):
    plan = written(tmp_path, BOOSTER, MEANS)
    ended = command(capsys, "report", plan, "-o", tmp_path / "out", "--internal")
    assert ended.code == 0, ended.err
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["analysis"] == "boosters"]
    counts = {row["statistic_name"]: row["estimate"] for row in rows if not row["time_days"]}
    assert float(counts["n"]) == float(counts["n_censored"]) + float(counts["n_terminated"])
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "Events that recur" in page
