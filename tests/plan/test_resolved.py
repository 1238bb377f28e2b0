"""The plan with every default written out."""

import tomllib

import pytest
from support.plan_text import CURVE, HEAD, RELAPSE, RESPONSE, plan_of_text
from support.random_plans import random_plan
from support.shipped import EVERY_PLAN

from afterglow.plan.model import Plan
from afterglow.plan.reading import plan_from_text, read_plan
from afterglow.plan.resolved import defaults_used, resolved_toml


@pytest.mark.parametrize("path", EVERY_PLAN, ids=lambda path: path.stem)
def test_reading_the_resolved_text_gives_the_same_plan(path):
    plan = read_plan(path)
    text = resolved_toml(plan)
    again = plan_from_text(text, folder=path.parent)
    assert again == plan
    assert resolved_toml(again) == text


@pytest.mark.parametrize("seed", range(30))
def test_random_plans_come_back(seed):
    plan = random_plan(seed, with_sessions=bool(seed % 2))
    again = Plan.model_validate(tomllib.loads(resolved_toml(plan)))
    assert again == plan
    assert list(again.endpoint) == list(plan.endpoint)


def test_text_with_every_kind_of_letter_comes_back():
    label = 'Réponse "50 %"\\n ≥ \' # [x]\tλ'
    plan = plan_of_text(RESPONSE, CURVE)
    analysis = plan.analysis["curve"].model_copy(update={"label": label})
    plan = plan.model_copy(update={"analysis": {"curve": analysis}})
    assert plan_from_text(resolved_toml(plan)) == plan


def test_defaults_are_written_and_what_an_absent_key_means_is_said():
    text = resolved_toml(plan_of_text(RESPONSE, RELAPSE, CURVE))
    assert tomllib.loads(text)["course"]["max_gap_days"] == 10
    lines = text.splitlines()
    assert 'unconfirmed = "censor"' in lines
    assert "# at_risk_from: the origin (default)" in lines
    assert "# reference: the first in order (default)" in lines


def test_kind_and_estimator_come_first():
    lines = resolved_toml(plan_of_text(RESPONSE, CURVE)).splitlines()
    assert lines[lines.index("[endpoint.response]") + 1] == 'kind = "response"'
    assert lines[lines.index("[analysis.curve]") + 1] == 'estimator = "kaplan_meier"'


def test_a_variant_is_written_with_what_it_inherited():
    variant = '[analysis.variant]\nof = "curve"\nat_days = [7]\n'
    plan = plan_of_text(RESPONSE, CURVE, 'by = "arm"\n', variant)
    written = tomllib.loads(resolved_toml(plan))["analysis"]["variant"]
    assert (written["of"], written["by"], written["role"]) == ("curve", "arm", "sensitivity")


def test_own_instruments_come_back_as_a_path_with_slashes(tmp_path):
    (tmp_path / "mine" / "scales").mkdir(parents=True)
    plan = plan_from_text('instruments_dir = "mine/scales"\n' + HEAD + RESPONSE, folder=tmp_path)
    assert 'instruments_dir = "mine/scales"' in resolved_toml(plan)


def test_defaults_used_are_those_that_the_plan_does_not_give():
    text = CURVE + "conf_level = 0.9\n[course]\nmax_gap_days = 14"
    used = dict(defaults_used(plan_of_text(RESPONSE, text)))
    assert used["course.max_days"] == 35
    assert used["baseline.window_days"] == (-14, 0)
    assert used["analysis.curve.conf_type"] == "log-log"
    assert used["endpoint.response.origin"] == "first_session"
    assert used["endpoint.response.confirm.visits"] == 1
    assert "course.max_gap_days" not in used
    assert "analysis.curve.conf_level" not in used
    assert "analysis.curve.reference" not in used


def test_strategies_are_defaults_where_they_are_those_of_the_kind():
    durability = RELAPSE.replace("relapse", "durability")
    text = 'intercurrent = { switch = "censor", ect = "event", moved = "censor" }'
    used = dict(defaults_used(plan_of_text(RESPONSE, durability, text)))
    assert used["endpoint.durability.intercurrent.booster"] == "event"
    assert used["endpoint.durability.intercurrent.withdrawal"] == "censor"
    assert "endpoint.durability.intercurrent.switch" not in used
    assert "endpoint.durability.intercurrent.moved" not in used


def test_defaults_that_decide_nothing_are_left_out():
    rapid = RESPONSE.replace('"response"', '"rapid_response"') + "at_hours = 24\nwindow_hours = 4\n"
    rate = CURVE.replace("kaplan_meier", "proportion")
    used = [key for key, _ in defaults_used(plan_of_text(rapid, rate))]
    assert not any("intercurrent" in key or "confirm" in key for key in used)
    assert "analysis.curve.window_days" not in used
    assert "analysis.curve.method" in used
