"""Analyses of recurring events in a plan: what they ask, and what cannot be asked."""

import pytest
from support.plan_text import RELAPSE, RESPONSE, faults, plan_of_text

BOOSTER = """
[endpoint.booster]
kind = "booster"
"""
MEANS = """
[analysis.x]
estimator = "mean_cumulative_function"
endpoint = "booster"
"""
RATES = """
[analysis.x]
estimator = "recurrent_cox"
model = "andersen-gill"
endpoint = "booster"
terms = [{ column = "arm" }]
"""
FRAILTY = """
[analysis.x]
estimator = "frailty"
endpoint = "booster"
terms = [{ column = "arm" }]
"""


def test_defaults():
    means = plan_of_text(BOOSTER, MEANS).analysis["x"]
    assert (means.conf_type, means.test_weighting) == ("log", "constant")
    rates = plan_of_text(BOOSTER, RATES).analysis["x"]
    assert (rates.time_at_risk, rates.ties, rates.robust) == ("exposed", "efron", True)
    assert plan_of_text(BOOSTER, FRAILTY).analysis["x"].distribution == "gamma"


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((BOOSTER, MEANS, "cycle = 2"), "cycle does nothing where the events of all cycles"),
        ((BOOSTER, MEANS, 'strata = "site"'), "strata does nothing where the events of all cycles"),
        ((BOOSTER, RATES, 'by = "arm"'), "by does nothing in a regression on the events of all"),
        ((BOOSTER, MEANS, 'conf_type = "logit"'), "Choose log or plain"),
        ((BOOSTER, RATES, "event_specific = true"), "event_specific has no meaning for"),
        ((BOOSTER, RATES.replace("andersen-gill", "wlw"), 'event_specific = ["age"]'),
         "event_specific names 'age', which is not among the terms"),
        ((BOOSTER, MEANS, 'variance = "naive"\ncluster = "site"'), "brings the robust variance"),
        ((BOOSTER, FRAILTY, "theta = 0"), "theta must be"),
        ((BOOSTER, RATES, "max_event = 2"), "max_event has no meaning for andersen-gill"),
        ((BOOSTER, RATES, "max_event = 0"), "max_event must be"),
        ((BOOSTER, RATES.replace("andersen-gill", "wlw"), "robust = false"), "robust variance only"),
        ((BOOSTER, RATES, 'robust = false\ncluster = "site"'), "brings the robust variance"),
        ((BOOSTER, FRAILTY, 'distribution = "weibull"'), "Choose gamma or gaussian"),
        ((BOOSTER, FRAILTY, 'clock = "gap"\ntime_at_risk = "followed"'), "needs time_at_risk ="),
        ((RESPONSE, MEANS.replace("booster", "response")), "it counts events that come again"),
        ((BOOSTER + 'cycles = "first"', MEANS), "has cycles = 'first'"),
        ((RESPONSE, RELAPSE, MEANS.replace("booster", "relapse"),
          'strategy = { booster = "ignore" }'), "its strategy cannot be 'ignore' here"),
        ((BOOSTER, RATES.replace("model", "modell")), "Did you mean 'model'?"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(parts, words):
    assert any(words in fault for fault in faults(*parts)), faults(*parts)
