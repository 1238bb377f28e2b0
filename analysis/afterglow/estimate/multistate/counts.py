"""Who was in which state, and who moved, at each time of one group."""

from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.multistate.rows import STAYS, StateRows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StateCounts:
    """Stretches and moves of one group.

    Attributes
    ----------
    times : array, shape (T,)
        Distinct times at which stretches end.
    at_risk : array, shape (S, T)
        Weight in each state just before each time.
    left : array, shape (S, T)
        Weight whose last stretch ends without a move at each time, by state.
    entry, exit, state, to, subject, cluster : array of int, shape (n,)
        Rows in order of subject and time; at risk at the times with index entry … exit.
    since : array, shape (n,)
        Day after which each row is at risk; −inf where it is the first day of all.
    weight : array, shape (n,)
    when, source, target : array of int, shape (M,)
        Each kind of move at each time, in order of time.
    moved : array, shape (M,)
        Weight of those who made it.
    hazard : array, shape (M,)
        Share of those in the source state who made it.
    n : float
    frequency : bool
    """

    times: Floats
    at_risk: Floats
    left: Floats
    entry: Codes
    exit: Codes
    state: Codes
    to: Codes
    subject: Codes
    cluster: Codes
    since: Floats
    weight: Floats
    when: Codes
    source: Codes
    target: Codes
    moved: Floats
    hazard: Floats
    n: float
    frequency: bool

    @property
    def slices(self) -> Codes:
        """First move of each time, and the number of moves; shape (T + 1,)."""
        return np.searchsorted(self.when, np.arange(len(self.times) + 1)).astype(np.int64)

    def matrix(self, index: int, size: int) -> Floats:
        """Return what a moment does: row j holds where those in state j are just after it."""
        step = np.eye(size)
        first, last = np.searchsorted(self.when, [index, index + 1])
        for move in range(first, last):
            step[self.source[move], self.target[move]] += self.hazard[move]
            step[self.source[move], self.source[move]] -= self.hazard[move]
        return step


def state_counts(rows: StateRows, group: int) -> StateCounts:
    """Count the stretches of the group with the code `group`."""
    part = rows.taken(rows.group == group)
    size = len(rows.states)
    ends = np.bincount(part["exit"], minlength=len(rows.times)) > 0
    until = np.concatenate([[0], np.cumsum(ends)]).astype(np.int64)
    entry, exit_ = until[part["entry"] + 1], until[part["exit"]]
    times = rows.times[ends]
    steps = len(times)
    weight, state, to = part["weight"], part["state"], part["to"]
    left = summed(state * steps + exit_, weight, size * steps).reshape(size, steps)
    begun = summed(state * (steps + 1) + entry, weight, size * (steps + 1))
    begun = np.cumsum(begun.reshape(size, steps + 1), axis=1)[:, :-1]
    at_risk = begun - np.cumsum(left, axis=1) + left
    moves = to != STAYS
    code = (exit_[moves] * size + state[moves]) * size + to[moves]
    kinds, place = np.unique(code, return_inverse=True)
    moved = summed(place, weight[moves], len(kinds))
    when, source = kinds // (size * size), kinds // size % size
    begins = part["entry"]
    final = np.concatenate([part["subject"][1:] != part["subject"][:-1], [True]])
    gone = final & ~moves
    lost = summed(state[gone] * steps + exit_[gone], weight[gone], size * steps)
    first = np.concatenate([[True], part["subject"][1:] != part["subject"][:-1]])
    return StateCounts(
        times=times, at_risk=at_risk, left=lost.reshape(size, steps), entry=entry, exit=exit_,
        state=state, to=to, subject=part["subject"], cluster=part["cluster"],
        since=np.where(begins == begins.min(), -np.inf, rows.times[begins]), weight=weight,
        when=when, source=source, target=kinds % size, moved=moved,
        hazard=np.minimum(moved / at_risk[source, when], 1.0),
        n=float(weight[first].sum() if rows.frequency else first.sum()),
        frequency=rows.frequency,
    )  # fmt: skip
