"""Strategies for intercurrent events in words: their names, and what each one estimates."""

from collections.abc import Sequence
from typing import Final

from afterglow.names import TIME
from afterglow.report.analysis_rows import AnalysisRows, records
from afterglow.report.words import either, lower_first, with_article
from afterglow.study.strategy_roles import (
    COMPETING,
    COMPOSITE,
    NAIVE,
    PRIMARY_STRATEGY,
    TREATMENT_POLICY,
    WEIGHTED,
    treated_otherwise,
)
from afterglow.study.strategy_rows import FREE

LABELS: Final = {
    TREATMENT_POLICY: "Treatment policy",
    COMPETING: "Competing",
    WEIGHTED: "Hypothetical, weighted",
    NAIVE: "Hypothetical, naive",
    COMPOSITE: "Composite",
}
ESTIMATES: Final = {
    TREATMENT_POLICY: "Share without {event}, whatever else was given",
    COMPETING: "Share without {event} while on treatment: after {kinds} it counts as never coming",
    WEIGHTED: "Share without {event} had there been no {bare}, if those with alike scores who were "
    "not given it show what would have come",
    NAIVE: "Share without {event} had there been no {bare}, if all others still at risk show what "
    "would have come",
    COMPOSITE: "Share with neither {event} nor {kinds}",
}
NOUNS: Final = {"relapse": "relapse", "durability": "end of response"}
PLAIN: Final = "…and without weights"
NOTHING: Final = "…and with nothing else that competes"
TIE_ORDER: Final = tuple(LABELS)


def last_day(rows: AnalysisRows) -> float:
    """Return the last day asked for."""
    return float(max(rows.analysis.at_days))


def strategies_shown(rows: AnalysisRows) -> list[str]:
    """Return the strategies from the most to the least optimistic one on the last day."""
    found = rows.rows(FREE)
    found = found[found[TIME] == last_day(rows)]
    pairs = [(row.group, row.estimate) for row in records(found) if row.estimate == row.estimate]
    return [g for g, _ in sorted(pairs, key=lambda pair: (-pair[1], TIE_ORDER.index(pair[0])))]


def primaries(rows: AnalysisRows) -> dict[str, str]:
    """Return the strategies of the plan's primary analyses of this endpoint, and their names."""
    found = rows.rows(PRIMARY_STRATEGY)
    return {row.group: row.level for row in records(found) if row.estimate}


def weighted_apart(rows: AnalysisRows) -> list[str]:
    """Return the events that the weighted analysis treats in another way than the comparison."""
    name = rows.analysis.weighted
    if name is None:
        return []
    plan = rows.study.plan
    return treated_otherwise(plan.analysis[name], plan, rows.analysis)


def event_words(rows: AnalysisRows) -> str:
    """Return the event as a noun within a sentence."""
    return NOUNS.get(rows.endpoint.kind, lower_first(rows.endpoint_label))


def kinds_words(rows: AnalysisRows) -> str:
    """Return what is varied, with articles: "a booster or a switch of treatment"."""
    return either([with_article(kind) for kind in rows.analysis.vary])


def bare_words(kinds: Sequence[str]) -> str:
    """Return what is varied without articles: "booster or switch of treatment"."""
    return either([with_article(kind).removeprefix("a ").removeprefix("an ") for kind in kinds])


def estimates_words(rows: AnalysisRows, strategy: str) -> str:
    """Return which quantity a strategy estimates."""
    return ESTIMATES[strategy].format(
        event=event_words(rows), kinds=kinds_words(rows), bare=bare_words(rows.analysis.vary)
    )
