"""Transition probabilities between two days, and time in states from a known one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Floats
from afterglow.estimate.intervals import probability_limits
from afterglow.estimate.multistate.counts import StateCounts
from afterglow.estimate.multistate.occupancy import StateCurve
from afterglow.estimate.result import Result, said
from afterglow.estimate.survival_curve import PAST_THE_END, as_count
from afterglow.estimate.timegrid import near_index
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    FROM_STATE,
    GROUP,
    METHOD,
    N_EVENTS,
    STD_ERROR,
    TERM,
    TIME,
    TO_STATE,
    WARNING,
    N,
)

GREENWOOD: Final = "greenwood"
AALEN: Final = "aalen"
VARIANCES: Final = (GREENWOOD, AALEN)
NOT_COUNTS: Final = "weights are no counts of subjects, so transition probabilities have no error"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Transition(Result):
    """Transition probabilities, one row per group and pair of states (term "from → to").

    Attributes
    ----------
    matrices : dict of str to array, shape (S, S)
        For each group the probabilities, row j for those in state j at the start.
    """

    matrices: dict[str, Floats]

    def _null(self) -> float | None:
        return None


def transition_rows(
    curves: Sequence[StateCurve], states: Sequence[str], first: float, last: float, variance: str
) -> Transition:
    """Return the probabilities from day `first` to day `last`; see `MultiState.transition`."""
    parts, matrices = [], {}
    for curve in curves:
        matrix, spread = transition_probabilities(curve.counts, first, last, len(states), variance)
        matrices[curve.label] = matrix
        error = np.sqrt(spread)
        low, high = probability_limits(
            matrix.ravel(), error.ravel(), conf_type=curve.conf_type, conf_level=curve.conf_level
        )
        pairs = [(a, b) for a in states for b in states]
        rows = pd.DataFrame({TERM: [f"{a} → {b}" for a, b in pairs], GROUP: curve.label})
        rows[FROM_STATE], rows[TO_STATE] = [a for a, _ in pairs], [b for _, b in pairs]
        rows[TIME], rows[ESTIMATE], rows[STD_ERROR] = last, matrix.ravel(), error.ravel()
        rows[CONF_LOW], rows[CONF_HIGH], rows[CONF_LEVEL] = low, high, curve.conf_level
        rows[N] = as_count(curve.counts.n)
        rows[N_EVENTS] = as_count(float(curve.counts.moved.sum()))
        late = PAST_THE_END if last > curve.counts.times[-1] else ""
        rows[WARNING] = late if curve.counts.frequency else NOT_COUNTS
        parts.append(rows)
    table = pd.concat(parts, ignore_index=True)
    table[METHOD] = f"transition probabilities from day {first:g}, {variance} variance"
    kept = table[table[FROM_STATE] != table[TO_STATE]]
    said_rows = [
        f"{row[GROUP] + ': ' if row[GROUP] else ''}{row[TERM]} {said(row[ESTIMATE])}"
        for _, row in kept[kept[ESTIMATE] > 0].iterrows()
    ]
    sentence = f"From day {said(first)} to day {said(last)}: {'; '.join(said_rows) or 'no moves'}."
    return Transition(table=table, sentence=sentence, matrices=matrices)


def transition_probabilities(
    counts: StateCounts, first: float, last: float, size: int, variance: str
) -> tuple[Floats, Floats]:
    """Return P(first, last) and the variance of each entry, both shape (S, S).

    The sum over moments u of P(s, u−)² cov dA(u) P(u, t)² (Greenwood), or of P(s, u)² cov dA(u)
    P(u, t)² (Aalen), built up moment by moment.
    """
    begin, end = near_index(counts.times, np.array([first, last]), side="right")
    matrix, spread = np.eye(size), np.zeros((size, size, size))
    for _, step, noise in _moments(counts, int(begin), int(end), size, variance):
        there = matrix if variance == GREENWOOD else matrix @ step
        spread = step.T @ spread @ step + np.einsum("ja,akl->jkl", there**2, noise)
        matrix = matrix @ step
    own = np.einsum("jkk->jk", spread)
    return matrix, np.maximum(own, 0.0) if counts.frequency else np.full_like(own, np.nan)


def stay_rows(
    counts: StateCounts, given: int, until: float, size: int, variance: str
) -> tuple[Floats, Floats]:
    """Return the expected days in each state to `until` from state `given` on day 0, variances."""
    begin, end = near_index(counts.times, np.array([0.0, until]), side="right")
    now, days = np.eye(size)[given], np.zeros(size)
    spread = np.zeros((2 * size, 2 * size))
    last = 0.0
    for index, step, noise in _moments(counts, int(begin), int(end), size, variance):
        days, spread = _wait(now, days, spread, float(counts.times[index]) - last)
        last = float(counts.times[index])
        move = np.block([[step, np.zeros((size, size))], [np.zeros((size, size)), np.eye(size)]])
        spread = move.T @ spread @ move
        there = now if variance == GREENWOOD else now @ step
        spread[:size, :size] += np.einsum("a,akl->kl", there**2, noise)
        now = now @ step
    days, spread = _wait(now, days, spread, until - last)
    own = np.diag(spread)[size:]
    return days, np.maximum(own, 0.0) if counts.frequency else np.full(size, np.nan)


def _wait(now: Floats, days: Floats, spread: Floats, width: float) -> tuple[Floats, Floats]:
    """Let `width` days pass: probabilities stay, the days in each state grow."""
    size = len(now)
    carry = np.eye(2 * size)
    carry[:size, size:] = width * np.eye(size)
    return days + width * now, carry.T @ spread @ carry


def _moments(
    counts: StateCounts, begin: int, end: int, size: int, variance: str
) -> Iterator[tuple[int, Floats, Floats]]:
    """Yield each time with moves, its step I + dA, and the covariance of each row of dA."""
    slices = counts.slices
    for index in range(begin, end):
        moves = range(slices[index], slices[index + 1])
        if not moves:
            continue
        noise = np.zeros((size, size, size))
        for state in {int(counts.source[move]) for move in moves}:
            noise[state] = _row_noise(counts, state, index, [*moves], size, variance)
        yield index, counts.matrix(index, size), noise


def _row_noise(
    counts: StateCounts, state: int, index: int, moves: list[int], size: int, variance: str
) -> Floats:
    mine = [move for move in moves if counts.source[move] == state]
    hazard = counts.hazard[mine]
    cov = np.diag(hazard)
    if variance == GREENWOOD:
        cov = cov - np.outer(hazard, hazard)
    away = np.zeros((len(mine), size))
    away[np.arange(len(mine)), counts.target[mine]] = 1.0
    away[:, state] = -1.0
    return away.T @ (cov / counts.at_risk[state, index]) @ away
