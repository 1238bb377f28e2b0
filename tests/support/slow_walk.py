"""The rules of timeline and endpoints, written a second time: slow, plain, one subject at a time."""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd
from support.slow.exact import exact
from support.slow.moments import Session
from support.slow.scored import scored
from support.slow.single import rapid, status_at_days, sustained
from support.slow.subject import (
    SetAside,
    Subject,
    dated_events,
    has_later_cycles,
    lay_out_cycles,
    numbered_sessions,
    ordered_visits,
)

from afterglow.names import (
    CAUSE,
    CYCLE,
    DAY,
    DURATION,
    END_DAY,
    ENDPOINT,
    ENTRY,
    EVENT,
    EVENT_NAME,
    INSTRUMENT,
    LOWER,
    ORIGIN_DAY,
    ORIGIN_LOWER_DAY,
    PHASE,
    REASON,
    SCORE,
    SESSION_NO,
    SUBJECT,
    TIMING,
    UPPER,
)

RULES = {
    "response": scored,
    "remission": scored,
    "relapse": scored,
    "durability": scored,
    "booster": exact,
    "latency": exact,
    "rapid_response": rapid,
    "sustained_response": sustained,
}
FIRST_DOSE = Session(1, 0.0)
ROW_COLUMNS = [
    SUBJECT,
    ENDPOINT,
    CYCLE,
    ORIGIN_DAY,
    ORIGIN_LOWER_DAY,
    ENTRY,
    DURATION,
    LOWER,
    UPPER,
    EVENT,
    CAUSE,
    REASON,
]
SET_ASIDE_COLUMNS = [SUBJECT, ENDPOINT, CYCLE, REASON]
STATUS_COLUMNS = [SUBJECT, DAY, "observed", "carried"]


def slow_rows(cohort: Any, plan: Any, instruments: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of every endpoint and cycle, and who was set aside in the first and why."""
    rows, aside = [], []
    for subject in subjects_of(cohort, plan, instruments):
        for name, endpoint in plan.endpoint.items():
            cycles = len(subject.cycles) if has_later_cycles(endpoint) else 1
            for cycle in range(1, max(cycles, 1) + 1):
                key = (subject.identifier, name, cycle)
                try:
                    rows.append((*key, *values(subject.outcome(name, cycle))))
                except SetAside as reason:
                    if cycle == 1:
                        aside.append((*key, str(reason)))
    return pd.DataFrame(rows, columns=ROW_COLUMNS), pd.DataFrame(aside, columns=SET_ASIDE_COLUMNS)


def values(outcome: Any) -> tuple:
    return (
        outcome.origin_day,
        outcome.origin_lower,
        outcome.entry,
        outcome.duration,
        outcome.lower,
        outcome.upper,
        outcome.event,
        outcome.cause,
        outcome.reason,
    )


def slow_status_at_days(
    cohort: Any,
    plan: Any,
    endpoint_name: str,
    days: list[float],
    window: float,
    instruments: Any,
) -> pd.DataFrame:
    """Return the condition of an endpoint at stated days, per subject with a usable baseline."""
    rows = []
    for subject in subjects_of(cohort, plan, instruments):
        if not subject.sessions:
            continue
        try:
            status = status_at_days(subject, plan.endpoint[endpoint_name], days, window)
        except SetAside:
            continue
        rows += [{SUBJECT: subject.identifier, **line} for line in status]
    return pd.DataFrame(rows, columns=STATUS_COLUMNS)


def subjects_of(cohort: Any, plan: Any, instruments: Any) -> Iterator[Subject]:
    """Yield every subject of the cohort with its visits, sessions, events and cycles."""
    sessions, scores, events = (
        by_subject(table) for table in (cohort.sessions, cohort.scores, cohort.events)
    )
    ends = by_subject(cohort.follow_up)
    for columns in cohort.subjects.to_dict("records"):
        identifier = columns[SUBJECT]
        end = ends[identifier][0]
        subject = one_subject(
            columns,
            sessions.get(identifier, []) if cohort.sessions is not None else None,
            scores.get(identifier, []),
            events.get(identifier, []),
            end,
        )
        subject.plan, subject.instruments = plan, instruments
        lay_out_cycles(subject)
        yield subject


def by_subject(table: pd.DataFrame | None) -> dict[Any, list[dict]]:
    groups: dict[Any, list[dict]] = {}
    for line in [] if table is None else table.to_dict("records"):
        groups.setdefault(line[SUBJECT], []).append(line)
    return groups


def one_subject(
    columns: dict, sessions: list[dict] | None, scores: list[dict], events: list[dict], end: dict
) -> Subject:
    """Build one subject; without a sessions table there is one dose, at day 0."""
    end_day, end_reason = float(end[END_DAY]), word(end[REASON])
    doses = [FIRST_DOSE]
    if sessions is not None:
        doses = numbered_sessions([session_line(s) for s in sessions], end_day)
    return Subject(
        identifier=columns[SUBJECT],
        plan=None,
        instruments=None,
        columns=columns,
        sessions_known=sessions is not None,
        sessions=doses,
        visits=ordered_visits([score_line(s) for s in scores], doses, end_day),
        events=dated_events([event_line(e) for e in events], end_day, end_reason),
        end_day=end_day,
        end_reason=end_reason,
        rules=RULES,
    )


def word(value: Any, default: str = "") -> str:
    """Text, where an empty cell means the default."""
    missing = value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))
    return default if missing or value == "" else str(value)


def session_line(row: dict) -> dict:
    return {
        "day": float(row[DAY]),
        "session_no": row.get(SESSION_NO, 1),
        "phase": word(row.get(PHASE)),
    }


def score_line(row: dict) -> dict:
    return {
        "instrument": row[INSTRUMENT],
        "day": float(row[DAY]),
        "timing": word(row.get(TIMING), "untagged"),
        "score": float(row[SCORE]),
    }


def event_line(row: dict) -> dict:
    return {"day": float(row[DAY]), "name": row[EVENT_NAME]}
