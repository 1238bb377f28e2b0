"""When it was known of a subject that an endpoint was reached, an event came, a session was given.

Days are counted from the first session. An endpoint is known on the day that confirms it, which
may be later than the day that dates it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.endpoints.rules import Reason, Status
from afterglow.names import (
    DAY,
    EVENT_NAME,
    ORIGIN_DAY,
    REASON,
    SESSION_NO,
    SESSIONS_SO_FAR,
    SUBJECT,
)
from afterglow.plan.later_words import BOOSTED, status_labels
from afterglow.study.coded import status_places, status_words
from afterglow.study.path import state_endpoints
from afterglow.study.setting import Setting
from afterglow.study.timelines import COURSE_SESSIONS
from afterglow.timeline.moments import EPSILON

NO_STATUS = (
    Status.NO_SESSION,
    Status.NO_BASELINE,
    Status.BELOW_SEVERITY,
    Status.BASELINE_AT_BEST,
    Status.NO_COLUMN,
)


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """When a status came to be known, one entry per subject of the setting, in its order.

    Attributes
    ----------
    day : float64 array
        Days since the first session; infinite where it never was.
    missing : array of str
        Why a subject has no such status, as "no baseline"; "" where it has one.
    """

    day: np.ndarray
    missing: np.ndarray


def known(word: str, setting: Setting) -> Known:
    """Return when each subject was known to have the status that a word names.

    Parameters
    ----------
    word : str
        "endpoint:NAME" (in the first cycle, under the endpoint's own strategies), "event:NAME"
        (the first of that name) or "event:booster" (the first session after the course).
    """
    kind, _, name = word.partition(":")
    if kind == "endpoint":
        return _endpoint(name, setting)
    day = booster_days(setting) if word == BOOSTED else _event_days(name, setting)
    return Known(day, np.full(len(day), "", dtype=object))


def labels_by(word: str, days: np.ndarray, setting: Setting) -> tuple[pd.Categorical, np.ndarray]:
    """Return the group of each subject by what is known on a day of its own, and who has none.

    Parameters
    ----------
    word : str
        As in `known`, or "sessions_so_far", whose groups are numbers of sessions.
    days : float64 array
        One per subject of the setting, days since the first session; NaN: no day, no group.

    Returns
    -------
    tuple
        Groups (missing without a day or a status), and why a subject has no status ("" else).
    """
    if word == SESSIONS_SO_FAR:
        counts = sessions_by(days, setting)
        numbers = sorted({int(count) for count in counts[~np.isnan(days)]})
        codes = np.where(np.isnan(days), -1, np.searchsorted(numbers, counts))
        groups = _grouped(codes, [f"{number}" for number in numbers])
        return groups, np.full(len(days), "", dtype=object)
    found = known(word, setting)
    out = np.isnan(days) | (found.missing != "")
    codes = np.where(out, -1, found.day <= days + EPSILON)
    return _grouped(codes, status_labels(word)), found.missing


def _grouped(codes: np.ndarray, labels: Sequence[str]) -> pd.Categorical:
    categories = pd.Index(list(labels), dtype=object)
    return pd.Categorical.from_codes(codes.astype(np.int64).tolist(), categories=categories)


def booster_days(setting: Setting) -> np.ndarray:
    """Return the day of each subject's first session after the course, infinite without one."""
    sessions = _sessions(setting)
    course = setting.timelines.subjects.set_index(SUBJECT)[COURSE_SESSIONS]
    place = sessions.groupby(SUBJECT).cumcount()
    later = sessions[place.to_numpy() == sessions[SUBJECT].map(course).to_numpy()]
    return _in_order(later.set_index(SUBJECT)[DAY], setting)


def _sessions(setting: Setting) -> pd.DataFrame:
    """Return subject and day of the sessions in their order; none where the cohort has none."""
    sessions = setting.cohort.sessions
    if sessions is None:
        return pd.DataFrame({SUBJECT: pd.Series(dtype=object), DAY: pd.Series(dtype=float)})
    return sessions.sort_values([SUBJECT, DAY, SESSION_NO], kind="stable")[[SUBJECT, DAY]]


def sessions_by(days: np.ndarray, setting: Setting) -> np.ndarray:
    """Return how many sessions each subject had up to its own day, 0 without a day."""
    sessions = _sessions(setting)
    limit = sessions[SUBJECT].map(pd.Series(days, index=setting.subjects[SUBJECT].to_numpy()))
    given = sessions[sessions[DAY].to_numpy() <= limit.to_numpy(dtype=float) + EPSILON]
    counts = given.groupby(SUBJECT).size()
    return counts.reindex(setting.subjects[SUBJECT]).fillna(0).to_numpy()


def _event_days(name: str, setting: Setting) -> np.ndarray:
    """Return the first day of an event of the table, or of a follow-up that ended so."""
    parts = []
    if setting.cohort.events is not None:
        events = setting.cohort.events
        parts.append(events.loc[events[EVENT_NAME] == name, [SUBJECT, DAY]])
    ends = setting.follow_up
    ended = pd.DataFrame({SUBJECT: ends[SUBJECT], DAY: setting.end_day})
    parts.append(ended[(ends[REASON] == name).to_numpy(dtype=bool, na_value=False)])
    return _in_order(pd.concat(parts).groupby(SUBJECT)[DAY].min(), setting)


def _in_order(days: pd.Series, setting: Setting) -> np.ndarray:
    return days.reindex(setting.subjects[SUBJECT]).fillna(np.inf).to_numpy(dtype=float)


def _endpoint(name: str, setting: Setting) -> Known:
    derived = setting.derived
    place = derived.rules.names.index(name)
    mine = np.flatnonzero((derived.facts.endpoint == place) & (derived.facts.cycle == 1))
    facts = derived.facts[mine].view(np.recarray)
    rows = derived.declared[mine].view(np.recarray)
    included = rows.status == Status.INCLUDED
    dated = facts.origin_day + rows.duration
    day = np.where(included & rows.event, np.fmax(dated, _seen(facts, rows, setting)), np.inf)
    words = np.array(status_words(derived.rules), dtype=object)
    without = np.isin(rows.status, [int(status) for status in NO_STATUS])
    reasons = words[status_places(derived.rules, rows.status, facts.status_detail)]
    names = derived.subjects[facts.subject]
    table = pd.DataFrame({DAY: day, REASON: np.where(without, reasons, "")}, index=names)
    table = table.reindex(setting.subjects[SUBJECT])
    missing = table[REASON].where(table[REASON].notna(), f"no {name}")
    return Known(table[DAY].fillna(np.inf).to_numpy(dtype=float), missing.to_numpy(dtype=object))


def relapses_known(setting: Setting) -> pd.DataFrame:
    """Return subject_id, origin_day (the relapse's date) and day (when it was known), per relapse.

    They are those of the path, in all cycles.
    """
    derived = setting.derived
    _, _, place = state_endpoints(derived.plan, derived.rules)
    mine = (derived.facts.endpoint == place) & (derived.declared.status == Status.INCLUDED)
    mine = np.flatnonzero(mine & derived.declared.event)
    facts = derived.facts[mine].view(np.recarray)
    rows = derived.declared[mine].view(np.recarray)
    dated = facts.origin_day + rows.duration
    day = np.fmax(dated, _seen(facts, rows, setting))
    return pd.DataFrame({SUBJECT: derived.subjects[facts.subject], ORIGIN_DAY: dated, DAY: day})


def _seen(facts: np.recarray, rows: np.recarray, setting: Setting) -> np.ndarray:
    """Return the day on which each event was certain, NaN where that is the day that dates it."""
    confirmed = np.where(rows.reason == Reason.SCORE, facts.confirm_day, np.nan)
    by_booster = rows.reason == Reason.BOOSTER_CONFIRMED
    if by_booster.any():
        boosted = booster_days(setting)[_places(facts, setting)]
        confirmed = np.where(by_booster, boosted, confirmed)
    return np.where(rows.reason == Reason.UNCONFIRMED, facts.last_visit_day, confirmed)


def _places(facts: np.recarray, setting: Setting) -> np.ndarray:
    """Return where each fact's subject stands among the subjects of the setting."""
    places = pd.Series(np.arange(len(setting.subjects)), index=setting.subjects[SUBJECT].to_numpy())
    return places.loc[setting.derived.subjects[facts.subject]].to_numpy()
