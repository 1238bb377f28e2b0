"""Mean numbers of events for readers: the curves, their values by day, and the finding."""

import math
from typing import Any, Final

import pandas as pd

from afterglow.figures.canvas import new_axes
from afterglow.figures.curves import curves_height, draw_curves_with_risk_table
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import AT_RISK, CENSORED, EVENTS, GROUP, METHOD, TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.curve_rows import (
    COMPETING,
    DRAWN,
    days_axis,
    risk_frame,
    with_at_risk,
)
from afterglow.report.curve_ticks import points_table
from afterglow.report.drawing import figure
from afterglow.report.figure_words import by_days, ends_shown, values_shown
from afterglow.report.method_words import method_words
from afterglow.report.sentences import day_words, of_group
from afterglow.report.words import anchor, group_label, listed, upper_first, variable_label
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

MEAN_COUNT: Final = "mean_count"
TEST: Final = "mean_count_test"
EVENTS_OF: Final = {
    "relapse": "relapses",
    "durability": "ends of response",
    "booster": "boosters",
}
COUNT_HEADS: Final = {
    AT_RISK: "Watched",
    EVENTS: "Events so far",
    COMPETING: "Ended so far by what makes more impossible",
    CENSORED: "Censored so far",
}
SMALLEST_DRAWN: Final = 2
LATE: Final = " Subjects enter the numbers at risk when they come under observation."
COUNTED: Final = (
    "Below: subjects watched, just before what happens on the day; their events, and those who"
    " left, up to and with it"
)


def event_noun(rows: AnalysisRows) -> str:
    """Return what is counted: "relapses"."""
    return EVENTS_OF.get(rows.endpoint.kind, "events")


def mean_axis(rows: AnalysisRows) -> str:
    """Return what the axis of the curve shows."""
    return f"{upper_first(event_noun(rows))} per subject"


def mean_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the curves over the numbers watched; None where there is nothing to draw."""
    curve, risk = with_at_risk(rows, rows.rows(MEAN_COUNT, "curve")[DRAWN]), risk_frame(rows)
    if curve.empty or len(set(risk[TIME])) < SMALLEST_DRAWN:
        return None
    axes = draw_curves_with_risk_table(
        curve, risk, ylabel=mean_axis(rows), xlabel=days_axis(rows), start=0.0, unit="number",
        ax=new_axes(DOUBLE_COLUMN, curves_height(curve, risk)),
    )  # fmt: skip
    band = f"shaded: pointwise {fmt.confidence_level(rows.level)}"
    late = LATE if _enter_late(rows, risk) else ""
    return figure(
        anchor(rows.anchor, "curve"),
        axes,
        title=rows.label,
        caption=f"{rows.label}. Mean number of {event_noun(rows)} of a subject, all cycles "
        f"counted; {band}. {COUNTED}.{late}",
        alt=_shown(rows, curve),
        data=_ticks(rows, curve, risk),
        points=points_table(rows, curve),
    )


def _shown(rows: AnalysisRows, curve: pd.DataFrame) -> str:
    """Return the means on every day asked for, or where the curves end."""
    values = []
    for group in rows.groups:
        found = [(day, rows.one(MEAN_COUNT, group=group, day=day)) for day in rows.days]
        values.append((group, by_days(found, fmt.number)))
    if not any(value for _, value in values):
        return ends_shown(mean_axis(rows), curve, fmt.number)
    return values_shown(mean_axis(rows), values)


def _enter_late(rows: AnalysisRows, risk: pd.DataFrame) -> bool:
    """Say whether some who are watched at all are not from the first day on."""
    watched = sum(
        rows.n(group) - rows.value("n_without_time_at_risk", group=group) for group in rows.groups
    )
    return bool(risk.loc[risk[TIME] == risk[TIME].min(), AT_RISK].sum() < watched)


def _ticks(rows: AnalysisRows, curve: pd.DataFrame, risk: pd.DataFrame) -> Table:
    counts = {name: head for name, head in COUNT_HEADS.items() if name in risk}
    columns = (
        Column(header="Day"),
        *(Column(header=head, show=fmt.count) for head in counts.values()),
        Column(header=mean_axis(rows), unit=fmt.confidence_level(rows.level)),
    )
    groups = tuple(
        RowGroup(
            label=group_label(group) if group else "",
            rows=tuple(
                Row(
                    cells=(
                        fmt.trimmed(tick.time_days),
                        *(getattr(tick, name) for name in counts),
                        _step_at(curve[curve[GROUP] == group], tick.time_days),
                    )
                )
                for tick in records(risk[risk[GROUP] == group])
            ),
        )
        for group in dict.fromkeys(risk[GROUP].tolist())
    )
    return Table(
        caption=f"{rows.label}, by {days_axis(rows).lower()}", columns=columns, groups=groups
    )


def _step_at(curve: pd.DataFrame, day: float) -> Any:
    before = curve[curve[TIME] <= day]
    if before.empty:
        return parts.ratio(0.0, math.nan, math.nan)
    last = before.iloc[-1]
    return _cell(last)


def _cell(row: Any) -> Any:
    if row is None or math.isnan(row.estimate):
        return fmt.MISSING
    if row.conf_low == row.conf_high:
        return parts.ratio(row.estimate, math.nan, math.nan)
    return parts.ratio(row.estimate, row.conf_low, row.conf_high)


def mean_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the counts and the means on the days asked for, by group."""
    counts = recurrent_count_group(rows)
    if counts is None:
        return None
    spanner = "" if rows.groups == [""] else variable_label(rows.analysis.by or "")
    compared = [f"Difference, {name.replace(' vs ', ' minus ')}" for name in rows.contrasts]
    heads = ["Difference"] if len(compared) == 1 else compared
    columns = (
        Column(header="", align="left"),
        *(
            Column(header=group_label(group), spanner=spanner, show=fmt.count)
            for group in rows.groups
        ),
        *(Column(header=head) for head in heads),
    )
    blank = ("",) * len(heads)
    padded = RowGroup(
        label=counts.label, rows=tuple(Row(cells=(*row.cells, *blank)) for row in counts.rows)
    )
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: {event_noun(rows)} per subject by day",
            columns=columns,
            groups=(padded, *(_day_group(rows, day) for day in rows.days)),
            footnotes=_footnotes(rows),
        ),
    )


def recurrent_count_group(rows: AnalysisRows) -> RowGroup | None:
    """Return subjects, events and how subjects ended; None where nobody is analysed."""
    if all(math.isnan(rows.n(group)) for group in rows.groups):
        return None
    wanted = {
        "n": "Subjects analysed",
        "n_without_time_at_risk": "Never watched while at risk",
        "n_events": upper_first(event_noun(rows)),
        "n_with_event": "Subjects with one or more",
        "n_terminated": "Ended by what makes more impossible",
        "n_censored": "Censored",
    }
    lines = [
        Row(cells=(label, *(rows.value(name, group=group) for group in rows.groups)))
        for name, label in wanted.items()
        if name != "n_without_time_at_risk" or _any(rows, name)
    ]
    return RowGroup(label="Counts over the whole follow-up", rows=tuple(lines))


def _any(rows: AnalysisRows, name: str) -> bool:
    return any(rows.value(name, group=group) > 0 for group in rows.groups)


def _day_group(rows: AnalysisRows, day: float) -> RowGroup:
    found = [rows.one(MEAN_COUNT, group=group, day=day) for group in rows.groups]
    differences = [_cell(rows.one("difference", group=c, day=day)) for c in rows.contrasts]
    risk = [rows.value(AT_RISK, group=group, day=day) for group in rows.groups]
    blank = [""] * len(differences)
    return RowGroup(
        label=f"{upper_first(day_words(rows, day))} ({fmt.confidence_level(rows.level)})",
        rows=(
            Row(cells=("Watched", *risk, *blank)),
            Row(cells=(mean_axis(rows), *map(_cell, found), *differences)),
        ),
    )


def _footnotes(rows: AnalysisRows) -> tuple[str, ...]:
    methods = dict.fromkeys(
        method_words(method) for method in rows.table[METHOD].tolist() if method
    )
    notes = [f"Population: {rows.population_label}."]
    if methods:
        notes.append(f"Methods: {'; '.join(methods)}.")
    warned = dict.fromkeys(rows.table.loc[rows.table["section"] == "analysis", "warning"])
    return (*notes, *(f"{upper_first(words)}." for words in warned if words))


def mean_finding(rows: AnalysisRows) -> str:
    """Return the means at the last day asked for, or the counts, with the test."""
    known = [
        (group, row)
        for day in rows.days[-1:]
        for group in rows.groups
        if (row := rows.one(MEAN_COUNT, group=group, day=day)) and not math.isnan(row.estimate)
    ]
    if not known:
        return _counts(rows)
    said = [
        f"{fmt.estimate(row.estimate, row.conf_low, row.conf_high, level=rows.level)} "
        f"{of_group(rows, group, rows.n(group)).replace('of ', 'in ', 1)}"
        for group, row in known
    ]
    words = f"By {day_words(rows, rows.days[-1])} the mean number of {event_noun(rows)} was "
    return f"{words}{listed(said)}{_apart(rows)}.{_compared(rows)}"


def _apart(rows: AnalysisRows) -> str:
    """Return the difference on that day where two groups are compared."""
    row = (
        rows.one("difference", group=rows.contrasts[0], day=rows.days[-1])
        if (len(rows.contrasts) == 1)
        else None
    )
    if row is None or math.isnan(row.estimate):
        return ""
    first, _, second = rows.contrasts[0].partition(" vs ")
    value = fmt.estimate(row.estimate, row.conf_low, row.conf_high, level=rows.level)
    return f"; the difference is {value}, {first} minus {second}"


def _counts(rows: AnalysisRows) -> str:
    found = [
        f"{fmt.count(rows.value('n_events', group=group))} {event_noun(rows)} "
        f"{of_group(rows, group, rows.n(group)).replace('of ', 'in ', 1)}"
        for group in rows.groups
        if not math.isnan(rows.n(group))
    ]
    return f"There were {listed(found)}." if found else "There was nobody to analyse."


def _compared(rows: AnalysisRows) -> str:
    row = rows.one(TEST)
    if row is None:
        return ""
    if math.isnan(row.p_value):
        return f" The groups could not be compared: {row.warning or 'too few events'}."
    return (
        f" The pseudo-score test of equal means in the groups gives {fmt.p_statement(row.p_value)}"
        f" (chi-squared {fmt.number(row.statistic)} on {fmt.count(row.df)} degree"
        f"{'' if row.df == 1 else 's'} of freedom)."
    )
