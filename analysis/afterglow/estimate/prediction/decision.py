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
    acted_on : array
        Share of the rows that the prediction acts on.
    """

    thresholds: Floats
    of_model: Floats
    of_all: Floats
    acted_on: Floats


def net_benefit(scored: Scored, thresholds: Floats) -> NetBenefit:
    """Return the net benefit at each threshold p: true positives − false positives p/(1 − p).

    Outcomes are weighted by the inverse probability of being known. Vickers & Elkin (2006).
    """
    total = float(scored.count.sum())
    events = scored.weight * scored.outcome / total
    others = scored.weight * (1.0 - scored.outcome) / total
    acted = scored.predicted[None, :] >= thresholds[:, None]
    odds = thresholds / (1.0 - thresholds)
    return NetBenefit(
        thresholds=thresholds,
        of_model=acted @ events - odds * (acted @ others),
        of_all=events.sum() - odds * others.sum(),
        acted_on=acted @ scored.count / total,
    )  # fmt: skip


def default_thresholds() -> Floats:
    """Return thresholds from 5 to 50 % in steps of 5."""
    return np.linspace(0.05, 0.5, 10)
