"""Tolerability: dissociation, blood pressure and adverse events, with the number assessed."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_rows import population_label
from afterglow.report.blocks import Section, TableBlock
from afterglow.report.spread_table import Spread, variable_rows
from afterglow.report.words import spelled, upper_first
from afterglow.tables.table import Row, RowGroup, Table

if TYPE_CHECKING:
    from afterglow.study.run import Study

ADVERSE: Final = "adverse event"
ANY: Final = "any"
PEAK_NOTE: Final = (
    "A peak is the highest value recorded in a session; a rise is peak minus pre-dose."
)
EVENT_NOTE: Final = "Adverse events: treated subjects with at least one record, and the records."


def section(study: "Study") -> Section | None:
    """Return how treatment was tolerated; None where nothing was recorded."""
    table = study.results.select(section="tolerability")
    if table.empty:
        return None
    spread = Spread(table)
    measures = [term for term in spread.terms if term != ADVERSE]
    groups = (
        RowGroup(label="Per session", rows=tuple(variable_rows(spread, measures, assessed=True))),
        RowGroup(label="Adverse events: subjects, n (%)", rows=tuple(_event_rows(spread))),
    )
    notes = [PEAK_NOTE] if measures else []
    notes += [EVENT_NOTE] if ADVERSE in spread.terms else []
    who = population_label(study, study.described_population)
    block = TableBlock(
        name="tolerability",
        table=Table(
            caption=f"Tolerability. Population: {who}",
            columns=spread.columns(""),
            groups=tuple(group for group in groups if group.rows),
            footnotes=tuple(notes),
        ),
    )
    return Section(name="tolerability-section", title="Tolerability", blocks=(block,))


def _event_rows(spread: Spread) -> list[Row]:
    if ADVERSE not in spread.terms:
        return []
    levels = spread.levels(ADVERSE)
    assessed = [spread.whole(ADVERSE, ANY, group) for group in spread.groups]
    rows = [Row(cells=("Assessed, n", *assessed))]
    for level in levels:
        label = "Any adverse event" if level == ANY else upper_first(spelled(level))
        rows.append(Row(cells=(label, *spread.shares(ADVERSE, level)), indent=int(level != ANY)))
    records = [spread.value(ADVERSE, "n_records", group, ANY) for group in spread.groups]
    return [*rows, Row(cells=("Records of any adverse event, n", *records))]
