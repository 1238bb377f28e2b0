"""Ratios that differ from the first event to later ones, as one table and one forest plot."""

from typing import TYPE_CHECKING, Any, Final

from afterglow.figures.canvas import new_axes
from afterglow.figures.forest import draw_forest, forest_height
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, TERM
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import Block, FigureBlock, TableBlock
from afterglow.report.drawing import figure
from afterglow.report.figure_words import span_shown
from afterglow.report.regression_blocks import (
    RATIOS,
    regression_forest,
    regression_table,
    term_label,
)
from afterglow.report.words import anchor, upper_first
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    import pandas as pd

DRAWN: Final = [GROUP, TERM, ESTIMATE, CONF_LOW, CONF_HIGH]


def event_numbers(rows: AnalysisRows, ratio: str) -> list[str]:
    """Return "event 1", "event 2" … where effects are an event's own."""
    return [name for name in dict.fromkeys(rows.rows(ratio)[GROUP].tolist()) if name]


def ratio_blocks(rows: AnalysisRows, ratio: str) -> list[Block | None]:
    """Return the forest plot and the table of a model's ratios."""
    if event_numbers(rows, ratio):
        return [_forest(rows, ratio), _table(rows, ratio)]
    return [regression_forest(rows, ratio), regression_table(rows, ratio)]


def _lines(rows: AnalysisRows, ratio: str) -> list[Any]:
    return [row for row in records(rows.rows(ratio)) if row.term]


def _forest(rows: AnalysisRows, ratio: str) -> FigureBlock | None:
    frame = _frame(rows, [line for line in _lines(rows, ratio) if line.estimate > 0])
    axes = draw_forest(
        frame, label=TERM, section=GROUP, null=1.0, scale="log", xlabel=RATIOS[ratio],
        level=rows.level,
        ax=new_axes(DOUBLE_COLUMN, forest_height(frame, label=TERM, section=GROUP)),
    )  # fmt: skip
    return figure(
        anchor(rows.anchor, "forest"),
        axes,
        title=f"{rows.label}: {RATIOS[ratio].lower()}s",
        caption=f"{rows.label}. {RATIOS[ratio]}s, event by event; whiskers: "
        f"{fmt.confidence_level(rows.level)}; 1 is no association.",
        alt=span_shown(frame[ESTIMATE], RATIOS[ratio].lower(), fmt.number),
        data=_numbers(rows, ratio),
    )


def _frame(rows: AnalysisRows, lines: list[Any]) -> "pd.DataFrame":
    import pandas as pd

    data = [
        (upper_first(line.group or "all events"), term_label(rows, line),
         line.estimate, line.conf_low, line.conf_high)
        for line in lines
    ]  # fmt: skip
    return pd.DataFrame(data, columns=DRAWN)


def _table(rows: AnalysisRows, ratio: str) -> TableBlock:
    return TableBlock(name=anchor(rows.anchor, "coefficients"), table=_numbers(rows, ratio))


def _numbers(rows: AnalysisRows, ratio: str) -> Table:
    lines = _lines(rows, ratio)
    warned = tuple(dict.fromkeys(line.warning for line in lines if line.warning))
    return Table(
        caption=f"{rows.label}: {RATIOS[ratio].lower()}s, event by event",
        columns=(
            Column(header="Covariate"),
            Column(header=RATIOS[ratio], unit=fmt.confidence_level(rows.level)),
            Column(header="p", show=fmt.p_value),
        ),
        groups=tuple(
            RowGroup(
                label=upper_first(name or "all events"),
                rows=tuple(
                    Row(
                        cells=(
                            term_label(rows, line),
                            parts.ratio(line.estimate, line.conf_low, line.conf_high),
                            line.p_value,
                        )
                    )
                    for line in lines
                    if line.group == name
                ),
            )
            for name in dict.fromkeys(line.group for line in lines)
        ),
        footnotes=(*warned, f"Population: {rows.population_label}."),
    )
