"""The rows of one analysis: everybody of its population is analysed or set aside with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.endpoints.rules import STATUS_WORDS, Status
from afterglow.endpoints.status import StatusAtDays
from afterglow.names import CAUSE, CYCLE, ENDPOINT, GROUP, OBSERVED, REASON, SUBJECT
from afterglow.plan.analysis import AnalysisBase
from afterglow.plan.clauses import Strategy
from afterglow.plan.later_groups import LANDMARK
from afterglow.study.covariates import Covariates, covariates
from afterglow.study.groups import WITHOUT, placed
from afterglow.study.landmarks import from_landmark, with_groups
from afterglow.study.setting import Setting
from afterglow.timeline.moments import EPSILON

NOT_IN_CYCLE = "no row in this cycle"
DUE = "due"
CARRIED = "carried"


@dataclass(frozen=True, slots=True, eq=False)
class Analysed:
    """Who is analysed.

    Attributes
    ----------
    population : DataFrame
        subject_id, group, stratum, cluster of everybody in the population.
    rows : DataFrame
        The same columns, the covariates of a regression under the names of `Covariates.terms`,
        and the endpoint's, one row per subject that is analysed.
    set_aside : DataFrame
        subject_id, group, reason of all the others.
    """

    population: pd.DataFrame
    rows: pd.DataFrame
    set_aside: pd.DataFrame

    def __post_init__(self) -> None:
        if len(self.population) != len(self.rows) + len(self.set_aside):
            raise AssertionError("subjects of a population are neither analysed nor set aside")

    @property
    def competing(self) -> list[str]:
        """The causes that end rows in place of the endpoint, in alphabetical order."""
        causes = self.rows.loc[self.rows[CAUSE] != self.rows[ENDPOINT], CAUSE]
        return sorted(set(causes) - {""})


def analysed(name: str, analysis: AnalysisBase, setting: Setting) -> Analysed:
    """Return the rows of the analysis' endpoint, cycle and strategies in its population.

    With `landmark_days` they are on clocks that start at the landmark, of those still watched.
    """
    members = members_of(analysis, setting)
    everybody = with_covariates(placed(members, analysis), covariates(analysis, setting, members))
    rows, reasons = endpoint_rows(analysis, setting), _reasons(analysis, setting)
    landmark = getattr(analysis, LANDMARK, None)
    if landmark is not None:
        later = from_landmark(rows, landmark)
        rows, reasons = later.rows, pd.concat([reasons, later.reasons])
    return _divided(everybody, rows, reasons)


def endpoint_rows(analysis: AnalysisBase, setting: Setting) -> pd.DataFrame:
    """Return the rows of the analysis' endpoint, cycle and strategies, of all subjects.

    Where any cycle counts they are each subject's first.
    """
    rows = rows_of_cycles(analysis, setting)
    if analysis.ANY_CYCLE:
        return rows.sort_values([SUBJECT, CYCLE], kind="stable").drop_duplicates(SUBJECT)
    return rows[rows[CYCLE] == analysis.cycle]


def rows_of_cycles(analysis: AnalysisBase, setting: Setting) -> pd.DataFrame:
    """Return the rows of the analysis' endpoint and strategies in every cycle."""
    derived = setting.derived
    rows = derived.rows_under(_strategies(analysis)) if analysis.strategy else derived.rows
    return rows[rows[ENDPOINT] == analysis.endpoint]


def members_of(analysis: AnalysisBase, setting: Setting) -> pd.DataFrame:
    """Return the subjects of the population, with the groups that form after day 0."""
    members = setting.population(analysis.population)
    return with_groups(members, analysis, setting, lambda: endpoint_rows(analysis, setting))


def _strategies(analysis: AnalysisBase) -> dict[str, dict[str, Strategy]]:
    return {analysis.endpoint: analysis.strategy}


def with_covariates(everybody: pd.DataFrame, found: Covariates | None) -> pd.DataFrame:
    """Return who is in which group with the covariates, and who cannot be used without one."""
    if found is None:
        return everybody
    without = np.where(everybody[WITHOUT] != "", everybody[WITHOUT], found.missing)
    table = found.table.drop(columns=SUBJECT).set_index(everybody.index)
    return pd.concat([everybody.assign(**{WITHOUT: without}), table], axis=1)


def _reasons(analysis: AnalysisBase, setting: Setting) -> pd.Series:
    """Return why each subject has no row; in later cycles the timeline keeps no reason."""
    derived = setting.derived
    changed = analysis.strategy
    aside = derived.set_aside_under(_strategies(analysis)) if changed else derived.set_aside
    mine = aside[aside[ENDPOINT] == analysis.endpoint].set_index(SUBJECT)[REASON]
    return mine if analysis.cycle == 1 else mine.iloc[:0]


def _divided(everybody: pd.DataFrame, rows: pd.DataFrame, reasons: pd.Series) -> Analysed:
    known = everybody[everybody[WITHOUT] == ""].drop(columns=WITHOUT)
    taken = pd.merge(known, rows, on=SUBJECT, how="inner", validate="one_to_one")
    out = everybody[~everybody[SUBJECT].isin(taken[SUBJECT])]
    derived = out[SUBJECT].map(reasons).astype(object)
    derived = derived.where(derived.notna(), NOT_IN_CYCLE)
    reason = np.where(out[WITHOUT] != "", out[WITHOUT], derived)
    aside = out[[SUBJECT, GROUP]].assign(**{REASON: reason}).reset_index(drop=True)
    return Analysed(everybody.drop(columns=WITHOUT), taken, aside)


def analysed_at_days(
    name: str, analysis: AnalysisBase, setting: Setting, days: Sequence[float]
) -> dict[float, Analysed]:
    """Return, for each stated day, who counts, with observed, carried and due.

    `due` are those followed up to the day, those lost before it for a reason that is not
    administrative, and those with a score in the window although their follow-up ended in it.
    """
    found = setting.timelines.statuses[name]
    everybody = placed(setting.population(analysis.population), analysis)
    members = setting.members[analysis.population]
    reasons = _status_reasons(found, setting)
    end_day = setting.end_day
    return {
        day: _divided(everybody, _day_rows(found, setting, members, end_day, place, day), reasons)
        for place, day in enumerate(days)
    }


def _status_reasons(found: StatusAtDays, setting: Setting) -> pd.Series:
    out = found.status != Status.INCLUDED
    words = [STATUS_WORDS[Status(status)] for status in found.status[out]]
    names = setting.subjects[SUBJECT].to_numpy()[out]
    return pd.Series(words, index=names, dtype=object)


def _day_rows(
    found: StatusAtDays,
    setting: Setting,
    members: np.ndarray,
    end_day: np.ndarray,
    place: int,
    day: float,
) -> pd.DataFrame:
    kept = members & (found.status == Status.INCLUDED)
    seen = ~np.isnan(found.observed[:, place])
    due = (end_day >= day - EPSILON) | setting.lost | seen
    return pd.DataFrame(
        {
            SUBJECT: setting.subjects[SUBJECT].to_numpy()[kept],
            OBSERVED: found.observed[kept, place],
            CARRIED: found.carried[kept, place],
            DUE: due[kept],
        }
    )
