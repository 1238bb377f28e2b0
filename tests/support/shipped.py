"""The plans that ship, and those of the public trials."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SHIPPED = sorted((PROJECT / "analysis" / "plans").glob("*.toml"))
TRIALS = sorted((PROJECT / "tests" / "plans").glob("*.toml"))
EVERY_PLAN = [*SHIPPED, *TRIALS]
