"""Weighted curves in words: the finding, and whether the weights can carry it."""

import math
from typing import Final

from afterglow.names import ESTIMATE, WARNING
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import TableBlock
from afterglow.report.sentences import clock_words, free, share_words
from afterglow.report.words import anchor, cause_words, counted, listed, variable_label
from afterglow.study.weighted_rows import FINDINGS, NONE_BOOSTED, UNWEIGHTED
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Row, RowGroup, Table

WELL: Final = "no objection"
LOOKED_AT: Final = {
    "nobody_boosted": "Nobody was given it on such a day",
    "share_nearly_certain": "Days on which the model expects it with a chance above 95 %",
    "share_where_nearly_all": "Days at the end of a range where nearly all were given it",
    "largest_weight_share": "Largest share of all weight that one subject has",
    "smallest_effective_share": "Smallest effective number, of those at risk",
    "boosted_per_coefficient": "Given per coefficient of the model",
}
AS_NUMBER: Final = ("boosted_per_coefficient", "nobody_boosted")


def without(rows: AnalysisRows) -> str:
    """Return what is weighted for: "booster or switch"."""
    return listed([cause_words(kind) for kind in rows.analysis.weight_for], "or")


def without_any(rows: AnalysisRows) -> str:
    """Return "no booster" in the hypothetical."""
    return f"no {without(rows)}"


def finding(rows: AnalysisRows) -> str:
    """Return the weighted and the naive share on the last day asked for, with the denominator."""
    days = [day for day in rows.days if rows.one("survival", group=rows.groups[0], day=day)]
    if not days:
        return _without_days(rows)
    day = days[-1]
    said = [words for group in rows.groups if (words := _share(rows, group, day))]
    if not said:
        return _without_days(rows)
    return (
        f"Had there been {without_any(rows)}, an estimated {listed(said)} {free(rows)} by "
        f"day{fmt.NBSP}{fmt.trimmed(day)} after {clock_words(rows)}.{_naive(rows, day)}"
        f"{_unseen(rows)}{_doubt(rows)}"
    )


def _share(rows: AnalysisRows, group: str, day: float) -> str:
    row = rows.one("survival", group=group, day=day)
    if row is None or math.isnan(row.estimate):
        return ""
    where = f" in the {group} group" if group else ""
    return f"{share_words(row, rows.level)} of {counted(rows.n(group), 'subject')}{where}"


def _naive(rows: AnalysisRows, day: float) -> str:
    found = [rows.one("survival", group=g, term=UNWEIGHTED, day=day) for g in rows.groups]
    shares = [fmt.percent(row.estimate) for row in found if row is not None]
    return f" Without weights (naive): {listed(shares)}." if shares else ""


def _unseen(rows: AnalysisRows) -> str:
    """Say who is not in the denominator: those treated before a visit could tell anything."""
    found = rows.rows("n_boosted_unseen")[ESTIMATE].sum()
    if not found:
        return ""
    return (
        f" {counted(found, 'other')} had been given a {without(rows)} before any visit at risk, "
        "and count in the weights alone."
    )


def _without_days(rows: AnalysisRows) -> str:
    row = rows.one("median", group=rows.groups[0])
    if row is None:
        why = rows.one("survival")
        return f"It could not be estimated: {why.warning if why else 'nobody to analyse'}."
    reached = "not reached" if math.isnan(row.estimate) else fmt.days_estimate(
        row.estimate, row.conf_low, row.conf_high, level=rows.level
    )  # fmt: skip
    n = counted(sum(rows.n(group) for group in rows.groups), "subject")
    return f"Had there been {without_any(rows)}: median {reached}, of {n}.{_doubt(rows)}"


def _doubt(rows: AnalysisRows) -> str:
    said = warnings(rows)
    if not rows.rows("n_boosted")[ESTIMATE].sum():
        return f" Nobody at risk was given a {without(rows)}: all weights are 1."
    if not said:
        return ""
    many = counted(len(said), "objection")
    return f" The weights are in doubt ({many}): {'; '.join(said)}."


def warnings(rows: AnalysisRows) -> list[str]:
    """Return what speaks against the weights, in words."""
    return list(
        dict.fromkeys(
            row.warning
            for name in FINDINGS.values()
            for row in records(rows.rows(name))
            if row.warning and row.warning != NONE_BOOSTED
        )
    )


def positivity_table(rows: AnalysisRows) -> TableBlock | None:
    """Return what was looked at to see whether some go without at every score."""
    lines = [
        Row(cells=(LOOKED_AT[name], _where(row), _value(name, row), getattr(row, WARNING) or WELL))
        for name in FINDINGS.values()
        for row in records(rows.rows(name))
    ]
    if not lines:
        return None
    heads = ("Looked at", "Where", "Found", "What it means")
    return TableBlock(
        name=anchor(rows.anchor, "positivity"),
        table=Table(
            caption=f"{rows.label}: can the weights carry it?",
            columns=tuple(Column(header=head, align="left") for head in heads),
            groups=(RowGroup(rows=tuple(lines)),),
            footnotes=(
                "Weights let those who went without stand for those who did not. Where nearly "
                "nobody at a score went without, nobody can.",
            ),
        ),
    )


def _where(row) -> str:
    words = [row.level, row.group, variable_label(row.term) if row.term else ""]
    return ", ".join(word for word in words if word)


def _value(name: str, row) -> str:
    if name in AS_NUMBER:
        return fmt.number(row.estimate, 1)
    return fmt.percent(row.estimate)
