"""Groups formed after day 0, in a cohort of eight by hand and where nothing is to be found."""

import numpy as np
import pandas as pd
import pytest
from support.studies import SCORES, tiny_cohort, tiny_plan

from afterglow.estimate.cox.model import cox
from afterglow.study.analysed import analysed
from afterglow.study.changing import AT_RISK_FROM, switched
from afterglow.study.landmarks import from_landmark
from afterglow.study.later_status import known, labels_by
from afterglow.study.run import prepare, run

LANDMARK = """
[analysis.early]
estimator = "kaplan_meier"
endpoint = "relapse"
by = "event:booster"
landmark_days = 12
strategy = { booster = "ignore" }
at_days = [7]

[analysis.so_far]
estimator = "cox"
endpoint = "relapse"
terms = [{ column = "age", per = 10 }]
changing = [{ column = "event:booster" }]
strategy = { booster = "ignore" }
"""


@pytest.fixture(scope="module")
def setting():
    return prepare(tiny_plan(LANDMARK), tiny_cohort())[0]


def by_subject(setting, values):
    return dict(zip(setting.subjects["subject_id"], values, strict=True))


def test_when_each_status_was_known(setting):
    response = known("endpoint:response", setting)
    # A1, A2 and B1, B2 respond on day 8, A3 on day 15; A5 has no baseline.
    found = by_subject(setting, response.day)
    assert found == {"A1": 8, "A2": 8, "A3": 15, "A4": np.inf, "A5": np.inf, "B1": 8, "B2": 8,
                     "B3": np.inf}  # fmt: skip
    assert by_subject(setting, response.missing)["A5"] == "no baseline"
    # A1 is in relapse at 15, but only the visit of day 22 confirms it.
    assert by_subject(setting, known("endpoint:relapse", setting).day)["A1"] == 22
    booster = by_subject(setting, known("event:booster", setting).day)
    assert booster["A2"] == 24
    assert sorted(set(booster.values())) == [24, np.inf]
    assert by_subject(setting, known("event:lost", setting).day)["A4"] == 20


def test_groups_are_what_is_known_on_the_day(setting):
    for day, responders in ((7.0, 0), (8.0, 4), (15.0, 5)):
        groups, _ = labels_by("endpoint:response", np.full(8, day), setting)
        assert list(groups).count("response") == responders
        assert groups.isna().sum() == 1  # no baseline, no status
    sessions, _ = labels_by("sessions_so_far", np.full(8, 25.0), setting)
    assert list(sessions.categories) == ["2", "3"]
    assert by_subject(setting, sessions)["A2"] == "3"


def test_clocks_start_at_the_landmark_and_nobody_vanishes(setting):
    analysis = setting.plan.analysis["early"]
    found = analysed("early", analysis, setting)
    # Origin is the response, day 8 or 15; the landmark lies 12 days later.
    rows = found.rows.set_index("subject_id")
    assert rows.loc["A2", "origin_day"] == 20.0
    assert rows.loc["A2", "duration_days"] == 2.0  # relapse on day 22
    reasons = found.set_aside.set_index("subject_id")["reason"]
    assert reasons["A1"] == "relapse by the landmark"
    assert reasons["B1"] == "follow-up ended by the landmark"
    assert len(found.rows) + len(found.set_aside) == 8


def test_the_immortal_days_are_those_before_the_status_was_known():
    # A3 responds on day 15, is boosted on day 20 and last seen free of relapse on day 22.
    given = [(name, day, 1, "") for name in SCORES for day in (0, 7)]
    cohort = tiny_cohort(sessions=[*given, ("A3", 20, 1, "")])
    results = run(tiny_plan(LANDMARK), cohort).results
    for analysis in ("early", "so_far"):
        found = results.select(statistic_name="immortal_person_days", analysis=analysis)
        assert found[["level", "estimate", "n"]].to_numpy().tolist() == [["event:booster", 5.0, 1]]


def simulated(n=4000, seed=1):
    """A response and a later event that have nothing to do with each other."""
    random = np.random.default_rng(seed)
    response = np.ceil(random.exponential(20.0, n))
    event, end = np.ceil(random.exponential(30.0, n)), np.ceil(random.uniform(30.0, 90.0, n))
    rows = pd.DataFrame(
        {
            "subject_id": np.arange(n), "endpoint": "relapse", "origin_day": 0.0,
            "origin_lower_day": 0.0, "entry_days": 0.0, "lower_days": 0.0,
            "duration_days": np.minimum(event, end), "upper_days": np.inf, "event": event <= end,
            "cause": np.where(event <= end, "relapse", ""),
        }
    )  # fmt: skip
    return rows, np.where(response < rows["duration_days"], response, np.inf)


def log_ratio(rows, column, **options):
    row = cox(rows, [column], **options).tidy().iloc[0]
    return row["estimate"], row["std_error"]


def test_where_there_is_nothing_only_the_comparison_from_day_0_finds_something():
    rows, response = simulated()
    naive, error = log_ratio(rows.assign(responder=np.isfinite(response) * 1.0), "responder")
    assert naive < -0.4  # a hazard ratio of two thirds, out of nothing
    assert naive < -8 * error
    late = from_landmark(rows, 21.0).rows
    reached = (response[late["subject_id"]] <= 21.0) * 1.0
    found, error = log_ratio(late.assign(responder=reached), "responder")
    assert abs(found) < 2 * error
    pieces = switched(rows.assign(**{AT_RISK_FROM: -np.inf}), response, "responder")
    found, error = log_ratio(pieces, "responder", entry=AT_RISK_FROM, subject="subject_id")
    assert abs(found) < 2 * error


def test_pieces_meet_and_keep_the_event():
    rows, response = simulated(200)
    pieces = switched(rows.assign(**{AT_RISK_FROM: -np.inf}), response, "responder")
    assert pieces["event"].sum() == rows["event"].sum()
    ends = pieces.groupby("subject_id")["duration_days"].max()
    np.testing.assert_array_equal(ends, rows["duration_days"])
    second = pieces[pieces["responder"] == 1.0]
    np.testing.assert_array_equal(second[AT_RISK_FROM], response[second["subject_id"]])


def test_a_status_known_from_the_start_or_on_the_day_of_the_event():
    rows = pd.DataFrame(
        {"subject_id": ["a", "b"], AT_RISK_FROM: -np.inf, "duration_days": [5.0, 5.0],
         "event": [True, True]}
    )  # fmt: skip
    found = switched(rows, np.array([0.0, 5.0]), "status")
    assert found["status"].tolist() == [1.0, 0.0]
