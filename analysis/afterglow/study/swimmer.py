"""Lanes of a swimmer plot: one subject each, with its states, sessions and events."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from afterglow.cohort.model import Cohort
from afterglow.instruments.registry import Library
from afterglow.names import (
    CYCLE,
    DAY,
    FROM_STATE,
    LANE,
    START_DAY,
    STOP_DAY,
    SUBJECT,
    TERM,
    TO_STATE,
)
from afterglow.study.derive import Derived
from afterglow.study.path import STATE_WORDS, path_table

if TYPE_CHECKING:
    import pandas as pd

MOST_LANES: Final = 60
WELL: Final = ("response", "remission")
SESSION: Final = "session"
BOOSTER: Final = "booster"


@dataclass(frozen=True, eq=False)
class Swimmer:
    """What a swimmer plot draws; nobody is named in it.

    Attributes
    ----------
    lanes : DataFrame
        lane (0 is the subject with the most days in response or remission), start_day, stop_day
        (days since the first session), term (the state).
    marks : DataFrame
        lane, day, term: "session" (of the course), "booster", or the event that ended the path.
    n_subjects : int
        Those with a path, of whom the lanes are evenly chosen.
    """

    lanes: "pd.DataFrame"
    marks: "pd.DataFrame"
    n_subjects: int


def swimmer(
    cohort: Cohort,
    derived: Derived,
    library: Library | None = None,
    *,
    subjects: "pd.Series | None" = None,
    most: int = MOST_LANES,
) -> Swimmer | None:
    """Lay out the paths of subjects as lanes.

    Subject-level: for those who may see the data, not for release.

    Parameters
    ----------
    cohort, derived, library
        As in `path_table`.
    subjects : Series of subject_id, optional
        Who may be shown; default: everybody with a path.
    most : int
        Where more have a path, so many are taken at even distances of the order by days in
        response or remission.

    Returns
    -------
    Swimmer or None
        None where nobody has a path: no sessions, or no endpoint of kind response.
    """
    path = path_table(cohort, derived, library)
    path = path[[SUBJECT, CYCLE, START_DAY, STOP_DAY, FROM_STATE, TO_STATE]]
    if subjects is not None:
        path = path[path[SUBJECT].isin(subjects)]
    sessions = cohort.sessions
    if not len(path) or sessions is None:
        return None
    order = _ordered(path)
    places = np.unique(np.linspace(0, len(order) - 1, min(most, len(order))).round().astype(int))
    lane = {subject: number for number, subject in enumerate(order[places])}
    shown = path[path[SUBJECT].isin(list(lane))]
    shown = shown.assign(**{LANE: shown[SUBJECT].map(lane)})
    return Swimmer(_lanes(shown), _marks(shown, sessions, lane), len(order))


def _ordered(path: "pd.DataFrame") -> np.ndarray:
    """Return the subjects, those with the most days well first."""
    days = (path[STOP_DAY] - path[START_DAY]).where(path[FROM_STATE].isin(WELL), 0.0)
    well = days.groupby(path[SUBJECT]).sum()
    return well.sort_values(ascending=False, kind="stable").index.to_numpy()


def _lanes(shown: "pd.DataFrame") -> "pd.DataFrame":
    """Join neighbouring stretches in the same state."""
    shown = shown.sort_values([LANE, START_DAY], kind="stable")
    new = (shown[LANE] != shown[LANE].shift()) | (shown[FROM_STATE] != shown[FROM_STATE].shift())
    joined = shown.groupby(new.cumsum())
    return joined.agg(
        **{
            LANE: (LANE, "first"),
            START_DAY: (START_DAY, "first"),
            STOP_DAY: (STOP_DAY, "last"),
            TERM: (FROM_STATE, "first"),
        }
    ).reset_index(drop=True)


def _marks(shown: "pd.DataFrame", sessions: "pd.DataFrame", lane: dict[str, int]) -> "pd.DataFrame":
    """Return the sessions, by the cycle that the path is in from then on, and how paths ended."""
    import pandas as pd

    given = sessions[sessions[SUBJECT].isin(list(lane))]
    given = given[[SUBJECT, DAY]].astype({SUBJECT: object})
    given = given.assign(**{LANE: given[SUBJECT].map(lane).astype(np.int64)})
    within = pd.merge_asof(
        given.sort_values(DAY, kind="stable"),
        shown[[LANE, START_DAY, STOP_DAY, CYCLE]].sort_values(START_DAY, kind="stable"),
        left_on=DAY, right_on=START_DAY, by=LANE,
    )  # fmt: skip
    within = within[within[DAY] <= within[STOP_DAY]]
    kinds = np.where(within[CYCLE] > 1, BOOSTER, SESSION)
    sessions = within[[LANE, DAY]].assign(**{TERM: kinds})
    ends = shown[~shown[TO_STATE].isin(list(STATE_WORDS.values()))]
    ended = ends[[LANE, STOP_DAY, TO_STATE]].rename(columns={STOP_DAY: DAY, TO_STATE: TERM})
    marks = pd.concat([sessions, ended])
    return marks.sort_values([LANE, DAY, TERM], kind="stable").reset_index(drop=True)
