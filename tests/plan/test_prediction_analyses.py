"""What a plan may ask of a prediction, and which targets it may not mix."""

import pytest
from support.plan_text import HEAD, RELAPSE, RESPONSE, faults

from afterglow.plan.reading import plan_from_text

PREDICTION = """
[analysis.x]
estimator = "landmark_prediction"
endpoint = "relapse"
horizon_days = 28
prediction_days = [14, 28]
"""
BEFORE_BOOSTER = 'target = "relapse_before_booster"\n'
CENSORED = 'strategy = { booster = "censor" }\n'
AT = "plan.toml [analysis.x]: "
WRONG = {
    'target = "relapse"': "target = 'relapse' is relapse as if no booster were given, but boosters "
    "have the strategy 'competing' here: write strategy = { booster = \"censor\" }, or choose "
    "another target.",
    'target = "days_to_relapse"': "target = 'days_to_relapse' is relapse as if no booster were "
    "given, but boosters have the strategy 'competing' here: write strategy = { booster = "
    '"censor" }, or choose another target.',
    BEFORE_BOOSTER + CENSORED: "target = 'relapse_before_booster' is the risk of relapse in care "
    "as it is, in which a booster comes first for some, but boosters have the strategy 'censor' "
    'here: write strategy = { booster = "competing" }, or choose another target.',
    BEFORE_BOOSTER + 'strategy = { switch = "event" }': "target = 'relapse_before_booster' is "
    "about relapse alone, but switch would count as one: give another strategy.",
    BEFORE_BOOSTER + "predictors = []": "predictors and terms are both empty: name what predicts.",
    BEFORE_BOOSTER + "penalty = 0.5\nfolds = 4": "folds does nothing with a penalty of your own: "
    "leave it out.",
    BEFORE_BOOSTER + "resamples = 1": "one resample says nothing: give 0, or 2 and more.",
    'target = "days_to_relapse"\nthresholds = [0.2]\n' + CENSORED: "thresholds does nothing for "
    "days_to_relapse, which is no risk.",
    BEFORE_BOOSTER
    + 'strata = "site_id"': "strata does nothing in a prediction: name what predicts "
    "in terms and predictors.",
    BEFORE_BOOSTER + 'predictors = ["last_score", "last_score"]': "predictors names a predictor "
    "twice.",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=list(WRONG))
def test_what_makes_no_sense_or_mixes_targets_is_refused(text, said):
    assert faults(RESPONSE, RELAPSE, PREDICTION, text) == [AT + said]


def test_a_target_must_be_named():
    found = faults(RESPONSE, RELAPSE, PREDICTION)
    assert len(found) == 1
    assert "target" in found[0]


def test_only_relapse_is_predicted():
    text = PREDICTION.replace('"relapse"', '"response"') + BEFORE_BOOSTER
    assert faults(RESPONSE, RELAPSE, text) == [
        AT + "target = 'relapse_before_booster' needs an endpoint of kind relapse; 'response' is "
        "a response."
    ]


def test_the_day_of_prediction_is_no_predictor_besides():
    late = RELAPSE + 'origin = "course_end"\n'
    text = PREDICTION + BEFORE_BOOSTER + 'predictors = ["last_score", "days_since_session"]'
    found = faults(RESPONSE, late, text)
    assert len(found) == 1
    assert "days_since_session is the day of prediction itself" in found[0]


def test_days_of_prediction_are_not_repeated():
    text = PREDICTION.replace("[14, 28]", "[14, 14]") + BEFORE_BOOSTER
    assert faults(RESPONSE, RELAPSE, text) == [AT + "prediction_days names a day twice."]


def test_unknown_predictors_are_told():
    text = PREDICTION + BEFORE_BOOSTER + 'predictors = ["last_scor"]'
    assert "Did you mean 'last_score'?" in faults(RESPONSE, RELAPSE, text)[0]


def test_defaults_are_those_of_a_paper():
    text = "".join([HEAD, RESPONSE, RELAPSE, PREDICTION, BEFORE_BOOSTER])
    analysis = plan_from_text(text).analysis["x"]
    assert (analysis.penalty, analysis.folds, analysis.resamples) == ("cross-validated", 5, 200)
    assert analysis.terms == ()
    assert analysis.predictors[0] == "last_score"
