"""Whether each analysis can be made of the endpoint and the population that it names."""

from collections.abc import Iterator

from afterglow.errors import did_you_mean
from afterglow.plan.analyses import Analysis, ProportionAnalysis
from afterglow.plan.analysis import ALL_SUBJECTS, RegressionAnalysis
from afterglow.plan.cycle_requests import cycle_faults, cycle_term_faults
from afterglow.plan.endpoints import Endpoint
from afterglow.plan.faults import Fault
from afterglow.plan.interval_requests import UNSEEN, interval_faults
from afterglow.plan.model import Plan
from afterglow.plan.multistate_analyses import MultistateAnalysis, StatesAnalysis
from afterglow.plan.prediction_analyses import LandmarkPredictionAnalysis
from afterglow.plan.prediction_requests import prediction_faults
from afterglow.plan.recurrent_analyses import MeanCumulativeFunctionAnalysis, RecurrentRegression
from afterglow.plan.strategy_analyses import StrategyComparisonAnalysis
from afterglow.plan.strategy_requests import strategy_faults
from afterglow.plan.weighting_analyses import WeightedKaplanMeierAnalysis
from afterglow.plan.weighting_requests import weighting_faults

AT_A_DAY = ("response", "remission")
ONCE_ONLY = ("rapid_response", "sustained_response")
RECURRING = ("relapse", "durability", "booster")


def find_request_faults(plan: Plan) -> list[Fault]:
    """Return what is wrong with the analyses, and populations that share the word for everybody."""
    faults = []
    if ALL_SUBJECTS in plan.population:
        words = f"'{ALL_SUBJECTS}' is everybody in the subjects table: give another name."
        faults.append(Fault(f"population.{ALL_SUBJECTS}", words))
    for name, analysis in plan.analysis.items():
        faults += [Fault(f"analysis.{name}", words) for words in _analysis(plan, analysis)]
    return faults


def _analysis(plan: Plan, analysis: Analysis) -> Iterator[str]:
    if analysis.population not in (ALL_SUBJECTS, *plan.population):
        known = (*plan.population, ALL_SUBJECTS)
        yield (
            f"population names none: '{analysis.population}'."
            f"{did_you_mean(analysis.population, known)}"
        )
    yield from _groups(analysis)
    yield from _days(analysis)
    endpoint = plan.endpoint.get(analysis.endpoint)
    if endpoint is None:
        hint = did_you_mean(analysis.endpoint, plan.endpoint)
        yield f"endpoint names none: '{analysis.endpoint}'.{hint}"
    else:
        yield from _cycle(analysis, endpoint)
        yield from cycle_faults(plan, analysis, endpoint)
        if isinstance(analysis, ProportionAnalysis):
            yield from _proportion(analysis, endpoint)
        if isinstance(analysis, (MeanCumulativeFunctionAnalysis, RecurrentRegression)):
            yield from _recurrent(analysis, endpoint)
        if isinstance(analysis, StatesAnalysis):
            yield from _path(plan, analysis)
        if isinstance(analysis, LandmarkPredictionAnalysis):
            yield from prediction_faults(analysis, endpoint)
        if isinstance(analysis, UNSEEN):
            yield from interval_faults(plan, analysis, endpoint)
        if isinstance(analysis, StrategyComparisonAnalysis):
            yield from strategy_faults(plan, analysis, endpoint)
        if isinstance(analysis, WeightedKaplanMeierAnalysis):
            yield from weighting_faults(analysis, endpoint)


def _groups(analysis: Analysis) -> Iterator[str]:
    if isinstance(analysis, RegressionAnalysis):
        yield from _terms(analysis)
        yield from cycle_term_faults(analysis)
        return
    for key in ("reference", "strata"):
        if getattr(analysis, key) is not None and analysis.by is None:
            yield f"{key} needs groups: name their column in 'by'."
    if analysis.by is not None and analysis.by == analysis.strata:
        yield f"by and strata are the same column, '{analysis.by}': within a stratum is one group."


def _terms(analysis: RegressionAnalysis) -> Iterator[str]:
    names = [term.name for term in analysis.terms]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield f"terms names '{name}' twice."
        if name in (analysis.strata, analysis.cluster):
            yield f"'{name}' is a term and {'strata' if name == analysis.strata else 'cluster'}."
    for term in analysis.terms:
        for part in term.interaction or ():
            if part not in names:
                yield f"the interaction {term.name} needs '{part}' among the terms."


def _days(analysis: Analysis) -> Iterator[str]:
    if any(day < 0 for day in getattr(analysis, "at_days", ())):
        yield "at_days must be 0 or more."


def _cycle(analysis: Analysis, endpoint: Endpoint) -> Iterator[str]:
    if analysis.cycle > 1 and (endpoint.cycles == "first" or endpoint.kind in ONCE_ONLY):
        yield f"cycle = {analysis.cycle}, but '{analysis.endpoint}' is derived in cycle 1 only."


def _proportion(analysis: ProportionAnalysis, endpoint: Endpoint) -> Iterator[str]:
    if not analysis.missing:
        yield "missing names no rule: name one or more."
    if analysis.at_days and endpoint.kind not in AT_A_DAY:
        yield (
            f"at_days needs an endpoint that a score on that day can show ({', '.join(AT_A_DAY)}); "
            f"'{analysis.endpoint}' is a {endpoint.kind}."
        )


def _recurrent(analysis: Analysis, endpoint: Endpoint) -> Iterator[str]:
    if endpoint.kind not in RECURRING:
        yield (
            f"it counts events that come again ({', '.join(RECURRING)}); "
            f"'{analysis.endpoint}' is a {endpoint.kind}."
        )
    elif endpoint.cycles == "first":
        yield f"it counts the events of all cycles, but '{analysis.endpoint}' has cycles = 'first'."
    strategies = {**endpoint.intercurrent, **analysis.strategy}
    if strategies.get("booster") == "ignore":
        yield "a booster begins the next cycle: its strategy cannot be 'ignore' here."


def _path(plan: Plan, analysis: StatesAnalysis) -> Iterator[str]:
    responses = [name for name, one in plan.endpoint.items() if one.kind == "response"]
    own = plan.path.response or (responses[0] if responses else "")
    if not own:
        yield "the states come from an endpoint of kind response, and the plan has none."
    elif analysis.endpoint != own:
        yield (
            f"the states come from '{own}', the path's response, but endpoint names"
            f" '{analysis.endpoint}': name '{own}', or choose in [path]."
        )
    for event, strategy in analysis.strategy.items():
        if event != "booster" and strategy not in ("competing", "censor"):
            yield (
                f"strategy of {event} is '{strategy}', but a path ends with it: choose 'competing'"
                " (a state of its own) or 'censor'."
            )
    wants_days = isinstance(analysis, MultistateAnalysis) and analysis.until_day is None
    if wants_days and not getattr(analysis, "at_days", ()):
        yield "at_days or until_day must name a day."
