"""Durations between two unseen ends for readers: the figure."""

import pandas as pd

from afterglow.figures.bounds import HIGHEST, LOWEST, bounds_panels_height, draw_bounds_panels
from afterglow.figures.canvas import new_figure
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import CAUSE, ESTIMATE, GROUP, TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock
from afterglow.report.curve_rows import SURVIVAL_AXIS
from afterglow.report.curve_ticks import on_ticks
from afterglow.report.doubly_blocks import (
    dated_label,
    dated_statistic,
    duration_bounds,
    is_incidence,
    names_of,
)
from afterglow.report.drawing import figure
from afterglow.report.figure_words import values_shown
from afterglow.report.interval_incidence_blocks import range_words
from afterglow.report.sentences import clock_words, free, happened
from afterglow.report.words import anchor, group_label, upper_first, variable_label
from afterglow.study.interval_incidence_rows import VISIT_DATE
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Table


def duration_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the mean curve of the imputations, and the one from visit to visit beside it."""
    low, high, _ = names_of(rows)
    keys = [GROUP, TIME]
    first = rows.rows(low, "curve")[[*keys, ESTIMATE]].rename(columns={ESTIMATE: LOWEST})
    second = rows.rows(high, "curve")[[*keys, ESTIMATE]].rename(columns={ESTIMATE: HIGHEST})
    frame = pd.merge(first, second, on=keys, how="left", validate="one_to_one", sort=False)
    if frame.empty or not (frame[TIME] > 0).any():
        return None
    label = "From an imputed beginning"
    frame = frame.assign(**{CAUSE: label})
    dated = rows.rows(dated_statistic(rows), "curve")[[GROUP, TIME, ESTIMATE]]
    shown = upper_first(dated_label(rows))
    axis = (
        "Cumulative incidence" if is_incidence(rows)
        else SURVIVAL_AXIS.get(rows.endpoint.kind, "Free of the event")
    )  # fmt: skip
    panels = draw_bounds_panels(
        frame, ylabel=axis, xlabel=f"Days since the beginning of {clock_words(rows)}",
        dated=dated if len(dated) else None, dated_label=shown,
        figure=new_figure(DOUBLE_COLUMN, bounds_panels_height(frame, [label, shown])),
    )  # fmt: skip
    beside = " Dashed grey: counted from visit to visit." if len(dated) else ""
    return figure(
        anchor(rows.anchor, "curve"), panels[0], title=rows.label,
        caption=f"{rows.label}. Line: mean of the imputations where it is known; shaded with an "
        f"edge: between its lowest and its highest value.{beside}",
        alt=_shown(rows), data=_frame_table(rows, on_ticks(frame, [GROUP]), "by day"),
        points=_frame_table(rows, frame, "every step"),
    )  # fmt: skip


def _shown(rows: AnalysisRows) -> str:
    """Return the range on the last day asked for, with the share from visit to visit."""
    day = max(rows.analysis.at_days)
    values = []
    for group in rows.groups:
        low, high = duration_bounds(rows, group, day)
        own = {"group": group, "term": names_of(rows)[2], "level": VISIT_DATE, "day": day}
        dated = rows.one(dated_statistic(rows), **own)
        more = f" (from visit to visit {fmt.percent(dated.estimate)})" if dated is not None else ""
        words = "" if low is None or high is None else f"{range_words(low, high)}{more}"
        values.append((group, words))
    what = happened(rows).rstrip(",") if is_incidence(rows) else free(rows)
    when = f"day{fmt.NBSP}{fmt.trimmed(day)} since the beginning of {clock_words(rows)}"
    return values_shown(f"{upper_first(what)} by {when}", values)


def _frame_table(rows: AnalysisRows, frame: pd.DataFrame, which: str) -> Table:
    columns = (
        Column(header=variable_label(rows.analysis.by or "") or "Group"),
        Column(header="Day", show=fmt.days_number),
        Column(header="Lowest", unit="%", show=fmt.percentage_points),
        Column(header="Highest", unit="%", show=fmt.percentage_points),
    )
    cells = [
        (group_label(row.group), row.time_days, row.lowest, row.highest) for row in records(frame)
    ]
    return Table.from_rows(f"{rows.label}: mean of the imputations, {which}", columns, cells)
