"""Whether the parts of a plan fit together, and fit a cohort."""

from typing import TYPE_CHECKING

from afterglow.instruments.registry import Library, load_library
from afterglow.plan import references
from afterglow.plan.faults import Fault
from afterglow.plan.idle_keys import find_idle_keys
from afterglow.plan.later_groups import find_later_faults
from afterglow.plan.model import Plan
from afterglow.plan.repeats import find_repeats
from afterglow.plan.requests import find_request_faults
from afterglow.plan.scales import find_scale_faults
from afterglow.plan.trial_requests import find_trial_faults

if TYPE_CHECKING:
    from afterglow.errors import Problem
    from afterglow.plan.against_cohort import Tables


def endpoint_order(plan: Plan) -> tuple[str, ...]:
    """Return the endpoints so that each stands behind those it refers to, else in plan order."""
    return references.endpoint_order(plan)


def check_plan(plan: Plan, library: Library) -> list[Fault]:
    """Return everything in a plan that contradicts itself or its instruments.

    Parameters
    ----------
    library : Library
        Instruments shipped, and those of the plan's `instruments_dir`.
    """
    return [
        *references.find_reference_faults(plan),
        *find_scale_faults(plan, library),
        *find_request_faults(plan),
        *find_later_faults(plan),
        *find_trial_faults(plan),
        *find_repeats(plan),
        *find_idle_keys(plan),
    ]


def check_against_cohort(
    plan: Plan, cohort: "Tables", library: Library | None = None
) -> "list[Problem]":
    """Return what the plan asks of a cohort that the cohort does not have.

    Parameters
    ----------
    cohort : Cohort, or anything with its five tables
        `subjects`, `scores` and `follow_up`, and `sessions` and `events` that may be None.
    library : Library, optional
        Instruments, as `instruments_of` gives them; default: those shipped.

    Returns
    -------
    list of Problem
        Columns, groups, events, sessions and instruments that are named and not there. No data
        value is in it, only the plan's own words.
    """
    from afterglow.plan.against_cohort import find_cohort_problems

    return find_cohort_problems(plan, cohort, library or load_library())
