"""The page on boosters is what the package does, and its numbers are those of its pictures."""

import tomllib
from textwrap import dedent

import pytest
from spec.render_boosters import (
    BOOSTED,
    CYCLES,
    DEFINITIONS,
    DRAWINGS,
    PAGE,
    PLAN,
    RELAPSED,
    drawings,
    render,
)
from support.plan_text import HEAD

from afterglow.plan.reading import plan_from_text

REMEDY = "run `make manual` (python tests/spec/render_boosters.py) and commit what it writes"
BY_NAME = {one.name: one for one in DEFINITIONS}


def rows(name):
    one = BY_NAME[name]
    return one.rows(one.patient.setting).set_index("endpoint")


def test_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == render(), REMEDY


def test_drawings_are_up_to_date():
    for name, svg in drawings():
        path = PAGE.parent / DRAWINGS / name
        assert path.read_text(encoding="utf-8") == svg, REMEDY


@pytest.mark.parametrize("one", DEFINITIONS, ids=lambda one: one.name)
def test_the_plan_shown_is_one(one):
    endpoints = PLAN[PLAN.index("[endpoint.response]") : PLAN.index("[analysis.trial]")]
    remission = (
        '[endpoint.remission]\nkind = "remission"\ninstrument = "MADRS"\nscore_at_most = 10\n'
    )
    plan = plan_from_text(HEAD + endpoints + remission + dedent(one.plan))
    assert list(plan.analysis) == list(tomllib.loads(dedent(one.plan))["analysis"])


def test_each_strategy_makes_its_row():
    found = rows("strategies")
    assert found["duration_days"].to_dict() == {
        "competing": 17, "hypothetical": 15, "composite": 17, "treatment policy": 36,
    }  # fmt: skip
    assert found["event"].to_dict() == {
        "competing": False, "hypothetical": False, "composite": True, "treatment policy": True,
    }  # fmt: skip


def test_the_wait_is_13_days_or_6():
    found = rows("latency")["duration_days"]
    assert (found["from the relapse"], found["from the confirmation"]) == (13, 6)


def test_the_duration_lies_between_14_and_32_days():
    found = rows("both-ends")["duration_days"]
    assert found["shortest that it can have been"] == 14
    assert found["longest that it may have been"] == 32


def test_copies_leave_as_the_page_says():
    found = rows("clones")
    ends = (found["origin_day"] + found["duration_days"]).to_dict()
    assert ends == {"every 14 days": 31, "on relapse": RELAPSED.end_day, "no booster": 45}


def test_decisions_end_with_the_booster():
    found = rows("decisions")
    assert found["event"].tolist() == [False] * (len(found) - 1) + [True]
    assert found["cause"].iloc[-1] == "booster"
    assert BOOSTED.sessions[-1] == 27


def test_gaps_are_those_between_blocks():
    found = rows("gaps")
    assert (found["origin_day"] + found["duration_days"]).tolist() == [28, 52, 80, CYCLES.end_day]
