"""Group tests and parametric models through the command: bad requests, and a very small cohort."""

import csv

import pytest
from support.command import PLAN, command
from support.raw_cohort import raw_cohort, write_csv

ASKED = {
    "weighted": 'estimator = "logrank"\nby = "arm"\nweighting = "gehan"\ntrend = true\npairs = true',
    "largest": 'estimator = "max_combo"\nby = "arm"',
    "means": 'estimator = "rmst"\nby = "arm"\ntau_days = 7\nmedians = true\nresamples = 100',
    "times": 'estimator = "aft"\nterms = [{ column = "age", per = 10 }]\nzero_as_days = 0.5',
    "smooth": 'estimator = "flexible_parametric"\nby = "arm"\nat_days = [7]\nzero_as_days = 0.5',
    "risks": 'estimator = "pseudo_values"\nterms = [{ column = "arm" }]\nat_days = [7]',
}
HEADLINES = {
    "weighted": "logrank",
    "largest": "max_combo",
    "means": "restricted_mean",
    "times": "time_ratio",
    "smooth": "hazard_per_week",
    "risks": "risk_difference",
}


def section(name: str, *more: str) -> str:
    naive = "" if name == "risks" else "naive = true\n"
    lines = "\n".join([ASKED[name], *more])
    return f'\n[analysis.{name}]\nendpoint = "response"\n{naive}{lines}\n'


def written(folder, *sections: str):
    write_csv(raw_cohort(), folder / "data")
    plan = folder / "plan.toml"
    plan.write_text("".join([PLAN, *sections]), encoding="utf-8")
    return plan


@pytest.mark.parametrize(
    ("name", "more", "says"),
    [
        ("weighted", 'adjust = "tukey"', "adjust = 'tukey' is not known"),
        ("weighted", "powers = [0, 1]", "powers does nothing"),
        ("means", 'strata = "arm"', "by and strata are the same column"),
        ("times", 'distribution = "gompertz"', "distribution = 'gompertz' is not known"),
        ("smooth", "df = 0", "df"),
        ("risks", 'link = "probit"', "link = 'probit' is not known"),
    ],
)
def test_a_request_that_cannot_be_met_ends_with_2(tmp_path, capsys, name, more, says):
    ended = command(capsys, "check", written(tmp_path, section(name, more)))
    assert ended.code == 2
    assert says in ended.err


def test_a_very_small_cohort_is_reported_with_what_is_wrong(tmp_path, capsys):
    plan = written(tmp_path, *(section(name) for name in ASKED))
    ended = command(capsys, "report", plan, "-o", tmp_path / "out", "--internal")
    assert ended.code == 0, ended.err
    with (tmp_path / "out" / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for name, headline in HEADLINES.items():
        mine = [row for row in rows if (row["analysis"], row["statistic_name"]) == (name, headline)]
        assert mine, name
        assert all(row["estimate"] or row["p_value"] or row["warning"] for row in mine), name
    again = command(capsys, "report", plan, "-o", tmp_path / "again", "--internal")
    assert again.code == 0
    results = [(tmp_path / folder / "results.csv").read_bytes() for folder in ("out", "again")]
    assert results[0] == results[1]
