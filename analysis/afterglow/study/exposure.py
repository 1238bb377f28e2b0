"""Exposure: sessions, intervals, doses, routes and boosters of the described population."""

import numpy as np
import pandas as pd

from afterglow import canonical
from afterglow import names as n
from afterglow.study.baseline_table import described_groups
from afterglow.study.groups import labelled
from afterglow.study.results import SECTION, Row
from afterglow.study.setting import Setting
from afterglow.study.spread import by_group, number_rows, share_row, share_rows
from afterglow.study.timelines import (
    COURSE_END,
    COURSE_SESSIONS,
    N_BLOCKS,
    N_SESSIONS,
    TREATED,
    UNFINISHED,
)

EXPOSURE = "exposure"
NUMBER = "number"
IN_COURSE = "in_course"
INTERVAL = "interval"
N_BOOSTERS = "n_boosters"
PEAK = "_peak"
BEFORE = "_baseline"
MEASURED = (PEAK, BEFORE)
SESSION_COLUMNS = canonical.TABLES[canonical.SESSIONS].names()
DOSES = (n.DOSE_MG, n.DOSE_MG_PER_KG)


def exposure_rows(setting: Setting) -> list[Row]:
    """Return the exposure table; none without a sessions table.

    Intervals, doses, routes, drugs and kinds are counted over sessions, everything else over
    subjects with a session.
    """
    if setting.cohort.sessions is None:
        return []
    head = {SECTION: EXPOSURE, n.POPULATION: setting.described_population}
    sessions = numbered_sessions(setting, setting.cohort.sessions)
    return [*_subject_rows(head, setting), *_session_rows(head, setting, sessions)]


def _subject_rows(head: Row, setting: Setting) -> list[Row]:
    inside = setting.members[setting.described_population]
    timeline = setting.timelines.subjects[inside].reset_index(drop=True)
    groups = described_groups(setting, setting.subjects[inside])
    treated = timeline[TREATED].to_numpy()
    mine = timeline[treated].assign(
        **{N_BOOSTERS: timeline[N_SESSIONS] - timeline[COURSE_SESSIONS]}
    )
    chosen = None if groups is None else groups[treated]
    rows = []
    for term, column in (
        ("sessions", N_SESSIONS),
        ("course sessions", COURSE_SESSIONS),
        ("course length, days", COURSE_END),
        ("boosters", N_BOOSTERS),
        ("booster blocks", N_BLOCKS),
    ):
        rows += number_rows(head, term, mine, column, chosen)
    shares = {"any booster": mine[N_BOOSTERS] > 0, "course unfinished": mine[UNFINISHED]}
    for term, flag in shares.items():
        for label, part in by_group(pd.DataFrame({term: flag}), chosen):
            words = {**head, n.TERM: term, n.GROUP: label}
            rows.append(share_row(words, "yes", int(part[term].sum()), len(part)))
    return rows


def numbered_sessions(setting: Setting, table: pd.DataFrame) -> pd.DataFrame:
    """Return the sessions of the described population up to the end of follow-up.

    Parameters
    ----------
    table : DataFrame
        The cohort's sessions.

    Returns
    -------
    DataFrame
        Canonical and measured columns, with group (missing without an arm), number (1 is the
        first), in_course, and interval (days since the session before, NaN for the first).
    """
    inside = setting.members[setting.described_population]
    members = setting.subjects[inside]
    timeline = setting.timelines.subjects[inside]
    column = setting.plan.report.arm if setting.plan.report.arm in members else None
    facts = pd.DataFrame(
        {
            n.SUBJECT: members[n.SUBJECT].to_numpy(),
            n.GROUP: labelled(members, column),
            COURSE_SESSIONS: timeline[COURSE_SESSIONS].to_numpy(),
            n.END_DAY: setting.end_day[inside],
        }
    )
    names = [str(column) for column in table.columns]
    own = [name for name in names if name in SESSION_COLUMNS or name.endswith(MEASURED)]
    sessions = pd.merge(table[own], facts, on=n.SUBJECT, how="inner")
    kept = np.floor(sessions[n.DAY]) <= np.floor(sessions[n.END_DAY])
    sessions = sessions[kept].sort_values([n.SUBJECT, n.DAY, n.SESSION_NO], kind="stable")
    of_subject = sessions.groupby(n.SUBJECT)
    number = of_subject.cumcount() + 1
    return sessions.assign(
        **{
            NUMBER: number,
            IN_COURSE: number <= sessions[COURSE_SESSIONS],
            INTERVAL: of_subject[n.DAY].diff(),
        }
    ).reset_index(drop=True)


def session_groups(setting: Setting, sessions: pd.DataFrame) -> pd.Categorical | None:
    """Return the arm of each session, None where the subjects have no such column."""
    if setting.plan.report.arm not in setting.subjects:
        return None
    return pd.Categorical(sessions[n.GROUP])


def _session_rows(head: Row, setting: Setting, sessions: pd.DataFrame) -> list[Row]:
    course = sessions[IN_COURSE]
    rows = []
    for term, inside in (
        ("interval in the course, days", course & (sessions[NUMBER] > 1)),
        (
            "interval between boosters, days",
            ~course & ~course.groupby(sessions[n.SUBJECT]).shift(1, fill_value=True),
        ),
    ):
        part = sessions[inside]
        rows += number_rows(head, term, part, INTERVAL, session_groups(setting, part))
    for column in DOSES:
        if column in sessions and sessions[column].notna().any():
            rows += number_rows(head, column, sessions, column, session_groups(setting, sessions))
    for term, column, part in (
        ("route", n.ROUTE, sessions),
        ("drug", n.DRUG, sessions),
        ("kind of booster", n.KIND, sessions[~course]),
    ):
        if column in part and len(part):
            given = part.assign(**{column: part[column].astype(object).where(part[column] != "")})
            rows += share_rows(head, term, given, column, session_groups(setting, given))
    return rows
