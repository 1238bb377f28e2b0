"""How subjects were observed: follow-up, why it ended, and visits planned or not."""

from typing import TYPE_CHECKING

from afterglow.names import TERM
from afterglow.report.analysis_rows import population_label
from afterglow.report.blocks import Section, TableBlock
from afterglow.report.spread_table import Spread, variable_rows
from afterglow.tables.table import RowGroup, Table

if TYPE_CHECKING:
    from afterglow.study.run import Study

UNSCHEDULED = (
    "Unscheduled visits tend to happen because a subject feels worse: where they are many, "
    "symptoms are seen earlier in those who seek help."
)


def section(study: "Study") -> Section | None:
    """Return the table of follow-up and visits; None where there is neither."""
    watched = study.results.select(section="follow_up")
    visits = study.results.select(section="visits")
    if watched.empty and visits.empty:
        return None
    visits = visits.assign(**{TERM: [f"{term} scores" for term in visits[TERM]]})
    spreads = {"Follow-up, per subject": Spread(watched), "Visits, per score": Spread(visits)}
    first = next(spread for spread in spreads.values() if spread.terms)
    groups = tuple(
        RowGroup(label=label, rows=tuple(variable_rows(spread, spread.terms)))
        for label, spread in spreads.items()
        if spread.groups == first.groups
    )
    who = population_label(study, study.described_population)
    block = TableBlock(
        name="observation",
        table=Table(
            caption=f"Follow-up and visits. Population: {who}",
            columns=first.columns(""),
            groups=groups,
            footnotes=(UNSCHEDULED,),
        ),
    )
    return Section(name="observation-section", title="Follow-up and visits", blocks=(block,))
