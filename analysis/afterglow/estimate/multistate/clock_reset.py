"""The clock-reset model: leaving a state depends on how long it has lasted, and on nothing else."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.errors import UsageError
from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.multistate.functional import Functional
from afterglow.estimate.multistate.renewal_sums import go_back, go_forward
from afterglow.estimate.multistate.rows import STAYS, StateRows

MOST_STEPS: Final = 2000
SLACK: Final = 1e-9
ROUNDING: Final = 1e-12
MATTERS: Final = 0.005
UNKNOWN_ENTRY: Final = "stretches whose beginning nobody saw are left out of the clock-reset model"
CARRIED: Final = (
    "some are taken to stay in a state for longer than anybody was watched in it: after the "
    "longest stay there nobody is taken to leave"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stays:
    """The stretches of one group, on the clock that begins when a state is entered.

    Attributes
    ----------
    state, to : array of int, shape (n,)
        `to` is −1 where the stay was still going on when last seen.
    length : array of int, shape (n,)
        Steps from entry to exit, at least one.
    begins : array of bool
        The first stretch of a subject who is there on the first day.
    unit : array of int
        Subject or cluster.
    weight, spread : array
        What a stay counts with, and what its influence is multiplied by before squaring: a
        subject that stands for w subjects has w squares, not the square of w.
    dropped : int
        Stretches whose beginning is not known.
    """

    state: Codes
    to: Codes
    length: Codes
    begins: np.ndarray
    unit: Codes
    weight: Floats
    spread: Floats
    dropped: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClockResetCurve:
    """Occupancy of every state in one group, if the clock starts anew with each state.

    Attributes
    ----------
    label : str
    states : tuple of str
    stays : Stays
    step : float
        Days of one step.
    start : array, shape (S,)
    source, target : array of int, shape (M,)
    hazard : array, shape (M, T + 1)
        Chance of each move on the d-th step after entry.
    at_risk : array, shape (S, T + 1)
        Weight of the stays of at least d steps.
    mass : array, shape (T + 1, S, T + 1)
        Share of subjects on each day, by state and steps since entry.
    """

    label: str
    states: tuple[str, ...]
    stays: Stays
    step: float
    start: Floats
    source: Codes
    target: Codes
    hazard: Floats
    at_risk: Floats
    mass: Floats

    @property
    def occupancy(self) -> Floats:
        """Share in each state on every step from day 0 on, shape (T + 1, S)."""
        return self.mass.sum(axis=2)

    @property
    def n(self) -> float:
        """Subjects there on the first day."""
        return float(self.stays.weight[self.stays.begins].sum())

    @property
    def n_events(self) -> float:
        """Moves."""
        return float(self.stays.weight[self.stays.to != STAYS].sum())

    def warning(self, last: int) -> str:
        """Return what is assumed by step `last` beyond the longest stays, or left out."""
        parts = [UNKNOWN_ENTRY] if self.stays.dropped else []
        if any(self._outlasted(place, last) for place in set(self.source.tolist())):
            parts.append(CARRIED)
        return "; ".join(parts)

    def _outlasted(self, place: int, last: int) -> bool:
        """Tell whether some are taken to stay in a state longer than its longest stay."""
        longest = int(np.flatnonzero(self.at_risk[place]).max(initial=0))
        share = self.mass[: last + 1, place, longest + 1 :].sum(axis=1).max()
        return bool(share > MATTERS)

    def total(self, state: int, reward: Floats) -> Functional:
        """Return the occupancy of a state summed by `reward`, shape (T + 1,), with its error."""
        size, steps = len(self.states), self.mass.shape[0]
        rewards = np.zeros((steps, size))
        rewards[:, state] = reward
        now, slope = np.zeros((size, steps)), np.zeros_like(self.hazard)
        go_back(
            self.source, self.target, self.hazard,
            staying(self.at_risk, self.source, self.hazard), self.mass, rewards,
            np.zeros((size, steps)), now, slope,
        )  # fmt: skip
        units, influence = self._influence(slope, now[:, 0])
        return Functional(
            estimate=float(reward @ self.occupancy[:, state]), units=units, influence=influence,
            n=self.n, n_events=self.n_events,
            warning=self.warning(int(np.flatnonzero(reward).max(initial=0))),
        )  # fmt: skip

    def _influence(self, slope: Floats, value: Floats) -> tuple[Codes, Floats]:
        """Return what each unit does, from the derivatives by hazards and by starting shares."""
        stays = self.stays
        per = np.divide(1.0, self.at_risk, out=np.zeros_like(self.at_risk), where=self.at_risk > 0)
        expected = np.zeros_like(self.at_risk)
        np.add.at(expected, self.source, slope * self.hazard * per[self.source])
        last = self.at_risk.shape[1] - 1
        until = np.minimum(stays.length, last)
        own = -np.cumsum(expected, axis=1)[stays.state, until]
        place = np.full((len(self.states), len(self.states)), -1)
        place[self.source, self.target] = np.arange(len(self.source))
        moved = (stays.to != STAYS) & (stays.length <= last)
        move = place[stays.state[moved], stays.to[moved]]
        length = stays.length[moved]
        own[moved] += slope[move, length] * per[stays.state[moved], length]
        first = stays.begins
        own[first] += (value[stays.state[first]] - self.start @ value) / self.n
        units, code = np.unique(stays.unit, return_inverse=True)
        return units, summed(code, stays.spread * own, len(units))


def clock_reset_curve(rows: StateRows, group: int, tau: float, step: float) -> ClockResetCurve:
    """Estimate one group's process to day `tau`: product limits of stays, joined by renewal."""
    steps = steps_of(tau, step)
    stays = stays_of(rows, group, step)
    size = len(rows.states)
    at_risk, kinds, events = _counts(stays, size, steps)
    source, target = kinds // size, kinds % size
    there = at_risk[source]
    hazard = np.divide(events, there, out=np.zeros_like(events), where=there > 0.0)
    start = summed(stays.state[stays.begins], stays.weight[stays.begins], size)
    mass = np.zeros((steps + 1, size, steps + 1))
    mass[0, :, 0] = start / start.sum()
    go_forward(source, target, hazard, staying(at_risk, source, hazard), mass)
    return ClockResetCurve(
        label=rows.groups[group], states=rows.states, stays=stays, step=step,
        start=start / start.sum(), source=source, target=target, hazard=hazard, at_risk=at_risk,
        mass=mass,
    )  # fmt: skip


def steps_of(tau: float, step: float) -> int:
    """Return how many steps lead to day `tau`."""
    steps = tau / step if step > 0.0 else np.inf
    if not 1.0 - SLACK <= steps <= MOST_STEPS:
        raise UsageError(
            f"step = {step:g} does not cut {tau:g} days into 1 to {MOST_STEPS} steps.\n"
            "Give another one, in days."
        )
    return int(np.ceil(steps - SLACK))


def _counts(stays: Stays, size: int, steps: int) -> tuple[Floats, Codes, Floats]:
    """Return stays of at least d steps by state, the kinds of moves, and moves after d steps."""
    moved = stays.to != STAYS
    kinds, kind = np.unique((stays.state * size + stays.to)[moved], return_inverse=True)
    width = int(max(stays.length.max(initial=0), steps)) + 1
    lasting = summed(stays.state * width + stays.length, stays.weight, size * width)
    at_risk = np.cumsum(lasting.reshape(size, width)[:, ::-1], axis=1)[:, ::-1]
    when = kind * width + stays.length[moved]
    events = summed(when, stays.weight[moved], len(kinds) * width).reshape(len(kinds), width)
    return at_risk[:, : steps + 1].copy(), kinds, events[:, : steps + 1].copy()


def staying(at_risk: Floats, source: Codes, hazard: Floats) -> Floats:
    """Return the chance of staying on each step after entry, by state; shape (S, T + 1)."""
    stays = np.ones_like(at_risk)
    np.subtract.at(stays, source, hazard)
    return np.where(stays < ROUNDING, 0.0, stays)


def stays_of(rows: StateRows, group: int, step: float) -> Stays:
    """Return the stays of a group whose beginning was seen, in steps from entry to exit.

    Days are rounded up to whole steps first; what begins and ends within one counts as one.
    """
    part = rows.taken(rows.group == group)
    day = np.ceil(rows.times / step - SLACK).astype(np.int64)
    same = np.append(False, part["subject"][1:] == part["subject"][:-1])
    goes_on = same & (part["entry"] == np.append(-1, part["exit"][:-1]))
    begins = ~same & (part["entry"] == part["entry"].min())
    known = goes_on | begins
    length = np.maximum(day[part["exit"]] - day[part["entry"]], 1)
    alone = rows.frequency and np.array_equal(rows.cluster, rows.subject)
    weight = part["weight"][known]
    return Stays(
        state=part["state"][known], to=part["to"][known], length=length[known],
        begins=begins[known], unit=part["cluster"][known], weight=weight,
        spread=np.sqrt(weight) if alone else weight, dropped=int((~known).sum()),
    )  # fmt: skip
