"""Cycles for readers: gap-time curves, the table by cycle, and the finding."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from afterglow.figures.canvas import new_axes
from afterglow.figures.curves import (
    curves_height,
    draw_curves,
    draw_curves_with_risk_table,
)
from afterglow.figures.steps import FEW_AT_RISK, is_pale_somewhere
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import AT_RISK, GROUP, TIME
from afterglow.report.analysis_rows import AnalysisRows, competing_causes, records
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.curve_figures import curve_alt
from afterglow.report.curve_rows import DRAWN, days_axis, own_curve, risk_frame
from afterglow.report.curve_ticks import points_table, ticks_table
from afterglow.report.drawing import figure
from afterglow.report.figure_words import ends_shown, values_shown
from afterglow.report.latency_figures import shown_until
from afterglow.report.words import (
    anchor,
    cause_words,
    counted,
    endpoint_label,
    listed,
    upper_first,
)
from afterglow.study.results import LEVEL
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    import pandas as pd

INCIDENCE: Final = "incidence"
QUANTILE: Final = "gap_quantile"
SURVIVAL: Final = "gap_survival"
POOLED: Final = "pooled_gap_survival"
MEDIAN: Final = "0.5"
SHARES: Final = {"0.25": "A quarter", "0.5": "Half", "0.75": "Three quarters"}
NOT_ASKED: Final = ("n_maintained", "cycle 1")
COUNTS: Final = {
    "n": "Subjects",
    "n_cycles": "Cycles begun",
    "n_gaps": "Gaps watched",
    "n_events": "Ended by the next booster",
}
COURSES: Final = {
    "n_maintained": ("Response held when the block began", "n_judged"),
    "n_responded": ("Responded after it", "n_judged"),
    "n_relapsed": ("Relapsed", "n_at_risk_of_relapse"),
    "n_boosted_first": ("Booster before a relapse", "n_at_risk_of_relapse"),
}


def cycle_finding(rows: AnalysisRows) -> str:
    """Return the median gap of each cycle, and that of all cycles together."""
    said = []
    for group in rows.groups:
        row = rows.one(QUANTILE, group=group, term=rows.analysis.endpoint, level=MEDIAN)
        if row is not None:
            days = fmt.days_estimate(row.estimate, row.conf_low, row.conf_high, level=rows.level)
            gaps = counted(rows.value("n_gaps", group=group), "gap")
            said.append(f"{days} in {group} ({gaps} of {counted(rows.n(group), 'subject')})")
    if not said:
        why = [row.warning for row in records(rows.rows(INCIDENCE)) if row.warning]
        return f"No gap time is estimated: {why[0] if why else 'no day or quantile was asked for'}."
    words = f"The time by which half had the next booster was {listed(said)}."
    return f"{words}{_overall(rows)}"


def _overall(rows: AnalysisRows) -> str:
    row = rows.one(QUANTILE, level=MEDIAN)
    if row is None or math.isnan(row.estimate):
        return ""
    days = fmt.days_estimate(row.estimate, row.conf_low, row.conf_high, level=rows.level)
    return (
        f" Over all cycles, each subject counting once, half of the gaps last {days} or less"
        f" ({counted(row.n, 'subject')}, {counted(row.n_events, 'complete gap')}; other ends of"
        " care are taken as censoring)."
    )


def gap_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the incidence of the next booster by cycle over the numbers at risk."""
    curve, risk = own_curve(rows), risk_frame(rows)
    if curve.empty or len(set(risk[TIME])) < 2:
        return None
    axes = draw_curves_with_risk_table(
        curve, risk, ylabel="Next booster given", xlabel=days_axis(rows), start=0.0,
        until_day=shown_until(rows, curve),
        ax=new_axes(DOUBLE_COLUMN, curves_height(curve, risk)),
    )  # fmt: skip
    band = f"shaded: pointwise {fmt.confidence_level(rows.level)}"
    pale = f"; paler: fewer than {FEW_AT_RISK} at risk" if is_pale_somewhere(curve) else ""
    return figure(
        anchor(rows.anchor, "gaps"),
        axes,
        title=f"{rows.label}: gap to the next booster",
        caption=f"{rows.label}. Cumulative incidence of the next booster since the last session of"
        f" the course (cycle 1) or of a booster block, by cycle (Aalen–Johansen); {band}{pale}."
        " Within a block nobody is at risk of the next booster.",
        alt=_medians_shown(rows),
        data=ticks_table(rows, curve, risk),
        points=points_table(rows, curve),
    )


def all_gaps_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the survival of all gaps together."""
    curve = rows.rows(SURVIVAL, "curve")[DRAWN]
    if curve.empty:
        return None
    axes = draw_curves(
        curve, ylabel="Gap not yet over", xlabel=days_axis(rows),
        until_day=shown_until(rows, curve), ax=new_axes(DOUBLE_COLUMN, curves_height(curve)),
    )  # fmt: skip
    table = _survival_table(rows)
    return figure(
        anchor(rows.anchor, "all-gaps"),
        axes,
        title=f"{rows.label}: all gaps",
        caption=f"{rows.label}. Gaps of all cycles together, each subject counting once (Wang and"
        f" Chang); shaded: pointwise {fmt.confidence_level(rows.level)}. Switch, ECT, withdrawal"
        " and death are taken as censoring here.",
        alt=_all_gaps_shown(rows, curve),
        data=table,
        points=points_table(rows, curve),
    )


def _medians_shown(rows: AnalysisRows) -> str:
    """Return the median gap of each cycle; where none is asked for, the curves by day."""
    own = rows.analysis.endpoint
    found = [(g, rows.one(QUANTILE, group=g, term=own, level=MEDIAN)) for g in rows.groups]
    if not any(row for _, row in found):
        return curve_alt(rows)
    values = [(group, "" if row is None else fmt.days(row.estimate)) for group, row in found]
    return values_shown("Time until half had the next booster", values)


def _all_gaps_shown(rows: AnalysisRows, curve: "pd.DataFrame") -> str:
    row = rows.one(QUANTILE, level=MEDIAN)
    if row is None or math.isnan(row.estimate):
        return ends_shown("Gap not yet over", curve, fmt.percent)
    return f"Half of all gaps are over by {fmt.days(row.estimate)}."


def _survival_table(rows: AnalysisRows) -> Table:
    days = sorted(set(rows.rows(SURVIVAL)[TIME].dropna().tolist()))
    unit = f"%, {fmt.confidence_level(rows.level)}"
    lines = [
        (fmt.trimmed(day), _share(rows.one(SURVIVAL, day=day)), _share(rows.one(POOLED, day=day)))
        for day in days
    ]
    columns = (
        Column(header="Day"),
        Column(header="Gap not yet over", unit=unit),
        Column(header="All gaps pooled (for comparison)", unit=unit),
    )
    note = (
        "Pooled, short gaps are over-represented: subjects who have them have more of them, so that"
        " the share is too low where subjects differ."
    )
    return Table.from_rows(f"{rows.label}: all gaps by day", columns, lines, footnotes=(note,))


def cycle_table(rows: AnalysisRows) -> TableBlock | None:
    """Return counts, gap times, next boosters, response and relapse, one column a cycle."""
    if all(math.isnan(rows.n(group)) for group in rows.groups):
        return None
    columns = (
        Column(header="", align="left"),
        *(Column(header=upper_first(group), show=fmt.count) for group in rows.groups),
    )
    groups = (_counts(rows), *_quantiles(rows), *_days(rows), *_courses(rows))
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}. Cycle 1 begins with the course, cycle 2 with the first booster"
            " block",
            columns=columns,
            groups=tuple(group for group in groups if group.rows),
            footnotes=(*_warned(rows), f"Population: {rows.population_label}."),
        ),
    )


def _counts(rows: AnalysisRows) -> RowGroup:
    def line(label: str, name: str, level: str = "") -> Row:
        values = [rows.value(name, group=group, level=level) for group in rows.groups]
        return Row(cells=(label, *values))

    lines = [line(label, name) for name, label in COUNTS.items()]
    for cause in competing_causes(rows):
        lines.append(line(f"Ended by {cause_words(cause)}", "n_competing", cause))
    return RowGroup(label="Counts", rows=(*lines, line("Censored", "n_censored")))


def _quantiles(rows: AnalysisRows) -> Iterator[RowGroup]:
    levels = dict.fromkeys(rows.rows(QUANTILE)[LEVEL].tolist())
    own = rows.analysis.endpoint
    lines = []
    for level in levels:
        found = [rows.one(QUANTILE, group=g, term=own, level=level) for g in rows.groups]
        label = SHARES.get(level, fmt.percent(float(level), 0))
        lines.append(Row(cells=(label, *map(_time, found))))
    head = f"Days until this share had the next booster ({fmt.confidence_level(rows.level)})"
    yield RowGroup(label=head, rows=tuple(lines))


def _days(rows: AnalysisRows) -> Iterator[RowGroup]:
    own = rows.analysis.endpoint
    for day in sorted(set(rows.analysis.at_days)):
        found = [rows.one(INCIDENCE, group=g, term=own, day=day) for g in rows.groups]
        risk = [rows.value(AT_RISK, group=g, day=day) for g in rows.groups]
        head = f"Within {fmt.trimmed(day)} days, % ({fmt.confidence_level(rows.level)})"
        lines = (
            Row(cells=("At risk", *risk)),
            Row(cells=("Next booster given", *map(_share, found))),
        )
        yield RowGroup(label=head, rows=lines)


def _courses(rows: AnalysisRows) -> Iterator[RowGroup]:
    """Yield response and relapse as counts of those judged."""
    named = {"n_judged": "Response", "n_at_risk_of_relapse": "Relapse"}
    for whole, head in named.items():
        levels = list(dict.fromkeys(rows.rows(whole)[LEVEL].tolist()))
        for level in levels:
            label = endpoint_label(level, rows.study.plan.endpoint[level])
            lines = tuple(
                Row(cells=(words, *(_part(rows, name, whole, g, level) for g in rows.groups)))
                for name, (words, of) in COURSES.items()
                if of == whole
            )
            yield RowGroup(label=f"{head} (“{label}”), of those it was asked of", rows=lines)


def _part(rows: AnalysisRows, name: str, whole: str, group: str, level: str) -> Any:
    n = rows.value(whole, group=group, level=level)
    if not n > 0 or (name, group) == NOT_ASKED:
        return fmt.MISSING
    return parts.count_of(rows.value(name, group=group, level=level), n)


def _share(row: Any) -> Any:
    known = row is not None and not math.isnan(row.estimate)
    return parts.share(row.estimate, row.conf_low, row.conf_high) if known else fmt.MISSING


def _time(row: Any) -> Any:
    if row is None:
        return fmt.MISSING
    return parts.time(row.estimate, row.conf_low, row.conf_high)


def _warned(rows: AnalysisRows) -> tuple[str, ...]:
    found = [
        f"{upper_first(getattr(row, GROUP))}: {row.warning}."
        for row in records(rows.rows(INCIDENCE))
        if row.warning and getattr(row, GROUP)
    ]
    return tuple(dict.fromkeys(found))
