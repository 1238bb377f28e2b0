"""An endpoint's definition as sentences that a clinician reads."""

from typing import TYPE_CHECKING, Any, Final

from afterglow.plan.clauses import Until
from afterglow.report.sentences import IN_CYCLES, LATER, origin_words
from afterglow.report.words import (
    cause_words,
    counted,
    days_range,
    either,
    endpoint_label,
    listed,
    plain,
    with_article,
)

if TYPE_CHECKING:
    from afterglow.study.run import Study

LATER_BOOSTER: Final = (
    " In later cycles it is the first session after the block of boosters, counted from {start}."
)
CONDITIONS: Final = {
    "improvement_at_least_percent": "{scale} is at least {value}\u00a0% better than at baseline",
    "improvement_below_percent": "{scale} is less than {value}\u00a0% better than at baseline",
    "returns_to_percent_of_baseline": "{scale} is back at {value}\u00a0% or more of its baseline",
    "score_at_most": "{scale} is {value} or lower",
    "score_at_least": "{scale} is {value} or higher",
}


def condition_words(endpoint: Any) -> str:
    """Return the condition on the score: "MADRS is 22 or higher"."""
    word, value = endpoint.condition
    return CONDITIONS[word].format(scale=endpoint.instrument, value=plain(value))


def definition(endpoint: Any, study: "Study") -> str:
    """Return the definition of an endpoint in one or two sentences."""
    return WRITERS[endpoint.kind](endpoint, study)


def _reached(endpoint: Any, study: "Study") -> str:
    start = "first dose" if _has_sessions(study) else "start of treatment"
    first = f"The first visit after the {start} at which {condition_words(endpoint)}"
    return f"{first}{_until(endpoint, study)}{_confirmed(endpoint)}."


def _has_sessions(study: "Study") -> bool:
    return "sessions" in study.cohort.account.tables()


def _until(endpoint: Any, study: "Study") -> str:
    if isinstance(endpoint.until, Until):
        where = origin_words(study, endpoint.until.after)
        return f", up to {counted(endpoint.until.days, 'day')} after {where}"
    if endpoint.until == "none" or not _has_sessions(study):
        return ""
    return ", up to 14\u00a0days after the end of the course"


def _confirmed(endpoint: Any) -> str:
    confirm = endpoint.confirm
    if confirm.visits == 1 and confirm.gap_days[0] == 0:
        return ""
    low, high = confirm.gap_days
    dated = "earlier" if confirm.date == "first" else "later"
    return (
        f", confirmed by a further visit {plain(low)} to {plain(high)} days later, with no visit "
        f"in between that does not meet it ({confirm.visits} visits or more); "
        f"dated at the {dated} one"
    )


def _rapid(endpoint: Any, study: "Study") -> str:
    return (
        f"{condition_words(endpoint)}, at the visit nearest to {plain(endpoint.at_hours)} hours "
        f"after the first dose and at most {plain(endpoint.window_hours)} hours away."
    )


def _sustained(endpoint: Any, study: "Study") -> str:
    text = (
        f"{condition_words(endpoint)} at a visit by day {plain(endpoint.start_by_day)} and at "
        f"every later one up to day {plain(endpoint.through_day + endpoint.window_days)}"
    )
    if endpoint.excursions:
        still = plain(endpoint.excursion_improvement_at_least_percent)
        text += (
            f"; {counted(endpoint.excursions, 'visit')} may miss it if the score is still "
            f"{still}\u00a0% better than at baseline"
        )
    window = counted(endpoint.window_days, "day")
    return (
        f"{text}. A visit within {window} of day {plain(endpoint.through_day)} must show that it "
        "lasted."
    )


def _lost(endpoint: Any, study: "Study") -> str:
    after = origin_words(study, endpoint.origin)
    text = (
        f"After {after}, the first visit at which {condition_words(endpoint)}{_confirmed(endpoint)}"
    )
    if endpoint.or_events:
        text += (
            f"; or {either([with_article(name) for name in endpoint.or_events])}, if that is first"
        )
    return f"{text}.{_qualified(endpoint, study)}"


def _durability(endpoint: Any, study: "Study") -> str:
    ends = [code for code, word in endpoint.intercurrent.items() if word == "event"]
    words = f", as does {either([with_article(code) for code in ends])}" if ends else ""
    return f"{_lost(endpoint, study)} It ends the response{words}."


def _qualified(endpoint: Any, study: "Study") -> str:
    qualify = endpoint.qualify
    if qualify is None:
        return ""
    name = endpoint_label(qualify.endpoint, study.plan.endpoint[qualify.endpoint])
    window = days_range(*qualify.window_days)
    return (
        f" Only subjects count for whom the condition of “{name}” holds at the first visit from "
        f"{window} after {origin_words(study, qualify.after)}; they are at risk from that visit."
    )


def _booster(endpoint: Any, study: "Study") -> str:
    return (
        f"The first session after the course, counted from {origin_words(study, endpoint.origin)}."
        f"{_next_booster(endpoint, study)}{_qualified(endpoint, study)}"
    )


def _next_booster(endpoint: Any, study: "Study") -> str:
    """Return what it is in later cycles, where an analysis of the plan takes those too."""
    start = IN_CYCLES.get((endpoint.origin, LATER), "")
    analysed = any(
        analysis.ALL_CYCLES or analysis.cycle > 1
        for analysis in study.plan.analysis.values()
        if study.plan.endpoint[analysis.endpoint] is endpoint
    )
    return LATER_BOOSTER.format(start=start) if start and analysed else ""


def _latency(endpoint: Any, study: "Study") -> str:
    ends = listed([cause_words(code) for code in endpoint.competing])
    against = f" The wait also ends with: {ends}." if ends else ""
    return f"From {origin_words(study, endpoint.origin)} to the next {endpoint.until}.{against}"


WRITERS: Final = {
    "response": _reached,
    "remission": _reached,
    "rapid_response": _rapid,
    "sustained_response": _sustained,
    "relapse": _lost,
    "durability": _durability,
    "booster": _booster,
    "latency": _latency,
}
