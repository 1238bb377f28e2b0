"""Whether a target trial can be emulated from what the plan defines."""

from collections.abc import Iterator

from afterglow.errors import did_you_mean
from afterglow.plan.faults import Fault
from afterglow.plan.model import Plan
from afterglow.plan.trial_analyses import TargetTrialAnalysis

OUTCOMES = ("relapse", "durability")


def find_trial_faults(plan: Plan) -> list[Fault]:
    """Return what is wrong with the target trials of a plan."""
    return [
        Fault(f"analysis.{name}", words)
        for name, analysis in plan.analysis.items()
        if isinstance(analysis, TargetTrialAnalysis)
        for words in _trial(plan, analysis)
    ]


def path_relapse(plan: Plan) -> str | None:
    """Return the endpoint that names relapse in the path: the plan's choice, else the first."""
    found = [name for name, one in plan.endpoint.items() if one.kind == "relapse"]
    return plan.path.relapse or (found[0] if found else None)


def _trial(plan: Plan, analysis: TargetTrialAnalysis) -> Iterator[str]:
    endpoint = plan.endpoint.get(analysis.endpoint)
    if endpoint is not None and endpoint.kind not in OUTCOMES:
        yield (
            f"its outcome is a relapse or the end of a response ({', '.join(OUTCOMES)}); "
            f"'{analysis.endpoint}' is a {endpoint.kind}."
        )
    relapse = path_relapse(plan)
    for one in analysis.strategies:
        if one.when is not None and one.when != relapse:
            hint = did_you_mean(one.when, [relapse] if relapse else [])
            yield (
                f"strategy '{one.name}': when = '{one.when}' is not the relapse of the path"
                f"{f', {relapse!r}' if relapse else ''}.{hint}"
            )
    if analysis.relapse_days and relapse is None:
        yield "relapse_days counts days in relapse, and the plan has no endpoint of that kind."
    if not any(one.kind == "response" for one in plan.endpoint.values()):
        yield "scores come from the path, which needs an endpoint of kind response."
    yield from _terms(analysis)


def _terms(analysis: TargetTrialAnalysis) -> Iterator[str]:
    names = [term.name for term in analysis.terms]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield f"terms names '{name}' twice."
    for term in analysis.terms:
        for part in term.interaction or ():
            if part not in names:
                yield f"the interaction {term.name} needs '{part}' among the terms."
