"""Which endpoints an endpoint refers to, and whether they are there and of the right kind."""

from collections.abc import Iterator

from afterglow.errors import did_you_mean
from afterglow.plan.clauses import RESPONSE_REGAINED
from afterglow.plan.endpoints import Endpoint, Latency
from afterglow.plan.faults import Fault
from afterglow.plan.model import Plan

CLOCK_OF_ENDPOINT = "endpoint:"
NEEDS_CONDITION = ("qualify", "regained")
IMPROVEMENT_KINDS = ("response", "remission", "rapid_response", "sustained_response")


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


def _waits(endpoint: Endpoint, ordered: list[str]) -> bool:
    return any(name not in ordered for _, name in references(endpoint))


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


def response_followed(plan: Plan, endpoint: Latency) -> str | None:
    """Return the response at the origin of the relapse that a latency starts from, if any."""
    relapse = plan.endpoint.get(endpoint.origin.removeprefix(CLOCK_OF_ENDPOINT))
    response = getattr(relapse, "origin", "").removeprefix(CLOCK_OF_ENDPOINT)
    found = plan.endpoint.get(response)
    return response if found is not None and found.kind in IMPROVEMENT_KINDS else None


def find_reference_faults(plan: Plan) -> list[Fault]:
    """Return the references that lead nowhere, to the wrong kind of endpoint, or in a loop."""
    faults = []
    for name, endpoint in plan.endpoint.items():
        for key, target in references(endpoint):
            wrong = _wrong_target(plan, endpoint, key, target)
            faults += [Fault(f"endpoint.{name}", wrong)] if wrong else []
        faults += [Fault(f"endpoint.{name}", words) for words in _never_regained(plan, endpoint)]
    return [*faults, *_path_states(plan), *_loops(plan)]


def _path_states(plan: Plan) -> Iterator[Fault]:
    """Yield a fault for each state of the path that no endpoint of its kind names."""
    for state in ("response", "remission", "relapse"):
        name = getattr(plan.path, state)
        if name is None:
            continue
        if name not in plan.endpoint:
            hint = did_you_mean(name, plan.endpoint)
            yield Fault("path", f"{state} names no endpoint: '{name}'.{hint}")
        elif plan.endpoint[name].kind != state:
            kind = plan.endpoint[name].kind
            yield Fault("path", f"{state} needs an endpoint of that kind; '{name}' is a {kind}.")


def _wrong_target(plan: Plan, endpoint: Endpoint, key: str, target: str) -> str:
    if target not in plan.endpoint:
        if key not in endpoint.model_fields_set:
            return f"by default {key} is endpoint:{target}, which is not there: name the {key}."
        return f"{key} names no endpoint: '{target}'.{did_you_mean(target, plan.endpoint)}"
    kind = plan.endpoint[target].kind
    if key in NEEDS_CONDITION and kind not in IMPROVEMENT_KINDS:
        return (
            f"{key} needs an endpoint that a visit can show ({', '.join(IMPROVEMENT_KINDS)}); "
            f"'{target}' is a {kind}."
        )
    return ""


def _never_regained(plan: Plan, endpoint: Endpoint) -> Iterator[str]:
    if not isinstance(endpoint, Latency) or RESPONSE_REGAINED not in endpoint.competing:
        return
    if endpoint.regained is None and response_followed(plan, endpoint) is None:
        yield (
            f"competing holds {RESPONSE_REGAINED}, but the origin follows no response: "
            "name the response as regained, or leave the word out."
        )


def _loops(plan: Plan) -> Iterator[Fault]:
    """Yield one fault for each loop, told at the first endpoint in it."""
    seen: set[str] = set()
    for start in plan.endpoint:
        loop = _loop_from(plan, start)
        if loop and not seen & set(loop):
            words = " → ".join([*loop, start])
            yield Fault(f"endpoint.{start}", f"its clock leads back to itself: {words}.")
        seen |= set(loop)


def _loop_from(plan: Plan, start: str) -> list[str]:
    """Return the names on the way from an endpoint back to itself, or nothing."""
    ways = [[start]]
    visited = set()
    while ways:
        way = ways.pop(0)
        for _, target in references(plan.endpoint[way[-1]]):
            if target == start:
                return way
            if target in plan.endpoint and target not in visited:
                visited.add(target)
                ways.append([*way, target])
    return []
