"""Whether a comparison of strategies fits the endpoint and the analyses that it names."""

from collections.abc import Iterator

from afterglow.errors import did_you_mean
from afterglow.plan.endpoints import Endpoint
from afterglow.plan.model import Plan
from afterglow.plan.strategy_analyses import StrategyComparisonAnalysis

COMPARED = ("relapse", "durability")
WEIGHTED = "weighted_kaplan_meier"
SAME = ("endpoint", "population", "cycle")


def strategy_faults(
    plan: Plan, analysis: StrategyComparisonAnalysis, endpoint: Endpoint
) -> Iterator[str]:
    """Yield what is wrong with a comparison of strategies."""
    if endpoint.kind not in COMPARED:
        yield (
            f"strategies are compared for an endpoint of kind {' or '.join(COMPARED)}; "
            f"'{analysis.endpoint}' is a {endpoint.kind}."
        )
        return
    for kind in dict.fromkeys(analysis.vary):
        if kind not in endpoint.intercurrent:
            hint = did_you_mean(kind, endpoint.intercurrent)
            yield f"vary names no intercurrent event of '{analysis.endpoint}': '{kind}'.{hint}"
    if analysis.weighted is not None:
        yield from _weighted(plan, analysis, analysis.weighted)


def _weighted(plan: Plan, analysis: StrategyComparisonAnalysis, name: str) -> Iterator[str]:
    other = plan.analysis.get(name)
    if other is None:
        yield f"weighted names no analysis: '{name}'.{did_you_mean(name, plan.analysis)}"
    elif other.estimator != WEIGHTED:
        yield f"weighted needs an analysis by {WEIGHTED}; '{name}' is one by {other.estimator}."
    else:
        for key in SAME:
            if getattr(other, key) != getattr(analysis, key):
                yield f"weighted names '{name}', whose {key} is another one: make both the same."
        if other.by is not None:
            yield f"weighted names '{name}', which has groups: name one without 'by'."
        if set(getattr(other, "weight_for", ())) != set(analysis.vary):
            yield f"weighted names '{name}', whose weight_for is not vary: make both the same."
