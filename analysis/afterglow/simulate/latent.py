"""The latent severity of one subject as a function of time and of the sessions given."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from afterglow.simulate.config import Symptoms
from afterglow.simulate.person import Person

DAYS_BEFORE = 30
COURSE_ALLOWANCE_DAYS = 60
CROSSING_STEP_DAYS = 0.1
HIGHEST_POINTS = 60.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LatentProcess:
    """Severity that would be seen at any time, given any sessions: one subject, one fate.

    Attributes
    ----------
    person : Person
    symptoms : Symptoms
    wander : ndarray, shape (days,)
        Fluctuation in points on whole days from day −30 on; linear in between. It is drawn once,
        so that severity with and without later sessions differs by the sessions alone.
    """

    person: Person
    symptoms: Symptoms
    wander: Floats

    def severity(
        self, times: Floats, sessions: Sequence[float], other_treatment_day: float | None = None
    ) -> Floats:
        """Return severity (MADRS points, 0-60) at `times`, days; a session acts after its day.

        Parameters
        ----------
        times : ndarray of float
            Days since the first session, at least −30.
        sessions : sequence of float
            Days of the sessions given, ascending; those after a time do not act on it.
        other_treatment_day : float, optional
            Day on which another treatment (switch, ECT) began.
        """
        carried = 1 - (1 - self._part(times, sessions, fast=True)) * (
            1 - self._part(times, sessions, fast=False)
        )
        level = self.person.baseline * (1 - self.person.responsiveness * carried)
        known = 1 - np.exp(-np.clip(times, 0, None) / self.symptoms.recovery_days)
        level = level * (1 - self.symptoms.recovery_share * known)
        if other_treatment_day is not None:
            waited = np.clip(times - other_treatment_day, 0, None)
            reached = 1 - np.exp(-waited / self.symptoms.other_treatment_days)
            level = level * (1 - self.symptoms.other_treatment_share * reached)
        days = np.arange(len(self.wander)) - DAYS_BEFORE
        return np.clip(level + np.interp(times, days, self.wander), 0, HIGHEST_POINTS)

    def _part(self, times: Floats, sessions: Sequence[float], *, fast: bool) -> Floats:
        symptoms = self.symptoms
        gain = symptoms.fast_gain if fast else symptoms.slow_gain
        decay = symptoms.fast_decay_days if fast else self.person.slow_decay_days
        total = np.zeros_like(times)
        reached, previous = 0.0, 0.0
        for day in sessions:
            reached *= np.exp(-(day - previous) / decay)
            jump = gain * (1 - reached)
            since = np.clip(times - day, 0, None)
            total += jump * np.exp(-since / decay) * (1 - np.exp(-since / symptoms.onset_days))
            reached, previous = reached + jump, day
        return total


def draw_latent(
    person: Person, symptoms: Symptoms, last_day: int, rng: np.random.Generator
) -> LatentProcess:
    """Draw the wander of one subject: a stationary Ornstein-Uhlenbeck path on whole days.

    `last_day` is the last day of follow-up; the path reaches past it to the truth's horizon.
    """
    reach = max(last_day, symptoms.horizon_days + COURSE_ALLOWANCE_DAYS)
    kept = np.exp(-1 / symptoms.wander_memory_days)
    steps = rng.standard_normal(DAYS_BEFORE + reach + 2)
    steps[1:] *= np.sqrt(1 - kept**2)
    wander = np.empty_like(steps)
    wander[0] = steps[0]
    for day in range(1, len(steps)):
        wander[day] = kept * wander[day - 1] + steps[day]
    return LatentProcess(person, symptoms, symptoms.wander_sd_points * wander)


@dataclass(frozen=True, slots=True)
class Truth:
    """What the latent process does after the course if no treatment is ever given again.

    Attributes
    ----------
    improvement_percent : float
        Improvement one day after the last session of the course.
    responder : bool
        Whether that reaches the response threshold.
    loss_days, relapse_days : float
        Days from the course's last session to the first moment, from one day on, with improvement
        below the response threshold, and with severity at or above the relapse threshold, on a
        grid of 0.1 day; infinite where that is not within the horizon.
    """

    improvement_percent: float
    responder: bool
    loss_days: float
    relapse_days: float


def find_truth(process: LatentProcess, course: Sequence[float]) -> Truth:
    """Follow the latent process from the end of the course without any later session."""
    symptoms = process.symptoms
    steps = round((symptoms.horizon_days - 1) / CROSSING_STEP_DAYS) + 1
    waited: Floats = 1.0 + np.arange(steps, dtype=np.float64) * CROSSING_STEP_DAYS
    severity = process.severity(course[-1] + waited, course)
    improvement = 100 * (1 - severity / process.person.baseline)
    return Truth(
        improvement_percent=float(improvement[0]),
        responder=bool(improvement[0] >= symptoms.response_percent),
        loss_days=_first(waited, improvement < symptoms.response_percent),
        relapse_days=_first(waited, severity >= symptoms.relapse_points),
    )


def _first(times: Floats, met: NDArray[np.bool_]) -> float:
    return float(times[np.argmax(met)]) if met.any() else float("inf")
