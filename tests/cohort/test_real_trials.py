"""Three public trials read from their files as they are."""

import pandas as pd
import pytest
from support.shared import shared_file

from afterglow import names as n
from afterglow.cohort.model import Cohort
from afterglow.cohort.reading import read_cohort
from afterglow.plan.data import DataSource


def read_trial(file: str, **tables: object) -> tuple[Cohort, pd.DataFrame]:
    path = shared_file("data", file)
    source = DataSource.model_validate({"path": file, **tables})
    return read_cohort(source, path.parent), pd.read_csv(path)


def test_riesby():
    cohort, raw = read_trial(
        "riesby_hdrs.csv",
        subjects={
            "columns": {"subject_id": "id"},
            "values": {"endog": {"0": "non-endogenous", "1": "endogenous"}},
            "keep": ["endog"],
        },
        scores={
            "columns": {"subject_id": "id", "day": "week", "score": "hamd"},
            "units": {"day": "weeks"},
            "constants": {"instrument": "HAMD17"},
        },
    )
    assert len(cohort.subjects) == 66
    assert cohort.subjects["endog"].value_counts().to_dict() == {
        "endogenous": 37,
        "non-endogenous": 29,
    }
    assert len(cohort.scores) == raw["hamd"].notna().sum() == 375
    assert cohort.scores[n.SCORE].sum() == raw["hamd"].sum()
    assert sorted(cohort.scores[n.DAY].unique()) == [0, 7, 14, 21, 28, 35]
    assert cohort.account.rows("scores", "aside") == 396 - 375
    assert cohort.sessions is None
    assert cohort.follow_up_assumed


@pytest.mark.parametrize("by_label", [True, False])
def test_antidepressant_trial(by_label):
    columns = {"subject_id": "PATIENT", "visit": "VISIT", "score": "HAMDTL17"}
    days = (
        {"columns": columns, "visit_days": {"4": 7, "5": 14, "6": 28, "7": 42}}
        if by_label
        else {"columns": {**columns, "day": "RELDAYS"}}
    )
    cohort, raw = read_trial(
        "antidepressant_hamd17.csv",
        subjects={
            "columns": {"subject_id": "PATIENT", "arm": "THERAPY", "sex": "GENDER"},
            "values": {"arm": {"DRUG": "drug", "PLACEBO": "placebo"}},
        },
        scores={**days, "constants": {"instrument": "HAMD17"}, "baseline": {"column": "BASVAL"}},
    )
    first = raw.drop_duplicates("PATIENT")
    assert cohort.subjects[n.ARM].value_counts().to_dict() == {
        word.lower(): count for word, count in first["THERAPY"].value_counts().items()
    }
    baseline = cohort.scores[cohort.scores[n.TIMING] == "pre-dose"]
    assert len(baseline) == 172
    assert baseline[n.SCORE].sum() == first["BASVAL"].sum()
    assert len(cohort.scores) == 608 + 172
    later = cohort.scores[cohort.scores[n.DAY] > 0]
    expected = [7, 14, 28, 42] if by_label else sorted(raw["RELDAYS"].unique())
    assert sorted(later[n.DAY].unique()) == expected


def test_beat_the_blues_long_and_wide_agree():
    subjects = {
        "columns": {"subject_id": "subject", "arm": "treatment"},
        "keep": ["drug", "length"],
    }
    common = {"constants": {"instrument": "BDI2"}, "baseline": {"column": "bdi_pre"}}
    long, raw = read_trial(
        "btheb_long.csv",
        subjects=subjects,
        scores={
            **common,
            "columns": {"subject_id": "subject", "day": "month", "score": "bdi"},
            "units": {"day": "months"},
        },
    )
    wide, _ = read_trial(
        "btheb_wide.csv",
        subjects=subjects,
        scores={
            **common,
            "columns": {"subject_id": "subject"},
            "wide": [{"column": f"bdi_{month}m", "month": month} for month in (2, 3, 5, 8)],
        },
    )
    pd.testing.assert_frame_equal(long.scores, wide.scores)
    pd.testing.assert_frame_equal(long.subjects, wide.subjects)
    assert len(long.scores) == 100 + raw["bdi"].notna().sum()
    assert long.subjects["drug"].isin(["Yes", "No"]).all()
