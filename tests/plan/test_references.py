"""Endpoints that refer to endpoints: their order, and references that lead nowhere."""

import numpy as np
import pytest
from support.plan_text import CURVE, RELAPSE, RESPONSE, faults, plan_of_text
from support.random_plans import random_plan

from afterglow.plan.checks import endpoint_order
from afterglow.plan.references import references

BOOSTER_AFTER_RELAPSE = '[endpoint.wait]\nkind = "latency"\n'


def test_an_endpoint_stands_behind_those_it_refers_to_and_else_where_the_plan_has_it():
    plan = plan_of_text(
        BOOSTER_AFTER_RELAPSE,
        RELAPSE,
        RESPONSE.replace("endpoint.response", "endpoint.other"),
        RESPONSE,
    )
    assert endpoint_order(plan) == ("other", "response", "relapse", "wait")


def test_qualify_and_regained_count_as_references():
    plan = plan_of_text(
        RELAPSE
        + 'origin = "course_end"\nqualify = { endpoint = "response", window_days = [0, 7] }\n',
        BOOSTER_AFTER_RELAPSE + 'origin = "course_end"\nregained = "response"\n',
        RESPONSE,
    )
    assert endpoint_order(plan) == ("response", "relapse", "wait")


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_random_plans(seed):
    plan = random_plan(seed, with_sessions=bool(seed % 2))
    order = endpoint_order(plan)
    assert sorted(order) == sorted(plan.endpoint)
    for name, endpoint in plan.endpoint.items():
        for _, other in references(endpoint):
            assert order.index(other) < order.index(name)


def test_an_ordered_plan_keeps_its_order():
    names = [f"endpoint.r{k}" for k in np.random.default_rng(1).permutation(9)]
    plan = plan_of_text(*(RESPONSE.replace("endpoint.response", name) for name in names))
    assert endpoint_order(plan) == tuple(name.removeprefix("endpoint.") for name in names)


def test_a_default_origin_that_is_not_there():
    assert faults(RELAPSE) == [
        "plan.toml [endpoint.relapse]: by default origin is endpoint:response, which is not there:"
        " name the origin."
    ]


def test_a_misspelt_origin():
    assert faults(RESPONSE, RELAPSE, 'origin = "endpoint:respons"') == [
        "plan.toml [endpoint.relapse]: origin names no endpoint: 'respons'."
        " Did you mean 'response'?"
    ]


def test_a_relapse_cannot_qualify():
    later = RESPONSE.replace("endpoint.response", "endpoint.late")
    text = later + 'qualify = { endpoint = "relapse", window_days = [0, 7] }'
    assert faults(RESPONSE, RELAPSE, text) == [
        "plan.toml [endpoint.late]: qualify needs an endpoint that a visit can show (response,"
        " remission, rapid_response, sustained_response); 'relapse' is a relapse."
    ]


def test_regained_must_be_a_response():
    assert faults(RESPONSE, RELAPSE, BOOSTER_AFTER_RELAPSE + 'regained = "relapse"') == [
        "plan.toml [endpoint.wait]: regained needs an endpoint that a visit can show (response,"
        " remission, rapid_response, sustained_response); 'relapse' is a relapse."
    ]


def test_nothing_can_be_regained_where_no_response_is_followed():
    relapse = RELAPSE + 'origin = "course_end"\n'
    assert faults(relapse, BOOSTER_AFTER_RELAPSE) == [
        "plan.toml [endpoint.wait]: competing holds response_regained, but the origin follows no"
        " response: name the response as regained, or leave the word out."
    ]
    without = BOOSTER_AFTER_RELAPSE + 'competing = ["switch"]'
    assert plan_of_text(relapse, without).endpoint["wait"].competing == ("switch",)


def test_a_loop_is_told_once():
    response = RESPONSE + 'origin = "endpoint:relapse"'
    assert faults(response, RELAPSE) == [
        "plan.toml [endpoint.response]: its clock leads back to itself:"
        " response → relapse → response."
    ]


def test_a_loop_on_itself_and_endpoints_that_follow_a_loop():
    response = RESPONSE + 'at_risk_from = "endpoint:response"'
    assert faults(response, RELAPSE, BOOSTER_AFTER_RELAPSE) == [
        "plan.toml [endpoint.response]: its clock leads back to itself: response → response."
    ]


def test_faults_of_all_sections_come_together():
    found = faults(RELAPSE, CURVE, '[analysis.other]\nof = "curve"\npopulation = "al"')
    assert [line.partition(": ")[0] for line in found] == [
        "plan.toml [endpoint.relapse]",
        "plan.toml [analysis.curve]",
        "plan.toml [analysis.other]",
        "plan.toml [analysis.other]",
    ]
