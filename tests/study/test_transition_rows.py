"""Rows of models of the moves: the estimator's own numbers, and moves without a model."""

import pytest
from support.demo_setting import demo_setting
from support.studies import row

from afterglow.estimate.multistate.transition_models import transition_models
from afterglow.plan.multistate_analyses import TransitionModelsAnalysis
from afterglow.study.analysed import analysed
from afterglow.study.results import results_from
from afterglow.study.state_paths import placed_paths
from afterglow.study.transition_rows import transition_model_rows

NAME = "moves"
AGE = {"column": "age", "per": 10}


@pytest.fixture(scope="module")
def setting():
    return demo_setting()


def asked(**keys) -> TransitionModelsAnalysis:
    given = {
        "estimator": "transition_models", "endpoint": "response", "population": "evaluable",
        "terms": [{"column": "sex"}, AGE], **keys,
    }  # fmt: skip
    return TransitionModelsAnalysis.model_validate(given)


def results_of(setting, *, headline=False, **keys):
    return results_from(transition_model_rows(NAME, asked(**keys), setting, headline=headline))


@pytest.fixture(scope="module")
def results(setting):
    return results_of(setting)


def test_numbers_are_the_estimators_own(setting, results):
    analysis = asked()
    found = analysed(NAME, analysis, setting)
    columns = ["sex: M vs F", "age, per 10"]
    paths = placed_paths(found, analysis, setting)
    rows = paths.merge(found.rows[["subject_id", *columns]], on="subject_id")
    move = ("response", "relapse")
    model = transition_models(rows, columns, moves=[move], robust=True)
    for _, mine in model.tidy().iterrows():
        ours = row(results, "coefficient", group="response → relapse", term=mine["term"])
        assert ours["estimate"] == mine["estimate"]
        assert ours["std_error"] == mine["robust_std_error"]
        ratio = row(results, "hazard_ratio", group="response → relapse", term=mine["term"])
        assert ratio["conf_high"] == pytest.approx(mine["hazard_ratio_high"])
    wald = model.tests().tidy().set_index("term").loc["Wald"]
    ours = row(results, "wald_test", group="response → relapse")
    assert ours["statistic"] == pytest.approx(wald["statistic"])


def test_a_move_made_too_seldom_is_named_with_its_count(results):
    untold = results.select(statistic_name="hazard_ratio", term="")
    assert untold["warning"].str.contains("too few for a model").all()
    for _, line in untold.iterrows():
        assert row(results, "n_moves", group=line["group"])["estimate"] < 10


def test_a_move_that_nobody_made(setting):
    found = results_of(setting, moves=["remission -> death"])
    assert row(found, "hazard_ratio")["warning"] == "nobody made this move"
    assert row(found, "n_moves")["estimate"] == 0.0


def test_treatment_states_have_moves_of_their_own(setting):
    found = results_of(setting, treatment_states=True, terms=[AGE], headline=True)
    moves = set(found.select(statistic_name="coefficient")["group"])
    assert {"course → response", "booster → relapse", "symptomatic → booster"} & moves
    assert not len(found.select(statistic_name="wald_test"))


def test_without_robust_variance_the_moves_are_tested_together(setting):
    found = results_of(
        setting, robust=False, terms=[AGE], moves=["response -> relapse", "relapse -> response"]
    )
    each = [
        row(found, "likelihood_ratio_test", group=group)["statistic"]
        for group in ("response → relapse", "relapse → response")
    ]
    together = row(found, "likelihood_ratio_test", group="")
    assert together["statistic"] == pytest.approx(sum(each))
    assert together["df"] == 2


def test_everybody_is_counted(setting, results):
    n = row(results, "n")["estimate"]
    assert n == len(analysed(NAME, asked(), setting).rows)
    moves = results.select(statistic_name="n_moves")["estimate"].sum()
    assert row(results, "n_events")["estimate"] == moves


def test_what_changes_is_as_known_when_a_stretch_began(setting):
    keys = {"column": "days_since_session", "per": 7}
    found = results_of(setting, terms=[AGE], changing=[keys], moves=["response -> relapse"])
    ours = row(found, "coefficient", term="days_since_session, per 7")
    assert (ours["level"], ours["group"]) == ("days_since_session", "response → relapse")
    analysis = asked(terms=[AGE])
    who = analysed(NAME, analysis, setting)
    paths = placed_paths(who, analysis, setting, ["days_since_session"])
    rows = paths.merge(who.rows[["subject_id", "age, per 10"]], on="subject_id")
    model = transition_models(
        rows.assign(weeks=rows["days_since_session"] / 7), ["age, per 10", "weeks"],
        moves=[("response", "relapse")],
    ).tidy().set_index("term")  # fmt: skip
    assert ours["estimate"] == pytest.approx(model.loc["weeks", "estimate"])
