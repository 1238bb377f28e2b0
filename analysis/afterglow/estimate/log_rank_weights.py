"""Weights of the event times in the log-rank family."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeGuard

import numpy as np

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats

FLEMING_HARRINGTON: Final = "fleming-harrington"
WeightsOfTimes = Callable[[Floats, Floats], Floats]
"""(number at risk, events) of all groups together at each event time -> weight of each time."""


@dataclass(frozen=True, slots=True)
class Weighting:
    """One member of the family.

    Attributes
    ----------
    name : str
        As it is written in a method line.
    of_times : callable
        (at risk, events) at the event times of one stratum, all groups together -> weights.
    """

    name: str
    of_times: WeightsOfTimes


def survival_before(at_risk: Floats, events: Floats) -> Floats:
    """Return the Kaplan–Meier curve of all groups together just before each event time."""
    after = np.cumprod(np.maximum(1.0 - events / at_risk, 0.0))
    return np.concatenate([[1.0], after])[:-1]


def _peto_after(at_risk: Floats, events: Floats) -> Floats:
    return np.cumprod(1.0 - events / (at_risk + 1.0)).astype(np.float64)


def _modified_peto(at_risk: Floats, events: Floats) -> Floats:
    before = np.concatenate([[1.0], _peto_after(at_risk, events)])[:-1]
    return before * at_risk / (at_risk + 1.0)


def _fleming_harrington(rho: float, gamma: float) -> WeightsOfTimes:
    def of_times(at_risk: Floats, events: Floats) -> Floats:
        survival = survival_before(at_risk, events)
        return survival**rho * (1.0 - survival) ** gamma

    return of_times


WEIGHTINGS: Final[dict[str, WeightsOfTimes]] = {
    "logrank": lambda at_risk, events: np.ones_like(at_risk),
    "peto": lambda at_risk, events: survival_before(at_risk, events),
    "gehan": lambda at_risk, events: at_risk,
    "tarone-ware": lambda at_risk, events: np.sqrt(at_risk),
    "peto-peto": _peto_after,
    "modified-peto-peto": _modified_peto,
}


def weighting_of(word: object) -> Weighting:
    """Return the weighting that a word, or ("fleming-harrington", p, q), asks for.

    ``logrank`` 1; ``peto`` S(t−), the Kaplan–Meier curve of all groups together (R's
    ``survdiff(rho = 1)``); ``gehan`` Y, the number at risk; ``tarone-ware`` √Y; ``peto-peto``
    S̃(t) = prod(1 − d/(Y + 1)); ``modified-peto-peto`` S̃(t−) Y/(Y + 1);
    ``("fleming-harrington", p, q)`` S(t−)^p (1 − S(t−))^q, with q = 0 R's ``survdiff(rho = p)``.

    Raises
    ------
    UsageError
        An unknown word, or powers that are not two numbers of at least 0.
    """
    if isinstance(word, str) and word in WEIGHTINGS:
        return Weighting(word, WEIGHTINGS[word])
    if _is_family(word):
        rho, gamma = float(word[1]), float(word[2])
        name = f"Fleming–Harrington ({rho:g}, {gamma:g})"
        return Weighting(name, _fleming_harrington(rho, gamma))
    raise UsageError.unknown_option(
        "weighting", word, [*WEIGHTINGS, f"('{FLEMING_HARRINGTON}', p, q) with p, q of at least 0"]
    )


def _is_family(word: object) -> TypeGuard[tuple[str, float, float]]:
    if not isinstance(word, tuple | list) or len(word) != 3 or word[0] != FLEMING_HARRINGTON:
        return False
    powers = word[1:]
    numbers = all(isinstance(p, int | float) and not isinstance(p, bool) for p in powers)
    return numbers and all(0.0 <= p < np.inf for p in powers)
