"""What a plan may ask of a comparison of strategies."""

import pytest
from support.plan_text import CURVE, RELAPSE, RESPONSE, faults, plan_of_text

COMPARE = '[analysis.x]\nestimator = "strategy_comparison"\nendpoint = "relapse"\n'
DAYS = "at_days = [28]\n"
AT = "plan.toml [analysis.x]: "
WRONG = {
    'role = "primary"': "a comparison of strategies has no single result",
    'by = "arm"': "by does nothing where strategies are compared",
    'strategy = { booster = "event" }': "strategy names 'booster', which is varied",
    'vary = ["switch"]\nstrategy = { switch = "censor" }': "strategy names 'switch'",
    "vary = []": "vary",
    'vary = ["bosster"]': "'bosster'. Did you mean 'booster'",
    'weighted = "weights"': "weighted names no analysis: 'weights'",
    'weighted = "curve"': "weighted needs an analysis by weighted_kaplan_meier",
    'conf_type = "normal"': "conf_type",
}


@pytest.mark.parametrize(("more", "said"), WRONG.items(), ids=str)
def test_what_makes_no_sense_is_refused(more, said):
    found = faults(RESPONSE, RELAPSE, CURVE, COMPARE, DAYS, more)
    assert len(found) == 1
    assert found[0].startswith(AT)
    assert said in found[0]


WEIGHTS = '[analysis.w]\nestimator = "weighted_kaplan_meier"\nendpoint = "relapse"\nnaive = true\n'
UNLIKE = {
    'by = "arm"': "weighted names 'w', which has groups: name one without 'by'.",
    "cycle = 2": "weighted names 'w', whose cycle is another one: make both the same.",
    'weight_for = ["switch"]': "weighted names 'w', whose weight_for is not vary: make both the "
    "same.",
}


@pytest.mark.parametrize(("more", "said"), UNLIKE.items(), ids=str)
def test_the_weighted_analysis_is_of_the_same_subjects(more, said):
    compare = COMPARE + DAYS + 'weighted = "w"\n'
    assert faults(RESPONSE, RELAPSE, compare, WEIGHTS, more) == [AT + said]
    assert plan_of_text(RESPONSE, RELAPSE, compare, WEIGHTS).analysis["x"].weighted == "w"


def test_days_are_needed_and_lie_after_the_start():
    assert any("at_days" in words for words in faults(RESPONSE, RELAPSE, COMPARE))
    assert any("at_days" in words for words in faults(RESPONSE, RELAPSE, COMPARE, "at_days = []"))
    assert any("at_days" in words for words in faults(RESPONSE, RELAPSE, COMPARE, "at_days = [0]"))


def test_the_endpoint_is_a_relapse_or_a_durability():
    text = COMPARE.replace('"relapse"', '"response"')
    (said,) = faults(RESPONSE, RELAPSE, text, DAYS)
    assert said == (
        AT + "strategies are compared for an endpoint of kind relapse or durability; 'response' is "
        "a response."
    )


def test_what_is_varied_competes_and_the_rest_keeps_its_own():
    more = 'vary = ["booster", "switch"]\nstrategy = { ect = "censor" }\n'
    plan = plan_of_text(RESPONSE, RELAPSE, COMPARE, DAYS, more)
    assert plan.analysis["x"].strategy == {
        "booster": "competing",
        "switch": "competing",
        "ect": "censor",
    }


def test_a_variant_inherits_its_days():
    variant = '[analysis.y]\nof = "x"\nvary = ["switch"]\n'
    plan = plan_of_text(RESPONSE, RELAPSE, COMPARE, DAYS, variant)
    assert plan.analysis["y"].at_days == (28.0,)
    assert plan.analysis["y"].vary == ("switch",)
    assert plan.analysis["y"].strategy == {"switch": "competing"}
