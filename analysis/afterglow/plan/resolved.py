"""The plan with every default written out, and which defaults it used."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import BaseModel
from tomlkit.items import Array, InlineTable, Item, Table

from afterglow.plan.endpoints import default_strategies
from afterglow.plan.idle_keys import idle_keys
from afterglow.plan.model import Plan

HEAD = "Every rule of the plan, with the value that was used. Written by afterglow; edit plan.toml."
INTERCURRENT = "intercurrent"
WIDEST_LIST = 80
DEFAULT = "default: "
WIDEST_WHOLE = 1e15
FIRST = ("kind", "estimator", "role", "of", "label", "endpoint", "instrument")


def resolved_toml(plan: Plan) -> str:
    """Return a plan as TOML with every default written out.

    Where a key without a value has a meaning (no reference: the first group), a comment says
    so. The same plan gives the same text, and reading the text gives an equal plan.
    """
    document = tomlkit.document()
    document.add(tomlkit.comment(HEAD))
    document.add(tomlkit.nl())
    _fill(document, plan)
    return tomlkit.dumps(document)


def _fill(table: Any, section: BaseModel) -> None:
    """Add a section's keys: values first, then the sections inside it, as TOML demands."""
    inner = []
    for key, value, description in _keys(section):
        if value is None:
            _, says_default, meaning = description.partition(DEFAULT)
            if says_default:
                table.add(tomlkit.comment(f"{key}: {meaning} (default)"))
        elif _is_section(value):
            inner.append((key, value))
        else:
            table.add(key, _item(value))
    for key, value in inner:
        table.add(key, _table(value))


def _keys(section: BaseModel) -> list[tuple[str, Any, str]]:
    """Return (key as written, value, description) of the keys that do something, in order."""
    idle = idle_keys(section)
    keys = [
        (field.alias or name, getattr(section, name), field.description or "")
        for name, field in type(section).model_fields.items()
        if name not in idle or getattr(section, name) != idle[name]
    ]
    return sorted(keys, key=lambda item: _place(*item[:2]))


def _place(key: str, value: Any) -> int:
    identifies = key in FIRST and not isinstance(value, Mapping)
    return FIRST.index(key) if identifies else len(FIRST)


def _is_section(value: Any) -> bool:
    """Say whether a value gets a header of its own: a model, or named models."""
    if isinstance(value, Mapping):
        return bool(value) and all(isinstance(inner, BaseModel) for inner in value.values())
    return isinstance(value, BaseModel) and not _is_clause(value)


def _is_clause(section: BaseModel) -> bool:
    """Say whether a model fits on one line: it holds neither lists of models nor models."""
    return type(section).__module__.endswith(".clauses")


def _table(value: Any) -> Table:
    named = isinstance(value, Mapping)
    table = tomlkit.table(is_super_table=named)
    if named:
        for key, inner in value.items():
            table.add(key, _table(inner))
    else:
        _fill(table, value)
    return table


def _item(value: Any) -> Item:
    if isinstance(value, BaseModel):
        pairs = {key: inner for key, inner, _ in _keys(value) if inner is not None}
        return _inline(pairs)
    if isinstance(value, Mapping):
        return _inline(value)
    if isinstance(value, tuple):
        return _array(value)
    return tomlkit.item(_plain(value))


def _plain(value: Any) -> Any:
    """Return a value as people write it: paths with slashes, whole numbers without decimals."""
    if isinstance(value, Path):
        return value.as_posix()
    whole = isinstance(value, float) and value.is_integer() and abs(value) < WIDEST_WHOLE
    return int(value) if whole else value


def _inline(pairs: Mapping[str, Any]) -> InlineTable:
    table = tomlkit.inline_table()
    for key, value in pairs.items():
        table.add(key, _item(value))
    return table


def _array(values: tuple[Any, ...]) -> Array:
    array = tomlkit.array()
    array.extend([_item(value) for value in values])
    return array.multiline(len(array.as_string()) > WIDEST_LIST)


def defaults_used(plan: Plan) -> list[tuple[str, Any]]:
    """Return (key, value) of every default that decides something in this plan.

    Keys are written as in the plan, such as ``course.max_gap_days`` or
    ``endpoint.relapse.unconfirmed``. Sections that the plan leaves out are listed key by key;
    strategies are listed where they are those of the endpoint's kind. Labels and other keys
    without a value are left out.
    """
    return [(".".join(path), value) for path, value in _defaults((), plan)]


def _defaults(path: tuple[str, ...], section: BaseModel) -> Iterator[tuple[tuple[str, ...], Any]]:
    idle = idle_keys(section)
    for name, field in type(section).model_fields.items():
        here, value = (*path, field.alias or name), getattr(section, name)
        if name in idle:
            continue
        if name == INTERCURRENT:
            yield from _strategies(here, section)
        elif isinstance(value, BaseModel):
            yield from _defaults(here, value)
        elif isinstance(value, Mapping) and value and name in section.model_fields_set:
            for key, inner in value.items():
                if isinstance(inner, BaseModel):
                    yield from _defaults((*here, key), inner)
        elif name not in section.model_fields_set and value not in (None, (), {}):
            yield here, value


def _strategies(path: tuple[str, ...], endpoint: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    usual = default_strategies(endpoint)
    for event, strategy in endpoint.intercurrent.items():
        if usual.get(event) == strategy:
            yield (*path, event), strategy
