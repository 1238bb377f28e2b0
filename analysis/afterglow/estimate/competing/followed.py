"""The probability of still being followed, by which subjects with a competing event count."""

import numpy as np
from numpy.typing import NDArray

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import summed

CENSORED, OWN, COMPETING, GOES_ON = 0, 1, 2, 3


def still_followed(
    times: Floats,
    exit_: NDArray[np.integer],
    entry: NDArray[np.integer] | None,
    status: Codes,
    group: Codes,
    weight: Floats | None,
    arrives: NDArray[np.bool_],
    *,
    crr: bool,
) -> Floats:
    """Return, for each group, a multiple of P(followed at t) just before each time.

    The product-limit estimate of not being censored, times, with delayed entry, that of having
    entered (Geskus 2011); a ratio of two values is the weight of a competing event. Beyond the
    group's last time it is 0.

    Parameters
    ----------
    times : array, shape (T,)
    exit_, entry : array of int, shape (n,)
        Index into `times`; at risk after `entry` (−1: from the start) until `exit_`.
    status : array of int
        0 censored, 1 own event, 2 competing event, 3 goes on in another row.
    group : array of int
        Those among whom censoring has one distribution.
    weight : array or None
        Frequencies.
    arrives : array of bool
        Whether a row is the first of its subject.
    crr : bool
        True: those with an event at t are at risk of censoring at t, and at time 0 the
        probability is taken after the censorings, as cmprsk::crr does. False: events come before
        censorings at a tie, as finegray has it.

    Returns
    -------
    array, shape (G, T)
    """
    shape = (int(group.max()) + 1, len(times))

    def counted(chosen: NDArray[np.bool_] | slice, index: NDArray) -> Floats:
        width = shape[1] + 1
        place = group[chosen] * width + index[chosen]
        own = None if weight is None else weight[chosen]
        return summed(place, own, shape[0] * width).reshape(shape[0], width)

    everybody = slice(None)
    start = np.zeros(len(status), dtype=np.int64) if entry is None else entry + 1
    begun = np.cumsum(counted(everybody, start), axis=1)
    left = np.cumsum(counted(everybody, exit_), axis=1)[:, :-1]
    at_risk = begun[:, :-1] - _previous(left, 0.0)
    if not crr:
        at_risk -= counted((status == OWN) | (status == COMPETING), exit_)[:, :-1]
    censored = counted(status == CENSORED, exit_)[:, :-1]
    after = np.cumprod(1.0 - _share(censored, at_risk), axis=1, dtype=np.float64)
    before = _previous(after, 1.0)
    if crr and times[0] == 0.0:
        before[:, 0] = after[:, 0]
    if entry is not None:
        arriving = counted(arrives & (entry >= 0), entry)[:, :-1]
        before *= _entered(arriving, begun[:, 1:] - left)
    last = [exit_[group == code].max() for code in range(shape[0])]
    return np.where(np.arange(shape[1]) > np.array(last)[:, None], 0.0, before)


def _entered(arriving: Floats, present: Floats) -> Floats:
    """Return the product over later arrivals of 1 − arriving / present, from each time on.

    The first arrivals of all find nobody there: their factor has no bearing on a ratio.
    """
    share = _share(arriving, present)
    first = np.argmax(present > 0, axis=1)
    share[np.arange(len(share)), first] = 0.0
    return np.cumprod((1.0 - share)[:, ::-1], axis=1, dtype=np.float64)[:, ::-1]


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=part > 0)


def _previous(values: Floats, start: float) -> Floats:
    first = np.full((len(values), 1), start)
    return np.concatenate([first, values[:, :-1]], axis=1)
