"""Whether the parts of a plan fit together, and fit a cohort."""

from collections.abc import Iterator

from afterglow.instruments.registry import Library
from afterglow.plan.endpoints import Endpoint, Latency
from afterglow.plan.faults import Fault
from afterglow.plan.model import Plan

CLOCK_OF_ENDPOINT = "endpoint:"


def endpoint_order(plan: Plan) -> tuple[str, ...]:
    """Return the endpoints so that each stands behind those it refers to.

    References are the clocks, `qualify` and `regained`; otherwise the plan's order is kept. An
    endpoint in a loop, or one that refers to a name that is not there, stands at the end.
    """
    waiting = dict.fromkeys(plan.endpoint)
    ordered: list[str] = []
    while waiting:
        ready = [name for name in waiting if not _waits(plan.endpoint[name], ordered)]
        if not ready:
            return (*ordered, *waiting)
        ordered.append(ready[0])
        del waiting[ready[0]]
    return tuple(ordered)


def references(endpoint: Endpoint) -> Iterator[tuple[str, str]]:
    """Yield (key, endpoint name) for every endpoint that this one refers to."""
    for key in ("origin", "at_risk_from"):
        clock = getattr(endpoint, key, None) or ""
        if clock.startswith(CLOCK_OF_ENDPOINT):
            yield key, clock.removeprefix(CLOCK_OF_ENDPOINT)
    qualify = getattr(endpoint, "qualify", None)
    if qualify is not None:
        yield "qualify", qualify.endpoint
    if isinstance(endpoint, Latency) and endpoint.regained is not None:
        yield "regained", endpoint.regained


def _waits(endpoint: Endpoint, ordered: list[str]) -> bool:
    return any(name not in ordered for _, name in references(endpoint))


def check_plan(plan: Plan, library: Library) -> list[Fault]:
    return []
