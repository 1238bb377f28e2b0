"""What is recorded about each session: dose, dissociation, blood pressure, adverse events."""

from typing import Any

import numpy as np

from afterglow.names import (
    DAY,
    DOSE_MG,
    DOSE_MG_PER_KG,
    DRUG,
    EVENT_NAME,
    KIND,
    PHASE,
    ROUTE,
    SESSION_NO,
    SEVERITY,
    TERM,
)
from afterglow.simulate.care import Care
from afterglow.simulate.columns import (
    CADSS_PEAK,
    PSYCHOTHERAPY,
    SBP_BASELINE,
    SBP_PEAK,
)
from afterglow.simulate.person import choose

CADSS_MAX = 92
HABITUATION_PER_SESSION = 0.93
LEAST_HABITUATION = 0.45
THERAPY_KEPT_SHARE = 0.8
ADVERSE_TERMS = {
    "nausea": 0.25,
    "dissociation": 0.22,
    "dizziness": 0.17,
    "headache": 0.14,
    "blood pressure increased": 0.1,
    "sedation": 0.07,
    "anxiety": 0.05,
}
ADVERSE_SEVERITIES = {"mild": 0.68, "moderate": 0.28, "severe": 0.04}

Row = dict[str, Any]


def describe_sessions(care: Care, rng: np.random.Generator) -> tuple[list[Row], list[Row]]:
    """Return the rows of the sessions table and the adverse events of one subject.

    Parameters
    ----------
    care : Care
        The finished record of care.
    rng : numpy Generator
        The subject's stream for sessions.
    """
    sessions, adverse = [], []
    pressure = 110 + 0.35 * care.person.age + 9 * rng.standard_normal()
    sensitivity = float(np.exp(0.5 * rng.standard_normal() - 0.125))
    for number, (day, session) in enumerate(care.sessions.items()):
        row: Row = {
            DAY: float(day),
            SESSION_NO: 1,
            ROUTE: care.person.habit.route,
            DRUG: care.person.habit.drug,
            DOSE_MG_PER_KG: _dose(care.person.habit.dose_mg_per_kg, number),
            DOSE_MG: _dose(care.person.habit.dose_mg, number),
            PHASE: session.phase,
            KIND: session.kind,
            PSYCHOTHERAPY: care.person.psychotherapy and bool(rng.random() < THERAPY_KEPT_SHARE),
        }
        sessions.append({**row, **_acute_effects(care, number, pressure, sensitivity, rng)})
        term, severity = choose(rng, ADVERSE_TERMS), choose(rng, ADVERSE_SEVERITIES)
        if rng.random() < care.config.attrition.adverse_event_share:
            told = {EVENT_NAME: "adverse_event", TERM: term, SEVERITY: severity}
            adverse.append({DAY: float(day), **told})
    return sessions, adverse


def _dose(doses: tuple[float, ...], number: int) -> float | None:
    return doses[min(number, len(doses) - 1)] if doses else None


def _acute_effects(
    care: Care, number: int, pressure: float, sensitivity: float, rng: np.random.Generator
) -> Row:
    habit = care.person.habit
    used_to_it = max(HABITUATION_PER_SESSION**number, LEAST_HABITUATION)
    peak = habit.cadss_mean_points * sensitivity * used_to_it * rng.gamma(4, 0.25)
    before = pressure + 6 * rng.standard_normal()
    rise = max(0.0, habit.sbp_rise_mm_hg + 8 * rng.standard_normal())
    if rng.random() >= habit.safety_recorded_share:
        return {CADSS_PEAK: None, SBP_BASELINE: None, SBP_PEAK: None}
    return {
        CADSS_PEAK: int(np.clip(np.rint(peak), 0, CADSS_MAX)),
        SBP_BASELINE: int(np.rint(before)),
        SBP_PEAK: int(np.rint(before + rise)),
    }
