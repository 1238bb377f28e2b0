"""Sections of analysis/CALIBRATION.md that one simulation writes and others leave alone."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ANALYSIS = Path(__file__).resolve().parents[2] / "analysis"
PAGE = ANALYSIS / "CALIBRATION.md"


def write_numbers(table: Sequence[dict[str, Any]], name: str) -> None:
    """Write the rows of a simulation as analysis/<name>.csv."""
    with (ANALYSIS / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)


def write_section(heading: str, text: str) -> None:
    """Write a section in the place of the one with its heading, or at the end of the page."""
    before, _, after = PAGE.read_text(encoding="utf-8").partition(f"\n{heading}\n")
    _, mark, rest = after.partition("\n## ")
    page = f"{before.rstrip()}\n\n{text}" + (f"\n## {rest}" if mark else "")
    PAGE.write_text(page, encoding="utf-8")
