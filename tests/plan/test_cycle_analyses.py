"""Analyses of waits, cycles and scores in a plan: what they ask, and what cannot be asked."""

import pytest
from support.plan_text import RELAPSE, RESPONSE, faults, plan_of_text

BOOSTER = """
[endpoint.booster]
kind = "booster"
"""
WAIT = """
[endpoint.wait]
kind = "latency"
"""
LATENCY = """
[analysis.x]
estimator = "booster_latency"
endpoint = "wait"
"""
SUMMARY = """
[analysis.x]
estimator = "cycle_summary"
endpoint = "booster"
"""
SCORES = """
[analysis.x]
estimator = "score_within_cycle"
endpoint = "response"
"""
RATES = """
[analysis.x]
estimator = "recurrent_cox"
model = "pwp-gap"
endpoint = "booster"
terms = [{ cycle = "number" }]
"""
ENDS = (RESPONSE, RELAPSE, WAIT)
BOTH = (RESPONSE, RELAPSE, BOOSTER)


def test_defaults():
    wait = plan_of_text(*ENDS, LATENCY).analysis["x"]
    assert (wait.relapses, wait.clock, wait.within_days) == ("all", "relapse", (7, 14, 28))
    assert (wait.by_kind, wait.smallest_group) == (True, 5)
    summary = plan_of_text(*BOTH, SUMMARY).analysis["x"]
    assert (summary.pooled_from, summary.quantiles) == (4, (0.25, 0.5, 0.75))
    scores = plan_of_text(RESPONSE, SCORES).analysis["x"]
    assert (scores.at_days, scores.knots, scores.until_days) == ((0, 7, 14, 28), (14,), 56)
    term = plan_of_text(*BOTH, RATES).analysis["x"].terms[0]
    assert (term.cycle, term.name) == ("number", "cycle_number")


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ((*BOTH, LATENCY.replace("wait", "booster")), "it needs an endpoint of kind latency"),
        ((*ENDS, LATENCY, "cycle = 2"), "cycle does nothing where the relapses of any cycle count"),
        ((*ENDS, LATENCY, 'strategy = { switch = "event" }'), "the strategy of switch cannot be"),
        ((*ENDS, LATENCY, "within_days = []"), "within_days names no day"),
        ((*ENDS, LATENCY, "within_days = [0]"), "within_days"),
        ((*ENDS, LATENCY, 'clock = "confirmation"'), "Choose relapse or confirmed"),
        ((RESPONSE, RELAPSE, WAIT + 'cycles = "first"\n', LATENCY), "write relapses = 'first'"),
        ((*BOTH, SUMMARY.replace('"booster"', '"relapse"')), "needs an endpoint of kind booster"),
        ((*BOTH, SUMMARY, 'by = "arm"'), "by does nothing where the cycles are the groups"),
        ((*BOTH, SUMMARY, "pooled_from = 1"), "pooled_from must be"),
        ((*BOTH, SUMMARY, 'relapse = "relaps"'), "Did you mean 'relapse'?"),
        ((*BOTH, SUMMARY, 'response = "booster"'), "response needs an endpoint of kind"),
        ((RESPONSE, RELAPSE, BOOSTER + 'cycles = "first"\n', SUMMARY), "has cycles = 'first'"),
        ((*BOTH, SCORES.replace('"response"', '"booster"')), "it needs an endpoint with scores"),
        ((RESPONSE, SCORES, "knots = [28, 7]"), "knots must rise"),
        ((RESPONSE, SCORES, "knots = [60]"), "knots must lie before until_days"),
        ((RESPONSE, SCORES, "at_days = [90]"), "at_days must not lie after until_days"),
        ((RESPONSE, SCORES, 'relapse = "response"'), "relapse needs an endpoint of kind relapse"),
        ((*BOTH, RATES, 'time_at_risk = "followed"'), "needs time_at_risk = 'exposed'"),
        ((*BOTH, RATES.replace("pwp-gap", "wlw")), "use pwp-gap or pwp-total"),
        ((*BOTH, RATES.replace('"number"', '"numbr"')), "number"),
        ((*BOTH, RATES.replace('cycle = "number"', 'cycle = "kind", column = "arm"')),
         "a term names one of: column, baseline, cycle, interaction"),
        ((*BOTH, RATES.replace("recurrent_cox", "cox").replace('model = "pwp-gap"\n', "")),
         "only recurrent_cox and frailty"),
        ((*BOTH, RATES.replace('{ cycle = "number" }',
                               '{ cycle = "number" }, { interaction = ["arm", "cycle_number"] }')),
         "needs 'arm' among the terms"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(parts, words):
    assert any(words in fault for fault in faults(*parts)), faults(*parts)
