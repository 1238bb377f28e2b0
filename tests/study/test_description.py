"""Exposure, tolerability, visits and follow-up, on the demo cohort against plain pandas."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.studies import estimate, row

from afterglow.cohort.reading import read_cohort
from afterglow.plan.reading import read_plan
from afterglow.study.run import run

PLAN = Path(__file__).resolve().parents[2] / "analysis" / "plans" / "demo.toml"


@pytest.fixture(scope="module")
def cohort():
    return read_cohort(read_plan(PLAN).data, PLAN.parent)


@pytest.fixture(scope="module")
def study(cohort):
    return run(read_plan(PLAN), cohort)


@pytest.fixture(scope="module")
def members(study, cohort):
    inside = study.populations["evaluable"].members
    return cohort.subjects.sort_values("subject_id")["subject_id"][inside]


def test_sessions_per_subject(study, cohort, members):
    counts = cohort.sessions.groupby("subject_id").size().reindex(members, fill_value=0)
    same = {"section": "exposure", "group": "", "term": "sessions"}
    assert estimate(study.results, "n", **same) == len(members)
    assert estimate(study.results, "mean", **same) == pytest.approx(counts.mean(), rel=1e-12)
    course = estimate(study.results, "mean", **{**same, "term": "course sessions"})
    boosters = estimate(study.results, "mean", **{**same, "term": "boosters"})
    assert course + boosters == pytest.approx(counts.mean(), rel=1e-12)


def test_groups_are_the_arms(study, cohort, members):
    rows = study.results.select(section="exposure", term="sessions", statistic_name="n")
    arms = cohort.subjects.set_index("subject_id")["arm"][members].value_counts()
    assert rows["group"].tolist() == ["", *sorted(arms.index)]
    assert rows["estimate"].tolist()[1:] == [arms[arm] for arm in sorted(arms.index)]


def test_routes_are_shares_of_sessions(study, cohort, members):
    sessions = cohort.sessions[cohort.sessions["subject_id"].isin(members)]
    for level, share in sessions["route"].value_counts(normalize=True).items():
        same = {"section": "exposure", "term": "route", "level": level, "group": ""}
        assert estimate(study.results, "share", **same) == pytest.approx(share, rel=1e-12)


def test_peaks_and_rises(study, cohort, members):
    sessions = cohort.sessions[cohort.sessions["subject_id"].isin(members)]
    rise = sessions["sbp_peak"] - sessions["sbp_baseline"]
    for term, values in (("cadss_peak", sessions["cadss_peak"]), ("sbp_rise", rise)):
        same = {"section": "tolerability", "term": term, "group": ""}
        assert estimate(study.results, "n", **same) == values.notna().sum()
        assert estimate(study.results, "mean", **same) == pytest.approx(values.mean(), rel=1e-12)
        assert estimate(study.results, "q3", **same) == values.quantile(0.75)


def test_adverse_events_are_shares_of_subjects(study, cohort, members):
    events = cohort.events[cohort.events["event"] == "adverse_event"]
    events = events[events["subject_id"].isin(members)]
    same = {"section": "tolerability", "term": "adverse event", "group": ""}
    for level in ("any", *sorted(set(events["term"]))):
        had = events if level == "any" else events[events["term"] == level]
        share = row(study.results, "share", level=level, **same)
        assert (share["n_events"], share["n"]) == (had["subject_id"].nunique(), len(members))
        assert estimate(study.results, "n_records", level=level, **same) == len(had)


def test_trajectory_of_observed_scores(study, cohort, members):
    """The mean on day 28 of the nearest score in the week around it, once per subject."""
    scores = cohort.scores[
        (cohort.scores["instrument"] == "MADRS")
        & (cohort.scores["rater"] == "clinician")
        & cohort.scores["timing"].isin(["pre-dose", "off-dose"])
        & cohort.scores["subject_id"].isin(members)
    ]
    near = scores[(scores["day"] - 28).abs() <= 3.5]
    near = near.assign(away=(near["day"] - 28).abs()).sort_values(["subject_id", "away", "day"])
    chosen = near.groupby("subject_id")["score"].first()
    total = study.results.select(
        section="trajectory", term="MADRS", time_days=28, statistic_name="mean"
    )
    assert total["n"].sum() == len(chosen)
    weighted = np.average(total["estimate"], weights=total["n"])
    assert weighted == pytest.approx(chosen.mean(), rel=1e-12)
    assert (total["conf_low"] < total["estimate"]).all()


def test_visits_scheduled_or_not(study, cohort, members):
    scores = cohort.scores[cohort.scores["subject_id"].isin(members)]
    mine = scores[scores["instrument"] == "MADRS"]["scheduled"]
    same = {"section": "visits", "term": "MADRS", "level": "unscheduled", "group": ""}
    found = row(study.results, "share", **same)
    assert (found["n_events"], found["n"]) == ((~mine.astype(bool)).sum(), len(mine))


def test_reasons_for_the_end_of_follow_up(study, cohort, members):
    ends = cohort.follow_up.set_index("subject_id").loc[members]
    for level, count in ends["reason"].value_counts().items():
        same = {"section": "follow_up", "term": "end of follow-up", "level": level, "group": ""}
        assert row(study.results, "share", **same)["n_events"] == count
    length = {"section": "follow_up", "term": "follow-up, days", "group": ""}
    assert estimate(study.results, "median", **length) == ends["end_day"].median()


def test_account_is_that_of_reading(study, cohort):
    rows = study.results.select(section="account")
    assert rows["estimate"].tolist() == [step.n_rows for step in cohort.account.steps]


def test_described_is_the_population_of_the_primary_analysis(study):
    assert study.described_population == "evaluable"
    tables = study.results.table
    described = tables[tables["section"].isin(["baseline", "exposure", "trajectory", "visits"])]
    assert set(described["population"]) == {"evaluable"}
    assert isinstance(study.results.table, pd.DataFrame)
