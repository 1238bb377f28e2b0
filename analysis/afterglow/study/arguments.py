"""What the public functions were given: a plan, a cohort, or something else."""

from afterglow.cohort.model import Cohort, OpenCohort
from afterglow.errors import UsageError
from afterglow.instruments.registry import Library
from afterglow.plan.model import Plan
from afterglow.study.load import PlanInput

READ = "Read both first: given = load_plan(path); cohort = load_cohort(given)."


def check_argument(call: str, what: str, value: object, *kinds: type) -> None:
    """Raise UsageError unless `value` is one of `kinds`; `call` is how to call the function."""
    if isinstance(value, kinds):
        return
    if isinstance(value, PlanInput):
        raise UsageError(f"A {what} is needed, not all that load_plan returned.\nCall {call}.")
    kind = "text" if isinstance(value, str) else f"a {type(value).__name__}"
    raise UsageError(f"A {what} is needed, not {kind}.\n{READ}\nThen call {call}.")


def check_study(
    call: str, plan: object, cohort: object, library: object, *kinds: type[Cohort | OpenCohort]
) -> None:
    """Raise UsageError unless these are a plan, a cohort of one of `kinds`, a library or None."""
    check_argument(call, "cohort", cohort, *kinds)
    check_argument(call, "plan", plan, Plan)
    check_argument(call, "library", library, Library, type(None))
