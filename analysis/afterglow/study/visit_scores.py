"""The scores that an endpoint is seen by, and cohorts in which only some of the visits happened."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from afterglow.cohort.model import Cohort
from afterglow.names import (
    DAY,
    DURATION,
    ENTRY,
    EVENT,
    GROUP,
    INSTRUMENT,
    LOWER,
    ORIGIN_DAY,
    SCHEDULED,
    SUBJECT,
    TIMING,
)
from afterglow.plan.endpoints import Durability, Relapse
from afterglow.study.groups import group_labels
from afterglow.study.setting import Setting
from afterglow.timeline.moments import EPSILON

FROM, UNTIL, SEEN_ON = "from_day", "until_day", "seen_on"


@dataclass(frozen=True, eq=False)
class Visits:
    """The scores of one instrument of those analysed.

    Attributes
    ----------
    cohort : Cohort
        The subjects analysed, with the instruments that the plan's endpoints use.
    own : bool array
        Which of its scores are of the endpoint's instrument.
    watched : DataFrame
        Of these, those after the subject was at risk: group, scheduled (1, 0 or missing), whether
        the event was first seen at it, and whether it was up to the end of the subject's row.
    groups : list of str
    """

    cohort: Cohort
    own: np.ndarray
    watched: pd.DataFrame
    groups: list[str]

    @property
    def any_unscheduled(self) -> bool:
        """Say whether some score of the instrument is known to be unscheduled."""
        return bool((_scheduled(self.cohort.scores)[self.own] == 0.0).any())

    def scores_of(self, group: str) -> np.ndarray:
        """Return whether each score of a group is scheduled; those not stated are left out."""
        return self._marks((self.watched[GROUP] == group) & self.watched[UNTIL])

    def events_of(self, group: str) -> np.ndarray:
        """Return whether each visit at which an event was first seen was scheduled."""
        return self._marks((self.watched[GROUP] == group) & self.watched[SEEN_ON])

    def _marks(self, rows: Any) -> np.ndarray:
        marks = self.watched.loc[rows, SCHEDULED].to_numpy(float)
        return marks[~np.isnan(marks)] > 0.0

    def scheduled_only(self) -> Cohort:
        """Return the cohort without the instrument's unscheduled scores."""
        dropped = self.own & (_scheduled(self.cohort.scores) == 0.0)
        return replace(self.cohort, scores=_kept(self.cohort.scores, ~dropped))

    def every_second(self) -> Cohort:
        """Return the cohort without the first, third … visit since each subject was at risk."""
        scores = self.cohort.scores
        later = scores.index.isin(self.watched.index)
        days = scores.loc[later, [SUBJECT, DAY]].assign(**{DAY: np.floor(scores.loc[later, DAY])})
        rank = days.groupby(SUBJECT, observed=True)[DAY].rank(method="dense")
        odd = np.zeros(len(scores), dtype=bool)
        odd[later] = rank.to_numpy() % 2.0 == 1.0
        return replace(self.cohort, scores=_kept(scores, ~odd))


def visits_of(setting: Setting, endpoint: Relapse | Durability, rows: pd.DataFrame) -> Visits:
    """Return the visits by which an endpoint is seen, of those analysed.

    Parameters
    ----------
    setting : Setting
    endpoint : Relapse or Durability
    rows : DataFrame
        The endpoint's rows of those analysed, with their group.
    """
    plan, library = setting.plan, setting.library
    names = [getattr(one, "instrument", None) for one in plan.endpoint.values()]
    used = {library.get(name).id for name in names if name is not None}
    used |= {library.get(name).id for name in plan.baseline.minimum}
    cohort = _of_subjects(setting.cohort, rows[SUBJECT], used)
    scores = cohort.scores
    own = np.asarray(scores[INSTRUMENT] == library.get(endpoint.instrument).id, dtype=bool)
    if endpoint.timing is not None and TIMING in scores:
        own &= np.asarray(scores[TIMING].isin(endpoint.timing), dtype=bool)
    return Visits(cohort, own, _watched(scores[own], rows), group_labels(rows))


def _of_subjects(cohort: Cohort, subjects: pd.Series, instruments: set[str]) -> Cohort:
    def of(table: pd.DataFrame | None) -> pd.DataFrame | None:
        return None if table is None else _kept(table, table[SUBJECT].isin(subjects))

    scores = cohort.scores[cohort.scores[INSTRUMENT].isin(instruments)]
    kept: Any = {
        "subjects": of(cohort.subjects), "scores": of(scores), "sessions": of(cohort.sessions),
        "events": of(cohort.events), "follow_up": of(cohort.follow_up),
    }  # fmt: skip
    return replace(cohort, **kept)


def _kept(table: pd.DataFrame, rows: Any) -> pd.DataFrame:
    return table[rows].reset_index(drop=True)


def _scheduled(scores: pd.DataFrame) -> np.ndarray:
    """Return 1 scheduled, 0 not, NaN not stated."""
    if SCHEDULED not in scores:
        return np.full(len(scores), np.nan)
    return scores[SCHEDULED].astype("Float64").to_numpy(dtype=float, na_value=np.nan)


def _watched(scores: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the scores after each subject was at risk, and up to what ended its row."""
    start = rows[ORIGIN_DAY] + rows[ENTRY]
    shown = rows[EVENT] & (rows[LOWER] < rows[DURATION])
    known = pd.DataFrame(
        {
            SUBJECT: rows[SUBJECT].to_numpy(),
            GROUP: rows[GROUP].astype(str).to_numpy(),
            FROM: start.to_numpy(),
            UNTIL: (rows[ORIGIN_DAY] + rows[DURATION]).to_numpy(),
            SEEN_ON: np.where(shown, rows[ORIGIN_DAY] + rows[DURATION], np.nan),
        }
    ).set_index(SUBJECT)
    found = known.loc[scores[SUBJECT]].set_axis(scores.index)
    day = scores[DAY]
    table = pd.DataFrame(
        {
            GROUP: found[GROUP],
            SCHEDULED: pd.Series(_scheduled(scores), index=scores.index),
            SEEN_ON: (day - found[SEEN_ON]).abs() <= EPSILON,
            UNTIL: day <= found[UNTIL] + EPSILON,
        }
    )
    return table[day > found[FROM] + EPSILON]
