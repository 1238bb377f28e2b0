"""Figures of the wait for a booster: what ended it, stacked, and the share with a booster."""

import math
from typing import Final

import pandas as pd

from afterglow.figures.canvas import new_axes, new_figure
from afterglow.figures.curves import curves_height, draw_curves_with_risk_table
from afterglow.figures.occupancy import draw_occupancy, occupancy_height
from afterglow.figures.steps import FEW_AT_RISK, is_pale_somewhere
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import ESTIMATE, GROUP, TERM, TIME
from afterglow.report.analysis_rows import AnalysisRows, competing_causes, records
from afterglow.report.blocks import FigureBlock
from afterglow.report.curve_figures import curve_alt
from afterglow.report.curve_rows import COMPETING, days_axis, enters_late, own_curve, risk_frame
from afterglow.report.curve_ticks import points_table, ticks_table
from afterglow.report.drawing import figure
from afterglow.report.figure_words import ends_shown, values_shown
from afterglow.report.latency_blocks import (
    EVENT_FREE,
    INCIDENCE,
    finding_day,
    kinds_of,
    service_days,
)
from afterglow.report.sentences import day_words
from afterglow.report.words import anchor, cause_words, group_label, upper_first
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Table

WAITING: Final = "still waiting"
MOST_SHOWN: Final = 6
LATE: Final = " Subjects enter the numbers at risk when their relapse is confirmed."


def end_words(rows: AnalysisRows, cause: str) -> str:
    """Return what ends a wait: "triggered booster", "response regained"."""
    return "booster" if cause == rows.analysis.endpoint else cause_words(cause)


def _short_axis(rows: AnalysisRows) -> str:
    """Return what the time axis of narrow panels shows."""
    return "Days since confirmation" if rows.analysis.clock == "confirmed" else "Days since relapse"


def shown_until(rows: AnalysisRows, frame: pd.DataFrame) -> float:
    """Return the last day drawn: the last one of the risk table, or of the curves."""
    ticks = rows.rows("at_risk", "risk_table")[TIME]
    last = float(frame[TIME].max())
    return min(last, float(ticks.max())) if len(ticks) and ticks.max() > 0 else last


def waiting_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Stack what ended the wait over those still waiting, one panel a group."""
    frame, order = _stacked(rows)
    if frame.empty or frame[TIME].nunique() < 2 or frame[GROUP].nunique() > MOST_SHOWN:
        return None
    panels = draw_occupancy(
        frame, states=order, ylabel="Relapses", xlabel=_short_axis(rows),
        until_day=shown_until(rows, frame),
        figure=new_figure(DOUBLE_COLUMN, occupancy_height(frame)),
    )  # fmt: skip
    return figure(
        anchor(rows.anchor, "waiting"),
        panels[0],
        title=f"{rows.label}: what ended the wait",
        caption=f"{rows.label}. Share whose wait had ended by each day, by what ended it, stacked"
        f" up to 100{fmt.NBSP}% with those still waiting (Aalen–Johansen).",
        alt=_waiting_shown(rows),
        data=_ticks(rows, frame, order),
        points=Table.from_rows(
            f"{rows.label}: every step",
            [Column(header="Group"), Column(header="End"), Column(header="Day"),
             Column(header="Share")],
            [(row.group, row.term, row.time_days, row.estimate) for row in records(frame)],
        ),
    )  # fmt: skip


def _waiting_shown(rows: AnalysisRows) -> str:
    """Return the shares with a booster and still waiting on the day of the finding."""
    day = finding_day(rows)
    if day is None:
        return ends_shown(upper_first(WAITING), rows.rows(EVENT_FREE, "curve"), fmt.percent)
    values = []
    for group in rows.groups:
        given = rows.value(INCIDENCE, group=group, term=rows.analysis.endpoint, day=day)
        free = rows.value(EVENT_FREE, group=group, day=day)
        if not math.isnan(free):
            share = fmt.percent(0.0 if math.isnan(given) else given)
            values.append((group, f"booster {share}, {WAITING} {fmt.percent(free)}"))
    return values_shown(upper_first(day_words(rows, day)), values)


def _stacked(rows: AnalysisRows) -> tuple[pd.DataFrame, list[str]]:
    """Return the shares of every end of the wait, and of none, with their labels in order."""
    kinds = kinds_of(rows)
    own = kinds if rows.analysis.by_kind and kinds else [rows.analysis.endpoint]
    wanted = [*own, *competing_causes(rows)]
    curve = rows.rows(INCIDENCE, "curve")
    free = rows.rows(EVENT_FREE, "curve").assign(**{TERM: WAITING})
    every = pd.concat([curve[curve[TERM].isin(wanted)], free])[[GROUP, TERM, TIME, ESTIMATE]]
    every = pd.concat([_at_the_start(every, [*wanted, WAITING]), every])
    labels = {term: upper_first(end_words(rows, term)) for term in (*wanted, WAITING)}
    named = every.assign(**{TERM: every[TERM].map(labels), GROUP: every[GROUP].map(group_label)})
    return named.reset_index(drop=True), [labels[term] for term in (*wanted, WAITING)]


def _at_the_start(every: pd.DataFrame, terms: list[str]) -> pd.DataFrame:
    """Return the rows of day 0 that a curve lacks: everybody is still waiting."""
    first = every.groupby(GROUP, sort=False)[TIME].min()
    lines = [
        (group, term, 0.0, float(term == WAITING))
        for group, day in first.items()
        if day > 0
        for term in terms
    ]
    return pd.DataFrame(lines, columns=list(every)) if lines else every.head(0)


def _ticks(rows: AnalysisRows, frame: pd.DataFrame, order: list[str]) -> Table:
    """Return the shares that hold on the days of the service levels."""
    lines = []
    wide = frame.pivot_table(index=[GROUP, TIME], columns=TERM, values=ESTIMATE, sort=False)
    for group in dict.fromkeys(frame[GROUP].tolist()):
        mine = wide.loc[group].sort_index()
        for day in service_days(rows):
            held = mine[mine.index <= day]
            last = held.iloc[-1] if len(held) else None
            shares = [None if last is None else last.get(name) for name in order]
            lines.append((group, fmt.trimmed(day), *shares))
    heads = [Column(header=name, unit="%", show=fmt.percentage_points) for name in order]
    columns = [Column(header="Group"), Column(header="Day"), *heads]
    return Table.from_rows(f"{rows.label}: shares by day", columns, lines)


def boosted_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the share with a booster by group, over the numbers at risk."""
    curve, risk = own_curve(rows), risk_frame(rows)
    if curve.empty or len(set(risk[TIME])) < 2:
        return None
    shown = risk.drop(columns=COMPETING, errors="ignore")
    axes = draw_curves_with_risk_table(
        curve, shown, ylabel="Given a booster", xlabel=days_axis(rows), start=0.0,
        until_day=shown_until(rows, curve),
        ax=new_axes(DOUBLE_COLUMN, curves_height(curve, shown)),
    )  # fmt: skip
    band = f"shaded: pointwise {fmt.confidence_level(rows.level)}"
    pale = f"; paler: fewer than {FEW_AT_RISK} at risk" if is_pale_somewhere(curve) else ""
    late = LATE if enters_late(rows) else ""
    return figure(
        anchor(rows.anchor, "curve"),
        axes,
        title=rows.label,
        caption=f"{rows.label}. Cumulative incidence of a booster (Aalen–Johansen); {band}{pale}."
        f" Below: at risk, just before what happens on the day.{late}",
        alt=curve_alt(rows),
        data=ticks_table(rows, curve, risk),
        points=points_table(rows, curve),
    )
