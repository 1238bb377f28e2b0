"""Read an instrument file, and say in plain words what is wrong with it."""

import tomllib
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from afterglow.errors import PlanError, did_you_mean
from afterglow.instruments.instrument import Instrument


def read_instrument(file: Path | Traversable) -> Instrument:
    """Read one instrument.

    Parameters
    ----------
    file : path
        A TOML file; its keys are the attributes of `Instrument`.

    Raises
    ------
    PlanError
        The file is no TOML, has an unknown or missing key, or contradicts itself; the message
        lists every fault.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise PlanError(f"{file.name} is not a TOML file: {fault}.") from fault
    try:
        return Instrument.model_validate(content)
    except ValidationError as fault:
        lines = [f"  - {_sentence(error)}" for error in fault.errors(include_url=False)]
        raise PlanError("\n".join([f"{file.name} does not describe an instrument:", *lines])) from (
            fault
        )


def _sentence(error: Any) -> str:
    path, kind = error["loc"], error["type"]
    where = f"[{'.'.join(str(step) for step in path)}] " if path else ""
    if kind == "extra_forbidden":
        key = str(path[-1])
        return f"{where}unknown key '{key}'.{did_you_mean(key, _keys_beside(path))}"
    if kind == "missing":
        return f"{where}is missing."
    if kind == "value_error":
        return f"{where}{error['ctx']['error']}."
    return f"{where}{error['msg']}."


def _keys_beside(path: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] | None = Instrument
    for step in path[:-1]:
        if model and step in model.model_fields:
            model = next(_models_in(model.model_fields[str(step)].annotation), None)
    return list(model.model_fields) if model else []


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
