"""Sessions as events that recur: one row per stretch that ends with a session, or at the end."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from afterglow.names import DAY, EVENT, GROUP, START_DAY, STOP_DAY, SUBJECT, TERMINAL, TO_STATE
from afterglow.study.groups import CLUSTER

MINUTE = 1.0 / 1440.0
PLACE = "place"


def session_table(
    sessions: pd.DataFrame, paths: pd.DataFrame, keep: Sequence[str] = (GROUP, CLUSTER)
) -> pd.DataFrame:
    """Return the sessions of subjects as `mean_cumulative_function` reads them.

    Parameters
    ----------
    sessions : DataFrame
        subject_id and day of every session.
    paths : DataFrame
        The subjects' paths; a path ends where follow-up does, or with a state that nobody leaves:
        after that one there are no more sessions.
    keep : sequence of str
        Columns of the paths that are the subject's own, such as its arm, where they are there.

    Returns
    -------
    DataFrame
        subject_id, start_day (minus infinity at first, so that the session on day 0 counts),
        stop_day, event, terminal, and the columns to keep. A second session on a day counts a
        minute later.
    """
    last = paths.drop_duplicates(SUBJECT, keep="last")
    carried = [SUBJECT, *(column for column in keep if column in last)]
    ends = last[[SUBJECT, STOP_DAY]].rename(columns={STOP_DAY: "end"})
    given = sessions[[SUBJECT, DAY]].merge(ends, on=SUBJECT, how="inner")
    given = given[(given[DAY] >= 0) & (given[DAY] <= given["end"])]
    again = given.groupby([SUBJECT, DAY]).cumcount()
    events = pd.DataFrame(
        {SUBJECT: given[SUBJECT], STOP_DAY: given[DAY] + MINUTE * again, EVENT: True}
    )
    latest = events.groupby(SUBJECT)[STOP_DAY].max().reindex(last[SUBJECT]).to_numpy()
    going = ~(latest >= last[STOP_DAY].to_numpy())
    closing = pd.DataFrame(
        {SUBJECT: last[SUBJECT][going], STOP_DAY: last[STOP_DAY][going], EVENT: False}
    )
    rows = pd.concat([events, closing]).sort_values([SUBJECT, STOP_DAY], ignore_index=True)
    rows[START_DAY] = rows.groupby(SUBJECT)[STOP_DAY].shift().fillna(-np.inf)
    final = ~rows[SUBJECT].duplicated(keep="last")
    ended = rows[SUBJECT].map(last.set_index(SUBJECT)[TO_STATE] != "")
    rows[TERMINAL] = final & ended.astype(bool)
    return rows.merge(last[carried], on=SUBJECT, how="left", validate="many_to_one")
