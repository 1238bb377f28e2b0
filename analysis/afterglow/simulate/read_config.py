"""A simulation's parameters read from a TOML file."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from afterglow.errors import UsageError
from afterglow.simulate.config import SimulationConfig


def read_simulation_config(path: Path) -> SimulationConfig:
    """Read a `SimulationConfig` from a TOML file; parameters not named keep their defaults.

    Raises
    ------
    UsageError
        Where the file cannot be read as TOML or holds unknown or impossible parameters; all are
        listed.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            f"The configuration {path.name} cannot be read as TOML: {error}.\nCorrect the file."
        ) from error
    try:
        return SimulationConfig.model_validate(content)
    except ValidationError as error:
        faults = "\n".join(
            f"  - {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors()
        )
        raise UsageError(
            f"The configuration {path.name} has faults:\n{faults}\n"
            "Parameters and units: afterglow.simulate.config."
        ) from error
