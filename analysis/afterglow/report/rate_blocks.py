"""Figures and tables of rates: every rule for missing scores side by side, with denominators."""

import math
from typing import TYPE_CHECKING, Any, Final

from afterglow.figures.canvas import new_axes
from afterglow.figures.columns import MISSING_RULE
from afterglow.figures.rates import draw_rates, rates_height
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, TERM, TIME
from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.drawing import figure
from afterglow.report.sentences import rate_finding
from afterglow.report.words import anchor, group_label, rule_label
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    import pandas as pd

LOCF: Final = "last-observation"
LOCF_NOTE: Final = "For comparison only: carrying a score forward invents data and hides relapse."
RULE_NOTES: Final = {
    "observed": "Of those with a score in the window.",
    "non-responder": "Of those due; a missing score counts as no response.",
    LOCF: f"Of those due; the last earlier score stands in. {LOCF_NOTE}",
    "best-case": "Of those due; a missing score counts as response.",
    "worst-case": "Of those due; a missing score counts as no response.",
    "reached": "Of those analysed.",
}
CONTRAST_CASES: Final = (
    "In a comparison, the best case lets everybody with a missing score respond in the first group "
    "and nobody in the reference group; the worst case the other way round."
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
    "Observed: due and with a score in the window."
)


def rates_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the rates by day; None where there is one day only."""
    frame = rows.rows("rate")
    frame = frame[frame[ESTIMATE].notna()]
    if len(set(frame[TIME].dropna())) < 2:
        return None
    frame = frame.assign(
        **{
            MISSING_RULE: [_rule_words(rule) for rule in frame[TERM]],
            GROUP: [group_label(group) if group else "" for group in frame[GROUP]],
        }
    )
    drawn = draw_rates(
        frame[[GROUP, MISSING_RULE, TIME, ESTIMATE, CONF_LOW, CONF_HIGH]],
        ylabel="Subjects who meet the criterion",
        ax=new_axes(DOUBLE_COLUMN, rates_height(frame)),
    )
    return figure(
        anchor(rows.anchor, "rates"),
        drawn,
        title=rows.label,
        caption=f"{rows.label}, by group and by rule for missing scores; whiskers: "
        f"{fmt.confidence_level(rows.level)}.",
        alt=rate_finding(rows),
        data=_drawn_table(rows, frame),
    )


def _drawn_table(rows: AnalysisRows, frame: "pd.DataFrame") -> Table:
    level = fmt.confidence_level(rows.level)
    columns = (
        Column(header="Day"),
        Column(header="Group", align="left"),
        Column(header="Missing scores", align="left"),
        Column(header="Rate", unit=f"%, {level}"),
    )
    cells = [
        (
            fmt.trimmed(row.time_days, 4),
            group_label(row.group),
            _rule_words(row.term),
            parts.share(row.estimate, row.conf_low, row.conf_high),
        )
        for row in frame.itertuples(index=False)
    ]
    return Table.from_rows(f"{rows.label}: rates drawn", columns, cells)


def _rule_words(rule: str) -> str:
    """Return a rule's label, marked where it is for comparison only."""
    return f"{rule_label(rule)} (comparison only)" if rule == LOCF else rule_label(rule)


def rates_table(rows: AnalysisRows) -> TableBlock:
    """Return the rates by day and group, with numerator and denominator of every rule."""
    level = fmt.confidence_level(rows.level)
    columns = [Column(header="Group" if rows.analysis.by else "", align="left")]
    for rule in rows.terms:
        spanner = rule_label(rule)
        columns.append(Column(header="n/N", spanner=spanner))
        note = RULE_NOTES.get(rule, "")
        columns.append(Column(header="%", unit=level, spanner=spanner, footnote=note))
    body = tuple(
        RowGroup(
            label=_day_label(day), rows=tuple(_rate_row(rows, group, day) for group in rows.groups)
        )
        for day in _days(rows)
    )
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: rate by group and by rule for missing scores",
            columns=tuple(columns),
            groups=body,
            footnotes=_footnotes(rows),
        ),
    )


def _days(rows: AnalysisRows) -> list[float | None]:
    return list(rows.days) or [None]


def _day_label(day: float | None) -> str:
    return "" if day is None else f"Day{fmt.NBSP}{fmt.trimmed(day, 4)}"


def _rate_row(rows: AnalysisRows, group: str, day: float | None) -> Row:
    cells: list[Any] = [group_label(group)]
    for rule in rows.terms:
        row = rows.one("rate", group=group, term=rule, day=day)
        if row is None or math.isnan(row.estimate):
            cells += [fmt.MISSING, fmt.MISSING]
        else:
            cells.append(parts.count_of(row.n_events, row.n))
            cells.append(parts.share(row.estimate, row.conf_low, row.conf_high))
    return Row(cells=tuple(cells))


def _footnotes(rows: AnalysisRows) -> tuple[str, ...]:
    methods = dict.fromkeys(method for method in rows.rows("rate")["method"].tolist() if method)
    notes = [f"Population: {rows.population_label}.", f"Interval: {', '.join(methods)}."]
    return tuple(notes)


def denominators_table(rows: AnalysisRows) -> TableBlock:
    """Return who counts on each day, by group."""
    mine = rows.table
    names = [name for name in DENOMINATORS if (mine["statistic_name"] == name).any()]
    columns = (
        Column(header="Group" if rows.analysis.by else "", align="left"),
        *(Column(header=DENOMINATORS[name], show=fmt.count) for name in names),
    )
    body = tuple(
        RowGroup(
            label=_day_label(day),
            rows=tuple(
                Row(
                    cells=(
                        group_label(group),
                        *(rows.value(name, group=group, day=day) for name in names),
                    )
                )
                for group in rows.groups
            ),
        )
        for day in _days(rows)
    )
    return TableBlock(
        name=anchor(rows.anchor, "denominators"),
        table=Table(
            caption=f"{rows.label}: denominators",
            columns=columns,
            groups=body,
            footnotes=(DUE_NOTE,) if "n_due" in names else (),
        ),
    )


def contrasts_table(rows: AnalysisRows) -> TableBlock | None:
    """Return differences and ratios by day, comparison and rule; None without a comparison."""
    if not rows.contrasts:
        return None
    level = fmt.confidence_level(rows.level)
    columns = (
        Column(header="Missing scores", align="left"),
        Column(header="Difference", unit=f"percentage points, {level}"),
        Column(header="Ratio", unit=level),
    )
    several = len(rows.contrasts) > 1
    groups = tuple(
        RowGroup(
            label=", ".join(word for word in (_day_label(day), contrast) if word),
            rows=tuple(_contrast_row(rows, contrast, rule, day) for rule in rows.terms),
        )
        for day in _days(rows)
        for contrast in rows.contrasts
    )
    caption = f"{rows.label}: comparison of the groups"
    if not several:
        caption += f", {rows.contrasts[0]}"
        groups = tuple(
            RowGroup(label=_day_label(day), rows=group.rows)
            for day, group in zip(_days(rows), groups, strict=True)
        )
    return TableBlock(
        name=anchor(rows.anchor, "contrasts"),
        table=Table(
            caption=caption, columns=columns, groups=groups, footnotes=_contrast_notes(rows)
        ),
    )


def _contrast_row(rows: AnalysisRows, contrast: str, rule: str, day: float | None) -> Row:
    where = {"group": contrast, "term": rule, "day": day}
    difference, ratio = rows.one("difference", **where), rows.one("ratio", **where)
    return Row(
        cells=(
            rule_label(rule),
            fmt.MISSING
            if difference is None
            else parts.share(difference.estimate, difference.conf_low, difference.conf_high),
            fmt.MISSING
            if ratio is None
            else parts.ratio(ratio.estimate, ratio.conf_low, ratio.conf_high),
        )
    )


def _contrast_notes(rows: AnalysisRows) -> tuple[str, ...]:
    notes = []
    for name, words in (("difference", "Difference"), ("ratio", "Ratio")):
        methods = dict.fromkeys(m for m in rows.rows(name)["method"].tolist() if m)
        if methods:
            notes.append(f"{words}: {', '.join(methods)}.")
    if "best-case" in rows.terms or "worst-case" in rows.terms:
        notes.append(CONTRAST_CASES)
    return tuple(notes)
