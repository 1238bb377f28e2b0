"""From the plan's words to the numbers that the walk obeys."""

from typing import Any

import numpy as np

from afterglow.endpoints.rules import (
    ENDPOINT_RULE,
    EVERY_TIMING,
    FIRST_KINDS,
    MAX_KINDS,
    NO_ENDPOINT,
    RESPONSE_REGAINED,
    TIMELINE_RULE,
    Clock,
    Condition,
    Kind,
    Pending,
    Strategy,
    Unconfirmed,
    WalkRules,
)
from afterglow.errors import PlanError
from afterglow.instruments.registry import Library
from afterglow.plan.checks import endpoint_order
from afterglow.plan.endpoints import (
    Booster,
    Durability,
    Endpoint,
    Latency,
    RapidResponse,
    Relapse,
    Remission,
    Response,
    SustainedResponse,
    Until,
)
from afterglow.plan.model import Plan
from afterglow.plan.references import response_followed
from afterglow.timeline.moments import TIMINGS

KINDS: dict[type, Kind] = {
    Response: Kind.REACHED,
    Remission: Kind.REACHED,
    Relapse: Kind.LOST,
    Durability: Kind.LOST,
    RapidResponse: Kind.RAPID,
    SustainedResponse: Kind.SUSTAINED,
    Booster: Kind.BOOSTER,
    Latency: Kind.LATENCY,
}
CONDITIONS = {
    "improvement_at_least_percent": Condition.IMPROVEMENT_AT_LEAST,
    "improvement_below_percent": Condition.IMPROVEMENT_BELOW,
    "returns_to_percent_of_baseline": Condition.RETURNS_TO,
    "score_at_most": Condition.SCORE_AT_MOST,
    "score_at_least": Condition.SCORE_AT_LEAST,
}
RELATIVE = (Condition.IMPROVEMENT_AT_LEAST, Condition.IMPROVEMENT_BELOW, Condition.RETURNS_TO)
CLOCKS = {
    "first_session": Clock.FIRST_SESSION,
    "course_end": Clock.COURSE_END,
    "endpoint": Clock.ENDPOINT,
    "event": Clock.EVENT,
    "column": Clock.COLUMN,
}
STRATEGIES = {
    "ignore": Strategy.IGNORE,
    "competing": Strategy.COMPETING,
    "censor": Strategy.CENSOR,
    "event": Strategy.EVENT,
}
UNCONFIRMED = {
    "censor": Unconfirmed.CENSOR,
    "censor-at-visit": Unconfirmed.CENSOR_AT_VISIT,
    "event": Unconfirmed.EVENT,
}
PENDING = {
    "booster": Pending.BOOSTER,
    "relapse": Pending.RELAPSE,
    "look-through": Pending.LOOK_THROUGH,
}
UNTIL_DAYS_AFTER_COURSE = 14.0
UNBOUNDED = np.inf


def walk_rules(plan: Plan, library: Library, *, has_sessions: bool) -> WalkRules:
    """Compile the plan's timeline and endpoints.

    Parameters
    ----------
    plan : Plan
    library : Library
        Instruments: best score and direction.
    has_sessions : bool
        Whether the cohort has a sessions table; without it responses are unbounded.

    Raises
    ------
    PlanError
        The plan names more kinds of events than the walk can tell apart.
    """
    names = endpoint_order(plan)
    endpoints = [plan.endpoint[name] for name in names]
    instruments = tuple(dict.fromkeys(e.instrument for e in endpoints if hasattr(e, "instrument")))
    kinds = _kinds(endpoints)
    columns = _columns(endpoints)
    rules = np.zeros(len(endpoints), ENDPOINT_RULE)
    places = _Places(names, instruments, kinds, columns)
    for rule, endpoint in zip(rules, endpoints):
        _fill(rule, endpoint, plan, places, has_sessions)
    described = [library.get(instrument) for instrument in instruments]
    minimum = {library.get(name).id: score for name, score in plan.baseline.minimum.items()}
    return WalkRules(
        timeline=_timeline(plan, has_sessions),
        endpoints=rules,
        strategies=strategy_table(plan, names, kinds),
        names=names,
        instruments=tuple(instrument.id for instrument in described),
        kinds=kinds,
        columns=columns,
        best=np.array([instrument.best for instrument in described], dtype=float),
        sign=np.array([1.0 if i.higher_is == "worse" else -1.0 for i in described]),
        minimum=np.array([minimum.get(i.id, np.nan) for i in described], dtype=float),
    )


def strategy_table(
    plan: Plan,
    names: tuple[str, ...],
    kinds: tuple[str, ...],
    changes: dict[str, dict[str, str]] | None = None,
) -> np.ndarray:
    """Return the strategy of every endpoint (rows) for every kind of event (columns).

    Parameters
    ----------
    changes : mapping, optional
        Endpoint -> event -> strategy, over the endpoint's own.
    """
    table = np.zeros((len(names), len(kinds)), dtype=np.int8)
    for row, name in enumerate(names):
        words = {**plan.endpoint[name].intercurrent, **(changes or {}).get(name, {})}
        for kind, word in words.items():
            if kind not in kinds:
                raise PlanError(
                    f"A strategy for '{name}' names '{kind}', which no endpoint knows as an "
                    f"intercurrent event.\nAdd it to endpoint.{name}.intercurrent, or leave it out."
                )
            table[row, kinds.index(kind)] = STRATEGIES[word]
    return table


class _Places:
    """Where names stand in the rules."""

    def __init__(self, names: tuple, instruments: tuple, kinds: tuple, columns: tuple) -> None:
        self.endpoint = {name: place for place, name in enumerate(names)}
        self.instrument = {name: place for place, name in enumerate(instruments)}
        self.kind = {name: place for place, name in enumerate(kinds)}
        self.column = {name: place for place, name in enumerate(columns)}

    def clock(self, words: str | None) -> tuple[int, int]:
        if words is None:
            return Clock.NONE, NO_ENDPOINT
        kind, _, target = words.partition(":")
        tables = {"endpoint": self.endpoint, "event": self.kind, "column": self.column}
        return CLOCKS[kind], tables[kind][target] if target else NO_ENDPOINT


def _clocks(endpoint: Endpoint) -> list[str]:
    words = (getattr(endpoint, "origin", None), getattr(endpoint, "at_risk_from", None))
    return [word for word in words if word is not None]


def _targets(endpoints: list[Any], kind: str) -> list[str]:
    clocks = [clock for endpoint in endpoints for clock in _clocks(endpoint)]
    return [clock.partition(":")[2] for clock in clocks if clock.startswith(f"{kind}:")]


def _kinds(endpoints: list[Any]) -> tuple[str, ...]:
    """Return the events that matter, in the order that breaks ties; regained response is last."""
    own = set(_targets(endpoints, "event"))
    for endpoint in endpoints:
        own |= set(endpoint.intercurrent) | set(getattr(endpoint, "or_events", ()))
    own -= {*FIRST_KINDS, RESPONSE_REGAINED}
    kinds = (*FIRST_KINDS, *sorted(own), RESPONSE_REGAINED)
    if len(kinds) > MAX_KINDS:
        raise PlanError(f"The plan names {len(kinds)} kinds of events; {MAX_KINDS} is the most.")
    return kinds


def _columns(endpoints: list[Any]) -> tuple[str, ...]:
    return tuple(sorted(set(_targets(endpoints, "column"))))


def _timeline(plan: Plan, has_sessions: bool) -> Any:
    rule = np.zeros(1, TIMELINE_RULE)
    course = plan.course
    first, last = plan.baseline.window_days
    rule[0] = (
        first,
        last,
        course.max_gap_days,
        course.max_sessions or 0,
        course.max_days,
        course.use_phase,
        course.block_gap_days,
        course.cycle_baseline == "pre-block",
        plan.follow_up.max_unseen_days,
        has_sessions,
    )
    return rule[0]


def _fill(rule: Any, endpoint: Any, plan: Plan, places: _Places, has_sessions: bool) -> None:
    rule["kind"] = KINDS[type(endpoint)]
    rule["first_cycle_only"] = endpoint.cycles == "first" or rule["kind"] in (
        Kind.RAPID,
        Kind.SUSTAINED,
    )
    rule["qualify"] = rule["regained"] = NO_ENDPOINT
    rule["until_clock"] = Clock.NONE
    rule["until_day"] = UNBOUNDED
    rule["at_risk"] = rule["origin"] = Clock.FIRST_SESSION
    rule["origin_target"] = rule["at_risk_target"] = NO_ENDPOINT
    parts = (_fill_clock, _fill_condition, _fill_until, _fill_relapse, _fill_latency, _fill_seen)
    for fill in parts:
        fill(rule, endpoint, plan, places, has_sessions)


def _fill_clock(rule: Any, endpoint: Any, plan: Plan, places: _Places, _: bool) -> None:
    if not hasattr(endpoint, "origin"):
        return
    rule["origin"], rule["origin_target"] = places.clock(endpoint.origin)
    at_risk = endpoint.at_risk_from or endpoint.origin
    rule["at_risk"], rule["at_risk_target"] = places.clock(at_risk)
    if endpoint.until_day is not None:
        rule["until_day"] = endpoint.until_day
    if endpoint.qualify is not None:
        rule["qualify"] = places.endpoint[endpoint.qualify.endpoint]
        rule["qualify_clock"] = CLOCKS[endpoint.qualify.after]
        rule["qualify_first"], rule["qualify_last"] = endpoint.qualify.window_days


def _fill_condition(rule: Any, endpoint: Any, plan: Plan, places: _Places, _: bool) -> None:
    rule["timings"] = EVERY_TIMING
    if not hasattr(endpoint, "condition"):
        return
    word, threshold = endpoint.condition
    rule["condition"], rule["threshold"] = CONDITIONS[word], threshold
    rule["instrument"] = places.instrument[endpoint.instrument]
    if endpoint.timing is not None:
        rule["timings"] = sum(1 << TIMINGS[timing] for timing in set(endpoint.timing))
    rule["needs_baseline"] = rule["kind"] != Kind.LOST or rule["condition"] in RELATIVE
    rule["confirm_visits"] = endpoint.confirm.visits
    rule["confirm_first"], rule["confirm_last"] = endpoint.confirm.gap_days
    rule["date_confirming"] = endpoint.confirm.date == "confirming"


def _fill_until(rule: Any, endpoint: Any, plan: Plan, places: _Places, has_sessions: bool) -> None:
    if rule["kind"] != Kind.REACHED or endpoint.until == "none":
        return
    if isinstance(endpoint.until, Until):
        rule["until_clock"], rule["until_days"] = CLOCKS[endpoint.until.after], endpoint.until.days
    elif has_sessions:
        rule["until_clock"], rule["until_days"] = Clock.COURSE_END, UNTIL_DAYS_AFTER_COURSE


def _fill_relapse(rule: Any, endpoint: Any, plan: Plan, places: _Places, _: bool) -> None:
    if rule["kind"] != Kind.LOST:
        return
    rule["or_events"] = sum(1 << places.kind[name] for name in set(endpoint.or_events))
    rule["unconfirmed"] = UNCONFIRMED[endpoint.unconfirmed]
    rule["pending"] = PENDING[endpoint.session_while_pending]


def _fill_latency(rule: Any, endpoint: Any, plan: Plan, places: _Places, _: bool) -> None:
    if rule["kind"] != Kind.LATENCY:
        return
    rule["any_session"] = endpoint.until == "session"
    name = endpoint.regained or response_followed(plan, endpoint)
    if name is not None:
        rule["regained"] = places.endpoint[name]


def _fill_seen(rule: Any, endpoint: Any, plan: Plan, places: _Places, _: bool) -> None:
    if rule["kind"] == Kind.RAPID:
        rule["at_day"], rule["window"] = endpoint.at_hours, endpoint.window_hours
    elif rule["kind"] == Kind.SUSTAINED:
        rule["at_day"], rule["window"] = endpoint.through_day, endpoint.window_days
        rule["start_by_day"] = endpoint.start_by_day
        rule["excursions"] = endpoint.excursions
        rule["excursion_percent"] = endpoint.excursion_improvement_at_least_percent
