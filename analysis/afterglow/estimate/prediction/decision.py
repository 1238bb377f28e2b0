"""Decision curves: what is gained by acting on a predicted risk at a stated threshold."""

from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.prediction.calibration import Scored


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetBenefit:
    """Net benefit at thresholds, events found per subject less weighted false alarms.

    Attributes
    ----------
    thresholds : array
        Risks at or above which one acts.
    of_model, of_all : array
        Acting on the prediction, and acting on everybody; acting on nobody gains 0.
    model_error, difference_error : array
        Robust standard errors, summed over subjects, of `of_model` and of `of_model` less
        `of_all`, for predictions and weights as they are; NaN with one subject.
    acted_on : array
        Share of the rows that the prediction acts on.
    """

    thresholds: Floats
    of_model: Floats
    of_all: Floats
    model_error: Floats
    difference_error: Floats
    acted_on: Floats


def net_benefit(scored: Scored, thresholds: Floats) -> NetBenefit:
    """Return the net benefit at each threshold p: true positives − false positives p/(1 − p).

    Outcomes are weighted by the inverse probability of being known. Vickers & Elkin (2006).
    """
    total = float(scored.count.sum())
    acted = scored.predicted[None, :] >= thresholds[:, None]
    odds = (thresholds / (1.0 - thresholds))[:, None]
    gain = scored.weight * (scored.outcome - odds * (1.0 - scored.outcome)) / total
    return NetBenefit(
        thresholds=thresholds,
        of_model=(acted * gain).sum(axis=1),
        of_all=gain.sum(axis=1),
        model_error=_error(acted * gain, scored),
        difference_error=_error(~acted * gain, scored),
        acted_on=acted @ scored.count / total,
    )


def _error(parts: Floats, scored: Scored) -> Floats:
    """Return the standard error of sums of each row's parts, shape (sums, rows), by subject."""
    share = scored.count / scored.count.sum()
    moved = parts - parts.sum(axis=1, keepdims=True) * share
    whose = np.unique(scored.subject, return_inverse=True)[1]
    sums = np.array([np.bincount(whose, weights=own) for own in moved])
    size = sums.shape[1]
    if size < 2:
        return np.full(len(parts), np.nan)
    return np.sqrt((sums**2).sum(axis=1) * size / (size - 1))


def default_thresholds() -> Floats:
    """Return thresholds from 5 to 50 % in steps of 5."""
    return np.linspace(0.05, 0.5, 10)
