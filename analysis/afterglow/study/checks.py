"""What of a plan can only be checked against its cohort: columns and competing causes."""

import pandas as pd

from afterglow.errors import PlanError, did_you_mean
from afterglow.plan.analyses import Analysis, ProportionAnalysis
from afterglow.plan.endpoints import RapidResponse, Remission, Response, SustainedResponse
from afterglow.plan.model import Plan
from afterglow.plan.places import named_columns
from afterglow.study.rates import LOCF
from afterglow.study.sensitivity import refused
from afterglow.study.setting import Setting

CONDITIONED = (Response, Remission, RapidResponse, SustainedResponse)


def check_requests(plan: Plan, subjects: pd.DataFrame) -> None:
    """Raise where the plan names a column that is not there, or a rate that means nothing.

    Raises
    ------
    PlanError
        Lists every fault.
    """
    known = [str(column) for column in subjects.columns]
    faults = [
        f"{place}: the subjects have no column '{column}'.{did_you_mean(column, known)}"
        for place, column in named_columns(plan)
        if column not in known
    ]
    for name, analysis in plan.analysis.items():
        faults += _rate_faults(name, analysis, plan)
    if faults:
        raise PlanError("\n".join(faults))


def _rate_faults(name: str, analysis: Analysis, plan: Plan) -> list[str]:
    if not isinstance(analysis, ProportionAnalysis):
        return []
    endpoint = plan.endpoint[analysis.endpoint]
    if analysis.at_days and not isinstance(endpoint, CONDITIONED):
        return [
            f"analysis {name}: at_days asks whether a condition holds on a day, and "
            f"'{analysis.endpoint}' is no response. Use aalen_johansen or kaplan_meier."
        ]
    on_a_day = isinstance(endpoint, RapidResponse | SustainedResponse)
    if on_a_day and not analysis.at_days and LOCF in analysis.missing:
        return [
            f"analysis {name}: '{LOCF}' carries nothing forward to '{analysis.endpoint}', which "
            "is judged by its own visits. Leave it out of missing, or give at_days."
        ]
    return []


def check_competing(setting: Setting) -> None:
    """Raise where a Kaplan–Meier curve or log-rank test would censor a competing cause unsaid.

    Raises
    ------
    PlanError
        Names every analysis, its causes, and the ways out.
    """
    faults = []
    for name, analysis in setting.plan.analysis.items():
        causes = refused(name, analysis, setting)
        if causes:
            words = ", ".join(causes)
            faults.append(
                f"analysis {name}: {words} compete{'s' if len(causes) == 1 else ''} with "
                f"'{analysis.endpoint}', and {analysis.estimator} would count them as censored.\n"
                "  Use estimator = 'aalen_johansen'; or give them another strategy, such as "
                f"strategy = {{ {causes[0]} = 'event' }}; or say naive = true, which labels it so."
            )
    if faults:
        raise PlanError("\n".join(faults))
