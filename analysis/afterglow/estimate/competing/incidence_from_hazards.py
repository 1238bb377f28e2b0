"""Cumulative incidences that cause-specific hazards imply, and their variance."""

from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Floats

SMALL = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HazardSteps:
    """Hazards of every cause for one person, at the event times of any cause.

    Attributes
    ----------
    times : array, shape (J,)
    hazard, variance : array, shape (K, J)
        Steps, and their variances were the coefficients known.
    slope : array, shape (K, J, P)
        Derivative of each step by the coefficients of all causes, P together.
    """

    times: Floats
    hazard: Floats
    variance: Floats
    slope: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImpliedIncidence:
    """Probabilities after each time, and their variances.

    Attributes
    ----------
    survival, survival_variance : array, shape (J,)
    incidence, incidence_variance : array, shape (K, J)
    """

    survival: Floats
    survival_variance: Floats
    incidence: Floats
    incidence_variance: Floats


def implied_incidence(steps: HazardSteps, of_beta: Floats) -> ImpliedIncidence:
    """Return the incidences, each step a constant hazard for that moment.

    At a time with hazards a_k, their sum a, the event-free share falls by 1 − exp(−a), of which
    a_k / a go to cause k: R's survfit of a multi-state coxph. The variance is the delta method's
    over baseline steps and coefficients.

    Parameters
    ----------
    of_beta : array, shape (P, P)
        Covariance of the coefficients.
    """
    total = steps.hazard.sum(axis=0)
    survival = np.exp(-np.cumsum(total))
    before = np.concatenate([[1.0], survival[:-1]])
    share, bend = _shares(total)
    incidence = np.cumsum(before * share * steps.hazard, axis=1)
    spread = np.cumsum(steps.variance, axis=1)
    lean = np.cumsum(steps.slope, axis=1)
    whole = lean.sum(axis=0)
    of_survival = spread.sum(axis=0) + _quadratic(whole, of_beta)
    variance = np.zeros_like(incidence)
    for k, value in enumerate(incidence):
        moved = np.zeros_like(whole)
        for cause in range(len(incidence)):
            own = bend * steps.hazard[k] + (share if cause == k else 0.0)
            gain = before * own + value
            variance[k] += np.cumsum(gain**2 * steps.variance[cause])
            variance[k] -= 2.0 * value * np.cumsum(gain * steps.variance[cause])
            variance[k] += value**2 * spread[cause]
            moved += np.cumsum(gain[:, None] * steps.slope[cause], axis=0)
        moved -= value[:, None] * whole
        variance[k] += _quadratic(moved, of_beta)
    return ImpliedIncidence(
        survival=survival, survival_variance=survival**2 * of_survival, incidence=incidence,
        incidence_variance=np.maximum(variance, 0.0),
    )  # fmt: skip


def _shares(total: Floats) -> tuple[Floats, Floats]:
    """Return (1 − exp(−a))/a, and its derivative by a; their series where a is small."""
    a = np.where(total < SMALL, 1.0, total)
    share = np.where(total < SMALL, 1.0 - total / 2.0, -np.expm1(-a) / a)
    bend = np.where(total < SMALL, -0.5 + total / 3.0, (np.exp(-a) + np.expm1(-a) / a) / a)
    return share, bend


def _quadratic(rows: Floats, middle: Floats) -> Floats:
    return np.einsum("ij,jk,ik->i", rows, middle, rows)
