"""The flow of subjects: rows read, populations, and whom each analysis sets aside."""

from typing import TYPE_CHECKING, Final

from afterglow.figures.flow import FlowStep, SetAside
from afterglow.names import ANALYSIS, ESTIMATE, GROUP, POPULATION, TERM, N
from afterglow.report.analysis_rows import (
    AnalysisRows,
    all_analyses,
    population_label,
    records,
    with_role,
)
from afterglow.report.blocks import Block, FlowBlock, Prose, Ref, Section, TableBlock
from afterglow.report.set_aside import reason_words
from afterglow.report.words import upper_first
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
        SetAside(reason=upper_first(reason_words(reason, rows.endpoint, study.plan)), n=n)
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
    for row in records(table):
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
    return "Cohort" if term == "Subjects" else term


def _analysed_step(rows: AnalysisRows) -> FlowStep:
    return FlowStep(label=f"Analysed: {rows.label}", n=rows.n_analysed)


def _account_table(study: "Study") -> TableBlock:
    account = study.results.select(section="account")
    columns = (
        Column(header="Table"),
        Column(header="Read", unit="rows", show=fmt.count),
        Column(header="Set aside", unit="rows", show=fmt.count),
        Column(header="Used", unit="rows", show=fmt.count),
        Column(header="Subjects with a row used", show=fmt.count),
    )
    body = [
        row
        for table in dict.fromkeys(account[GROUP].tolist())
        for row in _account_rows(TABLES.get(table, table), account[account[GROUP] == table])
    ]
    return TableBlock(
        name="account",
        table=Table(
            caption="Rows read, set aside and used",
            columns=columns,
            groups=(RowGroup(rows=tuple(body)),),
            footnotes=("Rows read = rows set aside + rows used, in every table.",),
        ),
    )


def _account_rows(label: str, account: "pd.DataFrame") -> list[Row]:
    """Return the row of one table, and one per reason for which rows were set aside."""
    steps = {word: account[account[TERM] == word] for word in ("in", "aside", "used")}
    totals = [float(mine[ESTIMATE].sum()) for mine in steps.values()]
    subjects = float(steps["used"][N].max()) if len(steps["used"]) else 0.0
    reasons = [
        Row(cells=(row.level, "", row.estimate, "", ""), indent=1)
        for row in records(steps["aside"])
    ]
    return [Row(cells=(label, *totals, subjects)), *reasons]


def _set_aside_table(study: "Study") -> TableBlock:
    columns = (
        Column(header="Analysis"),
        Column(header="In the population", unit="n", show=fmt.count),
        Column(header="Set aside", unit="n", show=fmt.count),
        Column(header="Analysed", unit="n", show=fmt.count),
    )
    alike: dict[tuple, list[AnalysisRows]] = {}
    for rows in all_analyses(study):
        key = (rows.analysis.population, rows.analysis.endpoint, tuple(rows.set_aside()))
        alike.setdefault(key if rows.set_aside() else key[:1], []).append(rows)
    body = [row for found in alike.values() for row in _analysis_rows(study, found)]
    return TableBlock(
        name="set-aside",
        table=Table(
            caption="Subjects of each analysis, and why others are set aside",
            columns=columns,
            groups=(RowGroup(rows=tuple(body)),),
            footnotes=("In the population = set aside + analysed, in every analysis.",),
        ),
    )


def _analysis_rows(study: "Study", alike: list[AnalysisRows]) -> list[Row]:
    """Return the rows of the analyses that take the same subjects."""
    rows = alike[0]
    gone = rows.set_aside()
    whole = rows.value("n_remaining", term="population", section=FLOW)
    total = sum(n for _, n in gone)
    head = Row(
        cells=("; ".join(one.label for one in alike), whole, total, rows.n_analysed),
        footnote=f"{population_label(study, rows.analysis.population)}.",
    )
    return [
        head,
        *(
            Row(cells=(reason_words(reason, rows.endpoint, study.plan), "", n, ""), indent=1)
            for reason, n in gone
        ),
    ]


def cohort_size(study: "Study") -> str:
    """Return how many subjects the cohort has."""
    used = study.results.select(section="account")
    used = used[(used[GROUP] == "subjects") & (used[TERM] == "used")]
    return fmt.count(float(used[ESTIMATE].sum()))
