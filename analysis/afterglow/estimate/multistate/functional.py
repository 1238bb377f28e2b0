"""A number estimated from one group, with what each subject or cluster does to it."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.options import normal_quantile
from afterglow.names import CONF_HIGH, CONF_LEVEL, CONF_LOW, ESTIMATE, STD_ERROR


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Functional:
    """An estimate whose error follows from its influences: variance = sum of their squares.

    Attributes
    ----------
    estimate : float
    units : array of int, shape (C,)
        Codes of subjects or clusters, rising; alike in every table that they come from.
    influence : array, shape (C,)
        Derivative of the estimate by each unit's weight.
    n, n_events : float
        Subjects, and events that it rests on.
    warning : str
    """

    estimate: float
    units: Codes
    influence: Floats
    n: float
    n_events: float
    warning: str = ""

    @property
    def std_error(self) -> float:
        """The infinitesimal-jackknife error."""
        return float(np.sqrt(np.sum(self.influence**2)))

    def over(self, other: "Functional", factor: float) -> "Functional":
        """Return factor × this / other by the delta method; NaN with a warning where other is 0."""
        warning = self.warning or other.warning
        if other.estimate <= 0.0:
            unknown = np.full(len(self.units), np.nan)
            why = warning or "nothing to divide by"
            return replace(self, estimate=np.nan, influence=unknown, warning=why)
        ratio = factor * self.estimate / other.estimate
        mine, theirs = together(self, other)
        influence = (factor * mine - ratio * theirs) / other.estimate
        units = np.union1d(self.units, other.units)
        return replace(self, estimate=ratio, units=units, influence=influence, warning=warning)

    def minus(self, other: "Functional") -> "Functional":
        """Return the difference; units in both bring their covariance."""
        mine, theirs = together(self, other)
        return Functional(
            estimate=self.estimate - other.estimate, units=np.union1d(self.units, other.units),
            influence=mine - theirs, n=self.n + other.n, n_events=self.n_events + other.n_events,
            warning=max(self.warning, other.warning),
        )  # fmt: skip


def together(a: Functional, b: Functional) -> tuple[Floats, Floats]:
    """Return both influences on the units of either, 0 where a unit is in one only."""
    units = np.union1d(a.units, b.units)
    both = np.zeros((2, len(units)))
    for row, one in zip(both, (a, b)):
        row[np.searchsorted(units, one.units)] = one.influence
    return both[0], both[1]


def normal_limits(
    found: Functional, conf_level: float, *, low: float = -np.inf, high: float = np.inf
) -> dict[str, Any]:
    """Return estimate, error and normal limits that stay within [low, high]."""
    half = normal_quantile(conf_level) * found.std_error
    return _row(found, conf_level, max(found.estimate - half, low),
                min(found.estimate + half, high))  # fmt: skip


def log_limits(found: Functional, conf_level: float) -> dict[str, Any]:
    """Return estimate, error and limits made on the log scale; NaN at an estimate of 0."""
    if not found.estimate > 0.0:
        return _row(found, conf_level, np.nan, np.nan)
    half = normal_quantile(conf_level) * found.std_error / found.estimate
    return _row(found, conf_level, found.estimate * np.exp(-half), found.estimate * np.exp(half))


def _row(found: Functional, conf_level: float, low: float, high: float) -> dict[str, Any]:
    known = not np.isnan(found.estimate)
    return {
        ESTIMATE: found.estimate,
        STD_ERROR: found.std_error,
        CONF_LOW: low if known else np.nan,
        CONF_HIGH: high if known else np.nan,
        CONF_LEVEL: conf_level,
    }
