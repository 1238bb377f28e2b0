"""Weighted curves in words: the finding, and whether the weights can carry it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from afterglow.names import ESTIMATE
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.blocks import TableBlock
from afterglow.report.naive_words import unseen_words
from afterglow.report.sentences import clock_words, free, share_words
from afterglow.report.strategy_words import event_words
from afterglow.report.words import (
    anchor,
    cause_words,
    counted,
    either,
    listed,
    variable_label,
    with_article,
)
from afterglow.study.weighted_rows import FINDINGS, NAIVE_SURVIVAL, NONE_BOOSTED, UNWEIGHTED
from afterglow.study.weighting import UNSEEN
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Row, RowGroup, Table

NOT_WATCHED: Final = (
    " A score shows {event} only at a visit, so both watch a subject up to the last visit that "
    "showed none{aside}."
)
ASIDE: Final = "; left to the weights alone: {n} without such a visit while at risk ({ends})"
WATCHED_ON: Final = (
    " The usual naive curve of all {n} watches each to the day of {kind} or another end, so "
    "longer: {shares}."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """One thing that is looked at.

    Attributes
    ----------
    words : str
        What it is; {kind} is what is weighted for, with its article.
    worst : callable
        Which of several places is the worst: max or min.
    number : bool
        Whether it is a number as it is, not a share.
    """

    words: str
    worst: Callable[..., Any] = max
    number: bool = False


SEEN: Final = "seen_by_expected"
LOOKED_AT: Final = {
    "nobody_boosted": LookedAt(
        words="With {kind} on such a day; where nobody had one, no weight is needed", number=True
    ),
    "share_nearly_certain": LookedAt(
        words="Days on which the model expects {kind} with a chance above 95\u00a0%"
    ),
    "share_where_nearly_all": LookedAt(
        words="Days at an end of a range where nearly all had {kind}"
    ),
    "largest_weight_share": LookedAt(words="Largest share of all weight that one subject has"),
    "smallest_effective_share": LookedAt(
        words="Smallest effective number, of those at risk", worst=min
    ),
    "boosted_per_coefficient": LookedAt(
        words="Number with {kind}, per coefficient of the model", worst=min, number=True
    ),
    SEEN: LookedAt(
        words="Number with {kind}, by the number that the model expects",
        worst=lambda found, key: max(found, key=lambda row: abs(key(row) - 1.0)),
        number=True,
    ),
}
NO_OBJECTION: Final = (
    "Nothing that was looked at speaks against the weights. Each line shows the worst of its "
    "places; all are in results.csv."
)
WORST_ONLY: Final = "Where nothing is objected, a line shows the worst of its places."


def without(rows: AnalysisRows) -> str:
    """Return what is weighted for: "booster or switch"."""
    return listed([cause_words(kind) for kind in rows.analysis.weight_for], "or")


def with_kinds(rows: AnalysisRows) -> str:
    """Return what is weighted for, with articles: "a booster or a switch of treatment"."""
    return either([with_article(kind) for kind in rows.analysis.weight_for])


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
        f"{_unseen(rows, day)}{_doubt(rows)}"
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


def _unseen(rows: AnalysisRows, day: float) -> str:
    """Say whom the curves watch, and until when, beside the usual naive curve."""
    kind, event = with_kinds(rows), with_article(event_words(rows))
    n = rows.value(UNSEEN)
    aside = ASIDE.format(n=counted(n, "other"), ends=unseen_words(rows)) if n > 0 else ""
    usual = [rows.one(NAIVE_SURVIVAL, group=group, day=day) for group in rows.groups]
    shares = listed(fmt.percent(row.estimate) for row in usual if row is not None)
    on = ""
    if shares:
        watched = counted(sum(row.n for row in usual if row is not None), "subject")
        on = WATCHED_ON.format(n=watched, kind=kind, shares=shares)
    return f"{NOT_WATCHED.format(event=event, aside=aside)}{on}"


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
        return f" There was {without_any(rows)} while at risk: all weights are 1."
    if not said:
        return ""
    many = counted(len(said), "objection")
    return f" The weights are in doubt ({many}): {'; '.join(said)}."


def warnings(rows: AnalysisRows) -> list[str]:
    """Return what speaks against the weights, in words, and where."""
    places: dict[str, list[str]] = {}
    for name in FINDINGS.values():
        for row in records(rows.rows(name)):
            if words := _objection(row):
                places.setdefault(words, []).append(_where(name, row))
    return [
        f"{words} ({'; '.join(filter(None, where))})" if any(where) else words
        for words, where in places.items()
    ]


def positivity_table(rows: AnalysisRows) -> TableBlock | None:
    """Return what speaks against the weights, and where nothing does the worst of each place."""
    shown = {name: _shown(rows, name) for name in LOOKED_AT}
    if not any(shown.values()):
        return None
    objected = any(_objection(row) for found in shown.values() for row in found)
    lines = [
        Row(cells=(_looked_at(rows, name), _where(name, row), _value(name, row),
                   *([_objection(row)] if objected else [])))
        for name, found in shown.items()
        for row in found
    ]  # fmt: skip
    heads = ("Looked at", "Where", "Found", *(["What it means"] if objected else []))
    return TableBlock(
        name=anchor(rows.anchor, "positivity"),
        table=Table(
            caption=f"{rows.label}: can the weights carry it?",
            columns=tuple(Column(header=head, align="left") for head in heads),
            groups=(RowGroup(rows=tuple(lines)),),
            footnotes=(
                WORST_ONLY if objected else NO_OBJECTION,
                "Weights let those who went without stand for those who did not. Where nearly "
                "nobody at a score went without, nobody can.",
            ),
        ),
    )


def _shown(rows: AnalysisRows, name: str) -> list[Any]:
    """Return all places with an objection; without one the worst place."""
    found = list(records(rows.rows(name)))
    objected = [row for row in found if _objection(row)]
    if objected or not found:
        return objected
    return [LOOKED_AT[name].worst(found, key=lambda row: row.estimate)]


def _objection(row: Any) -> str:
    return "" if row.warning == NONE_BOOSTED else str(row.warning)


def _looked_at(rows: AnalysisRows, name: str) -> str:
    return LOOKED_AT[name].words.format(kind=with_kinds(rows))


def _where(name: str, row: Any) -> str:
    column = variable_label(row.term) if row.term else ""
    if name == SEEN:
        return f"{column}{fmt.NBSP}{row.level}"
    return ", ".join(word for word in (row.level, row.group, column) if word)


def _value(name: str, row: Any) -> str:
    if LOOKED_AT[name].number:
        return fmt.number(row.estimate, 1)
    return fmt.percent(row.estimate)
