"""Competing causes for readers: Gray's tests, ratios by cause, incidences that models predict."""

import math
from collections.abc import Sequence
from typing import Any, Final

from afterglow.figures.canvas import new_axes
from afterglow.figures.curves import curves_height, draw_curves
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, TERM, TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.cox_blocks import TESTS
from afterglow.report.curve_rows import cause_label, days_axis
from afterglow.report.drawing import figure
from afterglow.report.words import (
    anchor,
    group_label,
    listed,
    lower_first,
    upper_first,
    variable_label,
)
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

GRAY: Final = "gray_test"
ADJUSTED: Final = "adjusted_incidence"


def gray_tests(rows: AnalysisRows) -> list[Any]:
    """Return the tests that could be made, the endpoint's own first."""
    found = [row for row in records(rows.rows(GRAY)) if not math.isnan(row.p_value)]
    return sorted(found, key=lambda row: row.term != rows.analysis.endpoint)


def gray_table(rows: AnalysisRows) -> TableBlock | None:
    """Return observed and expected events by cause and group; None where nothing was tested."""
    tests = gray_tests(rows)
    if not tests:
        return None
    columns = (
        Column(header=variable_label(rows.analysis.by or "")),
        Column(header="Subjects", show=fmt.count),
        Column(header="Events observed", show=fmt.count),
        Column(header="Events expected", show=fmt.number),
    )
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: events observed and expected if the incidences were equal",
            columns=columns,
            groups=tuple(_gray_group(rows, test) for test in tests),
            footnotes=(*_untested(rows), f"Population: {rows.population_label}."),
        ),
    )


def _gray_group(rows: AnalysisRows, test: Any) -> RowGroup:
    words = (
        f"{upper_first(cause_label(rows, test.term))}: chi-squared {fmt.number(test.statistic)},"
        f" degrees of freedom {fmt.count(test.df)}, {fmt.p_statement(test.p_value)}"
    )
    lines = [
        Row(
            cells=(
                group_label(group),
                rows.n(group),
                rows.value("observed", group=group, term=test.term),
                rows.value("expected", group=group, term=test.term),
            )
        )
        for group in rows.groups
    ]
    return RowGroup(label=words, rows=tuple(lines))


def _untested(rows: AnalysisRows) -> tuple[str, ...]:
    return tuple(
        f"{upper_first(cause_label(rows, row.term))}: not tested, {row.warning}."
        for row in records(rows.rows(GRAY))
        if math.isnan(row.p_value)
    )


def causes_of(rows: AnalysisRows, ratio: str) -> list[str]:
    """Return the causes that have a model, the endpoint's own first."""
    causes = [cause for cause in dict.fromkeys(rows.rows(ratio)[GROUP].tolist()) if cause]
    return sorted(causes, key=lambda cause: cause != rows.analysis.endpoint)


def cause_tests_table(rows: AnalysisRows, causes: Sequence[str]) -> TableBlock | None:
    """Return each cause's tests of the whole model; None where nothing was fitted."""
    groups = []
    for cause in causes:
        found = [(label, rows.one(name, group=cause)) for name, label in TESTS.items()]
        lines = [
            Row(cells=(label, row.statistic, row.df, row.p_value))
            for label, row in found
            if row is not None and not math.isnan(row.statistic)
        ]
        if lines:
            groups.append(RowGroup(label=upper_first(cause_label(rows, cause)), rows=tuple(lines)))
    if not groups:
        return None
    columns = (
        Column(header="Test"),
        Column(header="Chi-squared", show=fmt.number),
        Column(header="Degrees of freedom", show=fmt.count),
        Column(header="p", show=fmt.p_value),
    )
    return TableBlock(
        name=anchor(rows.anchor, "tests"),
        table=Table(
            caption=f"{rows.label}: tests that no covariate is associated with a cause",
            columns=columns,
            groups=tuple(groups),
            footnotes=(f"Population: {rows.population_label}.",),
        ),
    )


def incidence_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the predicted incidence of the endpoint by level; None where none was asked for."""
    curve = rows.rows(ADJUSTED, "curve")
    curve = curve[(curve[TERM] == rows.analysis.endpoint) & curve[ESTIMATE].notna()]
    if curve.empty:
        return None
    frame = curve[[GROUP, TIME, ESTIMATE, CONF_LOW, CONF_HIGH]].reset_index(drop=True)
    axes = draw_curves(
        frame, ylabel="Predicted incidence", xlabel=days_axis(rows), start=0.0,
        ax=new_axes(DOUBLE_COLUMN, curves_height(frame)),
    )  # fmt: skip
    name = lower_first(variable_label(rows.analysis.curves_by))
    last = frame.groupby(GROUP, sort=False).last()
    said = [f"{group} {fmt.percent(value)}" for group, value in last[ESTIMATE].items()]
    table = incidence_table(rows)
    return figure(
        anchor(rows.anchor, "adjusted"),
        axes,
        title=f"{rows.label}: predicted incidences",
        caption=f"{rows.label}. Incidences that the model predicts by {name}, every other "
        f"covariate at its mean; shaded: pointwise {fmt.confidence_level(rows.level)}.",
        alt=f"Predicted incidence of {_event(rows)} at the end of follow-up: {listed(said)}.",
        data=table.table if table else Table.from_rows("", (), ()),
    )


def _event(rows: AnalysisRows) -> str:
    return f"“{rows.endpoint_label}”"


def incidence_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the predicted incidences on the days asked for; None where no day was."""
    found = [row for row in records(rows.rows(ADJUSTED)) if not math.isnan(row.estimate)]
    if not found:
        return None
    causes = list(dict.fromkeys(row.term for row in found))
    causes.sort(key=lambda cause: cause != rows.analysis.endpoint)
    columns = (
        Column(header=variable_label(rows.analysis.curves_by)),
        *(
            Column(
                header=upper_first(cause_label(rows, cause)), unit=fmt.confidence_level(rows.level)
            )
            for cause in causes
        ),
    )
    cells = {(row.time_days, row.group, row.term): row for row in found}
    groups = tuple(
        RowGroup(
            label=f"Day {fmt.trimmed(day)}",
            rows=tuple(
                Row(cells=(group, *(_share(cells.get((day, group, cause))) for cause in causes)))
                for group in dict.fromkeys(row.group for row in found)
            ),
        )
        for day in dict.fromkeys(row.time_days for row in found)
    )
    return TableBlock(
        name=anchor(rows.anchor, "adjusted", "table"),
        table=Table(
            caption=f"{rows.label}: predicted incidences, %",
            columns=columns,
            groups=groups,
            footnotes=("Every other covariate at its mean.",),
        ),
    )


def _share(row: Any) -> Any:
    return fmt.MISSING if row is None else parts.share(row.estimate, row.conf_low, row.conf_high)
