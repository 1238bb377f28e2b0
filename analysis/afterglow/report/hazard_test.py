"""Tables of tests between groups: observed and expected events, the test itself, its pairs."""

import math
from typing import Any

from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import TableBlock
from afterglow.report.words import anchor, group_label, variable_label
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Row, RowGroup, Table


def hazard_test_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the table; None where the test could not be done."""
    test = rows.one("logrank")
    if test is None or math.isnan(test.p_value):
        return None
    weighted = "" if rows.analysis.weighting == "logrank" else ", weighted"
    columns = (
        Column(header=variable_label(rows.analysis.by or "")),
        Column(header="Subjects", show=fmt.count),
        Column(header=f"Events observed{weighted}", show=fmt.number if weighted else fmt.count),
        Column(header=f"Events expected{weighted}", show=fmt.number),
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
            footnotes=(words + stratified, *_trend(rows), f"Population: {rows.population_label}."),
        ),
    )


def _trend(rows: AnalysisRows) -> tuple[str, ...]:
    row = rows.one("logrank_trend")
    if row is None:
        return ()
    if math.isnan(row.p_value):
        return (f"Trend: {row.warning.rstrip('.')}.",)
    words = f"Trend over the groups: chi-squared {fmt.number(row.statistic)}, degrees of freedom 1"
    return (f"{words}, {fmt.p_statement(row.p_value)}.",)


def pairs_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the tests of pairs; None where none were asked for."""
    found = list(records(rows.rows("logrank_pair")))
    if not found:
        return None
    columns = (
        Column(header="Pair"),
        Column(header="Subjects", show=fmt.count),
        Column(header="Events", show=fmt.count),
        Column(header="Chi-squared", show=fmt.number),
        Column(header="Adjusted p", show=fmt.p_value),
    )
    return TableBlock(
        name=anchor(rows.anchor, "pairs"),
        table=Table(
            caption=f"{rows.label}: pairs of groups",
            columns=columns,
            groups=(RowGroup(rows=tuple(_pair(row) for row in found)),),
            footnotes=_warned(found),
        ),
    )


def _pair(row: Any) -> Row:
    known = not math.isnan(row.p_value)
    test = (row.statistic, row.p_value) if known else (None, None)
    return Row(cells=(row.group, row.n, row.n_events, *test))


def _warned(found: list[Any]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(f"{row.group}: {row.warning.rstrip('.')}." for row in found if row.warning)
    )


def max_combo_table(rows: AnalysisRows) -> TableBlock | None:
    """Return the largest statistic of each pair and the tests it was chosen from."""
    tests: list[Any] = [
        row for row in records(rows.rows("max_combo")) if not math.isnan(row.p_value)
    ]
    if not tests:
        return None
    parts = list(records(rows.rows("max_combo_part")))
    columns = (
        Column(header="Test"),
        Column(header="z", show=fmt.number),
        Column(header="p", show=fmt.p_value),
    )
    groups = tuple(
        RowGroup(
            label=test.group,
            rows=(
                Row(cells=("Max-combo", test.statistic, test.p_value)),
                *(
                    Row(cells=(row.term, row.statistic, row.p_value), indent=1)
                    for row in parts
                    if row.group == test.group
                ),
            ),
        )
        for test in tests
    )
    note = "The p values of the parts do not pay for the choice among them."
    if len(tests) > 1:
        note = f"The p values of the max-combo tests are adjusted for the number of pairs. {note}"
    return TableBlock(
        name=anchor(rows.anchor, "table"),
        table=Table(
            caption=f"{rows.label}: the largest of the weighted log-rank tests",
            columns=columns,
            groups=groups,
            footnotes=(
                "Above 0: more events than expected in the first group of the pair.",
                note,
                *_warned(tests),
                f"Population: {rows.population_label}.",
            ),
        ),
    )
