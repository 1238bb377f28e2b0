"""Groups formed after day 0: refused where a plan compares them from day 0, with the ways out."""

from collections.abc import Iterator
from typing import Any, Final

from afterglow.errors import did_you_mean
from afterglow.names import SESSIONS_SO_FAR
from afterglow.plan.analysis import AnalysisBase
from afterglow.plan.faults import Fault
from afterglow.plan.later_words import BOOSTED, is_later, is_status, status_labels
from afterglow.plan.model import Plan

LANDMARK: Final = "landmark_days"
IMMORTAL: Final = (
    "{what} is known only after day 0. Whoever belongs to such a group has lived without the "
    "event until then: those days are immortal time, and from day 0 the group would look better "
    "than it is."
)
WAYS_OUT: Final = (
    " Write one of: landmark_days = 28 (groups by what is known on that day after the origin; "
    "clocks start there, and those whose event or follow-up came before are set aside and "
    "counted{where}); or estimator = 'cox' with changing = [{{ column = '{word}' }}] (who changes "
    "group does so on the day it is known); or, to compare strategies of boosters, estimator = "
    "'target_trial' (each subject's copies are censored where they leave their strategy)."
)
ELSEWHERE: Final = ", with kaplan_meier, aalen_johansen, logrank, rmst, cox and their like"
FILTERED: Final = (
    " A population is chosen on day 0. Give the endpoint qualify or at_risk_from, which start the "
    "clock when it is known; or compare both groups by = '{word}' with landmark_days."
)


def ways_out(word: str, *, elsewhere: bool = False) -> str:
    """Return what to write instead, for groups by `word`."""
    return WAYS_OUT.format(word=word, where=ELSEWHERE if elsewhere else "")


def immortal_words(what: str, word: str, *, elsewhere: bool = False) -> str:
    """Return why such groups are refused from day 0, and what to write instead."""
    return IMMORTAL.format(what=what) + ways_out(word, elsewhere=elsewhere)


def later_words(analysis: Any) -> Iterator[tuple[str, str]]:
    """Yield (key, word) for each group or covariate of an analysis that day 0 does not know."""
    for key in ("by", "strata"):
        if is_later(getattr(analysis, key)):
            yield key, getattr(analysis, key)
    for term in getattr(analysis, "terms", ()):
        if is_later(term.column):
            yield "terms", term.column


def changing_statuses(analysis: Any) -> list[str]:
    """Return the endpoints and events whose being reached is a covariate that changes."""
    return [one.column for one in getattr(analysis, "changing", ()) if is_status(one.column)]


def find_later_faults(plan: Plan) -> list[Fault]:
    """Return what is wrong with the groups that only form after day 0."""
    faults = []
    for name, analysis in plan.analysis.items():
        faults += [Fault(f"analysis.{name}", words) for words in _analysis(plan, analysis)]
    for name, population in plan.population.items():
        faults += [
            Fault(f"population.{name}", _filtered(rule.column))
            for rule in population.filters
            if rule.column is not None and is_later(rule.column)
        ]
    return faults


def _filtered(word: str) -> str:
    return IMMORTAL.format(what=f"the filter's '{word}'") + FILTERED.format(word=word)


def _analysis(plan: Plan, analysis: AnalysisBase) -> Iterator[str]:
    words = list(later_words(analysis))
    has_landmark = hasattr(analysis, LANDMARK)
    landmark = getattr(analysis, LANDMARK, None)
    if words and landmark is None:
        key, word = words[0]
        yield immortal_words(f"{key} = '{word}'", word, elsewhere=not has_landmark)
    if landmark is not None and not words:
        yield (
            f"{LANDMARK} is for groups formed after day 0, and neither by nor terms names one: "
            "leave it out."
        )
    if landmark is not None and analysis.cycle > 1:
        yield f"{LANDMARK} is for the first cycle: leave one of them out."
    if is_later(analysis.cluster):
        yield f"cluster = '{analysis.cluster}' is no column of the subjects."
    yield from _references(analysis)
    for key, word in [*words, *(("changing", word) for word in changing_statuses(analysis))]:
        yield from _named(plan, analysis, key, word)


def _references(analysis: Any) -> Iterator[str]:
    """Yield the reference groups that an endpoint or event does not form."""
    asked = [(analysis.by, analysis.reference)]
    asked += [(term.column, term.reference) for term in getattr(analysis, "terms", ())]
    for word, reference in asked:
        if not is_status(word) or reference is None:
            continue
        labels = status_labels(word)
        if reference not in labels:
            yield f"reference = '{reference}': '{word}' forms the groups {' and '.join(labels)}."


def _named(plan: Plan, analysis: AnalysisBase, key: str, word: str) -> Iterator[str]:
    kind, _, name = word.partition(":")
    if word == SESSIONS_SO_FAR:
        return
    if kind == "endpoint" and name not in plan.endpoint:
        yield f"{key} names no endpoint: '{name}'.{did_you_mean(name, plan.endpoint)}"
    elif kind == "endpoint" and name == analysis.endpoint:
        yield f"{key} = '{word}' is the endpoint itself, and no group that could have it later."
    elif kind == "event" and analysis.endpoint in plan.endpoint:
        strategies = {**plan.endpoint[analysis.endpoint].intercurrent, **analysis.strategy}
        if strategies.get(name, "ignore") != "ignore":
            what = "a booster" if word == BOOSTED else f"'{name}'"
            yield (
                f"{key} = '{word}', but {what} ends the rows of '{analysis.endpoint}': nobody is "
                f"watched after it. Say strategy = {{ {name} = 'ignore' }}."
            )
