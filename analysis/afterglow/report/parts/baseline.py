"""The baseline table: who the subjects are, by group, with what is missing."""

from typing import TYPE_CHECKING

from afterglow.report.analysis_rows import population_label
from afterglow.report.blocks import Section, TableBlock
from afterglow.report.spread_table import NOTHING_MISSING, Spread, variable_rows
from afterglow.tables.table import RowGroup, Table

if TYPE_CHECKING:
    from afterglow.study.run import Study

NO_TESTS = "Groups are not compared by tests: the table describes, it does not infer."


def section(study: "Study") -> Section | None:
    """Return the table; None where nobody is described."""
    table = study.results.select(section="baseline")
    if table.empty:
        return None
    spread = Spread(table)
    sizes = [spread.value("", "n", group) for group in spread.groups]
    who = population_label(study, study.described_population)
    block = TableBlock(
        name="baseline",
        table=Table(
            caption=f"Characteristics at baseline. Population: {who}",
            columns=spread.columns("", sizes),
            groups=(RowGroup(rows=tuple(variable_rows(spread, spread.terms))),),
            footnotes=(NOTHING_MISSING, NO_TESTS),
        ),
    )
    return Section(name="baseline-characteristics", title="Baseline", blocks=(block,))
