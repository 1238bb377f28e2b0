"""Three public trials, from their files as they are to a rendered report."""

import csv
from pathlib import Path

import pytest
from support.shared import shared_file

from afterglow.cli.app import main

PLANS = Path(__file__).resolve().parents[1] / "plans"
TRIALS = {
    "riesby": ("riesby_hdrs.csv", 66),
    "antidepressant": ("antidepressant_hamd17.csv", 172),
    "btheb": ("btheb_long.csv", 100),
}


@pytest.mark.parametrize("trial", TRIALS)
def test_report_of_a_real_trial(trial, tmp_path, capsys):
    file, n_subjects = TRIALS[trial]
    shared_file("data", file)
    code = main(["report", str(PLANS / f"{trial}.toml"), "-o", str(tmp_path / trial)])
    assert code == 0, capsys.readouterr().err
    page = (tmp_path / trial / "index.html").read_text(encoding="utf-8")
    assert "Public data" in page
    assert f"{n_subjects} subjects" in page
    with (tmp_path / trial / "results.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    used = [row for row in rows if row["section"] == "account" and row["term"] == "used"]
    subjects = next(row for row in used if row["group"] == "subjects")
    assert float(subjects["estimate"]) == n_subjects
    assert any(row["section"] == "analysis" and row["estimate"] for row in rows)
