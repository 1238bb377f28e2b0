"""Which of the strategies that are compared the plan's primary analysis names."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from afterglow.estimate.strategies.comparison import (
    COMPETING,
    COMPOSITE,
    NAIVE,
    TREATMENT_POLICY,
    WEIGHTED,
)
from afterglow.names import GROUP, WARNING
from afterglow.phrases import cause_words, listed
from afterglow.plan.model import Plan
from afterglow.plan.strategy_analyses import StrategyComparisonAnalysis
from afterglow.study.results import LEVEL, Row
from afterglow.study.rows import statistic
from afterglow.study.timelines import PRIMARY

PRIMARY_STRATEGY: Final = "primary_strategy"
OTHERWISE: Final = "treats other events in another way: {}"
SAME: Final = ("endpoint", "cycle")
LABELS: Final = {
    "ignore": TREATMENT_POLICY,
    "competing": COMPETING,
    "censor": NAIVE,
    "event": COMPOSITE,
}


def primary_rows(head: Row, analysis: StrategyComparisonAnalysis, plan: Plan) -> Iterator[Row]:
    """Yield which strategies are those of a primary analysis of the endpoint; 0 where none is."""
    named = False
    for name, other in plan.analysis.items():
        if other.role != PRIMARY or any(getattr(other, k) != getattr(analysis, k) for k in SAME):
            continue
        label = strategy_of(other, plan, analysis.vary)
        if label:
            named = True
            apart = treated_otherwise(other, plan, analysis)
            words = otherwise(apart)
            more = {GROUP: label, LEVEL: name, WARNING: words}
            yield statistic(head, PRIMARY_STRATEGY, 1.0, **more)
    if not named:
        yield statistic(head, PRIMARY_STRATEGY, 0.0)


def treated_otherwise(other: Any, plan: Plan, analysis: StrategyComparisonAnalysis) -> list[str]:
    """Return the events that are not varied and that another analysis treats in another way."""
    here, there = in_force(analysis, plan), in_force(other, plan)
    return sorted(k for k in here if k not in analysis.vary and here[k] != there.get(k))


def otherwise(events: Sequence[str]) -> str:
    """Return in words that events are treated in another way; "" for none."""
    return OTHERWISE.format(listed(map(cause_words, events))) if events else ""


def in_force(analysis: Any, plan: Plan) -> dict[str, str]:
    """Return what an analysis makes of each event; what competes is censored by a naive one."""
    words = {**plan.endpoint[analysis.endpoint].intercurrent, **analysis.strategy}
    if not getattr(analysis, "naive", False):
        return words
    return {kind: "censor" if word == "competing" else word for kind, word in words.items()}


def strategy_of(analysis: Any, plan: Plan, varied: Sequence[str]) -> str:
    """Return what an analysis makes of some intercurrent events, "" where it treats them apart."""
    if analysis.estimator == "weighted_kaplan_meier":
        return WEIGHTED
    made = in_force(analysis, plan)
    words = {made.get(kind, "ignore") for kind in varied}
    return LABELS[words.pop()] if len(words) == 1 else ""
