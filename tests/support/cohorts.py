"""Cohorts made in memory for tests, with the columns and kinds that reading a cohort gives."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from afterglow.cohort.account import Account
from afterglow.cohort.metadata import CohortMetadata
from afterglow.cohort.model import Cohort
from afterglow.instruments.registry import Library, load_library
from afterglow.names import (
    DAY,
    END_DAY,
    EVENT_NAME,
    INSTRUMENT,
    PHASE,
    RATER,
    REASON,
    SCORE,
    SESSION_NO,
    SUBJECT,
    TIMING,
)
from afterglow.plan.model import Plan

INSTRUMENTS_DIR = Path(__file__).resolve().parent / "instruments"
TEXT = pd.StringDtype(na_value=np.nan)
KINDS = {
    SUBJECT: TEXT,
    INSTRUMENT: TEXT,
    TIMING: TEXT,
    PHASE: TEXT,
    EVENT_NAME: TEXT,
    REASON: TEXT,
    DAY: "float64",
    SCORE: "float64",
    END_DAY: "float64",
    SESSION_NO: "int64",
}


@cache
def library() -> Library:
    """The shipped instruments and the test's own, where higher is better."""
    return load_library(INSTRUMENTS_DIR)


def frame(rows: Sequence[Sequence[Any]], columns: list[str]) -> pd.DataFrame:
    """A canonical table: typed, sorted by its key."""
    table = pd.DataFrame([list(row) for row in rows], columns=columns)
    table = table.astype({name: KINDS[name] for name in columns if name in KINDS})
    keys = [name for name in (SUBJECT, DAY, SESSION_NO, INSTRUMENT, TIMING) if name in columns]
    return table.sort_values(keys, kind="stable").reset_index(drop=True)


def cohort_of(
    *,
    subjects: pd.DataFrame,
    scores: Sequence[Sequence[Any]],
    sessions: Sequence[Sequence[Any]] | None,
    events: Sequence[Sequence[Any]] | None,
    follow_up: Sequence[Sequence[Any]],
) -> Cohort:
    """A cohort from rows.

    Rows are (subject, day, instrument, score, timing), (subject, day, session_no, phase),
    (subject, day, event) and (subject, end_day, reason); None where a table is absent.
    """
    subjects = subjects.astype({SUBJECT: TEXT}).sort_values(SUBJECT).reset_index(drop=True)
    ends = frame(follow_up, [SUBJECT, END_DAY, REASON]).assign(assumed=False)
    return Cohort(
        metadata=CohortMetadata(synthetic=True),
        account=Account(),
        hashes={},
        follow_up_assumed=False,
        subjects=subjects,
        scores=frame(scores, [SUBJECT, DAY, INSTRUMENT, SCORE, TIMING]).assign(**{RATER: ""}),
        sessions=None if sessions is None else frame(sessions, [SUBJECT, DAY, SESSION_NO, PHASE]),
        events=None if events is None else frame(events, [SUBJECT, DAY, EVENT_NAME]),
        follow_up=ends,
    )


def only(cohort: Cohort, subject: str) -> Cohort:
    """The same cohort with one subject."""
    tables = {
        name: None if table is None else table[table[SUBJECT] == subject].reset_index(drop=True)
        for name, table in tables_of(cohort).items()
    }
    return Cohort(
        metadata=cohort.metadata, account=Account(), hashes={}, follow_up_assumed=False, **tables
    )


def tables_of(cohort: Cohort) -> dict[str, pd.DataFrame | None]:
    names = ("subjects", "scores", "sessions", "events", "follow_up")
    return {name: getattr(cohort, name) for name in names}


def plan_of(endpoint: dict[str, Any], *, baseline: Any, course: Any, follow_up: Any) -> Plan:
    """A plan without analyses."""
    return Plan(
        title="Rules under test",
        question="Do the rules say what they should?",
        data={"path": "."},
        instruments_dir=INSTRUMENTS_DIR,
        endpoint=endpoint,
        baseline=baseline,
        course=course,
        follow_up=follow_up,
    )
