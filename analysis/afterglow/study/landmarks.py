"""Groups by what is known at a landmark: who is in which, and who left before.

A landmark lies so many days after the origin of the endpoint. Groups are formed by what is known
on that day; clocks start there; whoever had the event, another end or no more follow-up by then
is set aside with that reason (Anderson, Cain and Gelber 1983).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from afterglow.names import (
    CAUSE,
    DURATION,
    ENTRY,
    LOWER,
    ORIGIN_DAY,
    ORIGIN_LOWER_DAY,
    SESSIONS_SO_FAR,
    SUBJECT,
    UPPER,
)
from afterglow.plan.analysis import AnalysisBase
from afterglow.plan.later_groups import LANDMARK, changing_statuses, later_words
from afterglow.study.groups import NO_STATUS
from afterglow.study.later_status import known, labels_by, sessions_by
from afterglow.study.setting import Setting
from afterglow.timeline.moments import EPSILON

BY_THE_LANDMARK = " by the landmark"
FOLLOW_UP_ENDED = f"follow-up ended{BY_THE_LANDMARK}"


@dataclass(frozen=True, slots=True, eq=False)
class FromLandmark:
    """Rows on clocks that start at the landmark.

    Attributes
    ----------
    rows : DataFrame
        The endpoint's rows of those still watched and free of it.
    reasons : Series of str
        By subject, why each of the others is set aside.
    """

    rows: pd.DataFrame
    reasons: pd.Series


def with_groups(
    members: pd.DataFrame,
    analysis: AnalysisBase,
    setting: Setting,
    rows: Callable[[], pd.DataFrame],
) -> pd.DataFrame:
    """Return the members with a column of groups for every word that day 0 does not know.

    Parameters
    ----------
    members : DataFrame
        Subjects of a population.
    analysis : AnalysisBase
    setting : Setting
    rows : callable
        Gives the endpoint's rows, for the origins; who has none has no group.

    Returns
    -------
    DataFrame
        As `members`, with one column per word, and `no_status`: why a subject cannot be placed.
    """
    words = list(dict.fromkeys(later_words(analysis)))
    statuses = changing_statuses(analysis)
    if not words and not statuses:
        return members
    names = setting.subjects[SUBJECT].to_numpy()
    mine = np.isin(names, members[SUBJECT].to_numpy())
    origin = rows().set_index(SUBJECT)[ORIGIN_DAY].reindex(names).to_numpy(dtype=float)
    days = origin + (getattr(analysis, LANDMARK, None) or 0.0)
    columns: dict[str, Any] = {}
    without = np.full(len(members), "", dtype=object)
    for key, word in words:
        if key == "terms" and word == SESSIONS_SO_FAR:
            columns[word] = np.where(np.isnan(days), np.nan, sessions_by(days, setting))[mine]
            continue
        groups, missing = labels_by(word, days, setting)
        columns[word] = groups[mine]
        without = np.where(without == "", missing[mine], without)
    for word in statuses:
        without = np.where(without == "", known(word, setting).missing[mine], without)
    return members.assign(**columns, **{NO_STATUS: without})


def from_landmark(rows: pd.DataFrame, days: float) -> FromLandmark:
    """Start the clocks of an endpoint's rows so many days after their origins."""
    late = rows[DURATION] > days + EPSILON
    kept, gone = rows[late], rows[~late]
    kept = kept.assign(
        **{
            ORIGIN_DAY: kept[ORIGIN_DAY] + days,
            ORIGIN_LOWER_DAY: kept[ORIGIN_DAY] + days,
            ENTRY: np.maximum(kept[ENTRY] - days, 0.0),
            DURATION: kept[DURATION] - days,
            LOWER: np.maximum(kept[LOWER] - days, 0.0),
            UPPER: kept[UPPER] - days,
        }
    )
    words = np.where(gone[CAUSE] == "", FOLLOW_UP_ENDED, gone[CAUSE] + BY_THE_LANDMARK)
    return FromLandmark(kept, pd.Series(words, index=gone[SUBJECT].to_numpy(), dtype=object))
