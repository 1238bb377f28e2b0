"""What a plan asks of a cohort that the cohort does not have."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol

from afterglow import names as n
from afterglow.canonical import EVENTS, SCORES, SESSIONS
from afterglow.errors import Problem, did_you_mean
from afterglow.instruments.registry import Library
from afterglow.plan.against_subjects import find_subject_problems
from afterglow.plan.later_groups import changing_statuses, later_words
from afterglow.plan.later_words import BOOSTED
from afterglow.plan.model import Plan
from afterglow.plan.places import (
    CLOCK_KEYS,
    named_clinical_events,
    named_clocks,
    named_instruments,
    named_later_events,
    places_by_name,
)

if TYPE_CHECKING:
    import pandas as pd

KNOWN_EVENTS = (
    "randomisation",
    "hospitalisation",
    "suicide_attempt",
    "withdrawal",
    "switch",
    "ect",
    "death",
    "lost",
    "adverse_event",
)
ENDS_AT_SESSIONS = ("booster", "latency")
COURSE_END = "course_end"


class Tables(Protocol):
    """The tables of a cohort, as reading gives them."""

    @property
    def subjects(self) -> "pd.DataFrame":
        """One row per subject."""

    @property
    def scores(self) -> "pd.DataFrame":
        """One row per score."""

    @property
    def sessions(self) -> "pd.DataFrame | None":
        """One row per session, or None."""

    @property
    def events(self) -> "pd.DataFrame | None":
        """One row per event, or None."""

    @property
    def follow_up(self) -> "pd.DataFrame":
        """One row per subject."""


def find_cohort_problems(plan: Plan, cohort: Tables, library: Library) -> list[Problem]:
    """Return every problem; see `afterglow.plan.checks.check_against_cohort`."""
    return [
        *find_subject_problems(plan, cohort.subjects),
        *_events(plan, cohort),
        *([] if cohort.sessions is not None else _sessions(plan)),
        *_instruments(plan, cohort.scores, library),
        *_raters(plan, cohort.scores, library),
    ]


def _events(plan: Plan, cohort: Tables) -> Iterator[Problem]:
    """Yield clocks without their event, and clinical events that look misspelt.

    A clinical event of the usual names may be so rare that nobody had it.
    """
    found = set(cohort.follow_up[n.REASON].dropna())
    if cohort.events is not None:
        found |= set(cohort.events[n.EVENT_NAME].dropna())
        found_or_rare = found | set(KNOWN_EVENTS)
    else:
        found_or_rare = found
    for event, places in places_by_name(named_clocks(plan, "event")).items():
        if event not in found:
            yield _no_event(places, event, cohort)
    for event, places in places_by_name(named_later_events(plan)).items():
        if event not in found:
            yield _no_event(places, event, cohort)
    for event, places in places_by_name(named_clinical_events(plan)).items():
        if event not in found_or_rare:
            yield _no_event(places, event, cohort)


def _no_event(places: str, event: str, cohort: Tables) -> Problem:
    if cohort.events is None:
        return Problem(
            table=EVENTS,
            what=f"is not there, and {places} names '{event}'",
            remedy="Give the table of events, or leave the event out.",
        )
    hint = did_you_mean(event, KNOWN_EVENTS).strip() if event not in KNOWN_EVENTS else ""
    return Problem(
        table=EVENTS,
        column=n.EVENT_NAME,
        what=f"no row is called '{event}' (named by {places})",
        remedy=hint or "Write the event as the table has it, or leave it out.",
    )


def _sessions(plan: Plan) -> Iterator[Problem]:
    """Yield what cannot be asked where there are no sessions."""
    for name, endpoint in plan.endpoint.items():
        keys = _course_end_keys(endpoint)
        if endpoint.kind in ENDS_AT_SESSIONS:
            yield _no_sessions(f"endpoint.{name} waits for a session")
        elif keys:
            yield _no_sessions(f"endpoint.{name}.{keys[0]} speaks of the end of the course")
    for name, analysis in plan.analysis.items():
        if analysis.estimator == "target_trial":
            yield _no_sessions(f"analysis.{name} compares strategies of sessions")
        if analysis.cycle > 1:
            yield _no_sessions(f"analysis.{name} asks for cycle {analysis.cycle}")
        words = [word for _, word in later_words(analysis)] + changing_statuses(analysis)
        if {BOOSTED, n.SESSIONS_SO_FAR} & set(words):
            yield _no_sessions(f"analysis.{name} forms groups by sessions")


def _course_end_keys(endpoint: Any) -> list[str]:
    clocks = [key for key in CLOCK_KEYS if getattr(endpoint, key, None) == COURSE_END]
    windows = [
        key
        for key in ("qualify", "until")
        if getattr(getattr(endpoint, key, None), "after", None) == COURSE_END
    ]
    return clocks + windows


def _no_sessions(why: str) -> Problem:
    return Problem(
        table=SESSIONS,
        what=f"is not there, and {why}",
        remedy="Give the table of sessions, or count from first_session.",
    )


def _instruments(plan: Plan, scores: "pd.DataFrame", library: Library) -> Iterator[Problem]:
    present = set(scores[n.INSTRUMENT])
    for instrument, places in places_by_name(named_instruments(plan)).items():
        if library.get(instrument).id not in present:
            yield Problem(
                table=SCORES,
                column=n.INSTRUMENT,
                what=f"there is no score of {instrument} (named by {places})",
                remedy="Map the column that holds it, or leave it out.",
            )


def _raters(plan: Plan, scores: "pd.DataFrame", library: Library) -> Iterator[Problem]:
    for name, choice in plan.instrument.items():
        mine = scores.loc[scores[n.INSTRUMENT] == library.get(name).id, n.RATER]
        if choice.rater is not None and len(mine) and not (mine == choice.rater).any():
            yield Problem(
                table=SCORES,
                column=n.RATER,
                what=f"no score of {name} has the rater '{choice.rater}'",
                remedy=f"Correct instrument.{name}.rater.",
            )
