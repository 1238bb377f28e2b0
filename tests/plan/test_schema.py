"""The JSON Schema that ships for editors."""

import json
import tomllib

import pytest
from support.plan_text import CURVE, HEAD, RELAPSE, RESPONSE
from support.shipped import EVERY_PLAN, PROJECT

from afterglow.plan.reading import read_plan
from afterglow.plan.resolved import resolved_toml
from afterglow.plan.schema import FILE_NAME, json_schema

SCHEMA = PROJECT / "analysis" / "plans" / FILE_NAME


@pytest.fixture(scope="module")
def validator():
    jsonschema = pytest.importorskip("jsonschema", reason="validates TOML against the schema")
    return jsonschema.Draft7Validator(json.loads(json_schema()))


def test_the_schema_that_ships_is_current():
    assert SCHEMA.read_text(encoding="utf-8") == json_schema()


@pytest.mark.parametrize("path", EVERY_PLAN, ids=lambda path: path.stem)
def test_plans_name_the_schema_and_follow_it(path, validator):
    text = path.read_text(encoding="utf-8")
    named = text.splitlines()[0].removeprefix("#:schema ")
    assert (path.parent / named).resolve() == SCHEMA
    for content in (text, resolved_toml(read_plan(path))):
        validator.validate(tomllib.loads(content))


@pytest.mark.parametrize(
    "text",
    [
        RESPONSE + "unti = 3",
        RESPONSE + RELAPSE + 'unconfirmed = "x"',
        RESPONSE + CURVE + "naive = 1",
        RESPONSE + "[analysis.x]\nestimator = 'kaplan_meier'",
        "[endpoint.time-to]\nkind = 'booster'",
    ],
)
def test_editors_see_what_reading_refuses(text, validator):
    assert not validator.is_valid(tomllib.loads(HEAD + text))


def test_a_variant_may_leave_out_what_it_inherits(validator):
    validator.validate(tomllib.loads(HEAD + RESPONSE + CURVE + "[analysis.x]\nof = 'curve'"))


def test_every_key_is_described():
    schema = json.loads(json_schema())
    places = {"Plan": schema, **schema["$defs"]}
    bare = [
        f"{name}.{key}"
        for name, place in places.items()
        for key, field in place.get("properties", {}).items()
        if not field.get("description")
    ]
    assert bare == []


def test_toml_has_no_null():
    assert "null" not in json_schema()
