"""What all parts of a run share: plan, cohort, timelines, and who is in each population."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from afterglow.cohort.model import Cohort
from afterglow.instruments.registry import Library
from afterglow.names import END_DAY, REASON, SUBJECT
from afterglow.plan.analysis import ALL_SUBJECTS
from afterglow.plan.model import Plan
from afterglow.study.blocks import block_table
from afterglow.study.derive import Derived
from afterglow.study.timelines import PRIMARY, Timelines


@dataclass(frozen=True, eq=False)
class Setting:
    """The material of a run.

    Attributes
    ----------
    plan : Plan
    library : Library
    cohort : Cohort
    timelines : Timelines
    derived : Derived
        The endpoints to analyse: the plan's own, or under another choice of a rule.
    subjects : DataFrame
        The cohort's subjects in the order of the timelines.
    members : mapping of population to bool array
        Who is in each population, in the order of `subjects`.
    """

    plan: Plan
    library: Library
    cohort: Cohort
    timelines: Timelines
    derived: Derived
    subjects: pd.DataFrame
    members: dict[str, np.ndarray]

    def population(self, name: str) -> pd.DataFrame:
        """Return the subjects of a population."""
        return self.subjects[self.members[name]]

    @cached_property
    def follow_up(self) -> pd.DataFrame:
        """The follow-up rows in the order of `subjects`."""
        return in_order(self.cohort.follow_up, self.subjects[SUBJECT].to_numpy())

    @cached_property
    def end_day(self) -> np.ndarray:
        """The last day of each subject's follow-up."""
        return self.follow_up[END_DAY].to_numpy()

    @cached_property
    def lost(self) -> np.ndarray:
        """Whose follow-up ended for a reason that is not administrative, as bool."""
        administrative = self.plan.follow_up.administrative_reasons
        return ~self.follow_up[REASON].isin(administrative).to_numpy()

    @cached_property
    def blocks(self) -> pd.DataFrame:
        """The course and the booster blocks of every subject, see `block_table`."""
        return block_table(self.cohort, self.derived, self.library)

    @property
    def described_population(self) -> str:
        """The population that the descriptive tables show: the primary analysis' one."""
        analyses = list(self.plan.analysis.values())
        primary = [analysis for analysis in analyses if analysis.role == PRIMARY]
        first = (*primary, *analyses)
        return first[0].population if first else ALL_SUBJECTS


def in_order(table: pd.DataFrame, names: np.ndarray) -> pd.DataFrame:
    """Return a table with one row per subject, in the order of `names`."""
    return table.set_index(SUBJECT).loc[names].reset_index()
