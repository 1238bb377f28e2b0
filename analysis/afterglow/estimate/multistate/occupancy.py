"""How many are in each state over time, in one group, and how sure that is."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.intervals import probability_limits
from afterglow.estimate.multistate.counts import StateCounts
from afterglow.estimate.multistate.occupancy_sums import add_influence, occupy
from afterglow.estimate.survival_curve import PAST_THE_END, as_count, since_last, whole
from afterglow.estimate.timegrid import near_index
from afterglow.names import (
    AT_RISK,
    CENSORED,
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    EVENTS,
    GROUP,
    N_EVENTS,
    STD_ERROR,
    TERM,
    TIME,
    WARNING,
    N,
)

ROUNDING: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StateCurve:
    """Occupancy of every state in one group.

    Attributes
    ----------
    label : str
    states : tuple of str
    counts : StateCounts
    start : array, shape (S,)
        Occupancy before the first move.
    occupancy, variance : array, shape (T, S)
        After each time.
    conf_type : str
    conf_level : float
    """

    label: str
    states: tuple[str, ...]
    counts: StateCounts
    start: Floats
    occupancy: Floats
    variance: Floats
    conf_type: str
    conf_level: float

    def table(self) -> pd.DataFrame:
        """Return one row per state and time at which a stretch ended."""
        counts = self.counts
        return self._rows(counts.times, np.arange(len(counts.times)), counts.at_risk)

    def at(self, times: Floats) -> pd.DataFrame:
        """Return one row per state and asked time; moves since the previous asked time."""
        index = near_index(self.counts.times, times, side="right") - 1
        rows = self._rows(times, index, self._at_risk(times))
        present = np.isin(np.arange(len(self.states)), self.counts.source)
        still = self.occupancy[-1] @ present > 0.0
        late = np.where((times > self.counts.times[-1]) & still, PAST_THE_END, "")
        return rows.assign(**{WARNING: np.tile(late, len(self.states))})

    def _at_risk(self, times: Floats) -> Floats:
        """Return the weight in each state just before each of `times`: since < time <= exit."""
        counts, width = self.counts, len(times) + 1
        size = len(self.states) * width
        later = near_index(times, np.maximum(counts.since, times[0] - 1.0), side="right")
        gone = near_index(times, counts.times[counts.exit], side="right")
        code = counts.state * width
        change = summed(code + later, counts.weight, size)
        change -= summed(code + gone, counts.weight, size)
        return np.cumsum(change.reshape(-1, width), axis=1)[:, :-1]

    def _rows(self, times: Floats, index: Codes, at_risk: Floats) -> pd.DataFrame:
        counts, size = self.counts, len(self.states)
        path = np.concatenate([self.start[None, :], self.occupancy])[index + 1]
        error = np.sqrt(np.concatenate([self.start_variance()[None, :], self.variance]))[index + 1]
        entered = np.zeros((size, len(counts.times)))
        np.add.at(entered, (counts.target, counts.when), counts.moved)
        parts = []
        for j, state in enumerate(self.states):
            low, high = probability_limits(
                path[:, j], error[:, j], conf_type=self.conf_type, conf_level=self.conf_level
            )
            rows = pd.DataFrame(
                {TERM: state, GROUP: self.label, TIME: times, ESTIMATE: path[:, j],
                 STD_ERROR: error[:, j], CONF_LOW: low, CONF_HIGH: high}
            )  # fmt: skip
            rows[CONF_LEVEL], rows[N] = self.conf_level, as_count(counts.n)
            rows[N_EVENTS] = as_count(float(entered[j].sum()))
            rows[AT_RISK] = whole(at_risk[j])
            rows[EVENTS] = whole(since_last(entered[j], index))
            rows[CENSORED] = whole(since_last(counts.left[j], index))
            parts.append(rows)
        return pd.concat(parts, ignore_index=True)

    def start_variance(self) -> Floats:
        """Return the variance of the occupancy before the first move."""
        order, starts = cluster_order(self.counts)
        initial = initial_influence(self.counts, self.start, order, starts)
        return scales(self.counts, starts) @ initial**2

    def time_in_states(self, until: float) -> tuple[Floats, Floats]:
        """Return the expected days in each state from day 0 to `until`, and their variances."""
        width = widths(self.counts.times, until)
        path = np.concatenate([self.start[None, :], self.occupancy])
        return width @ path, passes(self.counts, self.start, path, width)[1]

    def influence(self, width: Floats) -> tuple[Codes, Floats]:
        """Return the clusters' codes, and their influence on the occupancy summed by `width`.

        Parameters
        ----------
        width : array, shape (T + 1,)
            What the occupancy of the start and of each time counts with: `widths(times, until)`
            for the days in each state.

        Returns
        -------
        codes : array of int, shape (C,)
        influence : array, shape (C, S)
            Their squares add up to the variance.
        """
        path = np.concatenate([self.start[None, :], self.occupancy])
        codes = np.unique(self.counts.cluster)
        each = np.zeros((len(codes), len(self.states)))
        passes(self.counts, self.start, path, width, each)
        _, starts = cluster_order(self.counts)
        return codes, each * np.sqrt(scales(self.counts, starts))[:, None]


def widths(times: Floats, until: float) -> Floats:
    """Return for how many days before `until` each step counts, the start first; shape (T + 1,)."""
    edges = np.concatenate([[min(0.0, float(times[0]))], times, [max(until, float(times[-1]))]])
    return np.maximum(np.diff(np.minimum(edges, until)), 0.0)


def state_curve(
    label: str, states: tuple[str, ...], counts: StateCounts, *, conf_type: str, conf_level: float
) -> StateCurve:
    """Estimate the occupancy of one group: Aalen–Johansen, from those there at the first move."""
    start = start_of(counts)
    path = np.empty((len(counts.times) + 1, len(states)))
    path[0] = start
    occupy(counts.slices, counts.source, counts.target, counts.hazard, path)
    square, _ = passes(counts, start, path, np.zeros(len(path)))
    certain = (path < ROUNDING) | (path > 1.0 - ROUNDING)
    path = np.where(certain, np.rint(path), path)
    return StateCurve(
        label=label, states=states, counts=counts, start=start, occupancy=path[1:],
        variance=np.where(certain[1:], 0.0, square), conf_type=conf_type, conf_level=conf_level,
    )  # fmt: skip


def first_move(counts: StateCounts) -> int:
    """Return the index of the first time at which somebody moves, else of the last time."""
    return int(counts.when[0]) if len(counts.when) else len(counts.times) - 1


def start_of(counts: StateCounts) -> Floats:
    """Return the share of each state among those at risk at the first move."""
    there = counts.at_risk[:, first_move(counts)]
    return there / there.sum()


def cluster_order(counts: StateCounts) -> tuple[Codes, Codes]:
    """Return the rows in order of cluster, and where each cluster begins and the last ends."""
    order = np.argsort(counts.cluster, kind="stable")
    sizes = np.unique(counts.cluster, return_counts=True)[1]
    return order, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def initial_influence(counts: StateCounts, start: Floats, order: Codes, starts: Codes) -> Floats:
    """Return what each cluster does to the occupancy at the start, shape (C, S)."""
    result = np.zeros((len(starts) - 1, len(start)))
    if start.max() == 1.0:
        return result
    first = first_move(counts)
    there = (counts.entry <= first) & (counts.exit >= first)
    cluster = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    own = counts.weight * there / counts.at_risk[:, first].sum()
    np.add.at(result, (cluster, counts.state[order]), own[order])
    total = np.bincount(cluster, weights=own[order], minlength=len(starts) - 1)
    return result - total[:, None] * start


def scales(counts: StateCounts, starts: Codes) -> Floats:
    """Return what each cluster's squared influence is multiplied by.

    A subject of frequency w stands for w subjects, so its square is divided by w.
    """
    alone = counts.frequency and np.array_equal(counts.cluster, counts.subject)
    order, _ = cluster_order(counts)
    return 1.0 / counts.weight[order][starts[:-1]] if alone else np.ones(len(starts) - 1)


def passes(
    counts: StateCounts, start: Floats, path: Floats, width: Floats, each: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return the variance of the occupancy after each time, and that of its sum by `width`.

    `each`, shape (C, S), is filled with the clusters' influences on that sum.
    """
    order, starts = cluster_order(counts)
    steps, size = len(counts.times), len(start)
    square, spent = np.zeros((steps, size)), np.zeros(size)
    gone = np.zeros((steps, size, size))
    add_influence(
        counts.slices, counts.source, counts.target, counts.hazard, path, counts.at_risk,
        starts, scales(counts, starts), counts.entry[order], counts.exit[order],
        counts.state[order], counts.to[order],
        counts.weight[order], initial_influence(counts, start, order, starts), width,
        np.zeros(size), np.zeros(size), np.zeros((steps + 1, size)), np.zeros((steps, size)),
        np.zeros(size), _tails(counts, width, size), gone, square, spent,
        np.zeros((0, size)) if each is None else each,
    )  # fmt: skip
    _carry_on(counts, gone, square)
    return square, spent


def _tails(counts: StateCounts, width: Floats, size: int) -> Floats:
    """Return the days that a share in each state at a time will spend in each after it."""
    steps = len(counts.times)
    tails = np.zeros((steps, size, size))
    if not width.any():
        return tails
    identity = np.eye(size)
    for time in range(steps - 2, -1, -1):
        after = width[time + 2] * identity + tails[time + 1]
        tails[time] = counts.matrix(time + 1, size) @ after
    return tails


def _carry_on(counts: StateCounts, gone: Floats, square: Floats) -> None:
    """Add to `square` what clusters that have gone do to every later time."""
    size = square.shape[1]
    total = np.zeros((size, size))
    for time in range(len(square)):
        step = counts.matrix(time, size)
        total = step.T @ total @ step
        square[time] += np.diag(total)
        total += gone[time]
