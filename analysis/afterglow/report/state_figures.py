"""States over time drawn for readers: stacked, and each with its limits."""

from typing import Final

import numpy as np
import pandas as pd

from afterglow.figures.canvas import new_figure
from afterglow.figures.occupancy import draw_occupancy, occupancy_height
from afterglow.figures.scales import day_ticks
from afterglow.figures.state_panels import draw_state_panels, state_panels_height
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, TERM, TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import FigureBlock
from afterglow.report.drawing import figure
from afterglow.report.state_blocks import (
    OCCUPANCY,
    occupancy_days,
    state_words,
    states_finding,
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
        alt=states_finding(rows),
        data=_points(rows, _on_ticks(curve), order, "by day"),
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
        alt=_peaks(rows, curve),
        data=_limits(rows, _on_ticks(curve), order),
    )


def _curve(rows: AnalysisRows) -> pd.DataFrame | None:
    curve = rows.rows(OCCUPANCY, "curve")
    return None if curve.empty or curve[TIME].nunique() < 2 else curve


def _named(frame: pd.DataFrame, rows: AnalysisRows) -> pd.DataFrame:
    """Return a frame whose states and groups have the names that readers see."""
    names = {state: upper_first(state_words(state)) for state in states_of(rows)}
    found = frame.reset_index(drop=True)
    return found.assign(**{TERM: found[TERM].map(names), GROUP: found[GROUP].map(group_label)})


def _peaks(rows: AnalysisRows, curve: pd.DataFrame) -> str:
    """Return the widest share of relapse and of each state at the last day asked for."""
    days = occupancy_days(rows)
    if not days:
        return "The limits of each share are in the figure's table."
    said = []
    for group in rows.groups:
        mine = [
            f"{state_words(state)} "
            f"{fmt.percent_estimate(row.estimate, row.conf_low, row.conf_high, level=rows.level)}"
            for state in states_of(rows)
            if (row := rows.one(OCCUPANCY, group=group, term=state, day=days[-1]))
            and row.estimate > 0
        ]
        said.append(f"{group_label(group)}: {listed(mine)}" if group else upper_first(listed(mine)))
    return f"Shares on day{fmt.NBSP}{fmt.trimmed(days[-1])}. {'; '.join(said)}."


def _on_ticks(curve: pd.DataFrame) -> pd.DataFrame:
    """Return the shares that hold on the ticks of the figure."""
    parts_of = []
    for _, mine in curve.groupby([GROUP, TERM], sort=False):
        times = mine[TIME].to_numpy()
        ticks = np.array([tick for tick in day_ticks(times[-1]) if tick >= times[0]])
        held = mine.iloc[np.searchsorted(times, ticks, side="right") - 1]
        parts_of.append(held.assign(**{TIME: ticks}))
    return pd.concat(parts_of, ignore_index=True)


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
