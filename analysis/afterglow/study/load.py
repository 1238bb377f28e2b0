"""What an analysis begins with: the plan as text and as objects, then its checked cohort."""

from dataclasses import dataclass
from pathlib import Path

from afterglow.cohort.model import Cohort
from afterglow.cohort.reading import read_cohort
from afterglow.errors import DataError, UsageError
from afterglow.instruments.registry import Library
from afterglow.plan.checks import check_against_cohort
from afterglow.plan.model import Plan
from afterglow.plan.reading import instruments_of, read_plan


@dataclass(frozen=True, slots=True)
class PlanInput:
    """A plan that was read.

    Attributes
    ----------
    plan : Plan
    text : str
        The file, character for character.
    folder : Path
        Where the plan's paths start from.
    library : Library
        The instruments shipped and the plan's own, each in the version that the plan chose.
    """

    plan: Plan
    text: str
    folder: Path
    library: Library


def load_plan(path: str | Path) -> PlanInput:
    """Read a plan file and the instruments that it names.

    Parameters
    ----------
    path : str or Path
        The plan; its own paths start from its folder.

    Returns
    -------
    PlanInput

    Raises
    ------
    UsageError
        `path` is no path.
    PlanError
        Lists everything that is wrong with the plan.

    Examples
    --------
    >>> import afterglow as ag
    >>> given = ag.load_plan("analysis/plans/demo.toml")  # doctest: +SKIP
    """
    if not isinstance(path, str | Path) or "\n" in str(path):
        raise UsageError(
            "load_plan needs the path of a plan file, not a plan or its text.\n"
            "Save the text as a file, and give its path."
        )
    path = Path(path)
    plan = read_plan(path)
    text = path.read_bytes().decode("utf-8")
    return PlanInput(plan, text, path.parent, instruments_of(plan, path.parent))


def load_cohort(given: PlanInput) -> Cohort:
    """Read a plan's cohort, and check that it has what the plan asks of it.

    Parameters
    ----------
    given : PlanInput

    Returns
    -------
    Cohort

    Raises
    ------
    UsageError
        `given` is something else, such as a path or the plan alone.
    PlanError, IdentifierError, DataError
        See `afterglow.cohort.reading.read_cohort`; or the plan names columns, groups, events or
        instruments that the cohort does not have.

    Examples
    --------
    >>> cohort = ag.load_cohort(given)  # doctest: +SKIP
    """
    if not isinstance(given, PlanInput):
        raise UsageError(
            "load_cohort needs what load_plan returned.\n"
            "Write: given = load_plan(path); cohort = load_cohort(given)."
        )
    cohort = read_cohort(given.plan.data, given.folder, instruments=given.library)
    problems = check_against_cohort(given.plan, cohort, given.library)
    if problems:
        raise DataError.from_problems(problems)
    return cohort
