"""Incidences with the endpoint between visits for readers: the figure."""

import math
from typing import Final

import pandas as pd

from afterglow.figures.bounds import (
    HIGHEST,
    LOWEST,
    bounds_panels_height,
    draw_bounds_panels,
)
from afterglow.figures.canvas import new_figure
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.figures.tidy import groups_of
from afterglow.names import CAUSE, CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, TERM, TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock
from afterglow.report.curve_rows import cause_label, days_axis
from afterglow.report.drawing import figure
from afterglow.report.figure_words import values_shown
from afterglow.report.interval_incidence_blocks import bounds_at, causes_of, range_words
from afterglow.report.sentences import day_words, happened
from afterglow.report.words import (
    anchor,
    counted,
    group_label,
    upper_first,
    variable_label,
)
from afterglow.study.interval_incidence_rows import (
    HIGHEST_INCIDENCE,
    LOWEST_INCIDENCE,
    VISIT_DATE,
)
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Table

DATED_LABEL: Final = "{label}, on visit dates (Aalen–Johansen)"
SHADED: Final = (
    "Shaded with an edge: the incidence rises by the height of the shading somewhere within its "
    "width; the data do not say where. Lines: known. Pale: bootstrap {level}, of the lowest and "
    "the highest incidence."
)


def bounds_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw what is known of every cause by group, and the endpoint by visit dates beside it."""
    frame = bounds_frame(rows)
    if frame.empty or not (frame[TIME] > 0).any():
        return None
    order = {cause: place for place, cause in enumerate(causes_of(rows))}
    frame = frame.sort_values(TERM, key=lambda terms: terms.map(order), kind="stable")
    frame = frame.assign(**{CAUSE: [upper_first(cause_label(rows, t)) for t in frame[TERM]]})
    dated = rows.rows("incidence", "curve")[[GROUP, TIME, ESTIMATE]]
    shown = DATED_LABEL.format(label=rows.endpoint_label)
    labels = [*groups_of(frame, CAUSE), *([shown] if len(dated) else [])]
    panels = draw_bounds_panels(
        frame, ylabel="Cumulative incidence", xlabel=days_axis(rows),
        dated=dated if len(dated) else None, dated_label=shown,
        figure=new_figure(DOUBLE_COLUMN, bounds_panels_height(frame, labels)),
    )  # fmt: skip
    shaded = SHADED.format(level=fmt.confidence_level(rows.level))
    beside = " Dashed grey: the endpoint on the day of the visit that showed it."
    return figure(
        anchor(rows.anchor, "curve"), panels[0], title=rows.label,
        caption=f"{rows.label}. {shaded}{beside if len(dated) else ''}",
        alt=_shown(rows), data=_frame_table(rows, frame),
    )  # fmt: skip


def _shown(rows: AnalysisRows) -> str:
    """Return the range on the last day asked for with the dated share, or the events counted."""
    asked = sorted(set(rows.analysis.at_days))
    bounds = [(group, *bounds_at(rows, group, asked[-1])) for group in rows.groups] if asked else []
    known = [(group, low, high) for group, low, high in bounds if low is not None]
    if not known or math.isnan(known[0][1].estimate):
        counts = [(g, counted(rows.value("n_events", group=g), "event")) for g in rows.groups]
        return values_shown("Over the whole follow-up", counts)
    term = rows.analysis.endpoint
    values = []
    for group, low, high in known:
        dated = rows.one("incidence", group=group, term=term, level=VISIT_DATE, day=asked[-1])
        more = f" (by visit dates {fmt.percent(dated.estimate)})" if dated is not None else ""
        values.append((group, f"{range_words(low, high)}{more}"))
    what = upper_first(happened(rows).rstrip(","))
    return values_shown(f"{what} by {day_words(rows, asked[-1])}", values)


def bounds_frame(rows: AnalysisRows) -> pd.DataFrame:
    """Return group, cause (term), day, lowest, highest and limits, as the figure draws them."""
    keys = [GROUP, TERM, TIME]
    low = rows.rows(LOWEST_INCIDENCE, "curve")[[*keys, ESTIMATE, CONF_LOW, CONF_HIGH]]
    high = rows.rows(HIGHEST_INCIDENCE, "curve")[[*keys, ESTIMATE]]
    low, high = low.rename(columns={ESTIMATE: LOWEST}), high.rename(columns={ESTIMATE: HIGHEST})
    return pd.merge(low, high, on=keys, how="left", validate="one_to_one", sort=False)


def _frame_table(rows: AnalysisRows, frame: pd.DataFrame) -> Table:
    columns = (
        Column(header=variable_label(rows.analysis.by or "") or "Group"),
        Column(header="Event"),
        Column(header="From day", show=fmt.days_number),
        Column(header="Lowest", unit="%", show=fmt.percentage_points),
        Column(header="Highest", unit="%", show=fmt.percentage_points),
    )
    cells = [
        (group_label(row.group), row.cause, row.time_days, row.lowest, row.highest)
        for row in records(frame)
    ]
    return Table.from_rows(f"{rows.label}: lowest and highest incidence", columns, cells)
