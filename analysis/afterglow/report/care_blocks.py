"""What a course of care amounts to, for readers: days well, treatment-free days, sessions."""

import math
from typing import Any, Final

from afterglow.names import TERM
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import TableBlock
from afterglow.report.words import anchor, group_label, listed, variable_label
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

LABELS: Final = {
    "days_well": "Days well (in response or remission)",
    "days_in_relapse": "Days in relapse",
    "days_symptomatic": "Days symptomatic, not in relapse",
    "treatment_free_days": "Treatment-free days",
    "sessions": "Sessions",
    "sessions_per_well_month": "Sessions per month well",
}
SAID: Final = {
    "days_well": "{} days well",
    "days_in_relapse": "{} days in relapse",
    "treatment_free_days": "{} treatment-free days",
    "sessions_per_well_month": "{} sessions for each month well",
}
DIFFERENCE: Final = "difference"
SEVERAL_DIGITS: Final = "sessions_per_well_month"


def asked_for(rows: AnalysisRows) -> list[str]:
    """Return the quantities that the plan expects, in its order."""
    return [name for name in rows.analysis.expected if not rows.rows(name).empty]


def care_finding(rows: AnalysisRows) -> str:
    """Return the main quantities of each group in one sentence; "" where none was asked for."""
    names = [name for name in asked_for(rows) if name in SAID]
    said = []
    for group in rows.groups:
        found = [(name, _one(rows, name, group)) for name in names]
        words = [
            SAID[name].format(
                fmt.estimate(row.estimate, row.conf_low, row.conf_high, digits=1, level=rows.level)
            )
            for name, row in found
            if row is not None and not math.isnan(row.estimate)
        ]
        if words:
            where = f" in the {group_label(group)} group" if group else ""
            said.append(listed(words) + where)
    if not said:
        return ""
    until = fmt.trimmed(rows.rows(names[0])["time_days"].iloc[0])
    return f"By day{fmt.NBSP}{until}, a subject is expected to have {'; '.join(said)}."


def _one(rows: AnalysisRows, name: str, group: str) -> Any:
    found = [row for row in records(rows.rows(name)) if row.group == group]
    return found[0] if found else None


def care_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the quantities by group and their differences; None where none was asked for."""
    names = asked_for(rows)
    if not names:
        return None
    pairs = list(dict.fromkeys(row.group for row in records(_differences(rows))))
    columns = (
        Column(header="", align="left"),
        *(
            Column(
                header=group_label(group), unit=fmt.confidence_level(rows.level),
                spanner="" if rows.groups == [""] else variable_label(rows.analysis.by or ""),
            )
            for group in rows.groups
        ),
        *(
            column
            for pair in pairs
            for column in (
                Column(header=pair, unit=fmt.confidence_level(rows.level), spanner="Difference"),
                Column(header="p", show=fmt.p_value, spanner="Difference"),
            )
        ),
    )  # fmt: skip
    until = fmt.trimmed(rows.rows(names[0])["time_days"].iloc[0])
    return TableBlock(
        name=anchor(rows.anchor, "care"),
        table=Table(
            caption=f"{rows.label}: what is expected of a subject by day {until}",
            columns=columns,
            groups=(RowGroup(rows=tuple(_line(rows, name, pairs) for name in names)),),
            footnotes=_notes(rows, names),
        ),
    )


def _differences(rows: AnalysisRows) -> Any:
    found = rows.rows(DIFFERENCE)
    return found[found[TERM].isin(list(LABELS))]


def _line(rows: AnalysisRows, name: str, pairs: list[str]) -> Row:
    cell = parts.ratio if name == SEVERAL_DIGITS else parts.score
    cells: list[Any] = [LABELS[name]]
    for group in rows.groups:
        row = _one(rows, name, group)
        if row is None or math.isnan(row.estimate):
            cells.append(fmt.MISSING)
        else:
            cells.append(cell(row.estimate, row.conf_low, row.conf_high))
    by_pair = {row.group: row for row in records(_differences(rows)) if row.term == name}
    for pair in pairs:
        row = by_pair.get(pair)
        if row is None or math.isnan(row.estimate):
            cells += [fmt.MISSING, None]
        else:
            p = None if math.isnan(row.p_value) else row.p_value
            cells += [cell(row.estimate, row.conf_low, row.conf_high), p]
    return Row(cells=tuple(cells))


def _notes(rows: AnalysisRows, names: list[str]) -> tuple[str, ...]:
    notes = []
    if any(name.startswith("days") for name in names):
        notes.append(
            "Days in a clinical state count whether or not the subject is in treatment on them."
        )
    if "treatment_free_days" in names:
        after = fmt.trimmed(rows.analysis.treatment_free_after_days)
        notes.append(f"A day is treatment-free if the last session was more than {after} days ago.")
    if "sessions_per_well_month" in names:
        notes.append(
            "Sessions per month well: expected sessions, the course's too, divided by expected "
            f"days well, times {fmt.trimmed(30.4375, 4)}; not the mean of subjects' own ratios."
        )
    warned = dict.fromkeys(w for name in names for w in rows.rows(name)["warning"] if w)
    return (*notes, *(f"{words[:1].upper()}{words[1:]}." for words in warned),
            f"Population: {rows.population_label}.")  # fmt: skip
