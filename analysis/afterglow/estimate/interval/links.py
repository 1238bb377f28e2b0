"""How a covariate moves a survival curve: by the hazard, or by the odds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Floats

LARGEST: Final = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """S = survival(u), where u = level + sign · (covariates · coefficients).

    Attributes
    ----------
    survival, density, slope : callable
        S(u), −S'(u) and −S''(u).
    level : callable
        u where S is given, for S strictly between 0 and 1.
    sign : float
        1 where a positive coefficient brings the event forward, −1 where it puts it off.
    """

    survival: Callable[[Floats], Floats]
    density: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    level: Callable[[Floats], Floats]
    sign: float


def _hazard(u: Floats) -> Floats:
    return np.exp(np.minimum(u, np.log(LARGEST)))


def _hazard_density(u: Floats) -> Floats:
    return _hazard(u) * np.exp(-_hazard(u))


def _odds_survival(u: Floats) -> Floats:
    from scipy.special import expit

    return expit(-u)


def _odds_density(u: Floats) -> Floats:
    survival = _odds_survival(u)
    return survival * _odds_survival(-u)


LINKS: Final = {
    "proportional-hazards": Link(
        survival=lambda u: np.exp(-_hazard(u)),
        density=_hazard_density,
        slope=lambda u: _hazard_density(u) * (1.0 - _hazard(u)),
        level=lambda s: np.log(-np.log(s)),
        sign=1.0,
    ),
    "proportional-odds": Link(
        survival=_odds_survival,
        density=_odds_density,
        slope=lambda u: _odds_density(u) * (2.0 * _odds_survival(u) - 1.0),
        level=lambda s: np.log1p(-s) - np.log(s),
        sign=-1.0,
    ),
}
