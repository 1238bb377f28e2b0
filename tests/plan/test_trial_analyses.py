"""Target trials in a plan."""

import pytest
from support.plan_text import HEAD, RELAPSE, RESPONSE, faults

from afterglow.plan.reading import plan_from_text

TRIAL = """
[analysis.x]
estimator = "target_trial"
endpoint = "relapse"
"""
TWO = 'strategies = [{ name = "none", never = true }, { name = "two", every_days = 14 }]\n'
HORIZON = "horizon_days = 56\n"
WRONG = {
    HORIZON + TWO + "at_days = [84]": "at_days goes beyond horizon_days: 84",
    HORIZON + TWO + 'by = "arm"': "by does nothing in a target trial, whose groups are",
    HORIZON + TWO + 'strategy = { booster = "event" }': "boosters are what is compared",
    HORIZON + TWO + "truncate = [0.99, 0.01]": "truncate is [low, high]",
    HORIZON + TWO.replace('"two"', '"none"'): "strategies gives a name twice",
    HORIZON + TWO.replace("every_days = 14", "every_days = 14, never = true"): "one of: every_days",
    HORIZON + TWO.replace("every_days = 14", 'when = "relapse"'): "relapse_days = true",
    HORIZON
    + TWO.replace("every_days = 14", 'when = "response"')
    + "relapse_days = true": "is not the relapse of the path",
    HORIZON + TWO + 'terms = [{ column = "age" }, { column = "age" }]': "terms names 'age' twice",
    TWO: "horizon_days is missing",
    HORIZON + 'strategies = [{ name = "none", never = true }]': "too few",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=list(WRONG.values()))
def test_what_makes_no_sense_is_refused(text, said):
    assert said in " ".join(faults(RESPONSE, RELAPSE, TRIAL, text))


def test_the_outcome_is_a_relapse():
    trial = TRIAL.replace('"relapse"', '"response"')
    assert "its outcome is a relapse" in faults(RESPONSE, RELAPSE, trial, HORIZON, TWO)[0]
    relapse = RELAPSE + 'origin = "first_session"\n'
    assert "endpoint of kind response" in faults(relapse, TRIAL, HORIZON, TWO)[0]


def test_boosters_end_no_row_unless_said_and_other_events_keep_their_strategy():
    more = 'strategy = { switch = "censor" }\n'
    analysis = plan_from_text("".join([HEAD, RESPONSE, RELAPSE, TRIAL, HORIZON, TWO, more]))
    assert analysis.analysis["x"].strategy == {"booster": "ignore", "switch": "censor"}
