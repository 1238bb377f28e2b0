"""Compare the package's rows with the slow twin's, and show the first difference readably."""

from typing import Any

import numpy as np
import pandas as pd
from support.cohorts import only, tables_of

from afterglow.cohort.model import Cohort
from afterglow.names import CYCLE, ENDPOINT, SUBJECT

TOLERANCE = 1e-9
KEY = [SUBJECT, ENDPOINT, CYCLE]


def first_difference(ours: pd.DataFrame, twin: pd.DataFrame) -> tuple | None:
    """Return (subject, endpoint, cycle) of the first row that differs, or None."""
    ours, twin = ours[list(twin.columns)], twin
    a, b = (table.set_index(KEY).sort_index() for table in (ours, twin))
    if a.index.has_duplicates:
        return a.index[a.index.duplicated()][0]
    lonely = a.index.symmetric_difference(b.index)
    if len(lonely):
        return lonely[0]
    differs = np.zeros(len(a), dtype=bool)
    for name in b.columns:
        differs |= unequal(a[name], b[name])
    return a.index[differs][0] if differs.any() else None


def unequal(ours: pd.Series, twin: pd.Series) -> np.ndarray:
    """Say where two columns differ: numbers beyond 1e-9, anything else at all."""
    if pd.api.types.is_float_dtype(twin):
        close = np.isclose(
            ours.to_numpy(float), twin.to_numpy(float), rtol=0, atol=TOLERANCE, equal_nan=True
        )
        return ~close
    return ours.astype(object).to_numpy() != twin.astype(object).to_numpy()


def story(cohort: Cohort, plan: Any, ours: pd.DataFrame, twin: pd.DataFrame, key: tuple) -> str:
    """Tell all about one differing row: the definition, the subject's moments, both rows."""
    subject, endpoint, cycle = key
    needed = followed(plan, endpoint)
    lines = [f"{endpoint}, cycle {cycle}, of {subject} differs.", "", "Definitions:"]
    lines += [f"  {name}: {given(plan.endpoint[name])}" for name in needed]
    lines += [
        f"  {part}: {given(getattr(plan, part))}" for part in ("baseline", "course", "follow_up")
    ]
    lines += ["", "Moments:", moments(cohort, subject), ""]
    for title, rows in (("package", ours), ("twin", twin)):
        chosen = rows[(rows[SUBJECT] == subject) & rows[ENDPOINT].isin(needed)]
        lines += [f"Rows of the {title}:", chosen.to_string(index=False), ""]
    return "\n".join(lines)


def followed(plan: Any, name: str) -> list[str]:
    """The endpoint and all that it refers to."""
    endpoint = plan.endpoint[name]
    qualify = getattr(endpoint, "qualify", None)
    words = [getattr(endpoint, "origin", ""), getattr(endpoint, "at_risk_from", "") or ""]
    others = [word.split(":")[1] for word in words if word.startswith("endpoint:")]
    others += [qualify.endpoint] if qualify is not None else []
    others += [endpoint.regained] if getattr(endpoint, "regained", None) else []
    found = [name]
    for other in others:
        found += [more for more in followed(plan, other) if more not in found]
    return found


def given(section: Any) -> str:
    return section.model_dump_json(exclude_defaults=True)


def moments(cohort: Cohort, subject: str) -> str:
    """One line per session, visit, event and end, in order of day."""
    tables = tables_of(only(cohort, subject))
    lines: list[tuple[float, str]] = []
    for row in records(tables["sessions"]):
        lines.append((row["day"], f"session no {row['session_no']} {row['phase']}"))
    for row in records(tables["scores"]):
        lines.append((row["day"], f"    {row['instrument']} {row['score']:g} {row['timing']}"))
    for row in records(tables["events"]):
        lines.append((row["day"], f"        {row['event']}"))
    for row in records(tables["follow_up"]):
        lines.append((row["end_day"], f"            end of follow-up: {row['reason']}"))
    for row in records(tables["subjects"]):
        lines.append((float("-inf"), str(row)))
    return "\n".join(f"{day:>9.4f}  {text}" for day, text in sorted(lines))


def records(table: pd.DataFrame | None) -> list[dict]:
    return [] if table is None else table.to_dict("records")
