"""The table of a log-rank test: observed and expected events, and the test itself."""

import math

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.blocks import TableBlock
from afterglow.report.words import anchor, group_label, variable_label
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Row, RowGroup, Table


def hazard_test_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the table; None where the test could not be done."""
    test = rows.one("logrank")
    if test is None or math.isnan(test.p_value):
        return None
    columns = (
        Column(header=variable_label(rows.analysis.by or "")),
        Column(header="Subjects", show=fmt.count),
        Column(header="Events observed", show=fmt.count),
        Column(header="Events expected", show=fmt.number),
    )
    body = tuple(
        Row(
            cells=(
                group_label(group),
                rows.n(group),
                rows.value("observed", group=group),
                rows.value("expected", group=group),
            )
        )
        for group in rows.groups
    )
    words = (
        f"Chi-squared {fmt.number(test.statistic)}, degrees of freedom {fmt.count(test.df)}, "
        f"{fmt.p_statement(test.p_value)} ({test.method})."
    )
    stratified = (
        f" Stratified by {variable_label(rows.analysis.strata)}." if rows.analysis.strata else ""
    )
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: events observed and expected if the hazards were equal",
            columns=columns,
            groups=(RowGroup(rows=body),),
            footnotes=(words + stratified, f"Population: {rows.population_label}."),
        ),
    )
