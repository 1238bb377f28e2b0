"""Analyses that cannot be made, and keys that would do nothing."""

import pytest
from support.plan_text import CURVE, RELAPSE, RESPONSE, faults, plan_of_text

RATE = """
[analysis.rate]
estimator = "proportion"
endpoint = "response"
"""
RAPID = """
[endpoint.rapid]
kind = "rapid_response"
instrument = "MADRS"
improvement_at_least_percent = 50
at_hours = 24
window_hours = 4
"""
SAID = {
    "an unknown endpoint": (
        CURVE.replace('"response"', '"respons"'),
        "endpoint names none: 'respons'. Did you mean 'response'?",
    ),
    "an unknown population": (
        CURVE + 'population = "evaluabel"\n[population.evaluable]',
        "population names none: 'evaluabel'. Did you mean 'evaluable'?",
    ),
    "a reference without groups": (
        CURVE + 'reference = "placebo"',
        "reference needs groups: name their column in 'by'.",
    ),
    "strata without groups": (
        CURVE + 'strata = "site_id"',
        "strata needs groups: name their column in 'by'.",
    ),
    "strata that are the groups": (
        CURVE + 'by = "arm"\nstrata = "arm"',
        "by and strata are the same column, 'arm': within a stratum is one group.",
    ),
    "a day before the origin": (CURVE + "at_days = [-7, 7]", "at_days must be 0 or more."),
    "no rule for missing scores": (
        RATE + "missing = []",
        "missing names no rule: name one or more.",
    ),
    "a window for nothing": (RATE + "window_days = 7", "window_days does nothing without at_days."),
    "a timing for nothing": (
        RATE + 'timing = ["pre-dose"]',
        "timing does nothing without at_days.",
    ),
}


@pytest.mark.parametrize(("text", "said"), SAID.values(), ids=SAID)
def test_what_is_said(text, said):
    name = "rate" if "analysis.rate" in text else "curve"
    assert faults(RESPONSE, text) == [f"plan.toml [analysis.{name}]: {said}"]


def test_a_day_is_asked_of_scores_only():
    text = RATE.replace('"response"', '"relapse"') + "at_days = [28]"
    assert faults(RESPONSE, RELAPSE, text) == [
        "plan.toml [analysis.rate]: at_days needs an endpoint that a score on that day can show"
        " (response, remission); 'relapse' is a relapse."
    ]


def test_relapses_may_be_counted_without_a_day():
    plan = plan_of_text(RESPONSE, RELAPSE, RATE.replace('"response"', '"relapse"'))
    assert plan.analysis["rate"].at_days == ()


def test_a_cycle_that_is_not_derived():
    first = RESPONSE + 'cycles = "first"\n'
    assert faults(first, CURVE, "cycle = 2") == [
        "plan.toml [analysis.curve]: cycle = 2, but 'response' is derived in cycle 1 only."
    ]
    rapid = RATE.replace('"response"', '"rapid"') + "cycle = 2"
    assert faults(RAPID, rapid) == [
        "plan.toml [analysis.rate]: cycle = 2, but 'rapid' is derived in cycle 1 only."
    ]


def test_a_population_called_all():
    assert faults(RESPONSE, "[population.all]") == [
        "plan.toml [population.all]: 'all' is everybody in the subjects table: give another name."
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("confirm = { visits = 2 }", "confirm"),
        ('intercurrent = { ect = "censor" }', "intercurrent"),
    ],
)
def test_keys_that_do_nothing_for_a_rapid_response(text, key):
    assert faults(RAPID, text) == [
        f"plan.toml [endpoint.rapid]: {key} does nothing for a rapid_response: its visits are"
        " stated by day."
    ]
