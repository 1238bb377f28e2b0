"""Compiled passes over days and ages: a semi-Markov process forward, and its derivatives back."""

from afterglow.estimate.checks import Codes, Floats
from afterglow.kernel import kernel


@kernel
def go_forward(source: Codes, target: Codes, hazard: Floats, stays: Floats, mass: Floats) -> None:
    """Fill `mass`, shape (T + 1, S, T + 1), whose first day is given: share by state and age.

    On each day a share of those who have been in a state for so many days leaves it, for an age
    of 0 in another one.

    Parameters
    ----------
    source, target : array of int, shape (M,)
        The kinds of moves.
    hazard : array, shape (M, T + 1)
        Chance of each move on the d-th day after entry; column 0 is not used.
    stays : array, shape (S, T + 1)
        1 − the sum of a state's hazards.
    """
    last = mass.shape[0] - 1
    for day in range(last):
        for state in range(mass.shape[1]):
            for age in range(day + 1):
                mass[day + 1, state, age + 1] = mass[day, state, age] * stays[state, age + 1]
        for move in range(len(source)):
            entered = 0.0
            for age in range(day + 1):
                entered += mass[day, source[move], age] * hazard[move, age + 1]
            mass[day + 1, target[move], 0] += entered


@kernel
def go_back(
    source: Codes,
    target: Codes,
    hazard: Floats,
    stays: Floats,
    mass: Floats,
    reward: Floats,
    later: Floats,
    now: Floats,
    slope: Floats,
) -> None:
    """Fill `slope`, shape (M, T + 1): derivatives of a sum of rewards by the moves' hazards.

    Parameters
    ----------
    source, target, hazard, stays, mass
        As in `go_forward`.
    reward : array, shape (T + 1, S)
        What a share in a state on a day counts with.
    later, now : arrays, shape (S, T + 1)
        Room to work in; at the end `now` holds what a share in each state on day 0 comes to.
    """
    last, size = mass.shape[0] - 1, mass.shape[1]
    for state in range(size):
        for age in range(last + 1):
            now[state, age] = reward[last, state]
    for day in range(last - 1, -1, -1):
        for state in range(size):
            for age in range(day + 2):
                later[state, age] = now[state, age]
            for age in range(day + 1):
                now[state, age] = reward[day, state] + stays[state, age + 1] * later[state, age + 1]
        for move in range(len(source)):
            here, there = source[move], target[move]
            for age in range(day + 1):
                now[here, age] += hazard[move, age + 1] * later[there, 0]
                gain = later[there, 0] - later[here, age + 1]
                slope[move, age + 1] += mass[day, here, age] * gain
