"""Figures of time-to-event analyses: curves with their risk table, and all causes by group."""

import math
from typing import Final

import pandas as pd

from afterglow.figures.canvas import new_axes, new_figure
from afterglow.figures.curves import (
    curves_height,
    draw_cumulative_incidence,
    draw_curves_with_risk_table,
    incidence_height,
)
from afterglow.figures.legend import extra_legend_height
from afterglow.figures.steps import FEW_AT_RISK, is_pale_somewhere
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.figures.tidy import groups_of
from afterglow.names import CAUSE, GROUP, TERM, TIME
from afterglow.report.analysis_rows import AnalysisRows, competing_causes
from afterglow.report.blocks import FigureBlock
from afterglow.report.curve_rows import (
    COMPETING,
    DRAWN,
    axis_label,
    cause_label,
    days_axis,
    enters_late,
    is_survival,
    naive_curve,
    own_curve,
    risk_frame,
    with_at_risk,
)
from afterglow.report.curve_ticks import causes_table, points_table, ticks_table
from afterglow.report.drawing import figure
from afterglow.report.figure_words import by_days, values_shown
from afterglow.report.words import (
    anchor,
    cause_words,
    counted,
    listed,
    lower_first,
    upper_first,
)
from afterglow.tables import format as fmt

LATE: Final = (
    "Subjects enter the numbers at risk when they come under observation, many of them after day 0."
)
COUNTED: Final = (
    "Below: at risk, just before what happens on the day; events and censored, up to and with it."
)
PALER: Final = f"paler: fewer than {FEW_AT_RISK} at risk"
LEGEND_LINE: Final = 0.2
SMALLEST_DRAWN: Final = 2
NAIVE_LABEL: Final = "naive (for comparison)"


def curve_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the endpoint's curves with the risk table below; None where there is nothing to draw."""
    curve, risk = own_curve(rows), risk_frame(rows)
    if curve.empty or len(set(risk[TIME])) < SMALLEST_DRAWN:
        return None
    shown = risk.drop(columns=COMPETING, errors="ignore")
    drawn = draw_curves_with_risk_table(
        curve,
        shown,
        ylabel=axis_label(rows),
        xlabel=days_axis(rows),
        start=1.0 if is_survival(rows) else 0.0,
        ax=new_axes(DOUBLE_COLUMN, curves_height(curve, shown)),
    )
    return figure(
        anchor(rows.anchor, "curve"),
        drawn,
        title=rows.label,
        caption=_curve_caption(rows, curve),
        alt=curve_alt(rows),
        data=ticks_table(rows, curve, risk),
        points=points_table(rows, curve),
    )


def _curve_caption(rows: AnalysisRows, curve: pd.DataFrame) -> str:
    naive = getattr(rows.analysis, "naive", False)
    what = "Naive Kaplan–Meier curve" if naive else "Kaplan–Meier curve"
    if not is_survival(rows):
        what = "Cumulative incidence (Aalen–Johansen)"
    late = f" {LATE}" if enters_late(rows) else ""
    return f"{rows.label}. {what}; {_look(rows, curve)}. {COUNTED}{late}"


def _look(rows: AnalysisRows, curve: pd.DataFrame) -> str:
    band = f"shaded: pointwise {fmt.confidence_level(rows.level)}"
    return f"{band}; {PALER}" if is_pale_somewhere(curve) else band


def curve_alt(rows: AnalysisRows) -> str:
    """Return the curves on every day asked for; without such days, the counts."""
    name, term = ("survival", "") if is_survival(rows) else ("incidence", rows.analysis.endpoint)
    values = []
    for group in rows.groups:
        found = [(day, rows.one(name, group=group, term=term, day=day)) for day in rows.days]
        values.append((group, by_days(found, fmt.percent)))
    if not any(value for _, value in values):
        return _counts_alt(rows)
    return values_shown(axis_label(rows), values)


def causes_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the incidence of every cause by group; None where nothing competes."""
    frame = rows.rows("incidence", "curve")
    if is_survival(rows) or frame.empty or not list(competing_causes(rows)):
        return None
    order = {term: place for place, term in enumerate(rows.terms)}
    frame = frame.sort_values(TERM, key=lambda terms: terms.map(order), kind="stable")
    frame = frame.assign(**{CAUSE: [upper_first(cause_label(rows, t)) for t in frame[TERM]]})
    if not any(frame[TIME] > 0):
        return None
    naive = naive_curve(rows)
    drawn = with_at_risk(rows, frame[[GROUP, CAUSE, *DRAWN[1:]]])
    panels = draw_cumulative_incidence(
        drawn,
        xlabel=days_axis(rows),
        naive=naive,
        naive_label=NAIVE_LABEL,
        figure=new_figure(DOUBLE_COLUMN, incidence_height(frame) + _legend_height(frame)),
    )
    return figure(
        anchor(rows.anchor, "causes"),
        panels[0],
        title=f"{rows.label}: all causes",
        caption=_causes_caption(rows, drawn, naive is not None),
        alt=_causes_alt(rows),
        data=causes_table(rows, frame),
        points=points_table(rows, frame),
    )


def _legend_height(frame: pd.DataFrame) -> float:
    return LEGEND_LINE + extra_legend_height([*groups_of(frame, CAUSE), NAIVE_LABEL])


def _causes_caption(rows: AnalysisRows, curves: pd.DataFrame, naive: bool) -> str:
    words = listed([cause_words(cause) for cause in competing_causes(rows)])
    text = f"{rows.label}, with what came in its place. Cumulative incidence of each cause ({words}"
    text += f" compete); {_look(rows, curves)}."
    if naive:
        text += (
            " Dashed grey: naive, one minus Kaplan–Meier with all that competes taken as censoring"
            " on its day, shown for comparison only; it overstates the incidence."
        )
    return text


def _causes_alt(rows: AnalysisRows) -> str:
    """Return the incidence of every cause at the last day asked for, or else the counts."""
    day = rows.days[-1] if rows.days else None
    values = [(group, _causes_of(rows, group, day)) for group in rows.groups]
    if day is None or not any(value for _, value in values):
        return _counts_alt(rows)
    return values_shown(f"By day{fmt.NBSP}{fmt.trimmed(day)}", values)


def _causes_of(rows: AnalysisRows, group: str, day: float | None) -> str:
    found = [
        (cause_label(rows, term), rows.one("incidence", group=group, term=term, day=day))
        for term in rows.terms
    ]
    known = [
        f"{lower_first(label)} {fmt.percent(row.estimate)}"
        for label, row in found
        if row is not None and not math.isnan(row.estimate)
    ]
    if not known or day is None:
        return ""
    naive = rows.one("naive_incidence", group=group, term=rows.analysis.endpoint, day=day)
    more = f" (naive {fmt.percent(naive.estimate)})" if naive else ""
    first, *others = known
    return listed([f"{first}{more}", *others])


def _counts_alt(rows: AnalysisRows) -> str:
    parts_ = [
        f"{fmt.count(rows.value('n_events', group=group))} with the event"
        f" of {counted(rows.n(group), 'subject')}{f' in the {group} group' if group else ''}"
        for group in rows.groups
    ]
    return f"{upper_first(listed(parts_))}."
