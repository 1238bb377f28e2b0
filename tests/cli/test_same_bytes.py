"""The same plan and data give the same bytes, wherever and under whatever settings."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = (
    {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "1", "OMP_NUM_THREADS": "1"},
    {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "77", "COLUMNS": "40"},
)


def render(folder: Path, settings: dict[str, str]) -> dict[str, bytes]:
    """Copy the demo into the folder, render it there, and return every file written."""
    shutil.copytree(ROOT / "data" / "demo", folder / "data" / "demo")
    plan = folder / "analysis" / "plans" / "demo.toml"
    plan.parent.mkdir(parents=True)
    shutil.copy(ROOT / "analysis" / "plans" / "demo.toml", plan)
    subprocess.run(
        [sys.executable, "-m", "afterglow", "report", str(plan), "-o", "out"],
        cwd=folder,
        env={**os.environ, **settings, "PYTHONPATH": str(ROOT / "analysis")},
        check=True,
        capture_output=True,
    )
    out = folder / "out"
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}


def test_two_renders_are_identical(tmp_path):
    first, second = (
        render(tmp_path / name, settings)
        for name, settings in zip(("here", "elsewhere/deeper"), SETTINGS)
    )
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
    assert {"index.html", "results.csv", "manifest.json", "plan.resolved.toml"} <= first.keys()
    for content in first.values():
        assert str(tmp_path).encode() not in content
