"""The rules that a plan gives to the walk."""

import pytest
from support.plan_text import RESPONSE, plan_of_text

from afterglow.errors import PlanError
from afterglow.study.rules import strategy_table


def test_a_strategy_for_an_unknown_event_is_a_fault_of_the_plan():
    plan = plan_of_text(RESPONSE)
    kinds = tuple(plan.endpoint["response"].intercurrent)
    with pytest.raises(PlanError, match=r"names 'holiday'.*\n.*endpoint\.response\.intercurrent"):
        strategy_table(plan, ("response",), kinds, {"response": {"holiday": "event"}})
