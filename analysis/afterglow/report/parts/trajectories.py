"""Mean scores over time, with how many were observed at each."""

import math
from typing import TYPE_CHECKING, Any, Final

from afterglow.figures.canvas import new_figure
from afterglow.figures.style import DOUBLE_COLUMN
from afterglow.figures.trajectory import draw_trajectory_panels, trajectory_height
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, INSTRUMENT, TERM, TIME, N
from afterglow.report.analysis_rows import has_table, population_label, records
from afterglow.report.blocks import FigureBlock, Prose, Section
from afterglow.report.drawing import figure
from afterglow.report.words import group_label, listed, upper_first
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    import pandas as pd

    from afterglow.study.run import Study

NAME: Final = "trajectories"
INTRO: Final = (
    "Means of the scores that were observed, nothing filled in. Those who are seen late are not "
    "those who were seen early: follow-up ends sooner in some subjects than in others"
)
BOOSTED: Final = ", and sessions after the course are part of what is shown"


def section(study: "Study") -> Section | None:
    """Return the mean scores; None where there are none."""
    table = study.results.select(section="trajectory", statistic_name="mean")
    if table.empty:
        return None
    return Section(
        name="trajectories-section",
        title="Scores over time",
        blocks=(Prose(paragraphs=(_intro(study),)), _figure(study, table)),
    )


def _intro(study: "Study") -> str:
    return f"{INTRO}{BOOSTED if has_table(study, 'sessions') else ''}."


def _figure(study: "Study", table: "pd.DataFrame") -> FigureBlock:
    frame = table.assign(**{INSTRUMENT: table[TERM]})
    frame = frame[[INSTRUMENT, GROUP, TIME, ESTIMATE, CONF_LOW, CONF_HIGH, N]]
    start = "first session" if has_table(study, "sessions") else "start of treatment"
    drawn = draw_trajectory_panels(
        frame,
        xlabel=f"Days since {start}",
        figure=new_figure(DOUBLE_COLUMN, trajectory_height(frame)),
    )
    who = population_label(study, study.described_population)
    return figure(
        NAME,
        drawn[0],
        title="Mean scores over time",
        caption=(
            f"Mean scores over time. Whiskers: {fmt.confidence_level()} (t distribution); "
            f"day 0 is the baseline. Population: {who}."
        ),
        alt=_alt(study, table),
        data=_table(table),
    )


def _alt(study: "Study", table: "pd.DataFrame") -> str:
    changes = [
        _change(study, instrument, table[table[TERM] == instrument])
        for instrument in dict.fromkeys(table[TERM].tolist())
    ]
    return f"{upper_first('; '.join(changes))}."


def _change(study: "Study", instrument: str, mine: "pd.DataFrame") -> str:
    """Return first and last mean of every group."""
    phrases = []
    for group in dict.fromkeys(mine[GROUP].tolist()):
        rows = list(records(mine[mine[GROUP] == group]))
        where = f" in the {group} group" if group else ""
        phrases.append(
            f"from {_mean(rows[0])} on day{fmt.NBSP}{fmt.trimmed(rows[0].time_days)} to "
            f"{_mean(rows[-1])} on day{fmt.NBSP}{fmt.trimmed(rows[-1].time_days)}{where}"
        )
    direction = study.library.get(instrument).higher_is
    return f"mean {instrument} (a higher score is {direction}) went {listed(phrases)}"


def _mean(row: Any) -> str:
    return f"{fmt.number(row.estimate, 1)} (n{fmt.NBSP}={fmt.NBSP}{fmt.count(row.n)})"


def _table(table: "pd.DataFrame") -> Table:
    groups = list(dict.fromkeys(table[GROUP].tolist()))
    columns = [Column(header="Day")]
    for group in groups:
        columns.append(Column(header="Observed", show=fmt.count, spanner=group_label(group)))
        head = Column(header="Mean", unit=fmt.confidence_level(), spanner=group_label(group))
        columns.append(head)
    body = tuple(
        RowGroup(label=instrument, rows=tuple(_rows(table[table[TERM] == instrument], groups)))
        for instrument in dict.fromkeys(table[TERM].tolist())
    )
    return Table(caption="Mean scores by day and group", columns=tuple(columns), groups=body)


def _rows(mine: "pd.DataFrame", groups: list[str]) -> list[Row]:
    found = {(row.time_days, row.group): row for row in records(mine)}
    rows = []
    for day in sorted({time for time, _ in found}):
        cells: list[Any] = [fmt.trimmed(day)]
        for group in groups:
            row = found.get((day, group))
            cells += [math.nan, fmt.MISSING] if row is None else [row.n, _score(row)]
        rows.append(Row(cells=tuple(cells)))
    return rows


def _score(row: Any) -> Any:
    return parts.score(row.estimate, row.conf_low, row.conf_high)
