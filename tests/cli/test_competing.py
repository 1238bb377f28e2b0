"""Competing causes and states through the command: bad requests, and a small cohort."""

import csv

import pytest
from support.command import PLAN, command
from support.raw_cohort import raw_cohort, write_csv

TERMS = 'terms = [{ column = "arm", reference = "placebo" }]'


def asked(estimator: str, endpoint: str, *lines: str) -> str:
    head = f'\n[analysis.{estimator}]\nestimator = "{estimator}"\nendpoint = "{endpoint}"\n'
    return head + "\n".join(lines) + "\n"


GRAY = asked("gray_test", "relapse", 'by = "arm"')
FINE = asked("fine_gray", "relapse", TERMS, 'curves_by = "arm"', "at_days = [7]")
CAUSES = asked("cause_specific_cox", "relapse", TERMS)
STATES = asked("multistate", "response", 'by = "arm"', "at_days = [7, 14]")


def written(folder, *more: str):
    write_csv(raw_cohort(), folder / "data")
    plan = folder / "plan.toml"
    plan.write_text("".join([PLAN, *more]), encoding="utf-8")
    return plan


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (asked("gray_test", "relapse"), "it compares groups"),
        (asked("fine_gray", "relapse"), "terms"),
        (asked("cause_specific_cox", "relapse", TERMS, "at_days = [7]"), "without curves_by"),
        (asked("multistate", "relapse", "at_days = [7]"), "name 'response'"),
        (STATES.replace("multistate", "multi_state"), "Did you mean 'multistate'?"),
    ],
)
def test_a_request_that_cannot_be_met_ends_with_2(tmp_path, capsys, more, says):
    ended = command(capsys, "check", written(tmp_path, more))
    assert ended.code == 2
    assert says in ended.err


def test_a_small_cohort_is_reported_with_what_it_does_not_give(tmp_path, capsys):
    plan = written(tmp_path, GRAY, FINE, CAUSES, STATES)
    ended = command(capsys, "report", plan, "-o", tmp_path / "out", "--internal")
    assert ended.code == 0, ended.err
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for name in ("gray_test", "fine_gray", "cause_specific_cox", "multistate"):
        mine = [row for row in rows if row["analysis"] == name]
        assert mine
        bare = [
            row for row in mine
            if row["section"] == "analysis" and not row["estimate"] and not row["p_value"]
        ]  # fmt: skip
        assert all(row["warning"] for row in bare if row["statistic_name"] != "gray_test")
    shares = {}
    for row in rows:
        if row["statistic_name"] == "occupancy" and row["section"] == "analysis":
            key = row["group"], row["time_days"]
            shares[key] = shares.get(key, 0.0) + float(row["estimate"])
    assert shares
    assert all(total == pytest.approx(1.0) for total in shares.values())
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "States over time" in page
