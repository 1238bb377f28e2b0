"""A run: plan and cohort in, every number of the report out."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from afterglow.cohort.model import Cohort, CohortFacts
from afterglow.instruments.registry import Library, load_library
from afterglow.names import SUBJECT
from afterglow.plan.analyses import Analysis
from afterglow.plan.model import Plan
from afterglow.study.arguments import check_study
from afterglow.study.baseline_table import baseline_rows
from afterglow.study.cautions import WARNINGS, warning_rows
from afterglow.study.checks import check_competing, check_requests
from afterglow.study.derive import Derived
from afterglow.study.estimators import ESTIMATORS
from afterglow.study.exposure import exposure_rows
from afterglow.study.flow import account_rows, analysis_flow_rows, ending_rows, population_rows
from afterglow.study.known_at_day_0 import check_known_at_day_0
from afterglow.study.later_rows import immortal_rows
from afterglow.study.observation import follow_up_rows, visit_rows
from afterglow.study.populations import Membership, find_populations
from afterglow.study.results import Results, Row, results_from
from afterglow.study.sensitivity import sensitivity_rows
from afterglow.study.setting import Setting, in_order
from afterglow.study.swimmer import Swimmer, swimmer
from afterglow.study.timelines import read_timelines
from afterglow.study.tolerability import tolerability_rows
from afterglow.study.trajectories import trajectory_rows
from afterglow.study.visit_companions import visit_companion_rows

Progress = Callable[[str], None]
TABLES = (
    baseline_rows,
    exposure_rows,
    tolerability_rows,
    trajectory_rows,
    visit_rows,
    follow_up_rows,
)


@dataclass(frozen=True, eq=False)
class Study:
    """All that a report needs, as data.

    Attributes
    ----------
    plan : Plan
    library : Library
        The instruments that the plan's names refer to.
    cohort : CohortFacts
        Metadata, hashes and account; the rows themselves are not kept.
    derived : Derived
        The endpoints, subject by subject.
    populations : mapping of name to Membership
    described_population : str
        The one that the descriptive tables show.
    results : Results
    swimmer : Swimmer or None
        Paths of single subjects, where subject-level figures were asked for.
    """

    plan: Plan
    library: Library
    cohort: CohortFacts
    derived: Derived
    populations: dict[str, Membership]
    described_population: str
    results: Results
    swimmer: Swimmer | None = None

    @property
    def warnings(self) -> pd.DataFrame:
        """The rows of the section "warnings"."""
        return self.results.select(section=WARNINGS)


def run(
    plan: Plan,
    cohort: Cohort,
    library: Library | None = None,
    *,
    progress: Progress | None = None,
    subject_level: bool = False,
) -> Study:
    """Derive, analyse and describe a cohort as its plan says.

    Parameters
    ----------
    plan : Plan
    cohort : Cohort
        May be a part (a site) of the one the plan was made for: a group that is absent leaves its
        comparisons out, with a warning. `plan.checks.check_against_cohort` finds misspelt names.
    library : Library, optional
        Instruments; default those shipped and those of `plan.instruments_dir`, which is then
        relative to the working folder.
    progress : callable, optional
        Is told what is being done.
    subject_level : bool
        Also lay out single subjects' paths, for a report that stays inside.

    Raises
    ------
    PlanError
        The plan asks for something that the cohort does not have, or for a Kaplan–Meier curve
        where a cause competes and `naive` is not said. Nothing is computed in part.
    """
    check_study("run(given.plan, cohort, given.library)", plan, cohort, library, Cohort)
    tell = progress or (lambda _: None)
    tell("deriving endpoints")
    setting, populations = prepare(plan, cohort, library)
    library = setting.library
    rows = account_rows(cohort.account)
    for name in _used(plan):
        rows += population_rows(name, populations[name])
    for name, analysis in plan.analysis.items():
        tell(f"analysis {name}")
        rows += _analysis_rows(name, analysis, setting)
    for table in TABLES:
        tell(table.__name__.removesuffix("_rows").replace("_", " "))
        rows += table(setting)
    rows += warning_rows(rows, setting)
    return Study(
        plan, library, _facts(cohort), setting.derived, populations, setting.described_population,
        results_from(rows), _swimmer(setting) if subject_level else None,
    )  # fmt: skip


def prepare(
    plan: Plan, cohort: Cohort, library: Library | None = None
) -> tuple[Setting, dict[str, Membership]]:
    """Derive endpoints and populations, and refuse what the plan cannot ask of them.

    Everything that `run` refuses is refused here, before a number is estimated.

    Raises
    ------
    PlanError
        See `run`.
    """
    library = load_library(plan.instruments_dir) if library is None else library
    check_requests(plan, cohort.subjects)
    setting, populations = _setting(plan, cohort, library)
    check_known_at_day_0(setting)
    check_competing(setting)
    return setting, populations


def _setting(plan: Plan, cohort: Cohort, library: Library) -> tuple[Setting, dict[str, Membership]]:
    timelines = read_timelines(cohort, plan, library)
    subjects = in_order(cohort.subjects, timelines.subjects[SUBJECT].to_numpy())
    populations = find_populations(plan, subjects, timelines.baselines, library)
    members = {name: found.members for name, found in populations.items()}
    setting = Setting(plan, library, cohort, timelines, timelines.derived, subjects, members)
    return setting, populations


def _used(plan: Plan) -> list[str]:
    """Return the populations that an analysis looks at, in the order in which they are needed."""
    asked = [analysis.population for analysis in plan.analysis.values()]
    return list(dict.fromkeys([*asked, *plan.population]))


def _analysis_rows(name: str, analysis: Analysis, setting: Setting) -> list[Row]:
    estimator = ESTIMATORS[analysis.estimator]
    return [
        *analysis_flow_rows(name, analysis, setting),
        *estimator(name, analysis, setting),
        *immortal_rows(name, analysis, setting),
        *ending_rows(name, analysis, setting),
        *sensitivity_rows(name, analysis, setting, estimator),
        *visit_companion_rows(name, analysis, setting, estimator),
    ]


def _swimmer(setting: Setting) -> Swimmer | None:
    shown = setting.population(setting.described_population)[SUBJECT]
    return swimmer(setting.cohort, setting.derived, setting.library, subjects=shown)


def _facts(cohort: Cohort) -> CohortFacts:
    return CohortFacts(
        metadata=cohort.metadata,
        account=cohort.account,
        hashes=cohort.hashes,
        follow_up_assumed=cohort.follow_up_assumed,
        ignored=cohort.ignored,
    )
