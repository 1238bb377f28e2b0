"""Effects on an additive scale for readers: differences of risk or of mean time, by covariate."""

import math
from typing import Any, Final

import pandas as pd

from afterglow.figures.canvas import new_axes
from afterglow.figures.forest import draw_forest, forest_height
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, TERM
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.drawing import figure
from afterglow.report.figure_words import span_shown
from afterglow.report.regression_blocks import term_label
from afterglow.report.words import anchor, listed, lower_first, variable_label
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

EFFECTS: Final = {
    "risk_difference": "Difference in risk, percentage points",
    "mean_difference": "Difference in mean time, days",
}
MOST_SAID: Final = 3


def _known(rows: AnalysisRows, effect: str) -> list[Any]:
    return [row for row in records(rows.rows(effect)) if not math.isnan(row.estimate)]


def effect_finding(rows: AnalysisRows, effect: str) -> str:
    """Return the first effects in one sentence, or why there are none."""
    known = _known(rows, effect)
    if not known:
        why = [row.warning for row in records(rows.rows(effect)) if row.warning]
        return f"The model could not be fitted: {why[0] if why else 'nobody to analyse'}."
    said = [f"{_words(rows, effect, row)} for {_subject(rows, row)}" for row in known[:MOST_SAID]]
    more = len(known) - MOST_SAID
    rest = f"; {more} more in the table" if more > 0 else ""
    return f"{EFFECTS[effect].partition(',')[0]}: {listed(said)}{rest}."


def _subject(rows: AnalysisRows, row: Any) -> str:
    label = term_label(rows, row)
    return label if " vs " in label else lower_first(label)


def _words(rows: AnalysisRows, effect: str, row: Any) -> str:
    if effect == "risk_difference":
        return fmt.percent_estimate(row.estimate, row.conf_low, row.conf_high, level=rows.level)
    return fmt.days_estimate(row.estimate, row.conf_low, row.conf_high, level=rows.level)


def effect_table(rows: AnalysisRows, effect: str) -> TableBlock | None:
    """Return the effects with limits and p values; None where nothing was fitted."""
    known = _known(rows, effect)
    if not known:
        return None
    columns = (
        Column(header="Covariate"),
        Column(header=EFFECTS[effect], unit=fmt.confidence_level(rows.level)),
        Column(header="p", show=fmt.p_value),
    )
    groups = tuple(
        RowGroup(
            label=variable_label(name) if len(mine) > 1 else "",
            rows=tuple(_row(rows, effect, row, alone=len(mine) == 1) for row in mine),
        )
        for name in dict.fromkeys(row.level for row in known)
        if (mine := [row for row in known if row.level == name])
    )
    warned = tuple(dict.fromkeys(row.warning for row in known if row.warning))
    return TableBlock(
        name=anchor(rows.anchor, "effects"),
        table=Table(
            caption=f"{rows.label}: {lower_first(EFFECTS[effect])}",
            columns=columns,
            groups=groups,
            footnotes=(*warned, f"Population: {rows.population_label}."),
        ),
    )


def _row(rows: AnalysisRows, effect: str, row: Any, *, alone: bool) -> Row:
    cell = parts.share if effect == "risk_difference" else parts.ratio
    p = None if math.isnan(row.p_value) else row.p_value
    return Row(
        cells=(_label(rows, row, alone=alone), cell(row.estimate, row.conf_low, row.conf_high), p)
    )


def _label(rows: AnalysisRows, row: Any, *, alone: bool) -> str:
    label = term_label(rows, row)
    named = alone and row.term.startswith(f"{row.level}: ")
    return f"{variable_label(row.level)}: {label}" if named else label


def effect_forest(rows: AnalysisRows, effect: str) -> FigureBlock | None:
    """Draw the effects; None where fewer than two are known."""
    known = _known(rows, effect)
    if len(known) < 2:
        return None
    levels = [row.level for row in known]
    data = [
        (_label(rows, row, alone=levels.count(row.level) == 1), row.estimate, row.conf_low,
         row.conf_high)
        for row in known
    ]  # fmt: skip
    frame = pd.DataFrame(data, columns=[TERM, ESTIMATE, CONF_LOW, CONF_HIGH])
    risk = effect == "risk_difference"
    axes = draw_forest(
        frame, label=TERM, null=0.0, scale="share" if risk else "linear",
        xlabel=EFFECTS[effect].partition(",")[0], level=rows.level,
        ax=new_axes(DOUBLE_COLUMN, forest_height(frame, label=TERM)),
    )  # fmt: skip
    table = effect_table(rows, effect)
    return figure(
        anchor(rows.anchor, "forest"),
        axes,
        title=f"{rows.label}: {lower_first(EFFECTS[effect])}",
        caption=f"{rows.label}. Squares: {lower_first(EFFECTS[effect])}; whiskers: "
        f"{fmt.confidence_level(rows.level)}; 0 is no association.",
        alt=span_shown(
            frame[ESTIMATE], "difference", fmt.percentage_points if risk else fmt.days_number
        ),
        data=table.table if table else Table.from_rows("", (), ()),
    )
