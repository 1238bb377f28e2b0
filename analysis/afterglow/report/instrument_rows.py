"""The instruments of a plan and its cut-offs, with who else used them and how sure that is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from afterglow.report.endpoint_words import condition_words
from afterglow.report.words import either, endpoint_label, plain
from afterglow.tables.table import Row, RowGroup

if TYPE_CHECKING:
    from afterglow.study.run import Study

NO_PRECEDENT: Final = "none known for this instrument: state why it was chosen"
SURE: Final = {
    "published": "seen in the source",
    "established": "field convention",
    "computed": "computed",
}


def instruments_used(study: "Study") -> list[Any]:
    """Return the instruments of endpoints, populations and trajectories, each once."""
    plan = study.plan
    named = [end.instrument for end in plan.endpoint.values() if hasattr(end, "instrument")]
    named += [
        rule.baseline
        for population in plan.population.values()
        for rule in population.filters
        if rule.baseline is not None
    ]
    named += list(plan.report.trajectories)
    found = {study.library.get(name).id: study.library.get(name) for name in named}
    return list(found.values())


def instrument_rows(study: "Study") -> list[Row]:
    """Return one row per instrument."""
    return [
        Row(
            cells=(
                f"{one.name} ({one.id})",
                one.version_name,
                f"{plain(one.minimum)} to {plain(one.maximum)}, higher is {one.higher_is}",
                one.recall.text,
                either(one.rater),
                one.reference,
            )
        )
        for one in instruments_used(study)
    ]


def cutoff_groups(study: "Study") -> list[RowGroup]:
    """Return one group of rows per cut-off of the plan, with its precedents."""
    facts: dict[str, list[Any]] = {}
    users: dict[str, list[str]] = {}
    every: dict[str, Any] = dict(study.plan.endpoint)
    for name, endpoint in every.items():
        if not hasattr(endpoint, "condition"):
            continue
        found = list(_precedents(endpoint, study.library.get(endpoint.instrument)))
        known = facts.setdefault(condition_words(endpoint), [])
        known += [fact for fact in found if fact not in known]
        users.setdefault(condition_words(endpoint), []).append(endpoint_label(name, endpoint))
    return [
        RowGroup(label=f"{words}: {'; '.join(users[words])}", rows=_precedent_rows(known))
        for words, known in facts.items()
    ]


def _precedent_rows(facts: list[Any]) -> tuple[Row, ...]:
    if not facts:
        return (Row(cells=(NO_PRECEDENT, "", "")),)
    return tuple(
        Row(
            cells=(
                "; ".join(word for word in (fact.used_by, getattr(fact, "note", "")) if word),
                fact.source,
                fact.caution or SURE.get(fact.confidence, fact.confidence),
            )
        )
        for fact in facts
    )


def _precedents(endpoint: Any, instrument: Any) -> Iterator[Any]:
    """Yield the registry's facts that state the endpoint's own cut-off."""
    word, value = endpoint.condition
    if word in ("improvement_at_least_percent", "improvement_below_percent"):
        yield from (fact for fact in instrument.response if fact.percent == value)
    elif endpoint.kind in ("relapse", "durability"):
        relapse = (fact for fact in instrument.thresholds if fact.purpose == "relapse")
        yield from (fact for fact in relapse if _same(fact, word, value))
    else:
        yield from (fact for fact in instrument.remission if _same(fact, word, value))


def _same(fact: Any, word: str, value: float) -> bool:
    """Say whether a cut-off takes in the same whole scores: below 5 is 4 or less."""
    if word == "score_at_most":
        return fact.at_most == value or fact.below == value + 1
    return fact.at_least == value or fact.above == value - 1
