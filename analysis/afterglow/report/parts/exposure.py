"""Exposure: sessions, intervals, doses, routes and boosters."""

from typing import TYPE_CHECKING, Final

from afterglow.report.analysis_rows import population_label
from afterglow.report.blocks import Section, TableBlock
from afterglow.report.spread_table import NOTHING_MISSING, Spread, variable_rows
from afterglow.tables.table import RowGroup, Table

if TYPE_CHECKING:
    from afterglow.study.run import Study

PER_SUBJECT: Final = (
    "sessions",
    "course sessions",
    "course length, days",
    "course unfinished",
    "any booster",
    "boosters",
    "booster blocks",
)


def section(study: "Study") -> Section | None:
    """Return what was given; None without a sessions table."""
    table = study.results.select(section="exposure")
    if table.empty:
        return None
    spread = Spread(table)
    subjects = [term for term in PER_SUBJECT if term in spread.terms]
    sessions = [term for term in spread.terms if term not in PER_SUBJECT]
    groups = (
        RowGroup(label="Per subject treated", rows=tuple(variable_rows(spread, subjects))),
        RowGroup(
            label="Per session or interval",
            rows=tuple(variable_rows(spread, sessions, assessed=True)),
        ),
    )
    who = population_label(study, study.described_population)
    block = TableBlock(
        name="exposure",
        table=Table(
            caption=f"Sessions, doses and boosters. Population: {who}",
            columns=spread.columns(""),
            groups=tuple(group for group in groups if group.rows),
            footnotes=(
                "A booster is a session after the course; boosters close together form a block.",
                NOTHING_MISSING,
            ),
        ),
    )
    return Section(name="exposure-section", title="Exposure", blocks=(block,))
