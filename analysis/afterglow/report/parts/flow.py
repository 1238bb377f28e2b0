"""The flow of subjects: rows read, populations, and whom each analysis sets aside."""

from typing import TYPE_CHECKING, Final

from afterglow.figures.flow import FlowStep, SetAside
from afterglow.names import ANALYSIS, ESTIMATE, GROUP, POPULATION, TERM
from afterglow.report.analysis_rows import (
    AnalysisRows,
    all_analyses,
    population_label,
    with_role,
)
from afterglow.report.blocks import Block, FlowBlock, Prose, Ref, Section, TableBlock
from afterglow.report.set_aside import reason_words
from afterglow.report.words import counted, upper_first
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Row, RowGroup, Table

if TYPE_CHECKING:
    import pandas as pd

    from afterglow.study.run import Study

FLOW: Final = "flow"
AFTER_FILTER: Final = "After filter"
TABLES: Final = {
    "subjects": "Subjects",
    "scores": "Scores",
    "sessions": "Sessions",
    "events": "Events",
    "follow_up": "End of follow-up",
}


def section(study: "Study") -> Section:
    """Return who is in the report and why."""
    shown = (*with_role(study, "primary"), *all_analyses(study))[:1]
    blocks: list[Block] = []
    if shown:
        blocks.append(_flow(study, shown[0]))
    blocks += [_account_table(study)]
    if len(all_analyses(study)) > 0:
        words = (
            "Whom each analysis takes from its population, and why it leaves the others, is in ",
        )
        blocks += [Prose(paragraphs=((*words, Ref("set-aside"), "."),)), _set_aside_table(study)]
    return Section(name="subjects", title="Subjects", blocks=tuple(blocks))


def _flow(study: "Study", rows: AnalysisRows) -> FlowBlock:
    steps = [*_population_steps(study, rows.analysis.population), _analysed_step(rows)]
    before = steps[-2]
    gone = tuple(
        SetAside(reason=reason_words(reason, rows.endpoint, study.plan), n=n)
        for reason, n in rows.set_aside()
    )
    steps[-2] = FlowStep(label=before.label, n=before.n, set_aside=(*before.set_aside, *gone))
    return FlowBlock(
        name="flow",
        steps=tuple(steps),
        caption=f"Flow of subjects to the analysis “{rows.label}” ({rows.analysis.role}).",
    )


def _population_steps(study: "Study", name: str) -> list[FlowStep]:
    table = study.results.select(section=FLOW)
    table = table[(table[POPULATION] == name) & (table[ANALYSIS] == "")]
    steps: list[FlowStep] = []
    for row in table.itertuples(index=False):
        if row.statistic_name == "n_remaining":
            steps.append(FlowStep(label=_box(study, name, row.term), n=row.estimate))
        else:
            last = steps[-1]
            gone = SetAside(reason=upper_first(row.level), n=row.estimate)
            steps[-1] = FlowStep(label=last.label, n=last.n, set_aside=(*last.set_aside, gone))
    return steps


def _box(study: "Study", name: str, term: str) -> str:
    if term.startswith(AFTER_FILTER):
        return "Remaining"
    return "In the cohort" if term == "Subjects" else term


def _analysed_step(rows: AnalysisRows) -> FlowStep:
    return FlowStep(label=f"Analysed: {rows.label}", n=rows.n_analysed)


def _account_table(study: "Study") -> TableBlock:
    account = study.results.select(section="account")
    columns = (
        Column(header="Table"),
        Column(header="Rows", show=fmt.count),
        Column(header="Subjects with such a row", show=fmt.count),
    )
    body = []
    for table in dict.fromkeys(account[GROUP].tolist()):
        mine = account[account[GROUP] == table]
        body += _account_rows(TABLES.get(table, table), mine)
    return TableBlock(
        name="account",
        table=Table(
            caption="Rows read, set aside and used",
            columns=columns,
            groups=(RowGroup(rows=tuple(body)),),
            footnotes=("Rows read = rows used + rows set aside, in every table.",),
        ),
    )


def _account_rows(label: str, account: "pd.DataFrame") -> list[Row]:
    """Return the rows of one table: read, each reason for setting aside, used."""
    named = {"in": "{reason}", "aside": "set aside: {reason}", "used": "used"}
    rows = [Row(cells=(label, "", ""))]
    for row in account.itertuples(index=False):
        words = named[row.term].format(reason=row.level.replace("rows read", "read"))
        rows.append(Row(cells=(words, row.estimate, row.n), indent=1))
    return rows


def _set_aside_table(study: "Study") -> TableBlock:
    columns = (
        Column(header="Analysis"),
        Column(header="Role", align="left"),
        Column(header="In the population", unit="n", show=fmt.count),
        Column(header="Set aside", unit="n", show=fmt.count),
        Column(header="Analysed", unit="n", show=fmt.count),
    )
    body = [row for rows in all_analyses(study) for row in _analysis_rows(study, rows)]
    return TableBlock(
        name="set-aside",
        table=Table(
            caption="Subjects of each analysis, and why others are set aside",
            columns=columns,
            groups=(RowGroup(rows=tuple(body)),),
            footnotes=("In the population = set aside + analysed, in every analysis.",),
        ),
    )


def _analysis_rows(study: "Study", rows: AnalysisRows) -> list[Row]:
    gone = rows.set_aside()
    whole = rows.value("n_remaining", term="population", section=FLOW)
    total = sum(n for _, n in gone)
    head = Row(
        cells=(rows.label, rows.analysis.role, whole, total, rows.n_analysed),
        footnote=f"{population_label(study, rows.analysis.population)}.",
    )
    return [
        head,
        *(
            Row(cells=(reason_words(reason, rows.endpoint, study.plan), "", "", n, ""), indent=1)
            for reason, n in gone
        ),
    ]


def cohort_size(study: "Study") -> str:
    """Return how many subjects the cohort has, in words."""
    used = study.results.select(section="account")
    used = used[(used[GROUP] == "subjects") & (used[TERM] == "used")]
    return counted(float(used[ESTIMATE].sum()), "subject")
