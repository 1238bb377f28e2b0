"""Read a plan file into frozen objects, or say everything that is wrong with it."""

import re
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from afterglow.errors import PlanError
from afterglow.instruments.registry import Library, load_library
from afterglow.plan.checks import check_plan
from afterglow.plan.faults import Fault, plan_error
from afterglow.plan.inheritance import inherit
from afterglow.plan.model import RESERVED_KEYS, Plan
from afterglow.plan.scales import chosen_versions
from afterglow.plan.wording import faults_of

ANALYSIS = "analysis"
PLAN_NAME = "plan.toml"


def read_plan(path: Path) -> Plan:
    """Read and check a plan file.

    Parameters
    ----------
    path : path
        A TOML file in UTF-8; its own paths are relative to the folder it lies in.

    Returns
    -------
    Plan
        Complete: what an analysis inherits by `of` is filled in, and every reference leads
        somewhere.

    Raises
    ------
    PlanError
        The file cannot be read or is no TOML; or one error lists every unknown key, wrong value,
        missing reference and contradiction.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise PlanError(f"There is no plan file '{path.name}' in that folder.") from None
    except IsADirectoryError:
        raise PlanError(f"'{path.name}' is a folder. Give the plan file in it.") from None
    except UnicodeDecodeError:
        raise PlanError(f"{path.name} is not text in UTF-8. Save it as UTF-8.") from None
    except OSError as fault:
        raise PlanError(f"{path.name} cannot be read: {fault.strerror}.") from None
    return plan_from_text(text, name=path.name, folder=path.parent)


def plan_from_text(text: str, *, name: str = PLAN_NAME, folder: Path | None = None) -> Plan:
    """Read and check a plan from its text; see `read_plan`.

    Parameters
    ----------
    name : str
        What messages call the plan.
    folder : path, optional
        Where `instruments_dir` starts from; default: the working folder.
    """
    given = _parsed(text, name)
    faults = _not_yet(given)
    content = {key: value for key, value in given.items() if key not in RESERVED_KEYS}
    own = content.get(ANALYSIS)
    if isinstance(own, dict):
        content[ANALYSIS], wrong = inherit(own)
        faults += wrong
    plan = _validated(content, own, faults)
    if plan is not None:
        library, missing = _library(plan, folder or Path())
        faults += [*missing, *check_plan(plan, library)]
    if plan is None or faults:
        raise plan_error(name, faults)
    return plan


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return _as_tuples(tomllib.loads(text))
    except tomllib.TOMLDecodeError as fault:
        what, _, place = str(fault).partition(" (at ")
        line = re.match(r"line (\d+)", place)
        number = line[1] if line else len(text.splitlines())
        raise PlanError(f"{name}, line {number}: this is not valid TOML ({what}).") from None


def _as_tuples(value: Any) -> Any:
    """Return the content with tuples for lists: strict models take no list for a tuple."""
    if isinstance(value, dict):
        return {key: _as_tuples(inner) for key, inner in value.items()}
    return tuple(_as_tuples(inner) for inner in value) if isinstance(value, list) else value


def _not_yet(given: dict[str, Any]) -> list[Fault]:
    return [
        Fault("", f"[{key}] is not yet available: leave it out.")
        for key in given
        if key in RESERVED_KEYS
    ]


def _validated(content: dict[str, Any], own: Any, faults: list[Fault]) -> Plan | None:
    try:
        return Plan.model_validate(content, strict=True)
    except ValidationError as error:
        inherited = _inherited_keys(content.get(ANALYSIS), own)
        found = faults_of(error, Plan, content)
        faults += [
            fault
            for fault in found
            if not any(
                fault.section == section and fault.what.startswith(f"{key} ")
                for section, key in inherited
            )
        ]
    return None


def _inherited_keys(completed: Any, own: Any) -> set[tuple[str, str]]:
    """Return the (section, key) that analyses have from another one, where the fault is told."""
    if not isinstance(completed, dict):
        return set()
    return {
        (f"{ANALYSIS}.{name}", key)
        for name, keys in completed.items()
        if isinstance(keys, dict) and isinstance(own[name], dict)
        for key in set(keys) - set(own[name])
    }


def instruments_of(plan: Plan, folder: Path) -> Library:
    """Return the instruments that a plan may use, each in the version that it chose.

    Parameters
    ----------
    folder : path
        The plan's folder: `instruments_dir` is relative to it.

    Raises
    ------
    PlanError
        A file in `instruments_dir` describes no instrument.
    """
    return chosen_versions(plan, load_library(_own_instruments(plan, folder)))


def _own_instruments(plan: Plan, folder: Path) -> Path | None:
    return None if plan.instruments_dir is None else folder / plan.instruments_dir


def _library(plan: Plan, folder: Path) -> tuple[Library, list[Fault]]:
    try:
        return load_library(_own_instruments(plan, folder)), []
    except PlanError as error:
        return load_library(), [Fault("", str(error))]
