"""Tolerability: dissociation and blood pressure per session, adverse events per subject."""

import pandas as pd

from afterglow import names as n
from afterglow.study.baseline_table import described_groups
from afterglow.study.exposure import BEFORE, PEAK, numbered_sessions, session_groups
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import statistic
from afterglow.study.setting import Setting
from afterglow.study.spread import by_group, number_rows, share_row
from afterglow.study.timelines import TREATED

TOLERABILITY = "tolerability"
ADVERSE_EVENT = "adverse_event"
ANY = "any"
NOT_NAMED = "not named"
N_RECORDS = "n_records"


def tolerability_rows(setting: Setting) -> list[Row]:
    """Return peaks and rises over sessions, and the share of subjects with each adverse event."""
    head = {SECTION: TOLERABILITY, n.POPULATION: setting.described_population}
    return [*_session_rows(head, setting), *_event_rows(head, setting)]


def _session_rows(head: Row, setting: Setting) -> list[Row]:
    """Return every `…_peak` column of the sessions, and its rise where there is a `…_baseline`."""
    if setting.cohort.sessions is None:
        return []
    sessions = numbered_sessions(setting, setting.cohort.sessions)
    groups = session_groups(setting, sessions)
    rows = []
    for column in sessions.columns:
        if not column.endswith(PEAK) or not pd.api.types.is_numeric_dtype(sessions[column]):
            continue
        rows += number_rows(head, column, sessions, column, groups)
        before = column.removesuffix(PEAK) + BEFORE
        if before in sessions:
            rise = column.removesuffix(PEAK) + "_rise"
            risen = sessions.assign(**{rise: sessions[column] - sessions[before]})
            rows += number_rows(head, rise, risen, rise, groups)
    return rows


def _event_rows(head: Row, setting: Setting) -> list[Row]:
    """Return how many treated subjects had each adverse event up to their end of follow-up."""
    events = setting.cohort.events
    if events is None:
        return []
    inside = setting.members[setting.described_population]
    treated = inside & setting.timelines.subjects[TREATED].to_numpy()
    members = setting.subjects[treated]
    ends = pd.Series(setting.end_day[treated], index=members[n.SUBJECT].to_numpy())
    adverse = events[events[n.EVENT_NAME] == ADVERSE_EVENT]
    adverse = adverse[adverse[n.DAY] // 1 <= adverse[n.SUBJECT].map(ends) // 1]
    words = adverse[n.TERM] if n.TERM in adverse else pd.Series("", index=adverse.index)
    words = words.where(words != "", NOT_NAMED)
    groups = described_groups(setting, members)
    rows = []
    for term in (ANY, *sorted(words.unique())):
        had = adverse if term == ANY else adverse[words == term]
        for label, mine in by_group(members, groups):
            own = had[had[n.SUBJECT].isin(mine[n.SUBJECT])]
            named = {**head, n.TERM: "adverse event", n.GROUP: label}
            rows.append(share_row(named, str(term), own[n.SUBJECT].nunique(), len(mine)))
            rows.append(statistic(named, N_RECORDS, float(len(own)), **{LEVEL: str(term)}))
    return rows
