"""Groups formed after day 0 in a plan: refused from day 0, with the ways out in the very keys."""

import pytest
from support.plan_text import HEAD, RELAPSE, RESPONSE, faults

from afterglow.plan.later_words import is_later, status_labels
from afterglow.plan.reading import plan_from_text

CURVE = '\n[analysis.x]\nestimator = "kaplan_meier"\nendpoint = "relapse"\n'
COX = '\n[analysis.x]\nestimator = "cox"\nendpoint = "relapse"\n'
AT = "plan.toml [analysis.x]: "
LANDMARK = "landmark_days = 14\n"


def plan_with(*parts):
    return plan_from_text("".join([HEAD, RESPONSE, RELAPSE, *parts]))


@pytest.mark.parametrize(
    "text",
    [
        CURVE + 'by = "endpoint:response"',
        CURVE.replace("kaplan_meier", "logrank") + 'by = "event:booster"',
        CURVE.replace("kaplan_meier", "aalen_johansen") + 'by = "sessions_so_far"',
        CURVE.replace("kaplan_meier", "rmst") + 'tau_days = 28\nby = "endpoint:response"',
        COX + 'terms = [{ column = "endpoint:response" }]',
        CURVE + 'by = "arm"\nstrata = "endpoint:response"',
    ],
    ids=["kaplan_meier", "logrank", "aalen_johansen", "rmst", "cox", "strata"],
)
def test_from_day_0_they_are_refused_with_three_ways_out(text):
    said = faults(RESPONSE, RELAPSE, text)[0]
    for words in (
        "is known only after day 0",
        "immortal time",
        "landmark_days = 28",
        "estimator = 'cox' with changing = [{ column = '",
        "estimator = 'target_trial'",
    ):
        assert words in said


def test_an_estimator_without_landmark_names_those_that_have_one():
    text = (
        '[analysis.x]\nestimator = "proportion"\nendpoint = "relapse"\nby = "endpoint:response"\n'
    )
    assert "with kaplan_meier, aalen_johansen" in faults(RESPONSE, RELAPSE, text)[0]


def test_with_a_landmark_or_as_a_status_that_changes_they_are_taken():
    assert plan_with(CURVE, LANDMARK, 'by = "endpoint:response"').analysis["x"].landmark_days == 14
    plan_with(COX, LANDMARK, 'terms = [{ column = "endpoint:response" }]')
    text = 'terms = [{ column = "age" }]\nchanging = [{ column = "endpoint:response" }]'
    assert plan_with(COX, text).analysis["x"].changing[0].label == "endpoint:response"


WRONG = {
    'by = "arm"\n' + LANDMARK: "landmark_days is for groups formed after day 0, and neither by nor "
    "terms names one: leave it out.",
    'by = "endpoint:respons"\n' + LANDMARK: "by names no endpoint: 'respons'. Did you mean "
    "'response'?",
    'by = "endpoint:relapse"\n' + LANDMARK: "by = 'endpoint:relapse' is the endpoint itself, and no"
    " group that could have it later.",
    'by = "endpoint:response"\nreference = "yes"\n' + LANDMARK: "reference = 'yes': "
    "'endpoint:response' forms the groups no response and response.",
    'by = "event:booster"\n' + LANDMARK: "by = 'event:booster', but a booster ends the rows of "
    "'relapse': nobody is watched after it. Say strategy = { booster = 'ignore' }.",
    'by = "endpoint:response"\ncycle = 2\n' + LANDMARK: "landmark_days is for the first cycle: "
    "leave one of them out.",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=list(WRONG.values()))
def test_what_makes_no_sense_is_refused(text, said):
    assert AT + said in faults(RESPONSE, RELAPSE, CURVE, text)


def test_what_changes_has_no_units():
    text = 'terms = [{ column = "age" }]\nchanging = [{ column = "endpoint:response", per = 2 }]'
    assert "per does nothing" in faults(RESPONSE, RELAPSE, COX, text)[0]


def test_a_population_cannot_be_chosen_by_what_came_later():
    text = '[population.p]\nfilters = [{ column = "endpoint:response", in = ["yes"] }]\n'
    said = faults(RESPONSE, RELAPSE, text)[0]
    assert "immortal time" in said
    assert "qualify or at_risk_from" in said


def test_words_and_what_they_form():
    assert is_later("sessions_so_far")
    assert is_later("event:booster")
    assert not is_later("arm")
    assert not is_later("endpoint: response")
    assert status_labels("endpoint:rapid_response") == ("no rapid response", "rapid response")
