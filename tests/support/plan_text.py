"""Small plans as text, and what reading says about them."""

import pytest

from afterglow.errors import PlanError
from afterglow.plan.reading import plan_from_text

HEAD = """
title = "A plan"
question = "What happens?"
[data]
path = "data"
"""
RESPONSE = """
[endpoint.response]
kind = "response"
instrument = "MADRS"
improvement_at_least_percent = 50
"""
RELAPSE = """
[endpoint.relapse]
kind = "relapse"
instrument = "MADRS"
score_at_least = 22
"""
CURVE = """
[analysis.curve]
estimator = "kaplan_meier"
endpoint = "response"
"""


def faults(*parts: str) -> list[str]:
    """What is wrong with a plan of these parts, one line per fault, without bullets."""
    with pytest.raises(PlanError) as error:
        plan_from_text("".join([HEAD, *parts]))
    lines = str(error.value).splitlines()
    return [line.removeprefix("  - ") for line in (lines[1:] if len(lines) > 1 else lines)]


def plan_of_text(*parts: str):
    """The plan of these parts."""
    return plan_from_text("".join([HEAD, *parts]))
