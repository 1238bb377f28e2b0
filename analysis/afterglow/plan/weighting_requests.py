"""Whether a weighted analysis fits the endpoint that it names."""

from collections.abc import Iterator

from afterglow.errors import did_you_mean
from afterglow.plan.endpoints import Endpoint
from afterglow.plan.weighting_analyses import WeightedKaplanMeierAnalysis

SEEN_IN_SCORES = ("response", "remission", "relapse", "durability")

REACHED = ("response", "remission")


def weighting_faults(analysis: WeightedKaplanMeierAnalysis, endpoint: Endpoint) -> Iterator[str]:
    """Yield what is wrong with an analysis that weights for intercurrent events."""
    if endpoint.kind not in SEEN_IN_SCORES:
        yield (
            f"boosters are weighted for by the scores that they are decided on, for an endpoint of"
            f" kind {', '.join(SEEN_IN_SCORES)}; '{analysis.endpoint}' is a {endpoint.kind}."
        )
        return
    if endpoint.kind in REACHED and analysis.cycle > 1:
        yield (
            f"cycle = {analysis.cycle}, but in later cycles '{analysis.endpoint}' may never have"
            " been lost, and nobody was at risk of it: weight a relapse or durability."
        )
    for kind in dict.fromkeys(analysis.weight_for):
        if kind not in endpoint.intercurrent:
            hint = did_you_mean(kind, endpoint.intercurrent)
            words = f"weight_for names no intercurrent event of '{analysis.endpoint}'"
            yield f"{words}: '{kind}'.{hint}"
