"""Compiled passes over time: the occupancy of states, and what each cluster does to it."""

from afterglow.estimate.checks import Codes, Floats
from afterglow.kernel import kernel


@kernel
def occupy(slices: Codes, source: Codes, target: Codes, hazard: Floats, path: Floats) -> None:
    """Fill `path`, shape (T + 1, S), whose first row holds the occupancy at the start.

    At each time a share `hazard` of the source state's occupancy moves to the target state.
    """
    steps, size = path.shape[0] - 1, path.shape[1]
    for time in range(steps):
        for j in range(size):
            path[time + 1, j] = path[time, j]
        for move in range(slices[time], slices[time + 1]):
            share = hazard[move] * path[time, source[move]]
            path[time + 1, source[move]] -= share
            path[time + 1, target[move]] += share


@kernel
def open_cluster(
    first: int,
    last: int,
    path: Floats,
    at_risk: Floats,
    entry: Codes,
    exit_: Codes,
    state: Codes,
    to: Codes,
    weight: Floats,
    changes: Floats,
    jumps: Floats,
) -> None:
    """Note when the rows from `first` to before `last` come and go, and their own moves."""
    for row in range(first, last):
        changes[entry[row], state[row]] += weight[row]
        changes[exit_[row] + 1, state[row]] -= weight[row]
        if to[row] >= 0:
            per = path[exit_[row], state[row]] / at_risk[state[row], exit_[row]]
            jumps[exit_[row], state[row]] -= weight[row] * per
            jumps[exit_[row], to[row]] += weight[row] * per


@kernel
def step_on(
    time: int,
    slices: Codes,
    source: Codes,
    target: Codes,
    hazard: Floats,
    path: Floats,
    at_risk: Floats,
    presence: Floats,
    changes: Floats,
    jumps: Floats,
    now: Floats,
) -> None:
    """Carry one cluster's influence over one time, and clear what was noted for it."""
    for j in range(len(now)):
        presence[j] += changes[time, j]
        changes[time, j] = 0.0
    for move in range(slices[time], slices[time + 1]):
        a = source[move]
        per = now[a]
        if presence[a] > 0.0:
            per -= presence[a] * path[time, a] / at_risk[a, time]
        jumps[time, a] -= hazard[move] * per
        jumps[time, target[move]] += hazard[move] * per
    for j in range(len(now)):
        now[j] += jumps[time, j]
        jumps[time, j] = 0.0


@kernel
def opening(now: Floats, first: int, last: int, entry: Codes, exit_: Codes) -> tuple[int, int]:
    """Return the first time at which a cluster does anything, and that of its last row's end."""
    begin, end = entry[first], exit_[first]
    for row in range(first, last):
        begin = min(begin, entry[row])
        end = max(end, exit_[row])
    for value in now:
        if value != 0.0:
            begin = 0
    return begin, end


@kernel
def add_influence(
    slices: Codes,
    source: Codes,
    target: Codes,
    hazard: Floats,
    path: Floats,
    at_risk: Floats,
    starts: Codes,
    scale: Floats,
    entry: Codes,
    exit_: Codes,
    state: Codes,
    to: Codes,
    weight: Floats,
    initial: Floats,
    width: Floats,
    now: Floats,
    presence: Floats,
    changes: Floats,
    jumps: Floats,
    total: Floats,
    tails: Floats,
    gone: Floats,
    square: Floats,
    spent: Floats,
    each: Floats,
) -> None:
    """Add up squared influences on the occupancy at each time, and on the time in each state.

    A cluster is followed from its first row's begin until its last row's end; what it does to
    later times is left in `gone`.

    Parameters
    ----------
    slices, source, target, hazard
        Moves by time, as in `StateCounts`.
    path : array, shape (T + 1, S)
    at_risk : array, shape (S, T)
    starts : array of int, shape (C + 1,)
        First row of each cluster, and the number of rows.
    scale : array, shape (C,)
        What each cluster's square is multiplied by.
    entry, exit_, state, to, weight
        Rows by cluster.
    initial : array, shape (C, S)
        Influence on the occupancy at the start.
    width : array, shape (T + 1,)
        Days for which the occupancy from each time on counts, the start first.
    now, presence, changes, jumps, total : arrays of shape (S,), (S,), (T + 1, S), (T, S), (S,)
        Room to work in, all 0.
    tails : array, shape (T, S, S)
        Days that a share in each state at a time will spend in each state after it, by `width`.
    gone : array, shape (T, S, S), filled
        Products of the influences of the clusters whose last row ends at each time.
    square : array, shape (T, S), filled
    spent : array, shape (S,), filled
    each : array, shape (C, S), filled, or (0, S)
        Each cluster's influence on the time in each state.
    """
    size = path.shape[1]
    for cluster in range(len(starts) - 1):
        for j in range(size):
            now[j] = initial[cluster, j]
            presence[j] = 0.0
            total[j] = now[j] * width[0]
        open_cluster(
            starts[cluster], starts[cluster + 1], path, at_risk, entry, exit_, state, to, weight,
            changes, jumps,
        )  # fmt: skip
        begin, end = opening(now, starts[cluster], starts[cluster + 1], entry, exit_)
        for time in range(begin, end + 1):
            step_on(
                time, slices, source, target, hazard, path, at_risk, presence, changes, jumps, now
            )
            for j in range(size):
                square[time, j] += scale[cluster] * now[j] * now[j]
                total[j] += now[j] * width[time + 1]
        for j in range(size):
            changes[end + 1, j] = 0.0
            later = total[j]
            for k in range(size):
                later += now[k] * tails[end, k, j]
                gone[end, j, k] += scale[cluster] * now[j] * now[k]
            spent[j] += scale[cluster] * later * later
            if len(each):
                each[cluster, j] = later
