"""What identifies a run: hashes of data, plan and outputs, versions and seed."""

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from afterglow.version import VERSION

MANIFEST: Final = "manifest.json"
PROGRAM: Final = "afterglow"
LIBRARIES: Final = (
    "duckdb",
    "jinja2",
    "lifelines",
    "matplotlib",
    "numba",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "scipy",
    "seaborn",
    "statsmodels",
)


def sha256(content: bytes) -> str:
    """Return the SHA-256 of `content` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def versions() -> dict[str, str]:
    """Return the versions that can move a number: ours, Python's and the libraries'."""
    found = {PROGRAM: VERSION, "python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def make_manifest(
    folder: Path,
    *,
    command: str,
    plan_text: str,
    seed: int,
    data: Mapping[str, str],
    **more: Any,
) -> dict[str, Any]:
    """Return the manifest of a finished output folder.

    It holds no clock time, no path outside the folder and no name of a user or machine, so that
    two runs of the same plan on the same data give the same bytes.

    Parameters
    ----------
    folder : Path
        Every file in it is listed with its hash.
    command : str
        The command that wrote it, such as "report".
    plan_text : str
        The plan as the user wrote it.
    seed : int
        The plan's.
    data : mapping of str to str
        SHA-256 of each raw file by its name.
    **more
        Further facts of the run, such as ``internal=True``; JSON values.
    """
    return {
        "program": PROGRAM,
        "command": command,
        "versions": versions(),
        "seed": seed,
        "plan": sha256(plan_text.encode("utf-8")),
        "data": dict(sorted(data.items())),
        **more,
        "outputs": _hashes(folder),
    }


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest into the folder that it describes."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")


def listed_outputs(folder: Path) -> set[str] | None:
    """Return the files that a run of ours wrote into `folder`, or None where it is not ours."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(manifest, dict) or manifest.get("program") != PROGRAM:
        return None
    return {MANIFEST, *manifest.get("outputs", ())}


def _hashes(folder: Path) -> dict[str, str]:
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {name: _hash(files[name]) for name in sorted(files) if files[name].is_file()}


def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
