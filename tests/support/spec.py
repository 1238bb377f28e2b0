"""Run one case of a rule's specification: a text table of moments in, expected rows out."""

import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pydantic import TypeAdapter
from support.cohorts import cohort_of, plan_of
from support.text_table import text_table

from afterglow.cohort.model import Cohort
from afterglow.names import CYCLE, ENDPOINT, REASON, SUBJECT
from afterglow.plan.endpoints import Endpoint
from afterglow.plan.timeline import BaselineRule, CourseRule, FollowUpRule

PATIENT = "A"
NOT_SCORES = ("day", "session", "timing", "event")
SET_ASIDE = "set aside"
TOLERANCE = 1e-9
ENDPOINTS = TypeAdapter(dict[str, Endpoint])
Derive = Callable[[Cohort, Any], tuple[pd.DataFrame, pd.DataFrame]]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One patient.

    Attributes
    ----------
    shows : str
        What the case shows, as a sentence.
    moments : str
        Table with the columns day, session ("x" or a phase), one per instrument, timing, event
        ("end: REASON" ends the follow-up; without it the last day does). Without a session
        column the cohort has no sessions table.
    rows : str
        Table of expected rows: endpoint, cycle (1 where absent) and any canonical columns.
        `set aside` in duration_days means no row, for the reason given. Every row of the
        endpoints named must be listed.
    plan : str
        TOML laid over the rule's plan.
    subject : dict
        Further columns of the subject.
    """

    shows: str
    moments: str
    rows: str
    plan: str = ""
    subject: dict[str, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of the timeline: what it says, why, the plan keys that state it, and cases."""

    number: int
    title: str
    says: str
    why: str
    keys: tuple[str, ...]
    plan: str
    cases: tuple[Case, ...]


def check(rule: Rule, case: Case, derive: Derive) -> None:
    """Assert that the derivation gives the expected rows, all of them and no other."""
    rows, set_aside = derive(cohort_in(case), plan_in(rule, case))
    wanted = text_table(case.rows)
    named = {line[ENDPOINT] for line in wanted}
    found = {
        (line[ENDPOINT], int(line[CYCLE])): line
        for table in (rows, set_aside)
        for line in table.to_dict("records")
        if line[ENDPOINT] in named and line[SUBJECT] == PATIENT
    }
    assert set(found) == {(line[ENDPOINT], int(line.get(CYCLE, 1))) for line in wanted}
    for line in wanted:
        check_line(line, found[line[ENDPOINT], int(line.get(CYCLE, 1))])


def check_line(wanted: dict[str, str], found: dict[str, Any]) -> None:
    if wanted.get("duration_days") == SET_ASIDE:
        assert "duration_days" not in found, f"a row, where it should be set aside: {found}"
        assert found[REASON] == wanted[REASON]
        return
    assert "duration_days" in found, f"set aside for {found[REASON]!r}"
    for name, cell in wanted.items():
        assert same(cell, found[name]), f"{name} is {found[name]!r}, expected {cell!r} in {found}"


def same(cell: str, value: Any) -> bool:
    if isinstance(value, str):
        return cell == value
    if cell in ("yes", "no"):
        return bool(value) == (cell == "yes")
    return math.isclose(float(cell), float(value), rel_tol=0, abs_tol=TOLERANCE) or (
        cell == "inf" and math.isinf(value)
    )


def cohort_in(case: Case) -> Cohort:
    """The cohort of one patient that the table describes."""
    lines = text_table(case.moments)
    scores, sessions, events, end = [], [], [], None
    for line in lines:
        day = float(line["day"])
        if line.get("session"):
            earlier = [s for s in sessions if s[1] == day]
            phase = "" if line["session"] == "x" else line["session"]
            sessions.append((PATIENT, day, len(earlier) + 1, phase))
        for name, cell in line.items():
            if name not in NOT_SCORES and cell:
                scores.append((PATIENT, day, name, float(cell), line.get("timing", "")))
        word = line.get("event", "")
        if word.startswith("end"):
            end = (PATIENT, day, word.partition(":")[2].strip() or "administrative")
        elif word:
            events.append((PATIENT, day, word))
    last = max(float(line["day"]) for line in lines)
    return cohort_of(
        subjects=pd.DataFrame([{SUBJECT: PATIENT, **(case.subject or {})}]),
        scores=scores,
        sessions=sessions if "session" in lines[0] else None,
        events=events if "event" in lines[0] else None,
        follow_up=[end or (PATIENT, last, "administrative")],
    )


def plan_in(rule: Rule, case: Case) -> Any:
    """The rule's plan with the case's changes."""
    text = merged(tomllib.loads(rule.plan), tomllib.loads(case.plan))
    return plan_of(
        ENDPOINTS.validate_python(text.get("endpoint", {})),
        baseline=BaselineRule(**text.get("baseline", {})),
        course=CourseRule(**text.get("course", {})),
        follow_up=FollowUpRule(**text.get("follow_up", {})),
    )


def merged(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Lay one TOML table over another, table by table; an empty text takes a key away."""
    result = dict(base)
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        elif value == "":
            result.pop(key, None)
        else:
            result[key] = value
    return result
