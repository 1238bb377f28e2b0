"""What most commands begin with: the plan as text and as objects, then its checked cohort."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from afterglow.cohort.model import Cohort
    from afterglow.instruments.registry import Library
    from afterglow.plan.model import Plan


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

    plan: "Plan"
    text: str
    folder: Path
    library: "Library"


def read_input(path: Path) -> PlanInput:
    """Read the plan and the instruments that it may name.

    Raises
    ------
    PlanError
        See `afterglow.plan.reading.read_plan`.
    """
    from afterglow.plan.reading import instruments_of, read_plan

    plan = read_plan(path)
    text = path.read_bytes().decode("utf-8")
    return PlanInput(plan, text, path.parent, instruments_of(plan, path.parent))


def read_checked_cohort(given: PlanInput) -> "Cohort":
    """Read the plan's cohort, and check that it has what the plan asks of it.

    Raises
    ------
    PlanError, IdentifierError, DataError
        See `afterglow.cohort.reading.read_cohort`; or the plan names columns, groups, events or
        instruments that the cohort does not have.
    """
    from afterglow.cohort.reading import read_cohort
    from afterglow.errors import DataError
    from afterglow.plan.checks import check_against_cohort

    cohort = read_cohort(given.plan.data, given.folder, instruments=given.library)
    problems = check_against_cohort(given.plan, cohort, given.library)
    if problems:
        raise DataError.from_problems(problems)
    return cohort
