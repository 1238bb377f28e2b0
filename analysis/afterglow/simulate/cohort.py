"""A whole simulated cohort: every subject from its own random numbers, as canonical tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from afterglow.names import (
    AGE,
    ARM,
    DAY,
    DIAGNOSIS,
    DOSE_MG,
    DOSE_MG_PER_KG,
    END_DAY,
    EVENT_NAME,
    REASON,
    ROUTE,
    SCHEDULED,
    SCORE,
    SESSION_NO,
    SEX,
    SITE,
    SUBJECT,
)
from afterglow.simulate import columns
from afterglow.simulate.care import Care, live
from afterglow.simulate.columns import TABLE_COLUMNS
from afterglow.simulate.config import SimulationConfig
from afterglow.simulate.latent import Truth, draw_latent, find_truth
from afterglow.simulate.measure import measure
from afterglow.simulate.person import Person, draw_person
from afterglow.simulate.safety import describe_sessions

STREAMS = ("person", "latent", "care", "measurement", "sessions")
FEWEST_DIGITS = 4

WHOLE_NUMBERS = (
    AGE,
    columns.PRIOR_FAILURES,
    columns.COST,
    SCORE,
    *columns.ITEMS,
    SESSION_NO,
    columns.CADSS_PEAK,
    columns.SBP_BASELINE,
    columns.SBP_PEAK,
    END_DAY,
    columns.COURSE_SESSIONS,
    columns.COURSE_END,
)
DECIMALS = (
    DAY,
    DOSE_MG,
    DOSE_MG_PER_KG,
    columns.TRUE_BASELINE,
    columns.RESPONSIVENESS,
    columns.SLOW_DECAY,
    columns.TRUE_IMPROVEMENT,
    columns.TRUE_LOSS,
    columns.TRUE_RELAPSE,
)
FLAGS = (SCHEDULED, columns.ANTIDEPRESSANT, columns.PSYCHOTHERAPY, columns.TRUE_RESPONDER)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SimulatedCohort:
    """A synthetic cohort and the truth behind it.

    Attributes
    ----------
    subjects : DataFrame, one row per subject
    scores : DataFrame, one row per subject, day, instrument, timing and rater
        Items beside the total where the site keeps them; empty where not answered.
    sessions : DataFrame, one row per administration
    events : DataFrame, one row per event
    follow_up : DataFrame, one row per subject
    truth : DataFrame, one row per subject
        The latent process's own parameters and its times without any later treatment, days from
        the last session of the course; infinite where not reached within the horizon.
    config : SimulationConfig
    seed : int
    """

    subjects: pd.DataFrame
    scores: pd.DataFrame
    sessions: pd.DataFrame
    events: pd.DataFrame
    follow_up: pd.DataFrame
    truth: pd.DataFrame
    config: SimulationConfig
    seed: int


def simulate_cohort(config: SimulationConfig, seed: int) -> SimulatedCohort:
    """Simulate a cohort; the same `config` and `seed` give the same tables everywhere.

    Each subject draws from streams of its own, made of `seed`, the subject's number and the
    purpose, so that subject n is the same in a cohort of 10 and of 10,000.

    Parameters
    ----------
    config : SimulationConfig
    seed : int
        Zero or greater.
    """
    rows: dict[str, list[Row]] = {table: [] for table in TABLE_COLUMNS}
    digits = max(FEWEST_DIGITS, len(str(config.subjects)))
    for number in range(1, config.subjects + 1):
        told = simulate_subject(config, seed, number)
        for table, subject_rows in told.items():
            rows[table].extend({SUBJECT: f"S{number:0{digits}d}", **row} for row in subject_rows)
    frames = {table: _frame(rows[table], TABLE_COLUMNS[table]) for table in TABLE_COLUMNS}
    return SimulatedCohort(**frames, config=config, seed=seed)


def simulate_subject(config: SimulationConfig, seed: int, number: int) -> dict[str, list[Row]]:
    """Return the rows of every table for subject `number`, without the identifier."""
    streams = {
        purpose: np.random.default_rng([seed, number, position])
        for position, purpose in enumerate(STREAMS)
    }
    person = draw_person(config, streams["person"])
    process = draw_latent(person, config.symptoms, person.follow_up_days, streams["latent"])
    care = live(person, config, process, streams["care"])
    sessions, adverse = describe_sessions(care, streams["sessions"])
    events = [{DAY: float(day), EVENT_NAME: event} for day, event in care.events]
    return {
        "subjects": [_subject_row(person)],
        "scores": measure(care, streams["measurement"]),
        "sessions": sessions,
        "events": sorted(events + adverse, key=itemgetter(DAY)),
        "follow_up": [{END_DAY: care.end_day, REASON: care.reason}],
        "truth": [_truth_row(care, find_truth(process, care.course()))],
    }


def _subject_row(person: Person) -> Row:
    return {
        SITE: person.site.site_id,
        ARM: person.habit.arm,
        ROUTE: person.habit.route,
        AGE: person.age,
        SEX: person.sex,
        DIAGNOSIS: person.diagnosis,
        columns.ENTRY_SEVERITY: person.entry_severity,
        columns.PRIOR_FAILURES: person.failures,
        columns.ANTIDEPRESSANT: person.antidepressant,
        columns.PSYCHOTHERAPY: person.psychotherapy,
        columns.PAYER: person.payer,
        columns.COST: person.cost_usd,
    }


def _truth_row(care: Care, truth: Truth) -> Row:
    course = care.course()
    return {
        columns.TRUE_BASELINE: care.person.baseline,
        columns.RESPONSIVENESS: care.person.responsiveness,
        columns.SLOW_DECAY: care.person.slow_decay_days,
        columns.COURSE_SESSIONS: len(course),
        columns.COURSE_END: course[-1],
        columns.TRUE_IMPROVEMENT: truth.improvement_percent,
        columns.TRUE_RESPONDER: truth.responder,
        columns.TRUE_LOSS: truth.loss_days,
        columns.TRUE_RELAPSE: truth.relapse_days,
    }


def _frame(rows: Iterable[Row], names: tuple[str, ...]) -> pd.DataFrame:
    listed = list(rows)
    data = {
        name: pd.Series([row.get(name) for row in listed], dtype=_dtype(name)) for name in names
    }
    return pd.DataFrame(data)


def _dtype(name: str) -> str:
    kinds = {"Int64": WHOLE_NUMBERS, "float64": DECIMALS, "boolean": FLAGS}
    return next((dtype for dtype, names in kinds.items() if name in names), "string")
