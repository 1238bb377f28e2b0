"""Events between visits for readers: boxes, visit dates beside them, and how late those are."""

import math
from typing import Any, Final

import numpy as np
import pandas as pd

from afterglow.figures.boxes import BEFORE, MASS, box_curves_height, draw_box_curves
from afterglow.figures.canvas import new_axes, new_figure
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.figures.visit_panel import (
    CURVE,
    INTERVAL,
    draw_visit_panel,
    visit_panel_height,
)
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, LOWER, TERM, TIME, UPPER
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.curve_rows import SURVIVAL_AXIS, days_axis
from afterglow.report.drawing import figure
from afterglow.report.figure_words import values_shown
from afterglow.report.interval_table import DATED, late_row
from afterglow.report.sentences import clock_words, happened
from afterglow.report.words import (
    anchor,
    counted,
    group_label,
    listed,
    variable_label,
)
from afterglow.study.interval_rows import SUPPORT_FROM, SUPPORT_MASS, SUPPORT_TO
from afterglow.study.results import LEVEL
from afterglow.tables import format as fmt
from afterglow.tables.parts import share
from afterglow.tables.table import Column, Row, RowGroup, Table

MIDDLE: Final = "0.5"
BOXES: Final = (
    "Boxes: the curve falls by a box's height somewhere within its width; the data do not say "
    "where. Between boxes it is known. The last box, where it has no end, is what follows the last "
    "look at anyone still free."
)


def support_frame(rows: AnalysisRows) -> pd.DataFrame:
    """Return one row per box: group, ends (inf: open), the curve before, mass, limits after."""
    keys = [GROUP, LEVEL]
    frames = []
    for name, column in ((SUPPORT_FROM, LOWER), (SUPPORT_TO, UPPER), (SUPPORT_MASS, MASS)):
        own = rows.rows(name, "curve")[[*keys, ESTIMATE]]
        frames.append(own.rename(columns={ESTIMATE: column}))
    after = rows.rows("survival", "curve")
    frames.append(after.loc[after[LEVEL] != "", [*keys, ESTIMATE, CONF_LOW, CONF_HIGH]])
    frame = frames[0]
    for other in frames[1:]:
        frame = pd.merge(frame, other, on=keys, how="left", validate="one_to_one", sort=False)
    closed = frame[UPPER].notna()
    limits = {name: frame[name].where(closed) for name in (CONF_LOW, CONF_HIGH)}
    return frame.assign(
        **{BEFORE: frame[ESTIMATE] + frame[MASS], UPPER: frame[UPPER].fillna(np.inf), **limits}
    )


def interval_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the boxes, and beside them the curves by visit date and midpoint where asked for."""
    boxes = support_frame(rows)
    if boxes.empty:
        return None
    steps = _steps(rows)
    label = SURVIVAL_AXIS.get(rows.endpoint.kind, "Free of the event")
    if rows.analysis.strategy:
        label = "Free of the event"
    if steps.empty:
        ax = new_axes(DOUBLE_COLUMN, box_curves_height(boxes))
        drawn = draw_box_curves(boxes, ylabel=label, xlabel=days_axis(rows), ax=ax)
    else:
        frame = pd.concat([steps, boxes.drop(columns=ESTIMATE).assign(**{CURVE: INTERVAL})])
        drawn = draw_visit_panel(
            frame.reset_index(drop=True), ylabel=label, xlabel=days_axis(rows),
            figure=new_figure(DOUBLE_COLUMN, visit_panel_height(frame)),
        )[0]  # fmt: skip
    return figure(
        anchor(rows.anchor, "curve"), drawn, title=rows.label, caption=_caption(rows, steps),
        alt=_shown(rows, boxes), data=_boxes_table(rows, boxes),
        points=None if steps.empty else _steps_table(rows, steps),
    )  # fmt: skip


def _steps(rows: AnalysisRows) -> pd.DataFrame:
    mine = rows.rows("survival", "curve")
    mine = mine.loc[mine[TERM].isin(list(DATED)), [GROUP, TERM, TIME, ESTIMATE]]
    return mine.assign(**{CURVE: mine[TERM].map(DATED)}).drop(columns=TERM)


def _caption(rows: AnalysisRows, steps: pd.DataFrame) -> str:
    naive = " Competing events are treated as censoring (naive)." if rows.analysis.naive else ""
    if not steps.empty:
        return (
            f"{rows.label}. One endpoint in three curves: events dated by the visit that showed "
            f"them, by the middle of their interval, and by no day at all. {BOXES} "
            f"{_limits(rows)}{naive}"
        )
    return f"{rows.label}. {BOXES} {_limits(rows)}{naive}"


def _limits(rows: AnalysisRows) -> str:
    level = fmt.confidence_level(rows.level)
    return f"Shaded: bootstrap {level} of the interval estimate, between boxes."


def _boxes_table(rows: AnalysisRows, boxes: pd.DataFrame) -> Table:
    columns = (
        Column(header=variable_label(rows.analysis.by or "") or "Group"),
        Column(header="After day", show=fmt.days_number),
        Column(header="Up to day", show=fmt.days_number),
        Column(header="Fall", unit="%", show=fmt.percentage_points),
        Column(header=f"Curve after it, % ({fmt.confidence_level(rows.level)})"),
    )
    cells = [
        (group_label(row.group), row.lower_days,
         row.upper_days if math.isfinite(row.upper_days) else math.nan, row.mass,
         share(row.estimate, row.conf_low, row.conf_high))
        for row in records(boxes)
    ]  # fmt: skip
    return Table.from_rows(f"{rows.label}: where the curve falls", columns, cells)


def _steps_table(rows: AnalysisRows, steps: pd.DataFrame) -> Table:
    names = [CURVE, GROUP, TIME, ESTIMATE]
    cells = [tuple(getattr(row, name) for name in names) for row in records(steps)]
    return Table.from_rows(f"{rows.label}: every step", [Column(header=n) for n in names], cells)


def interval_finding(rows: AnalysisRows) -> str:
    """Return the medians as intervals, and how late visit dates put them, in two sentences."""
    found = [(group, rows.one("quantile_from", group=group, level=MIDDLE)) for group in rows.groups]
    known = [(group, row) for group, row in found if row is not None]
    if not known:
        why = [row.warning for row in records(rows.rows("lowest_survival")) if row.warning]
        counts = [f"{fmt.count(rows.value('n_events', group=g))} of {fmt.count(rows.n(g))}"
                  f"{f' in the {g} group' if g else ''}" for g in rows.groups]  # fmt: skip
        return f"{why[0] if why else listed(counts) + ' ' + happened(rows)}.".replace("..", ".")
    said = [f"{_half(rows, group, row)}{_who(rows, group)}" for group, row in known]
    words = (
        f"With the days between visits left open, half {happened(rows).rstrip(',')} {listed(said)}"
        f" (after {clock_words(rows)})."
    )
    return f"{words}{_late_words(rows)}"


def _shown(rows: AnalysisRows, boxes: pd.DataFrame) -> str:
    """Return when half had the event, or else in how many boxes the curves fall."""
    halves = [(g, rows.one("quantile_from", group=g, level=MIDDLE)) for g in rows.groups]
    known = [(group, _half(rows, group, row)) for group, row in halves if row is not None]
    if known:
        return values_shown(f"Half {happened(rows).rstrip(',')}", known)
    counts = boxes[GROUP].value_counts(sort=False)
    values = [(str(group), counted(n, "box", "boxes")) for group, n in counts.items()]
    return values_shown("The curve falls in", values)


def _half(rows: AnalysisRows, group: str, first: Any) -> str:
    last = rows.value("quantile_to", group=group, level=MIDDLE)
    if math.isnan(last):
        return f"not by day {fmt.trimmed(first.estimate)}"
    if last == first.estimate:
        return f"by day {fmt.trimmed(last)}"
    return f"between day {fmt.trimmed(first.estimate)} and day {fmt.trimmed(last)}"


def _who(rows: AnalysisRows, group: str) -> str:
    counts = (
        f"{fmt.count(rows.value('n_events', group=group))} of {counted(rows.n(group), 'subject')}"
    )
    return f" in the {group} group ({counts})" if group else f" ({counts})"


def _late_words(rows: AnalysisRows) -> str:
    medians = [
        (group, rows.one("median", group=group, term="visit date"),
         late_row(rows, "largest_gap", group, "visit date"))
        for group in rows.groups
    ]  # fmt: skip
    known = [(group, row, gap) for group, row, gap in medians if row is not None]
    if not known:
        return ""
    days = [fmt.days(row.estimate) for _, row, _ in known]
    most = [f"{fmt.percentage_points(gap.estimate)}" for _, _, gap in known if gap is not None]
    noun = "medians are" if len(days) > 1 else "median is"
    return (
        f" Dated by the visits that showed it, the {noun} {listed(days)}; that curve stands up to "
        f"{listed(most)} percentage points too high."
    )


def interval_test_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the groups' sums of scores and the test; None where it could not be done."""
    test = rows.one("interval_test")
    if test is None or math.isnan(test.p_value):
        return None
    columns = (
        Column(header=variable_label(rows.analysis.by or "")),
        Column(header="Subjects", show=fmt.count),
        Column(header="Events", show=fmt.count),
        Column(header="Sum of scores", show=fmt.number),
    )
    body = tuple(
        Row(cells=(group_label(group), rows.n(group), rows.value("n_events", group=group),
                   rows.value("score_sum", group=group)))
        for group in rows.groups
    )  # fmt: skip
    trend = rows.one("interval_test_trend")
    notes = [
        f"Chi-squared {fmt.number(test.statistic)}, degrees of freedom {fmt.count(test.df)}, "
        f"{fmt.p_statement(test.p_value)} ({test.method}).",
        "A sum above 0: earlier events than expected if all groups had one curve.",
    ]
    if trend is not None and not math.isnan(trend.p_value):
        notes.append(f"Trend over the groups: {fmt.p_statement(trend.p_value)}.")
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: scores of the groups", columns=columns,
            groups=(RowGroup(rows=body),),
            footnotes=(*notes, f"Population: {rows.population_label}."),
        ),
    )  # fmt: skip


def interval_test_finding(rows: AnalysisRows) -> str:
    """Return the test in one sentence."""
    row = rows.one("interval_test")
    if row is None or math.isnan(row.p_value):
        return f"The groups could not be compared: {row.warning if row else 'nobody to analyse'}."
    return (
        f"The test of equal curves, with events anywhere between two visits, gives "
        f"{fmt.p_statement(row.p_value)} (chi-squared {fmt.number(row.statistic)} on "
        f"{fmt.count(row.df)} degree{'' if row.df == 1 else 's'} of freedom; "
        f"{fmt.count(row.n_events)} events among {fmt.count(row.n)} subjects)."
    )
