"""The `path` table: what regression on the course of treatment needs, one row per stretch."""

from typing import TYPE_CHECKING

import numpy as np

from afterglow.cohort.model import Cohort, OpenCohort
from afterglow.endpoints.path import STRETCH, State, walk_paths
from afterglow.endpoints.rules import NO_ENDPOINT, Status, WalkRules
from afterglow.endpoints.walk import as_walk
from afterglow.instruments.registry import Library, load_library
from afterglow.names import (
    CYCLE,
    DAYS_SINCE_SESSION,
    FROM_STATE,
    LAST_SCORE,
    SESSIONS_SO_FAR,
    START_DAY,
    STOP_DAY,
    SUBJECT,
    TO_STATE,
)
from afterglow.plan.model import Plan
from afterglow.study.arguments import check_argument, check_study
from afterglow.study.batches import connected, moment_batches
from afterglow.study.derive import Derived, chosen_raters

if TYPE_CHECKING:
    import pandas as pd

CALL = "path_table(cohort, derived, given.library)"
STATE_WORDS = {
    State.CENSORED: "",
    State.SYMPTOMATIC: "symptomatic",
    State.RESPONSE: "response",
    State.REMISSION: "remission",
    State.RELAPSE: "relapse",
}


def path_table(
    cohort: Cohort | OpenCohort, derived: Derived, library: Library | None = None
) -> "pd.DataFrame":
    """Return every subject's path through the states, cut at each visit, session and relapse.

    Parameters
    ----------
    cohort : Cohort or OpenCohort
        The cohort that `derived` came from.
    derived : Derived
        Its endpoints; the plan's `path` says which of them name the states.
    library : Library, optional
        Instruments; default: those of the plan.

    Returns
    -------
    DataFrame
        subject_id, cycle, start_day, stop_day (days since the first session), from_state,
        to_state ("" where the path is cut off by the end of follow-up), last_score (points, the
        baseline at first), sessions_so_far, days_since_session (at start_day), and the subjects'
        covariates. Stretches of a subject follow each other without gap. Subjects without a
        session, or without a baseline of the instrument, have none; neither has a plan without
        an endpoint of kind response.

    Raises
    ------
    UsageError
        An argument is something else.
    """
    import pandas as pd

    check_argument(CALL, "derived", derived, Derived)
    check_study(CALL, derived.plan, cohort, library, Cohort, OpenCohort)
    plan = derived.plan
    library = library or load_library(plan.instruments_dir)
    response, remission, relapse = state_endpoints(plan, derived.rules)
    stretches = np.empty(0, STRETCH)
    if response != NO_ENDPOINT:
        starts, days = _relapses(derived, relapse)
        stretches = _stretches(cohort, derived, library, response, remission, starts, days)
    frame = pd.DataFrame({SUBJECT: derived.subjects[stretches["subject"]]})
    frame = frame.assign(
        **{
            CYCLE: stretches["cycle"],
            START_DAY: stretches["start_day"],
            STOP_DAY: stretches["stop_day"],
            FROM_STATE: _words(stretches["from_state"], derived.rules),
            TO_STATE: _words(stretches["to_state"], derived.rules),
            LAST_SCORE: stretches["last_score"],
            SESSIONS_SO_FAR: stretches["sessions_so_far"],
            DAYS_SINCE_SESSION: stretches["days_since_session"],
        }
    )
    if isinstance(cohort, OpenCohort):
        return frame
    covariates = cohort.subjects.astype({SUBJECT: object})
    return frame.merge(covariates, on=SUBJECT, how="left", validate="many_to_one")


def state_endpoints(plan: Plan, rules: WalkRules) -> tuple[int, int, int]:
    """Return the places of the endpoints that name response, remission and relapse, or -1."""
    response = plan.path.response or _first(plan, "response")
    instrument = getattr(plan.endpoint.get(response or ""), "instrument", None)
    remission = plan.path.remission or _first(plan, "remission", instrument)
    relapse = plan.path.relapse or _first(plan, "relapse")
    found = (response, remission, relapse)
    first, second, third = (rules.names.index(n) if n else NO_ENDPOINT for n in found)
    return first, second, third


def _first(plan: Plan, kind: str, instrument: str | None = None) -> str | None:
    for name, endpoint in plan.endpoint.items():
        if endpoint.kind == kind and instrument in (None, getattr(endpoint, "instrument", None)):
            return name
    return None


def _relapses(derived: Derived, relapse: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the relapse dates of every subject, behind each other, and where each begins."""
    facts, rows = derived.facts, derived.declared
    kept = (facts.endpoint == relapse) & (rows.status == Status.INCLUDED) & rows.event
    subject = facts.subject[kept]
    day = facts.origin_day[kept] + rows.duration[kept]
    order = np.lexsort((day, subject))
    starts = np.searchsorted(subject[order], np.arange(len(derived.subjects) + 1))
    return starts.astype(np.int64), day[order]


def _stretches(
    cohort: Cohort | OpenCohort,
    derived: Derived,
    library: Library,
    response: int,
    remission: int,
    starts: np.ndarray,
    days: np.ndarray,
) -> np.ndarray:
    parts = []
    walk, raters = as_walk(derived.rules), chosen_raters(derived.plan, library)
    with connected(cohort) as within:
        for batch in moment_batches(within, derived.rules, raters):
            stop = batch.first + len(batch.moments.end_day) + 1
            own = starts[batch.first : stop]
            part = walk_paths(batch.moments, walk, response, remission, own, days)
            part["subject"] += batch.first
            parts.append(part)
    return np.concatenate(parts)


def _words(states: np.ndarray, rules: WalkRules) -> np.ndarray:
    words = {int(state): word for state, word in STATE_WORDS.items()}
    words |= {State.FIRST_TERMINAL + place: kind for place, kind in enumerate(rules.kinds)}
    return np.array([words[int(state)] for state in states], dtype=object)
