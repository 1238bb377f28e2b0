"""Figures and tables of rates: every rule for missing scores side by side, with denominators."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from afterglow.figures.canvas import new_axes
from afterglow.figures.rates import draw_rates, rates_height
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import (
    CONF_HIGH,
    CONF_LOW,
    ESTIMATE,
    GROUP,
    METHOD,
    MISSING_RULE,
    STATISTIC_NAME,
    TERM,
    TIME,
)
from afterglow.plan.endpoints import SustainedResponse
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.drawing import figure
from afterglow.report.figure_words import by_days, values_shown
from afterglow.report.method_words import method_words
from afterglow.report.words import (
    anchor,
    group_label,
    listed,
    lower_first,
    rule_label,
    variable_label,
)
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    import pandas as pd

LOCF: Final = "last-observation"
LOCF_SHORT: Final = "LOCF (comparison only)"
RULE_NOTES: Final = {
    "observed": "Of those due and with a score in the window.",
    "non-responder": "Of those due; a missing score counts as no response.",
    LOCF: "Of those due; the last earlier score stands in, or the baseline where there is none. "
    "For comparison only: it takes a score for one that was never seen.",
    "best-case": "Of those due; a missing score counts as response.",
    "worst-case": "Of those due; a missing score counts as no response.",
    "reached": "Of those analysed.",
}
SUSTAINED_NOTE: Final = (
    "Of those due and seen: without a response by the day on which it must have begun, or with "
    "one that was lost or was seen to last. Failure is known sooner than success."
)
STRATA_NOTE: Final = "The difference is taken within strata; the rates and their ratio are not."
CASES: Final = ("best-case", "worst-case")
CASES_NOTE: Final = (
    "In a comparison the best case lets everybody with a missing score respond in the first group "
    "and nobody in the reference group; the worst case is the other way round."
)
DENOMINATORS: Final = {
    "n_treated": "Treated",
    "n_with_baseline": "With baseline",
    "n_due": "Due",
    "n_observed": "Observed",
    "n_analysed": "Analysed",
}
DUE_NOTE: Final = (
    "Due: followed up to the day, or lost before it for a reason that is not administrative. "
    "Observed: due and with a score in the window"
)
DUE_SUSTAINED: Final = "; for a sustained response, due and seen to fail or to last"


def rates_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the rates by day; None where there is one day only."""
    frame = rows.rows("rate")
    frame = frame[frame[ESTIMATE].notna()]
    if len(set(frame[TIME].dropna())) < 2:
        return None
    frame = frame.assign(**{MISSING_RULE: [_short(rule) for rule in frame[TERM]]})
    drawn = draw_rates(
        frame[[GROUP, MISSING_RULE, TIME, ESTIMATE, CONF_LOW, CONF_HIGH]],
        ylabel="Subjects who meet the criterion",
        ax=new_axes(DOUBLE_COLUMN, rates_height(frame)),
    )
    by = "by group and by rule" if rows.analysis.by else "by rule"
    locf = " LOCF: last observation carried forward." if LOCF in rows.terms else ""
    return figure(
        anchor(rows.anchor, "rates"),
        drawn,
        title=rows.label,
        caption=f"{rows.label}, {by} for missing scores; whiskers: "
        f"{fmt.confidence_level(rows.level)}.{locf}",
        alt=_alt(rows),
        data=_drawn_table(rows, frame),
    )


def _alt(rows: AnalysisRows) -> str:
    """Return the rates of the first rule on every day."""
    rule = rows.terms[0]
    values = []
    for group in rows.groups:
        found = [(day, rows.one("rate", group=group, term=rule, day=day)) for day in rows.days]
        values.append((group, by_days(found, fmt.percent)))
    return values_shown(rule_label(rule), values)


def _short(rule: str) -> str:
    return LOCF_SHORT if rule == LOCF else rule_label(rule)


def _drawn_table(rows: AnalysisRows, frame: "pd.DataFrame") -> Table:
    columns = (
        Column(header="Day"),
        Column(header="Group", align="left"),
        Column(header="Missing scores", align="left"),
        Column(header="Rate", unit=f"%, {fmt.confidence_level(rows.level)}"),
    )
    cells = [
        (fmt.trimmed(row.time_days), group_label(row.group), _short(row.term), _share(row))
        for row in records(frame)
    ]
    return Table.from_rows(f"{rows.label}: rates drawn", columns, cells)


def rates_table(rows: AnalysisRows) -> TableBlock:
    """Return the rates by day and group under every rule, and what the groups differ by."""
    level = fmt.confidence_level(rows.level)
    columns = [Column(header=variable_label(rows.analysis.by) if rows.analysis.by else "")]
    for rule in rows.terms:
        sustained = isinstance(rows.endpoint, SustainedResponse) and rule == "observed"
        note = SUSTAINED_NOTE if sustained else RULE_NOTES.get(rule, "")
        columns.append(Column(header="n/N", spanner=rule_label(rule)))
        columns.append(Column(header="%", unit=level, spanner=rule_label(rule), footnote=note))
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}, under each rule for missing scores",
            columns=tuple(columns),
            groups=tuple(
                RowGroup(label=day_label(day), rows=tuple(_day_rows(rows, day)))
                for day in _days(rows)
            ),
            footnotes=_footnotes(rows),
        ),
    )


def _days(rows: AnalysisRows) -> list[float | None]:
    return list(rows.days) or [None]


def day_label(day: float | None) -> str:
    """Return a day as the heading of rows; "" for no day."""
    return "" if day is None else f"Day{fmt.NBSP}{fmt.trimmed(day)}"


def _day_rows(rows: AnalysisRows, day: float | None) -> list[Row]:
    lines = [_rate_row(rows, group, day) for group in rows.groups]
    several = len(rows.contrasts) > 1
    for contrast in rows.contrasts:
        which = f" {_minus(contrast)}" if several else ""
        label = f"Difference{which}"
        lines.append(_contrast_row(rows, "difference", contrast, day, label))
        if len(rows.rows("ratio")):
            over = f" {contrast.replace(' vs ', ' to ')}" if several else ""
            lines.append(_contrast_row(rows, "ratio", contrast, day, f"Ratio{over}"))
    return lines


def _minus(contrast: str) -> str:
    return contrast.replace(" vs ", " minus ")


def _rate_row(rows: AnalysisRows, group: str, day: float | None) -> Row:
    cells: list[Any] = [group_label(group)]
    for rule in rows.terms:
        row = rows.one("rate", group=group, term=rule, day=day)
        if row is None or math.isnan(row.estimate):
            cells += [fmt.MISSING, fmt.MISSING]
        else:
            cells += [parts.count_of(row.n_events, row.n), _share(row)]
    return Row(cells=tuple(cells))


def _contrast_row(
    rows: AnalysisRows, name: str, contrast: str, day: float | None, label: str
) -> Row:
    write = _share if name == "difference" else _ratio
    cells: list[Any] = [label]
    for rule in rows.terms:
        row = rows.one(name, group=contrast, term=rule, day=day)
        cells += ["", fmt.MISSING if row is None else write(row)]
    return Row(cells=tuple(cells), indent=1)


def _share(row: Any) -> Any:
    return parts.share(row.estimate, row.conf_low, row.conf_high)


def _ratio(row: Any) -> Any:
    return parts.ratio(row.estimate, row.conf_low, row.conf_high)


def _footnotes(rows: AnalysisRows) -> tuple[str, ...]:
    notes = [f"Population: {rows.population_label}."]
    if len(rows.contrasts) == 1:
        notes.append(f"Difference (percentage points) and ratio: {rows.contrasts[0]}.")
    used = [
        f"{name}, {listed(words)}"
        for name in ("rate", "difference", "ratio")
        if (words := _methods(rows, name))
    ]
    notes.append(f"Intervals: {'; '.join(used)}.")
    if rows.contrasts and rows.analysis.strata:
        notes.append(STRATA_NOTE)
    if rows.contrasts and any(rule in rows.terms for rule in CASES):
        notes.append(CASES_NOTE)
    return tuple(notes)


def _methods(rows: AnalysisRows, name: str) -> list[str]:
    found = rows.rows(name)[METHOD].tolist()
    return [method_words(method) for method in dict.fromkeys(found) if method]


def denominators_table(every: Sequence[AnalysisRows]) -> TableBlock:
    """Return who counts in each rate, by analysis, day and group."""
    names = [
        name
        for name in DENOMINATORS
        if any((rows.table[STATISTIC_NAME] == name).any() for rows in every)
    ]
    columns = (
        Column(header="Day and group"),
        *(Column(header=DENOMINATORS[name], show=fmt.count) for name in names),
    )
    return TableBlock(
        name="denominators",
        table=Table(
            caption="Denominators of the rates",
            columns=columns,
            groups=tuple(
                RowGroup(label=rows.label, rows=tuple(_count_rows(rows, names))) for rows in every
            ),
            footnotes=(_due_note(every),) if "n_due" in names else (),
        ),
    )


def _due_note(every: Sequence[AnalysisRows]) -> str:
    sustained = any(isinstance(rows.endpoint, SustainedResponse) for rows in every)
    return f"{DUE_NOTE}{DUE_SUSTAINED if sustained else ''}."


def _count_rows(rows: AnalysisRows, names: Sequence[str]) -> list[Row]:
    return [
        Row(
            cells=(
                ", ".join(word for word in (day_label(day), lower_or_all(group)) if word),
                *(rows.value(name, group=group, day=day) for name in names),
            )
        )
        for day in _days(rows)
        for group in rows.groups
    ]


def lower_or_all(group: str) -> str:
    """Return a group's label behind a day: "all subjects" for everybody."""
    return group or lower_first(group_label(group))
