"""Many benchmark subjects at once: sessions, visits and scores as matrices."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from afterglow.simulate.config import Symptoms
from afterglow.simulate.latent import HIGHEST_POINTS

SHORTEST_COURSE: Final = 4
LONGEST_COURSE: Final = 6
FIRST_BOOSTER_MEDIAN_DAYS: Final = 26
BOOSTER_WAIT_DAYS: Final = 12
LATER_GAP_MEAN_DAYS: Final = 21
BLOCK_GAP_DAYS: Final = 3
COURSE_VISIT_SHARE: Final = 0.3
RE_INDUCTION_SHARE: Final = 0.15
PLANNED_SHARE: Final = 0.4
FIRST_BOOSTER_LOG_SD: Final = 0.8
ERROR_SD_POINTS: Final = 3

Days = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some subjects at once, one row of each matrix per subject.

    Attributes
    ----------
    numbers : ndarray of int64, shape (n,)
        Subject numbers, from 1.
    sessions : ndarray of int32, shape (n, sessions)
        Session days, ascending, the first 0.
    planned : ndarray of bool, shape (n, sessions)
        False for a booster that answers symptoms.
    visits : ndarray of int32, shape (n, scores)
        Visit days, ascending, the first 0; before the session where both fall on one day.
    scores : ndarray of int8, shape (n, scores)
        MADRS totals.
    """

    numbers: NDArray[np.int64]
    sessions: Days
    planned: NDArray[np.bool_]
    visits: Days
    scores: NDArray[np.int8]

    @classmethod
    def draw(
        cls, numbers: NDArray[np.int64], n_scores: int, n_sessions: int, rng: np.random.Generator
    ) -> Self:
        """Draw courses, boosters, visits and scores of the subjects in `numbers`."""
        sessions, planned = _draw_sessions(len(numbers), n_sessions, rng)
        visits = _draw_visits(len(numbers), n_scores, rng)
        return cls(numbers, sessions, planned, visits, _draw_scores(sessions, visits, rng))


def _draw_sessions(
    n: int, n_sessions: int, rng: np.random.Generator
) -> tuple[Days, NDArray[np.bool_]]:
    course = rng.integers(SHORTEST_COURSE, LONGEST_COURSE + 1, size=(n, 1))
    order = np.arange(n_sessions)[None, :]
    gaps = rng.integers(3, 5, size=(n, n_sessions), dtype=np.int32)
    in_block = rng.random((n, n_sessions)) < RE_INDUCTION_SHARE
    later = BOOSTER_WAIT_DAYS + rng.exponential(LATER_GAP_MEAN_DAYS, (n, n_sessions))
    gaps = np.where(order > course, np.where(in_block, BLOCK_GAP_DAYS, later), gaps)
    first = BOOSTER_WAIT_DAYS + (FIRST_BOOSTER_MEDIAN_DAYS - BOOSTER_WAIT_DAYS) * rng.lognormal(
        0, FIRST_BOOSTER_LOG_SD, (n, 1)
    )
    gaps = np.where(order == course, first, gaps).astype(np.int32)
    gaps[:, 0] = 0
    planned = (order < course) | (rng.random((n, n_sessions)) < PLANNED_SHARE)
    return np.cumsum(gaps, axis=1, dtype=np.int32), planned


def _draw_visits(n: int, n_scores: int, rng: np.random.Generator) -> Days:
    in_course = max(1, round(COURSE_VISIT_SHARE * n_scores))
    gaps = rng.integers(7, 21, size=(n, n_scores), dtype=np.int32)
    gaps[:, : in_course + 1] = rng.integers(2, 6, size=(n, min(in_course + 1, n_scores)))
    gaps[:, 0] = 0
    return np.cumsum(gaps, axis=1, dtype=np.int32)


def _draw_scores(sessions: Days, visits: Days, rng: np.random.Generator) -> NDArray[np.int8]:
    symptoms = Symptoms()
    n = len(sessions)
    baseline = rng.normal(symptoms.baseline_mean_points, symptoms.baseline_sd_points, (n, 1))
    baseline = np.clip(baseline, symptoms.baseline_min_points, symptoms.baseline_max_points)
    logit = symptoms.responsiveness_logit_mean + symptoms.responsiveness_logit_sd * rng.normal(
        size=(n, 1)
    )
    spread = rng.lognormal(0, symptoms.slow_decay_log_sd, (n, 1))
    slow_decay = (symptoms.slow_decay_median_days * spread).astype(np.float32)
    fast_decay = np.full((n, 1), symptoms.fast_decay_days, dtype=np.float32)
    fast = carried_effect(sessions, visits, symptoms.fast_gain, fast_decay)
    slow = carried_effect(sessions, visits, symptoms.slow_gain, slow_decay)
    effect = (1 - (1 - fast) * (1 - slow)) / (1 + np.exp(-logit)).astype(np.float32)
    noise = rng.standard_normal(visits.shape, dtype=np.float32) * np.float32(ERROR_SD_POINTS)
    severity = baseline.astype(np.float32) * (1 - effect) + noise
    return np.clip(np.rint(severity), 0, HIGHEST_POINTS).astype(np.int8)


def carried_effect(
    sessions: Days, visits: Days, gain: float, decay: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return one part of the drug effect at each visit, as `LatentProcess` adds it up.

    Between two sessions the part decays as a whole, so each visit needs only the session before
    it. Onset is immediate; a session does not act on a visit of its own day.

    Parameters
    ----------
    sessions, visits : ndarray of int32, shapes (n, sessions) and (n, scores)
        Days, ascending in each row.
    gain : float
        Share of what is still missing that one session adds.
    decay : ndarray of float32, shape (n, 1)
        Decay time of the part, days.
    """
    reached = np.zeros((len(sessions), 1), dtype=np.float32)
    carried = np.zeros(visits.shape, dtype=np.float32)
    for number in range(sessions.shape[1]):
        day = sessions[:, number : number + 1]
        since_last = day - sessions[:, max(number - 1, 0)][:, None]
        reached = reached * np.exp(-since_last / decay)
        reached = (reached + gain * (1 - reached)).astype(np.float32)
        since = (visits - day).astype(np.float32)
        np.copyto(carried, reached * np.exp(-since.clip(0) / decay), where=since > 0)
    return carried
