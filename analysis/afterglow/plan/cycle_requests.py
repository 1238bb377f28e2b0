"""Whether analyses of waits, cycles and scores within them suit the endpoint that they name."""

from collections.abc import Iterator
from typing import Any

from afterglow.errors import did_you_mean
from afterglow.plan.analysis import RegressionAnalysis
from afterglow.plan.cycle_analyses import (
    BoosterLatencyAnalysis,
    CycleSummaryAnalysis,
    ScoreWithinCycleAnalysis,
)
from afterglow.plan.endpoints import Endpoint
from afterglow.plan.model import Plan
from afterglow.plan.recurrent_analyses import RecurrentRegression

WITH_SCORES = ("response", "remission", "relapse", "durability")
LOST = ("relapse", "durability")


def cycle_faults(plan: Plan, analysis: Any, endpoint: Endpoint) -> Iterator[str]:
    """Yield what is wrong with the endpoint of an analysis of waits or cycles."""
    if isinstance(analysis, BoosterLatencyAnalysis):
        yield from _latency(analysis, endpoint)
    if isinstance(analysis, CycleSummaryAnalysis):
        yield from _summary(analysis, endpoint)
        yield from _named(plan, "response", analysis.response, ("response", "remission"))
    if isinstance(analysis, ScoreWithinCycleAnalysis) and endpoint.kind not in WITH_SCORES:
        yield (
            f"it needs an endpoint with scores ({', '.join(WITH_SCORES)}); "
            f"'{analysis.endpoint}' is a {endpoint.kind}."
        )
    if isinstance(analysis, CycleSummaryAnalysis | ScoreWithinCycleAnalysis):
        yield from _named(plan, "relapse", analysis.relapse, LOST)


def _latency(analysis: BoosterLatencyAnalysis, endpoint: Endpoint) -> Iterator[str]:
    if endpoint.kind != "latency":
        yield (
            "it needs an endpoint of kind latency, from relapse to the next booster; "
            f"'{analysis.endpoint}' is a {endpoint.kind}."
        )
    elif endpoint.cycles == "first" and analysis.relapses == "all":
        yield (
            f"relapses = 'all', but '{analysis.endpoint}' has cycles = 'first': "
            "write relapses = 'first'."
        )
    for event, strategy in {**endpoint.intercurrent, **analysis.strategy}.items():
        if endpoint.kind == "latency" and strategy == "event":
            yield f"it counts boosters only: the strategy of {event} cannot be 'event' here."
    if not analysis.within_days:
        yield "within_days names no day: name one or more."


def _summary(analysis: CycleSummaryAnalysis, endpoint: Endpoint) -> Iterator[str]:
    if endpoint.kind != "booster":
        yield (
            "it needs an endpoint of kind booster, the gap to the next; "
            f"'{analysis.endpoint}' is a {endpoint.kind}."
        )
    elif endpoint.cycles == "first":
        yield f"it counts all cycles, but '{analysis.endpoint}' has cycles = 'first'."


def _named(plan: Plan, key: str, name: str | None, kinds: tuple[str, ...]) -> Iterator[str]:
    if name is None:
        return
    if name not in plan.endpoint:
        yield f"{key} names no endpoint: '{name}'.{did_you_mean(name, plan.endpoint)}"
    elif plan.endpoint[name].kind not in kinds:
        kind = plan.endpoint[name].kind
        yield f"{key} needs an endpoint of kind {' or '.join(kinds)}; '{name}' is a {kind}."


def cycle_term_faults(analysis: RegressionAnalysis) -> Iterator[str]:
    """Yield what is wrong with terms that say what began a cycle."""
    named = [term.name for term in analysis.terms if term.cycle is not None]
    if not named:
        return
    if not isinstance(analysis, RecurrentRegression):
        yield (
            f"the term {named[0]} differs from cycle to cycle, and only recurrent_cox and frailty "
            "have a row for each: use one of them, or a column of the subjects."
        )
        return
    if analysis.time_at_risk == "followed":
        yield (
            f"the term {named[0]} needs time_at_risk = 'exposed', one stretch per cycle: who is "
            "followed has stretches from event to event."
        )
    if getattr(analysis, "model", "") == "wlw":
        yield (
            f"the term {named[0]} has no value before its cycle begins, but wlw takes everybody "
            "as at risk for every event from the start: use pwp-gap or pwp-total."
        )
