"""A question asked twice in one list."""

import pytest
from support.plan_text import CURVE, RESPONSE, faults

RATE = """
[analysis.rate]
estimator = "proportion"
endpoint = "response"
"""
SAID = {
    "a day": (CURVE + "at_days = [7, 7.0]", "analysis.curve", "at_days names a day"),
    "a share": (
        CURVE + "quantiles = [0.5, 0.5]",
        "analysis.curve",
        "quantiles names a share",
    ),
    "a rule": (
        RATE + 'missing = ["observed", "observed"]',
        "analysis.rate",
        "missing names a rule",
    ),
    "a gap": (
        "[course]\nother_gaps_days = [7, 14, 7]",
        "course",
        "other_gaps_days names a gap",
    ),
    "a day of a trajectory": (
        "[report]\ntrajectory_days = [0, 7, 7]",
        "report",
        "trajectory_days names a day",
    ),
}


@pytest.mark.parametrize(("text", "section", "said"), SAID.values(), ids=SAID)
def test_what_is_said(text, section, said):
    assert faults(RESPONSE, text) == [f"plan.toml [{section}]: {said} twice."]
