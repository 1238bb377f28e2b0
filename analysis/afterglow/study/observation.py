"""How the described population was observed: visits planned or not, and how follow-up ended."""

import numpy as np
import pandas as pd

from afterglow import names as n
from afterglow.study.baseline_table import described_groups
from afterglow.study.groups import labelled
from afterglow.study.results import SECTION, Row
from afterglow.study.setting import Setting
from afterglow.study.spread import number_rows, share_rows

SCHEDULED_WORDS = {True: "scheduled", False: "unscheduled"}
NOT_STATED = "not stated"
SCORE_COLUMNS = (n.SUBJECT, n.DAY, n.INSTRUMENT, n.SCHEDULED)
LENGTH = "follow-up, days"
ENDED = "end of follow-up"


def visit_rows(setting: Setting) -> list[Row]:
    """Return per instrument the share of scores at scheduled and unscheduled visits."""
    name = setting.described_population
    inside = setting.members[name]
    members = setting.subjects[inside]
    column = setting.plan.report.arm if setting.plan.report.arm in members else None
    facts = pd.DataFrame(
        {
            n.SUBJECT: members[n.SUBJECT].to_numpy(),
            n.GROUP: labelled(members, column),
            n.END_DAY: setting.end_day[inside],
        }
    )
    known = [name for name in SCORE_COLUMNS if name in setting.cohort.scores]
    scores = pd.merge(setting.cohort.scores[known], facts, on=n.SUBJECT, how="inner")
    scores = scores[np.floor(scores[n.DAY]) <= np.floor(scores[n.END_DAY])]
    stated = scores[n.SCHEDULED] if n.SCHEDULED in scores else pd.Series(pd.NA, scores.index)
    words = stated.astype(object).map(SCHEDULED_WORDS).fillna(NOT_STATED)
    scores = scores.assign(**{n.SCHEDULED: words})
    head = {SECTION: "visits", n.POPULATION: name}
    rows = []
    for instrument in sorted(scores[n.INSTRUMENT].unique()):
        mine = scores[scores[n.INSTRUMENT] == instrument]
        groups = None if column is None else pd.Categorical(mine[n.GROUP])
        rows += share_rows(head, str(instrument), mine, n.SCHEDULED, groups)
    return rows


def follow_up_rows(setting: Setting) -> list[Row]:
    """Return how long the subjects were followed and why it ended."""
    name = setting.described_population
    inside = setting.members[name]
    groups = described_groups(setting, setting.subjects[inside])
    table = setting.follow_up[inside]
    reason = table[n.REASON].astype(object).where(table[n.REASON] != "", NOT_STATED)
    table = table.assign(**{n.REASON: reason})
    head = {SECTION: "follow_up", n.POPULATION: name}
    return [
        *number_rows(head, LENGTH, table, n.END_DAY, groups),
        *share_rows(head, ENDED, table, n.REASON, groups),
    ]
