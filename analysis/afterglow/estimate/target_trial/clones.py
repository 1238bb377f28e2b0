"""Clones: each subject once per strategy, until it leaves it, with the weight of each day."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.target_trial.days import Days
from afterglow.estimate.target_trial.strategies import FORBIDDEN, LATE, Strategy, allowed

NOT_IN_TIME: Final = "no session in time"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clones:
    """The clones of one strategy; arrays of shape (subjects, days).

    Attributes
    ----------
    strategy : Strategy
    code : int64
        What the strategy says of each day.
    width : int
        Days of its window.
    cloned : bool, shape (subjects,)
        Who could still follow it at time zero.
    left : bool
        The clone leaves the strategy by the decision of this day.
    adherent : bool
        It has not left by the decisions before this day: its outcome of the day counts.
    """

    strategy: Strategy
    code: Codes
    width: int
    cloned: np.ndarray
    left: np.ndarray
    adherent: np.ndarray


def clone(days: Days, strategy: Strategy, grace_days: float) -> Clones:
    """Give every subject that could follow the strategy a clone, censored where it leaves it."""
    code = allowed(strategy, grace_days, days.since, days.waiting, days.decided)
    width = strategy.width(grace_days)
    late = code == LATE
    cloned = days.followed[:, 0] & ~late[:, 0]
    leaves = (code == FORBIDDEN) & days.treated
    leaves |= (width > 0) & (code == width - 1) & ~days.treated
    leaves |= late
    before = np.cumsum(leaves, axis=1) - leaves
    adherent = days.followed & cloned[:, None] & (before == 0)
    return Clones(
        strategy=strategy, code=code, width=width, cloned=cloned, left=leaves & adherent,
        adherent=adherent,
    )  # fmt: skip


def timing(days: Days, clones: Clones, drawn: Floats) -> Floats:
    """Return the chance of a session on each day of the window, given none before it.

    It is what those of the same stratum had who were given one in time, so that a session is due
    by the window's last day and its timing within the window is that of practice.

    Returns
    -------
    float64 array of shape (strata, days of the window)
    """
    strata = int(days.stratum.max(initial=0)) + 1
    return np.array([_timing(days, clones, drawn, stratum) for stratum in range(strata)])


def _timing(days: Days, clones: Clones, drawn: Floats, stratum: int) -> Floats:
    if clones.width == 0:
        return np.empty(0)
    inside = clones.adherent & (clones.code >= 0) & (days.stratum == stratum)[:, None]
    owner = np.broadcast_to(drawn[:, None], inside.shape)[inside]
    place = clones.code[inside]
    asked = np.bincount(place, owner, clones.width)
    given = np.bincount(place, owner * days.treated[inside], clones.width)
    hazard = np.divide(given, asked, out=np.zeros(clones.width), where=asked > 0)
    reached = np.append(1.0, np.cumprod(1.0 - hazard)[:-1])
    mass = reached * hazard
    tail = np.cumsum(mass[::-1])[::-1]
    due = np.divide(mass, tail, out=np.zeros(clones.width), where=tail > 0)
    due[tail <= 0] = 1.0 if mass.any() else 0.0
    due[-1] = 1.0
    return due


def weights(days: Days, clones: Clones, chance: Floats, due: Floats) -> Floats:
    """Return each clone's weight at the outcome of each day, 0 once it has left its strategy.

    The product, over the decisions before the day, of the chance of what was done under the
    strategy by the chance of doing so in these subjects.
    """
    code, treated = clones.code, days.treated
    factor = np.ones(code.shape)
    none = code == FORBIDDEN
    factor[none] = 1.0 / (1.0 - chance[none])
    inside = code >= 0
    if inside.any():
        stratum = np.broadcast_to(days.stratum[:, None], code.shape)[inside]
        wanted, own, done = due[stratum, code[inside]], chance[inside], treated[inside]
        factor[inside] = np.where(done, wanted / own, (1.0 - wanted) / (1.0 - own))
    factor[clones.left] = 0.0
    product = np.cumprod(factor, axis=1)
    before = np.column_stack([np.ones(len(product)), product[:, :-1]])
    return np.where(clones.adherent, before, 0.0)


def truncated(weight: Floats, days: Days, drawn: Floats, shares: tuple[float, float]) -> Floats:
    """Return the weights within these shares of those of clones at risk, as often as drawn.

    After the event they are held to the same limits, so that strategies that differ only then have
    the same curve until then.
    """
    if shares == (0.0, 1.0):
        return weight
    chosen = (weight > 0) & days.at_risk
    times = np.broadcast_to(drawn[:, None], weight.shape)[chosen].astype(np.int64)
    values = np.repeat(weight[chosen], times)
    if not len(values):
        return weight
    low, high = np.quantile(values, shares)
    return np.where(weight > 0, np.clip(weight, low, high), 0.0)
