"""Where the public datasets and R's reference results lie, when they are there."""

import json
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


def shared_file(*parts: str) -> Path:
    """Return a file of the shared folder, or skip the test where the folder is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{'/'.join(parts)} is not beside the project: public data are not shipped")
    return path


def reference(name: str) -> dict:
    """Return R's reference `name` (its JSON, with results under "results")."""
    return json.loads(shared_file("reference", f"{name}.json").read_text(encoding="utf-8"))
