"""The JSON Schema of plan files, for editors that complete and check TOML."""

import json
from typing import Any

from afterglow.plan.analyses import Analysis
from afterglow.plan.known_keys import models_by_word
from afterglow.plan.model import Plan

FILE_NAME = "plan.schema.json"
DIALECT = "http://json-schema.org/draft-07/schema#"
TITLE = "Afterglow plan"
NULL = {"type": "null"}


def json_schema() -> str:
    """Return the JSON Schema of a plan file, as text that ends with a newline.

    An analysis with `of` may leave out every key, since it inherits them: the schema demands
    nothing of it.
    """
    schema = Plan.model_json_schema(by_alias=True)
    _let_variants_inherit(schema)
    schema = {"$schema": DIALECT, "title": TITLE, **_for_toml(schema)}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _let_variants_inherit(schema: dict[str, Any]) -> None:
    """Replace the choice by estimator, which a variant may leave out, by any of the estimators."""
    models = models_by_word(Analysis, "estimator").values()
    for name in dict.fromkeys(model.__name__ for model in models):
        required = schema["$defs"][name].pop("required")
        schema["$defs"][name]["anyOf"] = [{"required": ["of"]}, {"required": required}]
    for choice in schema["properties"]["analysis"]["patternProperties"].values():
        choice.pop("discriminator")
        choice["anyOf"] = choice.pop("oneOf")


def _for_toml(part: Any) -> Any:
    """Return the schema without null, which TOML lacks, and without titles that repeat a key.

    Names that do not match the pattern of names are refused, as reading refuses them.
    """
    if isinstance(part, list):
        return [_for_toml(inner) for inner in part if inner != NULL]
    if not isinstance(part, dict):
        return part
    kept = {
        key: _for_toml(inner)
        for key, inner in part.items()
        if (key != "title" or isinstance(inner, dict)) and not _is_no_default(key, inner)
    }
    if "patternProperties" in kept:
        kept = {**kept, "additionalProperties": False}
        kept.pop("propertyNames", None)
    only = kept.get("anyOf", ())
    if len(only) == 1:
        return {**only[0], **{key: inner for key, inner in kept.items() if key != "anyOf"}}
    return kept


def _is_no_default(key: str, value: Any) -> bool:
    """Say whether a default is none at all, or only repeats those of the section's own keys."""
    return key == "default" and (value is None or isinstance(value, dict))
