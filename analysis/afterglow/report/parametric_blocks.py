"""Parametric models for readers: how well they fit, and smooth hazards."""

import math
from typing import Any, Final

from afterglow.figures.canvas import new_axes
from afterglow.figures.lines import draw_lines
from afterglow.figures.points import draw_points
from afterglow.figures.style import DOUBLE_COLUMN, STANDARD_HEIGHT
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock, TableBlock
from afterglow.report.curve_rows import days_axis
from afterglow.report.drawing import figure
from afterglow.report.figure_words import values_shown
from afterglow.report.words import anchor, counted, group_label, listed, variable_label
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

RESIDUALS: Final = "cox_snell_hazard"
HAZARD: Final = "hazard_per_week"
SMOOTH: Final = "smooth_survival"
TABLE_POINTS: Final = 10


def fit_notes(rows: AnalysisRows) -> tuple[str, ...]:
    """Return the scale and the information criteria of a model, as footnotes."""
    scales = [row for row in records(rows.rows("scale")) if not math.isnan(row.estimate)]
    if not scales:
        return ()
    said = [f"{row.level} {fmt.number(row.estimate)}" if row.level else fmt.number(row.estimate)
            for row in scales]  # fmt: skip
    aic, bic = (fmt.number(rows.value(name), 1) for name in ("aic", "bic"))
    return (f"Scale of the logarithm of time: {listed(said)}. AIC {aic}, BIC {bic}.",)


def residual_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the cumulative hazard of the Cox–Snell residuals; None where nothing was fitted."""
    found = rows.rows(RESIDUALS, "curve")
    if found.empty:
        return None
    frame = found[[TIME, ESTIMATE]].reset_index(drop=True)
    axes = draw_points(
        frame, x=TIME, y=ESTIMATE, xlabel="Cox–Snell residual", ylabel="Its cumulative hazard",
        line=(0.0, 1.0), ax=new_axes(DOUBLE_COLUMN, STANDARD_HEIGHT),
    )  # fmt: skip
    last = frame.iloc[-1]
    shown = frame.iloc[:: max(1, len(frame) // TABLE_POINTS)]
    return figure(
        anchor(rows.anchor, "residuals"),
        axes,
        title=f"{rows.label}: fit of the distribution",
        caption=f"{rows.label}. Cumulative hazard of the Cox–Snell residuals, read on an even grid;"
        " where the distribution holds the points follow the line.",
        alt=f"At a residual of {fmt.number(last[TIME])} the cumulative hazard is"
        f" {fmt.number(last[ESTIMATE])}; the model expects {fmt.number(last[TIME])}.",
        data=Table.from_rows(
            "Cumulative hazard of the residuals",
            (
                Column(header="Residual", show=fmt.number),
                Column(header="Cumulative hazard", show=fmt.number),
            ),
            tuple((row[TIME], row[ESTIMATE]) for _, row in shown.iterrows()),
        ),
    )


def hazard_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the smooth hazards; None where nothing was fitted."""
    found = rows.rows(HAZARD, "curve")
    if found.empty:
        return None
    frame = found[[GROUP, TIME, ESTIMATE, CONF_LOW, CONF_HIGH]].reset_index(drop=True)
    frame[GROUP] = frame[GROUP].map(group_label)
    axes = draw_lines(
        frame, ylabel="Hazard per week", xlabel=days_axis(rows),
        ax=new_axes(DOUBLE_COLUMN, STANDARD_HEIGHT),
    )  # fmt: skip
    table = hazard_table(rows)
    return figure(
        anchor(rows.anchor, "hazard"),
        axes,
        title=f"{rows.label}: smooth hazards",
        caption=f"{rows.label}. Hazard per week from a spline of the log cumulative hazard, between"
        f" the first event and the end of follow-up; shaded: pointwise"
        f" {fmt.confidence_level(rows.level)}.",
        alt=_hazard_alt(found),
        data=table.table if table else _points(frame),
    )


def _points(frame) -> Table:
    return Table.from_rows(
        "Smooth hazards",
        (
            Column(header="Group"),
            Column(header="Day", show=fmt.days_number),
            Column(header="Hazard per week", show=fmt.number),
        ),
        tuple((row[GROUP], row[TIME], row[ESTIMATE]) for _, row in frame.iloc[::10].iterrows()),
    )


def _hazard_alt(found) -> str:
    said = []
    for group, mine in found.groupby(GROUP, sort=False, observed=True):
        peak = mine.loc[mine[ESTIMATE].idxmax()]
        said.append((str(group), f"{fmt.number(peak[ESTIMATE])} per week at day"
                                 f"{fmt.NBSP}{fmt.count(round(peak[TIME]))}"))  # fmt: skip
    return values_shown("Highest hazard", said)


def hazard_finding(rows: AnalysisRows) -> str:
    """Return the hazards on the days asked for in one sentence."""
    known = [row for row in records(rows.rows(HAZARD)) if not math.isnan(row.estimate)]
    if known:
        said = [
            f"{fmt.estimate(row.estimate, row.conf_low, row.conf_high, level=rows.level)} at"
            f" day{fmt.NBSP}{fmt.trimmed(row.time_days)}"
            f"{f' in the {row.group} group' if row.group else ''}"
            for row in known
        ]
        return f"Hazard per week: {listed(said)}."
    drawn = rows.rows(HAZARD, "curve")
    if not drawn.empty:
        return _hazard_alt(drawn)
    why = [row.warning for row in records(rows.rows(HAZARD)) if row.warning]
    return f"The hazard could not be modelled: {why[0] if why else 'nobody to analyse'}."


def hazard_table(rows: AnalysisRows) -> TableBlock | None:
    """Return hazard and survival on the days asked for; None where none were."""
    found = [row for row in records(rows.rows(HAZARD)) if not math.isnan(row.estimate)]
    if not found:
        return None
    columns = (
        Column(header=variable_label(rows.analysis.by) if rows.analysis.by else "Group"),
        Column(header="Hazard per week", unit=fmt.confidence_level(rows.level)),
        Column(header="Free of the event, %", unit=fmt.confidence_level(rows.level)),
    )
    groups = tuple(
        RowGroup(
            label=f"Day {fmt.trimmed(day)}",
            rows=tuple(_hazard_row(rows, row) for row in found if row.time_days == day),
        )
        for day in dict.fromkeys(row.time_days for row in found)
    )
    return TableBlock(
        name=anchor(rows.anchor, "hazard", "table"),
        table=Table(
            caption=f"{rows.label}: smooth hazard and share free of the event",
            columns=columns,
            groups=groups,
            footnotes=(*_why_not(rows), f"Population: {rows.population_label}."),
        ),
    )


def _hazard_row(rows: AnalysisRows, row: Any) -> Row:
    free = rows.one(SMOOTH, group=row.group, day=row.time_days)
    share = parts.share(free.estimate, free.conf_low, free.conf_high) if free else None
    hazard = parts.ratio(row.estimate, row.conf_low, row.conf_high)
    return Row(cells=(group_label(row.group) or "All", hazard, share))


def _why_not(rows: AnalysisRows) -> tuple[str, ...]:
    missing = [row for row in records(rows.rows(HAZARD)) if row.warning]
    said = ((row.group, row.warning.rstrip(".")) for row in missing)
    return tuple(dict.fromkeys(f"{group}: {why}." if group else f"{why}." for group, why in said))


def events_words(rows: AnalysisRows) -> str:
    """Return how many of how many had the event."""
    had = sum(row.estimate for row in records(rows.rows("n_events")))
    whole = sum(row.estimate for row in records(rows.rows("n")))
    return f"{fmt.count(had)} of {counted(whole, 'subject')} had the event."
