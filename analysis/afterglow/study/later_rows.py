"""Rows on groups formed after day 0: the time that a comparison from day 0 would have granted."""

import numpy as np
import pandas as pd

from afterglow.names import DURATION, ENTRY, ORIGIN_DAY, SUBJECT, N
from afterglow.plan.analyses import Analysis
from afterglow.plan.later_groups import changing_statuses, later_words
from afterglow.plan.later_words import is_status
from afterglow.study.analysed import endpoint_rows
from afterglow.study.later_status import known
from afterglow.study.results import LEVEL, Row
from afterglow.study.rows import analysis_head, statistic
from afterglow.study.setting import Setting

IMMORTAL = "immortal_person_days"


def immortal_rows(name: str, analysis: Analysis, setting: Setting) -> list[Row]:
    """Return the person-days that a comparison of these groups from the origin takes for granted.

    Returns
    -------
    list of Row
        Per endpoint or event that forms groups (`level` the plan's word): the days from when they
        were at risk until it was known, in those in whom it came to be known while they were
        followed; `n` how many they are. None for an analysis without such groups.
    """
    words = [word for _, word in later_words(analysis) if is_status(word)]
    words = list(dict.fromkeys([*words, *changing_statuses(analysis)]))
    if not words:
        return []
    members = setting.population(analysis.population)[SUBJECT]
    rows = endpoint_rows(analysis, setting)
    rows = rows[rows[SUBJECT].isin(members)]
    head = analysis_head(name, analysis, "analysis")
    return [
        statistic(head, IMMORTAL, days, **{LEVEL: word, N: float(n)})
        for word in words
        for days, n in [_granted(word, rows, setting)]
    ]


def _granted(word: str, rows: pd.DataFrame, setting: Setting) -> tuple[float, int]:
    names = setting.subjects[SUBJECT].to_numpy()
    day = pd.Series(known(word, setting).day, index=names).loc[rows[SUBJECT]].to_numpy()
    since = day - rows[ORIGIN_DAY].to_numpy()
    while_followed = since < rows[DURATION].to_numpy()
    before = np.where(while_followed, since - rows[ENTRY].to_numpy(), 0.0)
    return float(before[before > 0].sum()), int((before > 0).sum())
