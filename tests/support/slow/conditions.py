"""What is better, what is worse, and against which baseline (rules 2, 5 and 13)."""

from typing import Any

from support.slow.moments import Visit, whole
from support.slow.subject import SetAside, Subject

TOLERANCE = 1e-9
BETTER_KINDS = ("response", "remission", "rapid_response", "sustained_response")
OF_BASELINE = (
    "improvement_at_least_percent",
    "improvement_below_percent",
    "returns_to_percent_of_baseline",
)


def gained(baseline: float, score: float, instrument: Any) -> float:
    """Points moved towards the best score."""
    return baseline - score if instrument.higher_is == "worse" else score - baseline


def improvement_at_least(baseline, score, instrument, percent) -> bool:
    if baseline is None or baseline == instrument.best:
        return False
    needed = percent * abs(baseline - instrument.best)
    return 100.0 * gained(baseline, score, instrument) >= needed - TOLERANCE * abs(needed)


def improvement_at_most(baseline, score, instrument, percent) -> bool:
    if baseline is None or baseline == instrument.best:
        return False
    allowed = percent * abs(baseline - instrument.best)
    return 100.0 * gained(baseline, score, instrument) <= allowed + TOLERANCE * abs(allowed)


def improvement_below(baseline, score, instrument, percent) -> bool:
    if baseline is None or baseline == instrument.best:
        return False
    return not improvement_at_least(baseline, score, instrument, percent)


RULES = {
    "score_at_most": lambda b, x, _, cut: x <= cut,
    "score_at_least": lambda b, x, _, cut: x >= cut,
    "improvement_at_least_percent": improvement_at_least,
    "improvement_below_percent": improvement_below,
    "returns_to_percent_of_baseline": lambda b, x, i, p: improvement_at_most(b, x, i, 100.0 - p),
}


def baseline_visit(subject: Subject, instrument: str) -> Visit | None:
    """The last score in the window that is not after the first dose."""
    low, high = subject.plan.baseline.window_days
    before = [
        visit
        for visit in subject.visits.get(instrument, [])
        if visit.position == 0 and low <= whole(visit.day) <= high
    ]
    return before[-1] if before else None


def baseline_in_force(subject: Subject, instrument: str, cycle: int) -> float | None:
    """The baseline of a cycle: the original, or the last score before its block."""
    original = baseline_visit(subject, instrument)
    if original is None:
        return None
    if cycle == 1 or subject.plan.course.cycle_baseline == "original":
        return original.score
    first = subject.cycle(cycle).first.number
    return [v for v in subject.visits[instrument] if v.position < first][-1].score


def holds(subject: Subject, endpoint: Any, visit: Visit, cycle: int) -> bool:
    """Whether the endpoint's condition is met at a visit, against a cycle's baseline."""
    name, number = endpoint.condition
    baseline = baseline_in_force(subject, endpoint.instrument, cycle)
    return RULES[name](baseline, visit.score, subject.instruments(endpoint.instrument), number)


def needs_baseline(endpoint: Any) -> bool:
    return endpoint.kind in BETTER_KINDS or endpoint.condition[0] in OF_BASELINE


def check_baseline(subject: Subject, endpoint: Any, cycle: int, *, severity: bool = True) -> None:
    """Set the subject aside where an endpoint needs a baseline and has none of use."""
    if not needs_baseline(endpoint):
        return
    original = baseline_visit(subject, endpoint.instrument)
    if original is None:
        raise SetAside("no baseline")
    instrument = subject.instruments(endpoint.instrument)
    minimum = subject.plan.baseline.minimum.get(endpoint.instrument)
    if severity and minimum is not None and gained(minimum, original.score, instrument) > 0:
        raise SetAside("below entry severity")
    in_force = baseline_in_force(subject, endpoint.instrument, cycle)
    if endpoint.condition[0] in OF_BASELINE and in_force == instrument.best:
        raise SetAside("baseline at best score")
