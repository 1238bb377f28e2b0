"""Strategies through the command: bad requests, a cohort without sessions, and single subjects."""

import csv

import pytest
from support.command import PLAN, command
from support.raw_cohort import raw_cohort, without, write_csv

COMPARE = """
[analysis.strategies]
estimator = "strategy_comparison"
endpoint = "relapse"
at_days = [14, 28]
"""


def written(folder, *more: str, raw=None):
    write_csv(raw or raw_cohort(), folder / "data")
    plan = folder / "plan.toml"
    plan.write_text("".join([PLAN, *more]), encoding="utf-8")
    return plan


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ((COMPARE.replace('"relapse"', '"response"'),), "strategies are compared for an endpoint"),
        ((COMPARE, 'role = "primary"\n'), "a comparison of strategies has no single result"),
        ((COMPARE, 'vary = ["boosters"]\n'), "Did you mean 'booster'?"),
        ((COMPARE, 'by = "arm"\n'), "by does nothing where strategies are compared"),
        ((COMPARE, 'weighted = "response_rate"\n'), "weighted needs an analysis by"),
    ],
)
def test_a_request_that_cannot_be_met_ends_with_2(tmp_path, capsys, more, says):
    ended = command(capsys, "check", written(tmp_path, *more))
    assert ended.code == 2
    assert says in ended.err


@pytest.mark.parametrize("raw", [raw_cohort(), without(raw_cohort(), "sessions")])
def test_next_to_no_data_are_reported(tmp_path, capsys, raw):
    plan = written(tmp_path, COMPARE, raw=raw)
    ended = command(capsys, "report", plan, "-o", tmp_path / "out", "--internal")
    assert ended.code == 0, ended.err
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["analysis"] == "strategies"]
    shown = [row for row in rows if row["statistic_name"] == "free_of_event"]
    assert shown
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "The same endpoint under every strategy" in page
