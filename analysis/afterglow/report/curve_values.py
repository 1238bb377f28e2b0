"""The table of a time-to-event analysis: counts, estimates at days, medians, differences."""

import math
from typing import Any

from afterglow.names import AT_RISK, METHOD
from afterglow.report.analysis_rows import AnalysisRows, competing_causes
from afterglow.report.blocks import TableBlock
from afterglow.report.curve_rows import axis_label, cause_label, is_survival
from afterglow.report.method_words import method_words
from afterglow.report.sentences import clock_words, event_label
from afterglow.report.words import (
    anchor,
    cause_words,
    group_label,
    lower_first,
    upper_first,
    variable_label,
)
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table


def values_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the estimates at the days asked for, the median, and the counts, by group."""
    groups = [*_count_group(rows), *_day_groups(rows), *_spread_group(rows)]
    if not groups:
        return None
    spanner = "" if rows.groups == [""] else upper_first(_by_words(rows))
    columns = (
        Column(header="", align="left"),
        *(
            Column(header=group_label(group), spanner=spanner, show=fmt.count)
            for group in rows.groups
        ),
        *(Column(header=head) for head in _compared(rows)),
    )
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: estimates by day",
            columns=columns,
            groups=tuple(groups),
            footnotes=_footnotes(rows),
        ),
    )


def _by_words(rows: AnalysisRows) -> str:
    return variable_label(rows.analysis.by or "")


def _compared(rows: AnalysisRows) -> list[str]:
    if len(rows.contrasts) == 1:
        return ["Difference"]
    return [f"Difference, {contrast.replace(' vs ', ' minus ')}" for contrast in rows.contrasts]


def _row(
    rows: AnalysisRows, label: str, cells: list[Any], differences: list[Any] | None = None
) -> Row:
    blank = [""] * len(rows.contrasts)
    return Row(cells=(label, *cells, *(differences if differences is not None else blank)))


def _count_group(rows: AnalysisRows) -> list[RowGroup]:
    def cells(name: str, level: str = "") -> list[Any]:
        return [rows.value(name, group=group, level=level) for group in rows.groups]

    if all(math.isnan(rows.n(group)) for group in rows.groups):
        return []
    lines = [_row(rows, "Subjects analysed", cells("n"))]
    event = f"With the event: {lower_first(event_label(rows))}"
    lines.append(_row(rows, event, cells("n_events")))
    for cause in competing_causes(rows):
        words = f"Ended by {cause_words(cause)}"
        lines.append(_row(rows, words, cells("n_competing", cause)))
    lines.append(_row(rows, "Censored", cells("n_censored")))
    return [RowGroup(label="Counts over the whole follow-up", rows=tuple(lines))]


def _day_groups(rows: AnalysisRows) -> list[RowGroup]:
    found = [RowGroup(label=_day_head(rows, day), rows=_day_rows(rows, day)) for day in rows.days]
    return [group for group in found if group.rows]


def _day_head(rows: AnalysisRows, day: float) -> str:
    level = fmt.confidence_level(rows.level)
    return f"Day{fmt.NBSP}{fmt.trimmed(day)} after {clock_words(rows)}, % ({level})"


def _day_rows(rows: AnalysisRows, day: float) -> tuple[Row, ...]:
    risk = [rows.value(AT_RISK, group=group, day=day) for group in rows.groups]
    lines = [_row(rows, "At risk", list(risk))]
    if is_survival(rows):
        return (*lines, _estimate_row(rows, axis_label(rows), "survival", "", day))
    for term in rows.terms:
        label = upper_first(cause_label(rows, term))
        lines.append(_estimate_row(rows, label, "incidence", term, day))
    lines.append(_estimate_row(rows, "Free of all of these", "event_free", "", day))
    own = rows.analysis.endpoint
    if len(rows.rows("naive_incidence")):
        lines.append(_estimate_row(rows, "Naive (for comparison)", "naive_incidence", own, day))
    return tuple(lines)


def _estimate_row(rows: AnalysisRows, label: str, name: str, term: str, day: float) -> Row:
    found = [rows.one(name, group=group, term=term, day=day) for group in rows.groups]
    wanted = name in ("survival", "incidence")
    differences = [
        _difference(rows.one("difference", group=c, term=term, day=day)) if wanted else ""
        for c in rows.contrasts
    ]
    return _row(rows, label, [_share(one) for one in found], differences)


def _share(row: Any) -> Any:
    if row is None or math.isnan(row.estimate):
        return fmt.MISSING
    return parts.share(row.estimate, row.conf_low, row.conf_high)


def _difference(row: Any) -> Any:
    if row is None:
        return fmt.MISSING
    return parts.share(row.estimate, row.conf_low, row.conf_high)


def _spread_group(rows: AnalysisRows) -> list[RowGroup]:
    lines = []
    medians = [rows.one("median", group=group) for group in rows.groups]
    if any(medians):
        lines.append(_row(rows, "Median time to the event", [_time(row) for row in medians]))
    for share in dict.fromkeys(rows.rows("quantile")["level"].tolist()):
        found = [rows.one("quantile", group=group, level=share) for group in rows.groups]
        label = f"Time by which {fmt.percent(float(share), 0)} had the event"
        lines.append(_row(rows, label, [_time(row) for row in found]))
    watched = [rows.one("follow_up_median", group=group) for group in rows.groups]
    if any(watched):
        label = "Median time under observation (reverse Kaplan–Meier)"
        lines.append(_row(rows, label, [_time(row) for row in watched]))
    level = fmt.confidence_level(rows.level)
    return [RowGroup(label=f"Times, days ({level})", rows=tuple(lines))] if lines else []


def _time(row: Any) -> Any:
    if row is None:
        return fmt.MISSING
    return parts.time(row.estimate, row.conf_low, row.conf_high)


def _footnotes(rows: AnalysisRows) -> tuple[str, ...]:
    """Return population and method of the numbers, and what a difference means."""
    methods = dict.fromkeys(
        method_words(method)
        for method in rows.table[METHOD].tolist()
        if method and "reverse" not in method
    )
    notes = [f"Population: {rows.population_label}."]
    if methods:
        notes.append(f"Methods: {'; '.join(methods)}.")
    if rows.contrasts:
        which = rows.contrasts[0].replace(" vs ", " minus ") if len(rows.contrasts) == 1 else ""
        notes.append(f"Differences are in percentage points{f': {which}' if which else ''}.")
    return tuple(notes)
