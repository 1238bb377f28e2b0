"""Restricted mean times for readers: the finding, a table of groups and contrasts, a figure."""

import math
from typing import Any, Final

from afterglow.figures.canvas import new_axes
from afterglow.figures.forest import draw_forest, forest_height
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, TERM
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.drawing import figure
from afterglow.report.figure_words import span_shown
from afterglow.report.words import anchor, group_label, listed, variable_label
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

GROUP_ROWS: Final = {
    "restricted_mean": "Mean time without the event, days",
    "restricted_mean_time_lost": "Mean time lost to the event, days",
    "median": "Median time, days",
}
CONTRAST_ROWS: Final = {
    "restricted_mean_difference": "Difference of means, days",
    "restricted_mean_ratio": "Ratio of means",
    "restricted_mean_time_lost_ratio": "Ratio of times lost",
    "median_difference": "Difference of medians, days",
}


def _known(rows: AnalysisRows, statistic: str) -> list[Any]:
    return [row for row in records(rows.rows(statistic)) if not math.isnan(row.estimate)]


def mean_time_finding(rows: AnalysisRows) -> str:
    """Return the groups' means and their differences in one or two sentences."""
    found = _known(rows, "restricted_mean")
    if not found:
        why = [row.warning for row in records(rows.rows("restricted_mean")) if row.warning]
        return f"Mean times could not be compared: {why[0] if why else 'nobody to analyse'}."
    means = [
        f"{_days(rows, row)} in the {row.group} group"
        f" ({fmt.count(row.n_events)} of {fmt.count(row.n)} had the event)"
        for row in found
    ]
    day = fmt.trimmed(rows.analysis.tau_days)
    words = f"Up to day{fmt.NBSP}{day} the mean time without the event is {listed(means)}."
    return f"{words} {_differences(rows)}".strip()


def _days(rows: AnalysisRows, row: Any) -> str:
    return fmt.days_estimate(row.estimate, row.conf_low, row.conf_high, level=rows.level)


def _differences(rows: AnalysisRows) -> str:
    said = [
        f"{row.group} {_days(rows, row)}, {fmt.p_statement(row.p_value)}"
        for row in _known(rows, "restricted_mean_difference")
    ]
    return f"Difference: {'; '.join(said)}." if said else ""


def mean_time_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the groups' means and the contrasts; None where nothing could be estimated."""
    if not _known(rows, "restricted_mean"):
        return None
    groups = [
        RowGroup(label=label, rows=tuple(_line(group_label(row.group), row) for row in found))
        for name, label in GROUP_ROWS.items()
        if (found := _known(rows, name))
    ]
    groups += [
        RowGroup(label=label, rows=tuple(_line(row.group, row) for row in found))
        for name, label in CONTRAST_ROWS.items()
        if (found := _known(rows, name))
    ]
    columns = (
        Column(header=variable_label(rows.analysis.by or "")),
        Column(header="Estimate", unit=fmt.confidence_level(rows.level)),
        Column(header="p", show=fmt.p_value),
    )
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: mean times up to day {fmt.trimmed(rows.analysis.tau_days)}",
            columns=columns,
            groups=tuple(groups),
            footnotes=(*_warnings(rows), f"Population: {rows.population_label}."),
        ),
    )


def _line(label: str, row: Any) -> Row:
    p = None if math.isnan(row.p_value) else row.p_value
    cell = parts.ratio if row.statistic_name.endswith("_ratio") else parts.time
    return Row(cells=(label, cell(row.estimate, row.conf_low, row.conf_high), p))


def _warnings(rows: AnalysisRows) -> tuple[str, ...]:
    found = [
        row
        for name in (*GROUP_ROWS, *CONTRAST_ROWS)
        for row in records(rows.rows(name))
        if row.warning
    ]
    return tuple(dict.fromkeys(f"{row.group}: {row.warning.rstrip('.')}." for row in found))


def mean_time_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the differences of the means; None where fewer than two are known."""
    import pandas as pd

    found = _known(rows, "restricted_mean_difference")
    if len(found) < 2:
        return None
    data = [(row.group, row.estimate, row.conf_low, row.conf_high) for row in found]
    frame = pd.DataFrame(data, columns=[TERM, ESTIMATE, CONF_LOW, CONF_HIGH])
    table = mean_time_table(rows)
    axes = draw_forest(
        frame, label=TERM, null=0.0, xlabel="Difference of mean times, days", digits=1,
        level=rows.level, ax=new_axes(DOUBLE_COLUMN, forest_height(frame, label=TERM)),
    )  # fmt: skip
    return figure(
        anchor(rows.anchor, "forest"),
        axes,
        title=f"{rows.label}: differences of mean times",
        caption=f"{rows.label}. Squares: differences of the mean times without the event up to day "
        f"{fmt.trimmed(rows.analysis.tau_days)}; whiskers: {fmt.confidence_level(rows.level)}.",
        alt=span_shown(frame[ESTIMATE], "difference", fmt.days),
        data=table.table if table else Table.from_rows("", (), ()),
    )
