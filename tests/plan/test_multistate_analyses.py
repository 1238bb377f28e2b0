"""Multi-state analyses in a plan: what they ask, and what cannot be asked."""

import pytest
from support.plan_text import RELAPSE, RESPONSE, faults, plan_of_text

STATES = """
[analysis.x]
estimator = "multistate"
endpoint = "response"
at_days = [28, 56]
"""
MODELS = """
[analysis.x]
estimator = "transition_models"
endpoint = "response"
terms = [{ column = "arm" }]
"""


def test_defaults_ask_for_the_clinical_states_alone():
    states = plan_of_text(RESPONSE, STATES).analysis["x"]
    assert not states.treatment_states
    assert (states.expected, states.clock_reset, states.transitions_from) == ((), False, ())
    assert (states.booster_days, states.treatment_free_after_days) == (7.0, 7.0)
    models = plan_of_text(RESPONSE, MODELS).analysis["x"]
    assert (models.fewest_events, models.ties, models.robust) == (10, "efron", True)


def test_moves_are_named_by_an_arrow():
    models = plan_of_text(RESPONSE, MODELS, 'moves = ["symptomatic -> response"]').analysis["x"]
    assert models.pairs == [("symptomatic", "response")]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((STATES, "booster_days = 14"), "booster_days does nothing without treatment_states"),
        ((MODELS, "booster_days = 14"), "booster_days does nothing without treatment_states"),
        ((STATES, "treatment_free_after_days = 14"), "does nothing without 'treatment_free_days'"),
        ((STATES, "sojourn_days = [28]"), "sojourn_days does nothing without clock_reset = true"),
        ((STATES, 'transition_variance = "aalen"'), "does nothing without transitions_from"),
        ((STATES, 'by = "arm"\nreference = "a"'), "reference does nothing without expected"),
        ((STATES, "transitions_from = [56]"), "transitions_from needs later days in at_days"),
        ((STATES, 'expected = ["days_wel"]'), "Choose days_well"),
        ((STATES, 'strata = "site"'), "strata does nothing where subjects are followed"),
        ((STATES.replace("at_days = [28, 56]", ""),), "at_days or until_day must name a day"),
        ((STATES, 'strategy = { switch = "ignore" }'), "a path ends with it"),
        ((STATES.replace('"response"', '"relapse"'), RELAPSE), "the states come from 'response'"),
        ((MODELS, 'moves = ["symptomatic, response"]'), "is no move: write two states"),
        ((MODELS, 'moves = ["a -> b", "a->b"]'), "moves names one twice"),
        ((MODELS, 'moves = ["a -> b"]\nfewest_events = 3'), "fewest_events does nothing"),
        ((MODELS, 'robust = false\ncluster = "site"'), "a cluster brings the robust variance"),
        ((MODELS, 'changing = [{ column = "event:booster" }]'), "is its state: name last_score"),
        ((MODELS, 'by = "arm"'), "by does nothing in a regression"),
        ((MODELS.replace("terms", "term"),), "Did you mean 'terms'?"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(parts, words):
    found = faults(RESPONSE, *parts)
    assert any(words in fault for fault in found), found
