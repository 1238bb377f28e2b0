"""Where a plan names columns, events and instruments."""

from collections.abc import Iterable, Iterator

from afterglow.names import ARM
from afterglow.plan.clauses import RESPONSE_REGAINED, WHILE_ON_TREATMENT, Term
from afterglow.plan.later_groups import changing_statuses, later_words
from afterglow.plan.later_words import BOOSTED, is_later
from afterglow.plan.model import Plan

GROUP_KEYS = ("by", "strata", "cluster")
CLOCK_KEYS = ("origin", "at_risk_from")
PLACES_SHOWN = 3

Named = Iterator[tuple[str, str]]


def places_by_name(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return, for each name, the places that name it, as words; from (place, name)."""
    places: dict[str, list[str]] = {}
    for place, name in named:
        places.setdefault(name, []).append(place)
    return {name: _words(found) for name, found in places.items()}


def _words(places: list[str]) -> str:
    more = len(places) - PLACES_SHOWN
    shown = ", ".join(places[:PLACES_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown


def _terms(plan: Plan) -> Iterator[tuple[str, Term]]:
    """Yield (place, term) for every covariate of a regression."""
    for name, analysis in plan.analysis.items():
        key = "weight_terms" if hasattr(analysis, "weight_terms") else "terms"
        for term in getattr(analysis, "terms", ()):
            yield f"analysis.{name}.{key}", term


def named_columns(plan: Plan) -> Named:
    """Yield (place, column) for every column of the subjects that the plan names."""
    yield from _columns_of_analyses(plan)
    for name, population in plan.population.items():
        for rule in population.filters:
            if rule.column is not None:
                yield f"population.{name}.filters", rule.column
    yield from named_clocks(plan, "column")
    if plan.report.arm not in (None, ARM):
        yield "report.arm", plan.report.arm
    for column in plan.report.baseline_columns:
        yield "report.baseline_columns", column
    for column in plan.baseline.known_at_day_0:
        yield "baseline.known_at_day_0", column


def _columns_of_analyses(plan: Plan) -> Named:
    for name, analysis in plan.analysis.items():
        for key in (*GROUP_KEYS, "leave_out"):
            column = getattr(analysis, key, None)
            if column is not None and not is_later(column):
                yield f"analysis.{name}.{key}", column
        rhythm = getattr(analysis, "rhythm_by", None)
        if rhythm is not None:
            yield f"analysis.{name}.rhythm_by", rhythm
    for place, term in _terms(plan):
        if term.column is not None and not is_later(term.column):
            yield place, term.column


def named_clocks(plan: Plan, kind: str) -> Named:
    """Yield (place, name) for the clocks "kind:name"."""
    for name, endpoint in plan.endpoint.items():
        for key in CLOCK_KEYS:
            start, _, target = (getattr(endpoint, key, None) or "").partition(":")
            if start == kind:
                yield f"endpoint.{name}.{key}", target


def named_later_events(plan: Plan) -> Named:
    """Yield (place, event) for the events that form groups after day 0; a booster is none."""
    for name, analysis in plan.analysis.items():
        words = [word for _, word in later_words(analysis)] + changing_statuses(analysis)
        for kind, _, event in (word.partition(":") for word in words if word != BOOSTED):
            if kind == "event":
                yield f"analysis.{name}", event


def named_references(plan: Plan, column: str) -> Named:
    """Yield (place, group) for the reference groups of analyses by `column`."""
    for name, analysis in plan.analysis.items():
        if analysis.by == column and analysis.reference is not None:
            yield f"analysis.{name}", analysis.reference
    for place, term in _terms(plan):
        if term.column == column and term.reference is not None:
            yield place, term.reference


def named_clinical_events(plan: Plan) -> Named:
    """Yield (place, event) for the events that count as a relapse or have a strategy."""
    for name, endpoint in plan.endpoint.items():
        for event in getattr(endpoint, "or_events", ()):
            yield f"endpoint.{name}.or_events", event
        for event in endpoint.intercurrent:
            if event not in (*WHILE_ON_TREATMENT, RESPONSE_REGAINED):
                yield f"endpoint.{name}.intercurrent", event


def named_instruments(plan: Plan) -> Named:
    """Yield (place, instrument) wherever scores of an instrument are needed."""
    for name, endpoint in plan.endpoint.items():
        instrument = getattr(endpoint, "instrument", None)
        if instrument is not None:
            yield f"endpoint.{name}", instrument
    for name, population in plan.population.items():
        for rule in population.filters:
            if rule.baseline is not None:
                yield f"population.{name}.filters", rule.baseline
    for place, term in _terms(plan):
        if term.baseline is not None:
            yield place, term.baseline
    for instrument in plan.report.trajectories:
        yield "report.trajectories", instrument
