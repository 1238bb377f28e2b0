"""The numbers under a figure of curves: each curve on the days of its axis."""

import math
from typing import TYPE_CHECKING, Any

from afterglow.figures.scales import day_ticks
from afterglow.names import (
    AT_RISK,
    CAUSE,
    CENSORED,
    CONF_HIGH,
    CONF_LOW,
    ESTIMATE,
    EVENTS,
    GROUP,
    TERM,
    TIME,
)
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.curve_rows import COMPETING, days_axis, is_survival
from afterglow.report.words import lower_first
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    import pandas as pd


def ticks_table(rows: AnalysisRows, curve: "pd.DataFrame", risk: "pd.DataFrame") -> Table:
    """Return the curve on the days of the axis: the last step up to each day."""
    value = "Free of it" if is_survival(rows) else "Incidence"
    counts = [name for name in (AT_RISK, EVENTS, COMPETING, CENSORED) if name in risk]
    heads = {
        AT_RISK: "At risk",
        EVENTS: "Events so far",
        COMPETING: "Competing so far",
        CENSORED: "Censored so far",
    }
    columns = (
        Column(header="Day"),
        *(Column(header=heads[name], show=fmt.count) for name in counts),
        Column(header=value, unit=f"%, {fmt.confidence_level(rows.level)}"),
    )
    return Table(
        caption=f"{rows.label}, by {lower_first(days_axis(rows))}",
        columns=columns,
        groups=tuple(
            RowGroup(
                label=group,
                rows=tuple(
                    Row(
                        cells=(
                            fmt.trimmed(tick.time_days),
                            *(getattr(tick, name) for name in counts),
                            _step_at(rows, curve[curve[GROUP] == group], tick.time_days),
                        )
                    )
                    for tick in records(risk[risk[GROUP] == group])
                ),
            )
            for group in dict.fromkeys(risk[GROUP].tolist())
        ),
    )


def _step_at(rows: AnalysisRows, curve: "pd.DataFrame", day: float) -> Any:
    before = curve[curve[TIME] <= day]
    if before.empty:
        start = 1.0 if is_survival(rows) else 0.0
        return parts.share(start, math.nan, math.nan)
    last = before.iloc[-1]
    return parts.share(last[ESTIMATE], last[CONF_LOW], last[CONF_HIGH])


def causes_table(rows: AnalysisRows, frame: "pd.DataFrame") -> Table:
    """Return every cause on the days of the axis."""
    unit = f"%, {fmt.confidence_level(rows.level)}"
    causes = list(dict.fromkeys(zip(frame[TERM], frame[CAUSE], strict=True)))
    raw = rows.rows("incidence", "curve")
    ticks = sorted(set(rows.rows(AT_RISK, "risk_table")[TIME].tolist()))
    return Table(
        caption=f"Incidence of each cause, by {lower_first(days_axis(rows))}",
        columns=(
            Column(header="Day"),
            *(Column(header=label, unit=unit) for _, label in causes),
        ),
        groups=tuple(
            RowGroup(
                label=group,
                rows=tuple(
                    Row(
                        cells=(
                            fmt.trimmed(tick),
                            *(
                                _step_at(
                                    rows, raw[(raw[GROUP] == group) & (raw[TERM] == term)], tick
                                )
                                for term, _ in causes
                            ),
                        )
                    )
                    for tick in ticks
                ),
            )
            for group in rows.groups
        ),
    )


def on_ticks(curve: "pd.DataFrame", keys: list[str]) -> "pd.DataFrame":
    """Return what holds on the ticks of the time axis, one row per curve (`keys`) and tick."""
    import numpy as np
    import pandas as pd

    held = []
    for _, mine in curve.groupby(keys, sort=False):
        times = mine[TIME].to_numpy()
        ticks = np.array([tick for tick in day_ticks(times[-1]) if tick >= times[0]])
        last = mine.iloc[np.searchsorted(times, ticks, side="right") - 1]
        held.append(last.assign(**{TIME: ticks}))
    return pd.concat(held, ignore_index=True)


def points_table(rows: AnalysisRows, frame: "pd.DataFrame") -> Table:
    """Return every step of the curves drawn, one row per group, cause and time."""
    names = [GROUP, *([TERM] if TERM in frame else []), TIME, ESTIMATE, CONF_LOW, CONF_HIGH]
    cells = [tuple(getattr(row, name) for name in names) for row in records(frame)]
    return Table.from_rows(f"{rows.label}: every step", [Column(header=n) for n in names], cells)
