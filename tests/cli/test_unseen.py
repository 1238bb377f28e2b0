"""Endpoints between visits through the command: bad requests, and a small cohort."""

import csv

import pytest
from support.command import PLAN, command
from support.raw_cohort import raw_cohort, write_csv


def asked(estimator: str, endpoint: str, *lines: str) -> str:
    head = f'\n[analysis.{estimator}]\nestimator = "{estimator}"\nendpoint = "{endpoint}"\n'
    return head + "\n".join(lines) + "\n"


LASTS = """
[endpoint.lasts]
kind = "relapse"
instrument = "MADRS"
origin = "endpoint:response"
score_at_least = 22
"""
INCIDENCE = asked("interval_incidence", "lasts", "at_days = [7, 14]", "resamples = 100")
DURATION = asked("doubly_censored", "lasts", "at_days = [7]", "imputations = 2", "resamples = 10")
COURSE = LASTS.replace("endpoint:response", "course_end")


def written(folder, *more: str):
    write_csv(raw_cohort(), folder / "data")
    plan = folder / "plan.toml"
    plan.write_text("".join([PLAN, *more]), encoding="utf-8")
    return plan


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ((COURSE, DURATION), "starts on a known day"),
        ((LASTS, DURATION.replace("at_days = [7]", "")), "at_days"),
        ((LASTS, INCIDENCE.replace("interval_", "intervall_")), "Did you mean"),
        ((LASTS, INCIDENCE + "hidden = true\n"), "Did you mean 'hidden_bound'?"),
    ],
)
def test_a_request_that_cannot_be_met_ends_with_2(tmp_path, capsys, more, says):
    ended = command(capsys, "check", written(tmp_path, *more))
    assert ended.code == 2
    assert says in ended.err


def test_a_small_cohort_is_reported_with_what_it_does_not_give(tmp_path, capsys):
    plan = written(tmp_path, LASTS, INCIDENCE, DURATION)
    ended = command(capsys, "report", plan, "-o", tmp_path / "out", "--internal")
    assert ended.code == 0, ended.err
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for name in ("interval_incidence", "doubly_censored"):
        mine = [row for row in rows if row["analysis"] == name]
        assert mine
        known = [row for row in mine if row["estimate"] and row["section"] == "analysis"]
        assert known or any(row["warning"] for row in mine)
        assert all("inf" not in row.values() for row in mine)
