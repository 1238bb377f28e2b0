"""States over time drawn for readers: stacked, and each with its limits."""

from typing import Final

import pandas as pd

from afterglow.figures.canvas import new_figure
from afterglow.figures.occupancy import draw_occupancy, occupancy_height
from afterglow.figures.state_panels import draw_state_panels, state_panels_height
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, TERM, TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock
from afterglow.report.curve_ticks import on_ticks
from afterglow.report.drawing import figure
from afterglow.report.figure_words import values_shown
from afterglow.report.state_blocks import (
    OCCUPANCY,
    occupancy_days,
    state_words,
    states_of,
)
from afterglow.report.words import anchor, group_label, listed, upper_first
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

RESET: Final = "clock_reset_occupancy"
DRAWN: Final = [GROUP, TERM, TIME, ESTIMATE]
LIMITS: Final = [CONF_LOW, CONF_HIGH]


def states_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw the states stacked, one panel a group; None where there is nothing to draw."""
    curve = _curve(rows)
    if curve is None:
        return None
    order = states_of(rows)
    frame = _named(curve[DRAWN], rows)
    panels = draw_occupancy(
        frame, states=[upper_first(state_words(state)) for state in order],
        figure=new_figure(DOUBLE_COLUMN, occupancy_height(frame)),
    )  # fmt: skip
    return figure(
        anchor(rows.anchor, "states"),
        panels[0],
        title=rows.label,
        caption=f"{rows.label}. Share of subjects in each state by day, stacked up to 100"
        f"{fmt.NBSP}%; states can be left and entered again. Censored subjects are left out of the "
        "shares from then on.",
        alt=_largest(rows, order),
        data=_points(rows, on_ticks(curve, [GROUP, TERM]), order, "by day"),
        points=_points(rows, curve, order, "every point"),
    )


def limits_figure(rows: AnalysisRows) -> FigureBlock | None:
    """Draw each state in a panel of its own, with limits, and the clock-reset model's share."""
    curve = _curve(rows)
    if curve is None:
        return None
    frame = _named(curve[[*DRAWN, *LIMITS]], rows)
    other = rows.rows(RESET, "curve")
    model = None if other.empty else _named(other[DRAWN], rows)
    order = states_of(rows)
    panels = draw_state_panels(
        frame, model=model, states=[upper_first(state_words(state)) for state in order],
        figure=new_figure(DOUBLE_COLUMN, state_panels_height(frame)),
    )  # fmt: skip
    dashed = "" if model is None else "; dashed: the clock-reset model"
    return figure(
        anchor(rows.anchor, "limits"),
        panels[0],
        title=f"{rows.label}: each state with its limits",
        caption=f"{rows.label}. Share of subjects in each state by day; shaded: pointwise "
        f"{fmt.confidence_level(rows.level)}{dashed}.",
        alt=_shares(rows, order),
        data=_limits(rows, on_ticks(curve, [GROUP, TERM]), order),
    )


def _curve(rows: AnalysisRows) -> pd.DataFrame | None:
    curve = rows.rows(OCCUPANCY, "curve")
    return None if curve.empty or curve[TIME].nunique() < 2 else curve


def _named(frame: pd.DataFrame, rows: AnalysisRows) -> pd.DataFrame:
    """Return a frame whose states and groups have the names that readers see."""
    names = {state: upper_first(state_words(state)) for state in states_of(rows)}
    found = frame.reset_index(drop=True)
    return found.assign(**{TERM: found[TERM].map(names), GROUP: found[GROUP].map(group_label)})


def _held(rows: AnalysisRows, order: list[str]) -> list[tuple[str, list[tuple[str, float]]]]:
    """Return by group the states with anybody in them on the last day asked for."""
    days = occupancy_days(rows)[-1:]
    return [
        (group, [
            (state_words(state), row.estimate)
            for state in order
            for day in days
            if (row := rows.one(OCCUPANCY, group=group, term=state, day=day)) and row.estimate > 0
        ])
        for group in rows.groups
    ]  # fmt: skip


def _largest(rows: AnalysisRows, order: list[str]) -> str:
    """Return the state with the largest share on the last day asked for, by group."""
    values = [
        (group, f"{top[0]} ({fmt.percent(top[1])})")
        for group, mine in _held(rows, order)
        if (top := max(mine, key=lambda one: one[1], default=None))
    ]
    return _on_the_day(rows, order, "Largest share", values)


def _shares(rows: AnalysisRows, order: list[str]) -> str:
    """Return the share of every state on the last day asked for, by group."""
    values = [
        (group, listed(f"{words} {fmt.percent(share)}" for words, share in mine))
        for group, mine in _held(rows, order)
    ]
    return _on_the_day(rows, order, "Shares", values)


def _on_the_day(
    rows: AnalysisRows, order: list[str], lead: str, values: list[tuple[str, str]]
) -> str:
    days = occupancy_days(rows)
    if not days or not any(value for _, value in values):
        return values_shown("States", [("", listed(map(state_words, order)))])
    return values_shown(f"{lead} on day{fmt.NBSP}{fmt.trimmed(days[-1])}", values)


def _points(rows: AnalysisRows, curve: pd.DataFrame, order: list[str], which: str) -> Table:
    columns = (
        Column(header="Group"),
        Column(header="Day"),
        *(Column(header=upper_first(state_words(state)), show=fmt.percentage_points)
          for state in order),
    )  # fmt: skip
    wide = curve.pivot_table(index=[GROUP, TIME], columns=TERM, values=ESTIMATE, sort=False)
    ends = zip(wide.index.get_level_values(GROUP), wide.index.get_level_values(TIME))
    lines = [
        (group_label(str(group)), fmt.trimmed(day), *shares)
        for (group, day), shares in zip(ends, wide[order].to_numpy().tolist())
    ]
    return Table(
        caption=f"{rows.label}: shares in each state, {which}, %",
        columns=columns,
        groups=(RowGroup(rows=tuple(Row(cells=line) for line in lines)),),
    )


def _limits(rows: AnalysisRows, curve: pd.DataFrame, order: list[str]) -> Table:
    """Return the shares with their limits on the ticks: a head per group and day, states below."""
    cells = {(row.group, row.time_days, row.term): row for row in records(curve)}
    heads = dict.fromkeys((row.group, row.time_days) for row in records(curve))
    groups = tuple(
        RowGroup(
            label=f"{group_label(group) + ', day' if group else 'Day'} {fmt.trimmed(day)}",
            rows=tuple(
                Row(cells=(upper_first(state_words(state)),
                           parts.share(row.estimate, row.conf_low, row.conf_high)))
                for state in order
                if (row := cells.get((group, day, state))) is not None
            ),
        )
        for group, day in heads
    )  # fmt: skip
    return Table(
        caption=f"{rows.label}: shares in each state with limits, by day, %",
        columns=(
            Column(header="State"),
            Column(header="Share, %", unit=fmt.confidence_level(rows.level)),
        ),
        groups=groups,
    )
