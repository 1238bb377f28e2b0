"""Predictions through the derivation: rows at each day, known risks, and what is counted out."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from support.known_relapses import EFFECT, NOISE, PLAN, PREDICTION, known_cohort, true_risk
from support.plan_text import plan_of_text
from support.slow_prediction import Course, slow_at_risk
from support.studies import estimate, row, tiny_cohort, tiny_plan

from afterglow.estimate.prediction.score import score_predictions
from afterglow.study.prediction_days import prediction_days
from afterglow.study.prediction_rows import fit, prediction_rows
from afterglow.study.results import results_from
from afterglow.study.run import prepare

CENSORED = 'target = "relapse"\nstrategy = { booster = "censor" }'
COMPETING = 'target = "relapse_before_booster"'


@cache
def known(text: str = PREDICTION):
    plan = plan_of_text(PLAN, text)
    setting, _ = prepare(plan, known_cohort())
    return plan.analysis["risk"], setting


@cache
def results_of(text: str = PREDICTION):
    analysis, setting = known(text)
    return results_from(prediction_rows("risk", analysis, setting))


@pytest.mark.parametrize(("target", "boosters"), [(COMPETING, True), (CENSORED, False)])
def test_a_known_risk_is_predicted(target, boosters):
    analysis, setting = known(PREDICTION.replace(COMPETING, target))
    given = prediction_days("risk", analysis, setting)
    model = fit(analysis, given, setting)
    found = model.predict(given.rows)["estimate"].to_numpy()
    score = given.rows["last_score"].to_numpy()
    truth = true_risk(score, boosters=boosters)
    assert np.abs(found - truth).mean() < 0.02
    beta = model.tidy().set_index(["cause", "term"])["estimate"][("event", "last_score")]
    assert beta == pytest.approx(EFFECT, abs=0.05)
    assert len(given.rows) > 700


def test_a_known_risk_is_calibrated_beyond_its_data_and_noise_is_useless():
    good = results_of(PREDICTION + '\nleave_out = "site_id"')
    bad = results_of(
        PREDICTION.replace('["last_score"]', "[]")
        + "\nterms = ["
        + ", ".join(f'{{ column = "{name}" }}' for name in NOISE)
        + "]\npenalty = 0.05"
    )
    for kind in ("optimism-corrected", "left-out subjects", "left-out sites"):
        table = pooled(good, kind)
        assert table["calibration_slope"] == pytest.approx(1.0, abs=0.25), kind
        assert table["ici"] < 0.035
        assert table["auc"] > 0.68
        assert table["scaled_brier"] > 0.05
    table = pooled(bad, "left-out subjects")
    assert table["calibration_slope"] == pytest.approx(0.0, abs=0.4)
    assert table["auc"] == pytest.approx(0.5, abs=0.05)
    assert table["scaled_brier"] < 0.0
    assert pooled(bad, "optimism-corrected")["scaled_brier"] <= 0.0
    assert pooled(bad, "apparent")["scaled_brier"] > 0.0


def pooled(results, kind: str) -> pd.Series:
    rows = results.select(section="analysis", term="model", level=kind, group="")
    rows = rows[rows["time_days"].isna()]
    return rows.set_index("statistic_name")["estimate"]


def test_numbers_are_the_estimators_own():
    results = results_of()
    analysis, setting = known()
    given = prediction_days("risk", analysis, setting)
    model = fit(analysis, given, setting)
    day = 17.0
    mine = given.rows[given.rows["landmark_day"] == day]
    mine = mine.assign(
        risk=model.predict(mine)["estimate"].to_numpy(),
        duration_days=mine["duration_days"] - day,
    )
    other = score_predictions(mine, {"m": ["risk"]}, [28.0], cause="cause", of_cause="relapse")
    other = other.tidy().set_index(["term", "group"])["estimate"]
    for name in ("brier", "auc", "scaled_brier", "concordance"):
        found = estimate(results, name, term="model", level="apparent", time_days=day)
        assert found == pytest.approx(other[(name, "m")], rel=1e-9)
    assert estimate(results, "n_at_landmark", time_days=day, level="at risk") == len(mine)
    within = (mine["duration_days"] <= 28) & (mine["cause"] == "relapse")
    assert estimate(results, "n_at_landmark", time_days=day, level="event") == within.sum()
    coefficient = row(results, "coefficient", group="relapse", term="last_score")
    table = model.tidy()
    assert coefficient["estimate"] == table.loc[table["term"] == "last_score", "estimate"].iloc[0]
    own = model.stack.subject[model.stack.within == 1]
    assert estimate(results, "n_with_event") == len(set(own.tolist()))


def test_the_risk_at_a_score_is_near_the_true_one():
    table = results_of().select(statistic_name="predicted_at_score")
    truth = true_risk(table["level"].astype(float).to_numpy(), boosters=True)
    assert len(table) == 9
    np.testing.assert_allclose(table["estimate"], truth, atol=0.05)


def test_everybody_with_a_row_is_at_risk_or_set_aside_on_each_day():
    results = results_of()
    analysis, setting = known()
    given = prediction_days("risk", analysis, setting)
    for day in analysis.prediction_days:
        at_risk = estimate(results, "n_at_landmark", time_days=day, level="at risk")
        aside = results.select(statistic_name="n_set_aside_at_landmark", time_days=day)
        assert at_risk + aside["estimate"].sum() == len(given.found.rows)
        assert "relapse before" in set(aside["level"])
    assert "booster before" in set(aside["level"])


def test_what_is_known_on_a_day_is_what_the_raw_tables_say():
    text = PREDICTION.replace(
        '["last_score"]',
        '["last_score", "change_from_baseline", "slope", "days_since_score", "sessions_so_far"]',
    )
    analysis, setting = known(text)
    found = prediction_days("risk", analysis, setting).rows
    scores = dict(iter(setting.cohort.scores.groupby("subject_id")))
    sessions = {who: own["day"] for who, own in setting.cohort.sessions.groupby("subject_id")}
    for one in found.sample(60, random_state=1).to_dict("records"):
        today = 18.0 + one["landmark_day"]
        seen = scores[one["subject_id"]]
        seen = seen[seen["day"] <= today].sort_values("day")
        last = seen.iloc[-1]
        assert one["last_score"] == last["score"]
        assert one["days_since_score"] == today - last["day"]
        assert one["change_from_baseline"] == last["score"] - 32
        three = seen.tail(3)
        assert one["slope"] == pytest.approx(np.polyfit(three["day"] / 7, three["score"], 1)[0])
        assert one["sessions_so_far"] == (sessions[one["subject_id"]] <= today).sum()


def test_who_waits_for_confirmation_is_not_predicted_for():
    analysis, setting = known()
    rows = prediction_days("risk", analysis, setting).rows
    assert (rows["last_score"] < 22).all()
    dated_when_confirmed = PLAN.replace(
        "gap_days = [5, 15]", 'gap_days = [5, 15], date = "confirming"'
    )
    plan = plan_of_text(dated_when_confirmed, PREDICTION)
    other, _ = prepare(plan, known_cohort())
    later = prediction_days("risk", plan.analysis["risk"], other).rows
    assert (later["last_score"] >= 22).any()


TINY = """
[analysis.risk]
estimator = "landmark_prediction"
endpoint = "relapse"
target = "relapse_before_booster"
horizon_days = 14
prediction_days = [1, 8]
predictors = ["last_score"]
resamples = 0
"""


def test_the_eight_by_hand():
    plan = tiny_plan(TINY)
    setting, _ = prepare(plan, tiny_cohort())
    given = prediction_days("risk", plan.analysis["risk"], setting)
    # A1 responds on day 8 and relapses on day 15; A2 responds on day 8 and is boosted on day 24;
    # A3 responds on day 15 and was last free on day 22, B1 on day 15; B2 is not seen again.
    expected = {("A1", 1.0), ("A2", 1.0), ("A2", 8.0), ("A3", 1.0), ("B1", 1.0)}
    found = given.rows[["subject_id", "landmark_day", "last_score"]]
    assert {(who, day) for who, day, _ in found.itertuples(index=False)} == expected
    scores = found.set_index(["subject_id", "landmark_day"])["last_score"]
    assert scores[("A2", 1.0)] == 12
    assert scores[("A2", 8.0)] == 10
    assert scores[("A3", 1.0)] == 14


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"prediction_days": (300.0,)}, "nobody to analyse"),
        ({"horizon_days": 1.0, "prediction_days": (1.0,)}, "No event lies within a window"),
    ],
)
def test_what_the_data_cannot_answer_is_said(change, said):
    plan = tiny_plan(TINY)
    setting, _ = prepare(plan, tiny_cohort())
    analysis = plan.analysis["risk"].model_copy(update=change)
    results = results_from(prediction_rows("risk", analysis, setting))
    assert said in row(results, "scaled_brier")["warning"]


def test_the_headline_is_the_counts():
    analysis, setting = known()
    names = {
        one["statistic_name"] for one in prediction_rows("risk", analysis, setting, headline=True)
    }
    assert "n_at_landmark" in names
    assert "brier" not in names


@pytest.mark.parametrize("day", [10, 17, 24])
def test_who_is_at_risk_is_who_the_story_of_each_subject_says(day):
    analysis, setting = known()
    rows = prediction_days("risk", analysis, setting).rows
    found = rows[rows["landmark_day"] == day].set_index("subject_id")["last_score"].to_dict()
    scores, sessions = setting.cohort.scores, setting.cohort.sessions
    visits = dict(iter(scores.groupby("subject_id")[["day", "score"]]))
    doses = {who: own.tolist() for who, own in sessions.groupby("subject_id")["day"]}
    expected = {}
    for who, own in visits.items():
        course = Course(list(own.sort_values("day").itertuples(index=False, name=None)), doses[who])
        last = slow_at_risk(course, day)
        if last is not None:
            expected[who] = last
    assert found == expected
