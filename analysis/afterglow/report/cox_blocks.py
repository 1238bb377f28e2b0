"""A Cox regression for readers: tests of the model, and its adjusted curves."""

import math
from typing import Any, Final

import pandas as pd

from afterglow.figures.canvas import new_axes
from afterglow.figures.curves import curves_height, draw_curves
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import (
    CONF_HIGH,
    CONF_LOW,
    ESTIMATE,
    GROUP,
    TIME,
)
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.curve_rows import days_axis
from afterglow.report.drawing import figure
from afterglow.report.words import anchor, group_label, listed, lower_first, variable_label
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

TESTS: Final = {
    "likelihood_ratio_test": "Likelihood ratio",
    "wald_test": "Wald",
    "score_test": "Score",
    "robust_score_test": "Score, robust variance",
}
ADJUSTED: Final = "adjusted_survival"


def tests_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the tests of the model and of each category; None where nothing was fitted."""
    groups = [
        RowGroup(label=label, rows=tuple(lines))
        for label, lines in (
            ("No association of any covariate", _model_lines(rows)),
            ("No association of one covariate (Wald)", _term_lines(rows)),
        )
        if lines
    ]
    if not groups:
        return None
    columns = (
        Column(header="Test"),
        Column(header="Chi-squared", show=fmt.number),
        Column(header="Degrees of freedom", show=_degrees),
        Column(header="p", show=fmt.p_value),
    )
    return TableBlock(
        name=anchor(rows.anchor, "tests"),
        table=Table(
            caption=f"{rows.label}: tests of the model",
            columns=columns,
            groups=tuple(groups),
            footnotes=(f"Population: {rows.population_label}.",),
        ),
    )


def _degrees(value: Any) -> str:
    return fmt.count(value) if float(value).is_integer() else fmt.number(value)


def _line(label: str, row: Any) -> Row:
    return Row(cells=(label, row.statistic, row.df, row.p_value))


def _known(rows: AnalysisRows, statistic: str) -> list[Any]:
    return [row for row in records(rows.rows(statistic)) if not math.isnan(row.statistic)]


def _model_lines(rows: AnalysisRows) -> list[Row]:
    return [
        _line(label, row)
        for name, label in TESTS.items()
        for row in _known(rows, name)
        if not row.level
    ]


def _term_lines(rows: AnalysisRows) -> list[Row]:
    return [_line(variable_label(row.level), row) for row in _known(rows, "wald_test") if row.level]


def adjusted_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the adjusted curves of a category; None where none were asked for."""
    curve = rows.rows(ADJUSTED, "curve")
    if curve.empty or not curve[ESTIMATE].notna().any():
        return None
    frame = curve[[GROUP, TIME, ESTIMATE, CONF_LOW, CONF_HIGH]].reset_index(drop=True)
    frame[GROUP] = frame[GROUP].map(group_label)
    axes = draw_curves(
        frame,
        ylabel="Predicted to be free of the event",
        xlabel=days_axis(rows),
        start=1.0,
        ax=new_axes(DOUBLE_COLUMN, curves_height(frame)),
    )
    name = lower_first(variable_label(rows.analysis.curves_by))
    table = adjusted_table(rows)
    return figure(
        anchor(rows.anchor, "adjusted"),
        axes,
        title=f"{rows.label}: adjusted curves",
        caption=f"{rows.label}. Curves that the model predicts by {name}, every other covariate at "
        f"its mean; shaded: pointwise {fmt.confidence_level(rows.level)}.",
        alt=_adjusted_alt(rows, frame),
        data=table.table if table else Table.from_rows("", (), ()),
    )


def _adjusted_alt(rows: AnalysisRows, frame: pd.DataFrame) -> str:
    last = frame.groupby(GROUP, sort=False).last()
    words = [f"{group} {fmt.percent(value)}" for group, value in last[ESTIMATE].items()]
    return f"Predicted share free of the event at the end of follow-up: {listed(words)}."


def adjusted_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the adjusted curves on the days asked for; None where no day was."""
    found = [row for row in records(rows.rows(ADJUSTED)) if not math.isnan(row.estimate)]
    if not found:
        return None
    columns = (
        Column(header=variable_label(rows.analysis.curves_by)),
        Column(header="Predicted free of the event", unit=fmt.confidence_level(rows.level)),
    )
    groups = tuple(
        RowGroup(
            label=f"Day {fmt.trimmed(day)}",
            rows=tuple(
                Row(cells=(group_label(row.group),
                           parts.share(row.estimate, row.conf_low, row.conf_high)))
                for row in found
                if row.time_days == day
            ),
        )
        for day in dict.fromkeys(row.time_days for row in found)
    )  # fmt: skip
    return TableBlock(
        name=anchor(rows.anchor, "adjusted", "table"),
        table=Table(
            caption=f"{rows.label}: adjusted shares free of the event",
            columns=columns,
            groups=groups,
            footnotes=("Every other covariate at its mean.",),
        ),
    )
