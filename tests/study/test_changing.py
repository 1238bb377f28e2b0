"""Rows of a regression cut along the path, and the covariates that change on it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.studies import row

from afterglow.cohort.reading import read_cohort
from afterglow.estimate.cox.model import cox
from afterglow.plan.cox_analyses import Changing
from afterglow.plan.reading import read_plan
from afterglow.study.changing import AT_RISK_FROM, cut, with_changes
from afterglow.study.cox_rows import cox_rows
from afterglow.study.regressions import material
from afterglow.study.results import results_from
from afterglow.study.run import prepare

DEMO_PLAN = Path(__file__).resolve().parents[2] / "analysis" / "plans" / "demo.toml"
NAME = "end_of_response_cox"
SCORE = Changing(column="last_score", per=5)
SESSIONS = Changing(column="sessions_so_far")
INF = np.inf


def endpoint_row(**columns) -> dict:
    return {"subject_id": "a", "origin_day": 10.0, "entry_days": 0.0, "duration_days": 15.0,
            "event": True, **columns}  # fmt: skip


PATH = pd.DataFrame(
    {
        "subject_id": ["a", "a", "a", "b"],
        "start_day": [0.0, 10.0, 20.0, 0.0],
        "stop_day": [10.0, 20.0, 22.0, 5.0],
        "last_score": [30.0, 12.0, 18.0, 7.0],
    }
)


def pieces_of(**columns) -> list[tuple]:
    found = cut(pd.DataFrame([endpoint_row(**columns)]), PATH)
    return list(
        found[[AT_RISK_FROM, "duration_days", "event", "last_score"]].itertuples(
            index=False, name=None
        )
    )


def test_pieces_follow_the_path_on_the_clock_of_the_endpoint():
    # Days 10 to 25 of the path; the last stretch stops on day 22 and is carried on.
    assert pieces_of() == [
        (-INF, 0.0, False, 30.0),
        (0.0, 10.0, False, 12.0),
        (10.0, 15.0, True, 18.0),
    ]


def test_late_entry_begins_within_a_stretch():
    assert pieces_of(entry_days=4.0, event=False) == [
        (4.0, 10.0, False, 12.0),
        (10.0, 15.0, False, 18.0),
    ]


def test_an_event_on_the_first_day_and_one_where_a_stretch_stops():
    assert pieces_of(duration_days=0.0) == [(-INF, 0.0, True, 30.0)]
    assert pieces_of(duration_days=10.0)[-1] == (0.0, 10.0, True, 12.0)


def test_a_clock_that_starts_before_the_path_has_its_first_value():
    found = pieces_of(subject_id="b", origin_day=-3.0, duration_days=4.0)
    assert found == [(-INF, 4.0, True, 7.0)]


@pytest.fixture(scope="module")
def setting():
    plan = read_plan(DEMO_PLAN)
    return prepare(plan, read_cohort(plan.data, DEMO_PLAN.parent))[0]


def asked(setting, **changes):
    changes = {"curves_by": None, "at_days": (), **changes}
    return setting.plan.analysis[NAME].model_copy(update=changes)


def test_cutting_alone_changes_no_number(setting):
    given = material(NAME, asked(setting), setting)
    changed = with_changes(given, (SCORE,), setting)
    whole = cox(given.rows, list(given.columns), entry=given.entry)
    pieces = cox(changed.rows, list(given.columns), entry=AT_RISK_FROM, subject="subject_id")
    assert len(changed.rows) > len(given.rows)
    np.testing.assert_allclose(pieces.fit.beta, whole.fit.beta, rtol=1e-9)
    np.testing.assert_allclose(pieces.variance, whole.variance, rtol=1e-8)
    assert pieces.tidy()[["n", "n_events"]].equals(whole.tidy()[["n", "n_events"]])


def test_what_changes_has_a_ratio_of_its_own(setting):
    analysis = asked(setting, changing=(SCORE, SESSIONS))
    results = results_from(cox_rows(NAME, analysis, setting))
    score = row(results, "hazard_ratio", term="last_score, per 5", level="last_score")
    assert score["estimate"] > 1  # a higher score is worse, and nearer to the end of response
    assert score["p_value"] < 0.05
    given = with_changes(material(NAME, analysis, setting), analysis.changing, setting)
    model = cox(given.rows, list(given.columns), entry=AT_RISK_FROM, subject="subject_id")
    assert score["estimate"] == pytest.approx(
        model.tidy().set_index("term").loc["last_score, per 5", "hazard_ratio"]
    )
    assert row(results, "n")["estimate"] == score["n"]
    assert np.isfinite(row(results, "proportional_hazards_test", level="last_score")["p_value"])


def test_without_a_path_it_is_not_estimated(setting):
    from dataclasses import replace

    response = {k: v for k, v in setting.derived.plan.endpoint.items() if v.kind != "response"}
    derived = replace(setting.derived, plan=setting.plan.model_copy(update={"endpoint": response}))
    found = results_from(
        cox_rows(NAME, asked(setting, changing=(SCORE,)), replace(setting, derived=derived))
    )
    ratio = row(found, "hazard_ratio")
    assert np.isnan(ratio["estimate"])
    assert "have no path" in ratio["warning"]
