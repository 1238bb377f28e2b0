"""A regression for readers: its ratios as a table and a forest plot, and the finding."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from afterglow.figures.canvas import new_axes
from afterglow.figures.forest import draw_forest, forest_height
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, TERM
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.curve_rows import cause_label
from afterglow.report.drawing import figure
from afterglow.report.figure_words import span_shown
from afterglow.report.words import (
    anchor,
    counted,
    listed,
    lower_first,
    upper_first,
    variable_label,
    variable_words,
)
from afterglow.study.results import LEVEL
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    import pandas as pd

RATIOS: Final = {
    "hazard_ratio": "Hazard ratio",
    "subdistribution_hazard_ratio": "Subdistribution hazard ratio",
    "rate_ratio": "Rate ratio",
    "time_ratio": "Time ratio",
    "odds_ratio": "Odds ratio",
    "risk_ratio": "Risk ratio",
    "mean_ratio": "Mean time ratio",
}
MOST_SAID: Final = 3
OF_A_CYCLE: Final = "cycle_"


def term_label(rows: AnalysisRows, row: Any) -> str:
    """Return what a coefficient is called: "Age, per 10 years", "ketamine vs placebo"."""
    name, _, category = row.term.partition(": ")
    if category and row.level == name:
        return str(category)
    label, unit = _words(rows, row.level)
    if row.term.startswith(f"{row.level}, per "):
        return f"{label}, per {row.term.rpartition(' ')[2]} {unit}".rstrip()
    if row.term == row.level:
        return f"{label}, {unit}" if unit else label
    return str(row.term)


def _words(rows: AnalysisRows, name: str) -> tuple[str, str]:
    """Return label and unit of a term: a column of the subjects, or a baseline score."""
    if any(term.baseline == name for term in rows.analysis.terms):
        return f"{name} at baseline", "points"
    return variable_words(name)


def _lines(rows: AnalysisRows, ratio: str, term: str | None) -> list[Any]:
    found = [row for row in records(rows.rows(ratio)) if row.term]
    return [row for row in found if term is None or row.group == term]


def regression_table(
    rows: AnalysisRows, ratio: str, *, group: str | None = None, notes: Sequence[str] = ()
) -> TableBlock | None:
    """Return the ratios with their limits and p values; None where nothing was fitted.

    `group` takes the rows of one cause or event number, where a model has several.
    """
    lines = _lines(rows, ratio, group)
    if not lines:
        return None
    columns = (
        Column(header="Covariate"),
        Column(header=RATIOS[ratio], unit=fmt.confidence_level(rows.level)),
        Column(header="p", show=fmt.p_value),
    )
    groups = _groups(rows, lines)
    warned = tuple(dict.fromkeys(line.warning for line in lines if line.warning))
    return TableBlock(
        name=anchor(rows.anchor, group or "", "coefficients"),
        table=Table(
            caption=_caption(rows, ratio, group),
            columns=columns,
            groups=groups,
            footnotes=(*notes, *warned, f"Population: {rows.population_label}."),
        ),
    )


def _caption(rows: AnalysisRows, ratio: str, group: str | None) -> str:
    part = f", {lower_first(cause_label(rows, group))}" if group else ""
    return f"{rows.label}: {RATIOS[ratio].lower()}s{part}"


def _groups(rows: AnalysisRows, lines: list[Any]) -> tuple[RowGroup, ...]:
    """Return the categories of a column below their head, and other lines without one."""
    found: list[tuple[str, list[Row]]] = []
    for line in lines:
        head = _heading(lines, line.level)
        if not found or found[-1][0] != head:
            found.append((head, []))
        found[-1][1].append(_row(rows, lines, line))
    return tuple(RowGroup(label=head, rows=tuple(mine)) for head, mine in found)


def _heading(lines: list[Any], name: str) -> str:
    """Return the head over the categories of a column, "" where there is one line only."""
    mine = [line for line in lines if line.level == name and line.term.startswith(f"{name}: ")]
    return variable_label(name) if len(mine) > 1 else ""


def _label(rows: AnalysisRows, lines: list[Any], line: Any) -> str:
    """Return what a line is called below its head, or without one."""
    label = term_label(rows, line)
    alone = line.term.startswith(f"{line.level}: ") and not _heading(lines, line.level)
    return f"{variable_label(line.level)}: {label}" if alone else label


def _row(rows: AnalysisRows, lines: list[Any], line: Any) -> Row:
    ratio = parts.ratio(line.estimate, line.conf_low, line.conf_high)
    p = None if math.isnan(line.p_value) else line.p_value
    return Row(cells=(_label(rows, lines, line), ratio, p))


def regression_forest(
    rows: AnalysisRows, ratio: str, *, group: str | None = None
) -> FigureBlock | None:
    """Draw the ratios on a log axis; None where fewer than two can be drawn."""
    lines = [line for line in _lines(rows, ratio, group) if 0 < line.estimate < math.inf]
    if len(lines) < 2:
        return None
    frame = _frame(rows, lines)
    axes = draw_forest(
        frame,
        label=TERM,
        section=LEVEL if frame[LEVEL].any() else None,
        null=1.0,
        scale="log",
        xlabel=RATIOS[ratio],
        level=rows.level,
        ax=new_axes(DOUBLE_COLUMN, forest_height(frame, label=TERM, section=LEVEL)),
    )
    table = regression_table(rows, ratio, group=group)
    return figure(
        anchor(rows.anchor, group or "", "forest"),
        axes,
        title=f"{rows.label}: {RATIOS[ratio].lower()}s",
        caption=f"{rows.label}. Squares: {RATIOS[ratio].lower()}s; whiskers: "
        f"{fmt.confidence_level(rows.level)}; 1 is no association.",
        alt=span_shown(frame[ESTIMATE], RATIOS[ratio].lower(), fmt.number),
        data=table.table if table else Table.from_rows("", (), ()),
    )


def _frame(rows: AnalysisRows, lines: list[Any]) -> "pd.DataFrame":
    import pandas as pd

    data = [
        (_heading(lines, line.level), _label(rows, lines, line), line.estimate, line.conf_low,
         line.conf_high)
        for line in lines
    ]  # fmt: skip
    return pd.DataFrame(data, columns=[LEVEL, TERM, ESTIMATE, CONF_LOW, CONF_HIGH])


def regression_finding(rows: AnalysisRows, ratio: str, *, group: str | None = None) -> str:
    """Return the first coefficients in one sentence, or why there are none."""
    lines = _lines(rows, ratio, group)
    known = [line for line in lines if not math.isnan(line.estimate)]
    if not known:
        why = [row.warning for row in records(rows.rows(ratio)) if row.warning]
        return f"The model could not be fitted: {why[0] if why else 'nobody to analyse'}."
    said = [
        f"{fmt.estimate(line.estimate, line.conf_low, line.conf_high, level=rows.level)} for "
        f"{_subject(rows, line)}"
        for line in known[:MOST_SAID]
    ]
    more = len(known) - MOST_SAID
    rest = f"; {counted(more, 'further coefficient')} in the table" if more > 0 else ""
    noun = RATIOS[ratio] if len(said) == 1 else f"{RATIOS[ratio]}s"
    return f"{upper_first(noun.lower())}: {listed(said)}{rest}."


def _subject(rows: AnalysisRows, line: Any) -> str:
    label = term_label(rows, line)
    if line.level.startswith(OF_A_CYCLE) and " vs " in label:
        return f"{lower_first(variable_label(line.level))}: {label}"
    return label if " vs " in label else lower_first(label)
