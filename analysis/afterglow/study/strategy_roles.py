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
from afterglow.names import GROUP
from afterglow.plan.model import Plan
from afterglow.plan.strategy_analyses import StrategyComparisonAnalysis
from afterglow.study.results import LEVEL, Row
from afterglow.study.rows import statistic
from afterglow.study.timelines import PRIMARY

PRIMARY_STRATEGY: Final = "primary_strategy"
LABELS: Final = {
    "ignore": TREATMENT_POLICY,
    "competing": COMPETING,
    "censor": NAIVE,
    "event": COMPOSITE,
}


def primary_rows(head: Row, analysis: StrategyComparisonAnalysis, plan: Plan) -> Iterator[Row]:
    """Yield which strategies are those of a primary analysis of the endpoint; 0 where none is."""
    named = [
        (label, name)
        for name, other in plan.analysis.items()
        if other.role == PRIMARY
        and (other.endpoint, other.cycle) == (analysis.endpoint, analysis.cycle)
        and (label := strategy_of(other, plan, analysis.vary))
    ]
    for label, name in named:
        yield statistic(head, PRIMARY_STRATEGY, 1.0, **{GROUP: label, LEVEL: name})
    if not named:
        yield statistic(head, PRIMARY_STRATEGY, 0.0)


def strategy_of(analysis: Any, plan: Plan, varied: Sequence[str]) -> str:
    """Return what an analysis makes of some intercurrent events, "" where it treats them apart."""
    if analysis.estimator == "weighted_kaplan_meier":
        return WEIGHTED
    in_force = {**plan.endpoint[analysis.endpoint].intercurrent, **analysis.strategy}
    words = {in_force.get(kind, "ignore") for kind in varied}
    if len(words) != 1:
        return ""
    label = LABELS[words.pop()]
    return NAIVE if label == COMPETING and getattr(analysis, "naive", False) else label
