"""Whether an endpoint is seen at visits, as incidences and durations between visits need it."""

from collections.abc import Iterator
from typing import Final

from afterglow.plan.endpoints import Endpoint
from afterglow.plan.interval_analyses import DoublyCensoredAnalysis, IntervalIncidenceAnalysis
from afterglow.plan.model import Plan

SEEN: Final = ("response", "remission", "relapse", "durability")
UNSEEN: Final = IntervalIncidenceAnalysis | DoublyCensoredAnalysis


def interval_faults(
    plan: Plan, analysis: IntervalIncidenceAnalysis | DoublyCensoredAnalysis, endpoint: Endpoint
) -> Iterator[str]:
    """Yield what is wrong with an analysis of an endpoint between visits."""
    if endpoint.kind not in SEEN:
        yield (
            f"{analysis.estimator} is for an endpoint that visits show ({', '.join(SEEN)}); "
            f"'{analysis.endpoint}' is a {endpoint.kind}: take aalen_johansen."
        )
    elif isinstance(analysis, DoublyCensoredAnalysis):
        yield from _origin(plan, analysis, endpoint)


def _origin(plan: Plan, analysis: DoublyCensoredAnalysis, endpoint: Endpoint) -> Iterator[str]:
    kind, _, name = str(getattr(endpoint, "origin", "")).partition(":")
    if kind != "endpoint":
        yield (
            f"the clock of '{analysis.endpoint}' starts on a known day: take turnbull or "
            "interval_incidence, or an endpoint with origin = 'endpoint:NAME'."
        )
        return
    start = plan.endpoint.get(name)
    if start is not None and start.kind not in SEEN:
        yield f"'{name}', where the clock of '{analysis.endpoint}' starts, is on a known day."
    for key in ("at_risk_from", "qualify"):
        if getattr(endpoint, key, None) is not None:
            yield (
                f"'{analysis.endpoint}' has {key}, so that some are at risk later than from the "
                "visit that showed the beginning: take an endpoint without it."
            )
