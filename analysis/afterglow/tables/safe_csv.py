"""CSV text whose cells no spreadsheet can take for a formula."""

import csv
import io
import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

import pandas as pd

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(value: Any) -> str:
    """Return one cell as CSV text.

    Numbers keep full double precision and are never touched; missing is empty; a text that a
    spreadsheet could evaluate, also behind leading blanks, gets an apostrophe in front.
    """
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, str):
        return _neutral(plain)
    if plain is None or plain is pd.NA or plain is pd.NaT:
        return ""
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, float):
        return "" if math.isnan(plain) else repr(plain)
    return str(plain) if isinstance(plain, int) else _neutral(str(plain))


def _neutral(text: str) -> str:
    risky = text.startswith(FORMULA_STARTS) or text.lstrip(" \u00a0").startswith(FORMULA_STARTS)
    return f"'{text}" if risky else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return header and rows as CSV text with plain line feeds, every cell made safe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def frame_to_csv(frame: pd.DataFrame) -> str:
    """Return a data frame as safe CSV text, in its own row order and without the index."""
    columns = [frame[name].tolist() for name in frame.columns]
    return write_csv([str(name) for name in frame.columns], zip(*columns, strict=True))
