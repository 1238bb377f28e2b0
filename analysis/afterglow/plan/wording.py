"""What is wrong with a plan's keys and values, in our own words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from pydantic import BaseModel, ValidationError

from afterglow.errors import did_you_mean
from afterglow.plan.analyses import LATER_ESTIMATORS
from afterglow.plan.faults import Fault
from afterglow.plan.known_keys import Step, keys_at

Path = tuple[Step, ...]

NAMED_SECTIONS = ("endpoint", "analysis", "population", "instrument")
TABLE_SECTIONS = ("subjects", "scores", "sessions", "events", "follow_up", "cohort")
WANTED = {
    "string_type": "text in quotes",
    "path_type": "text in quotes",
    "is_instance_of": "text in quotes",
    "float_type": "a number",
    "finite_number": "a finite number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list in brackets",
    "dict_type": "a table of keys",
    "model_type": "a table of keys",
    "model_attributes_type": "a table of keys",
}
BOUNDS = {
    "greater_than": ("gt", "must be above {}"),
    "greater_than_equal": ("ge", "must be {} or more"),
    "less_than": ("lt", "must be below {}"),
    "less_than_equal": ("le", "must be {} or less"),
}
KINDS = (
    (bool, "true or false"),
    (str, "text"),
    (int, "a whole number"),
    (float, "a number with decimals"),
    ((list, tuple), "a list"),
    (dict, "a table"),
    ((datetime, date, time), "a date or time"),
)
NAME_WORDS = "is not a name: use letters, digits and _, with a letter first."


def faults_of(
    error: ValidationError, model: type[BaseModel], given: Mapping[str, Any]
) -> list[Fault]:
    """Turn pydantic's errors into faults, one per place.

    Parameters
    ----------
    error : ValidationError
    model : type
        Model of the whole document.
    given : mapping
        The document, for the keys as the user wrote them.
    """
    found = [
        (written(entry["loc"], given, missing=entry["type"] == "missing"), entry)
        for entry in error.errors(include_url=False)
    ]
    paths = [path for path, _ in found]
    relevant = [(path, entry) for path, entry in found if not _answered_deeper(path, entry, paths)]
    relevant.sort(key=lambda item: paths.index(item[0]))
    faults = []
    for path, group in groupby(relevant, key=lambda item: item[0]):
        entries = [entry for _, entry in group]
        of_section = len(path) == 1 and entries[0]["type"] == "value_error"
        section, key = (str(path[0]), "") if of_section else split(path)
        for words in _sentences(key, entries, model):
            faults.append(Fault(section, words))
    return faults


def written(location: Sequence[Step], given: Any, *, missing: bool = False) -> Path:
    """Return a location without the words that only choose among models."""
    path: list[Step] = []
    for place, step in enumerate(location):
        is_choice = place == 2 and location[0] in ("endpoint", "analysis")
        if isinstance(given, dict) and step in given and not is_choice:
            given = given[step]
        elif isinstance(given, (list, tuple)) and isinstance(step, int):
            given = given[step] if step < len(given) else None
        elif not (missing and place == len(location) - 1):
            continue
        path.append(step)
    return tuple(path)


def _answered_deeper(path: Path, entry: Any, paths: list[Path]) -> bool:
    """Tell whether another branch of a union got further into this place."""
    deeper = any(len(other) > len(path) and other[: len(path)] == path for other in paths)
    return deeper and (entry["type"] in WANTED or entry["type"] == "literal_error")


def split(path: Path) -> tuple[str, str]:
    """Return the section's header and the key in it, as words."""
    depth = 0
    if len(path) > 1:
        deep = path[0] in NAMED_SECTIONS or (path[0] == "data" and path[1] in TABLE_SECTIONS)
        depth = 2 if deep else 1
    return ".".join(str(step) for step in path[:depth]), _key(path[depth:])


def _key(path: Path) -> str:
    """Return keys within keys as "confirm.visits", and within lists as "filters, entry 2: in"."""
    words = ""
    for place, step in enumerate(path):
        if isinstance(step, int):
            words += f", entry {step + 1}"
        elif place:
            words += f": {step}" if isinstance(path[place - 1], int) else f".{step}"
        else:
            words = step
    return words


def _sentences(key: str, entries: list[Any], model: type[BaseModel]) -> Iterator[str]:
    wanted = [entry for entry in entries if entry["type"] in WANTED]
    literal = [entry for entry in entries if entry["type"] == "literal_error"]
    if wanted:
        words = [WANTED[entry["type"]] for entry in wanted]
        words += [entry["ctx"]["expected"] for entry in literal]
        given = _kind(wanted[0]["input"])
        yield f"{key} must be {' or '.join(dict.fromkeys(words))}, not {given}."
    elif literal:
        yield f"{key} {_choice(literal[0])}"
    for entry in entries:
        if entry not in wanted and entry not in literal:
            yield _sentence(key, entry, model)


def _kind(value: Any) -> str:
    return next((words for kind, words in KINDS if isinstance(value, kind)), "this")


def _choice(entry: Any) -> str:
    known = re.findall(r"'([^']*)'", entry["ctx"]["expected"])
    value = entry["input"]
    if not isinstance(value, str):
        return f"must be {entry['ctx']['expected']}, not {_kind(value)}."
    return f"= '{value}' is not known.{did_you_mean(value, known)} Choose {_listed(known)}."


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _sentence(key: str, entry: Any, model: type[BaseModel]) -> str:
    kind, context = entry["type"], entry.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(key, entry["loc"], model)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _unknown_choice(kind, context, entry["input"])
    if kind == "missing":
        return _missing(key)
    if kind in BOUNDS:
        name, words = BOUNDS[kind]
        return f"{key} {words.format(f'{context[name]:g}')}."
    if kind == "string_pattern_mismatch":
        return f"'{entry['input']}' {NAME_WORDS}"
    if kind in ("too_short", "too_long"):
        return f"{key} has {_number(kind, context)} entries."
    if kind == "value_error":
        message = str(context["error"]).rstrip(".")
        return f"{key}: {message}." if key else f"{message}."
    return f"{key}: {entry['msg']}."


def _number(kind: str, context: Mapping[str, Any]) -> str:
    if kind == "too_short":
        return f"too few (at least {context['min_length']} needed)"
    return f"too many (at most {context['max_length']} allowed)"


def _missing(key: str) -> str:
    whole, entry, _ = key.rpartition(", entry ")
    in_list = entry and ": " not in key[len(whole) + len(entry) :]
    return f"{whole} has too few entries." if in_list else f"{key} is missing."


def _unknown_key(key: str, location: Sequence[Step], model: type[BaseModel]) -> str:
    word = str(location[-1])
    known = keys_at(model, location[:-1])
    inner = key.removesuffix(word).rstrip(".: ")
    where = f"{inner}: " if inner else ""
    hint = did_you_mean(word, known) or f" Known keys: {', '.join(known)}."
    return f"{where}unknown key '{word}'.{hint}"


def _unknown_choice(kind: str, context: Mapping[str, Any], given: Any) -> str:
    word = context["discriminator"].strip("'")
    if kind == "union_tag_not_found":
        return f"{word} is missing."
    tag, known = given[word], re.findall(r"'([^']*)'", context["expected_tags"])
    if not isinstance(tag, str):
        return f"{word} must be {WANTED['string_type']}, not {_kind(tag)}."
    if tag in LATER_ESTIMATORS:
        return f"the estimator '{tag}' is not yet available. Available: {', '.join(known)}."
    hint = did_you_mean(tag, (*known, *LATER_ESTIMATORS) if word == "estimator" else known)
    return f"{word} = '{tag}' is not known.{hint} Choose {_listed(known)}."
