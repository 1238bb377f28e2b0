"""Scores within cycles: which scores are used, the model's own numbers, what is said."""

import numpy as np
import pytest
from support.demo_setting import demo_setting
from support.four_cycles import four_setting
from support.studies import estimate, row

from afterglow.estimate.mixed.score_model import score_within_cycle
from afterglow.plan.cycle_analyses import ScoreWithinCycleAnalysis
from afterglow.study.analysed import analysed
from afterglow.study.results import results_from
from afterglow.study.score_rows import cycle_scores, score_rows


def asked(**changes):
    given = {"endpoint": "response", "smallest_group": 1}
    return ScoreWithinCycleAnalysis(estimator="score_within_cycle", **{**given, **changes})


def found(analysis, setting):
    return results_from(score_rows("x", analysis, setting))


def test_four_subjects_by_hand():
    setting = four_setting()
    analysis = asked()
    used = cycle_scores(analysed("x", analysis, setting), analysis, setting)
    days = used.rows.groupby(["subject_id", "cycle"])["days_since_session"].agg(list).to_dict()
    assert days == {
        ("P", 1): [1, 13, 20], ("P", 2): [6],
        ("Q", 1): [1, 13], ("Q", 2): [8],
        ("R", 1): [1, 13, 23, 33], ("S", 1): [1, 13, 19],
    }  # fmt: skip
    assert (used.rows["baseline_score"] == 30).all()
    reasons = used.left_out["level"].value_counts().to_dict()
    assert reasons == {"before the end of the course or block": 1,
                       "after a switch, ECT or withdrawal, or the end of follow-up": 1}  # fmt: skip


def test_late_scores_and_timings_are_left_out_and_counted():
    setting = four_setting()
    results = found(asked(until_days=30.0, knots=(14.0,)), setting)
    assert estimate(results, "n_scores") == 13
    late = "more than 30 days after the last session"
    assert estimate(results, "n_scores_left_out", level=late) == 1
    only = four_setting()
    endpoint = only.plan.endpoint["response"].model_copy(update={"timing": ("off-dose",)})
    object.__setattr__(only.plan, "endpoint", {**only.plan.endpoint, "response": endpoint})
    nothing = found(asked(), only)
    assert estimate(nothing, "n_scores") == 0
    assert "no score was taken after" in row(nothing, "predicted_score")["warning"]


def test_the_numbers_are_the_models_own():
    setting = demo_setting()
    analysis = asked(population="evaluable", smallest_group=5)
    results = found(analysis, setting)
    scores = cycle_scores(analysed("x", analysis, setting), analysis, setting).rows
    model = score_within_cycle(scores)
    for _, theirs in model.predict([0, 7, 14, 28]).iterrows():
        where = {"term": theirs["group"], "time_days": theirs["time_days"], "section": "analysis"}
        ours = row(results, "predicted_score", **where)
        for column in ("estimate", "conf_low", "conf_high"):
            assert ours[column] == theirs[column]
    crossing = model.crossing(22).set_index("group")["estimate"]
    for term, day in crossing.items():
        assert estimate(results, "days_to_threshold", term=term, level="22") == day
    assert len(results.select(section="curve")) == 2 * 57
    counted = estimate(results, "n") + estimate(results, "n_without_score")
    assert counted == len(analysed("x", analysis, setting).rows)
    assert estimate(results, "n_scores") == len(scores)


def test_post_dose_scores_of_a_boosters_day_come_after_it():
    setting = four_setting()
    scores = setting.cohort.scores
    on_the_day = (scores["subject_id"] == "P") & (scores["day"] == 40)
    scores.loc[on_the_day, ["day", "timing"]] = [34.0, "post-dose"]
    analysis = asked()
    used = cycle_scores(analysed("x", analysis, setting), analysis, setting).rows
    mine = used[(used["subject_id"] == "P") & (used["cycle"] == 2)]
    assert mine["days_since_session"].tolist() == [0]
    scores.loc[(scores["subject_id"] == "P") & (scores["day"] == 34), "timing"] = "pre-dose"
    used = cycle_scores(analysed("x", analysis, setting), analysis, setting).rows
    mine = used[(used["subject_id"] == "P") & (used["days_since_session"] == 27)]
    assert mine["cycle"].tolist() == [1]


def test_groups_have_models_of_their_own():
    setting = demo_setting()
    results = found(asked(by="arm", population="evaluable", smallest_group=5), setting)
    predicted = results.select(section="analysis", statistic_name="predicted_score")
    assert set(predicted["group"]) == {"esketamine", "racemic ketamine"}
    assert np.isfinite(predicted["estimate"]).all()


@pytest.mark.parametrize("relapse", ["improvement_below_percent = 50", "score_at_least = 22"])
def test_only_a_score_is_a_threshold(relapse):
    more = f'[endpoint.other]\nkind = "relapse"\ninstrument = "MADRS"\n{relapse}\n'
    results = found(asked(relapse="other", knots=(), parallel=True), four_setting(more))
    assert len(results.select(statistic_name="days_to_threshold")) == (
        2 if relapse.startswith("score") else 0
    )
