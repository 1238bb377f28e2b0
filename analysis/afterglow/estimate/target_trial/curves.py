"""Weighted curves of one strategy: still free of the event, and the share in a state, by day."""

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.target_trial.days import Days


def survival(days: Days, weight: Floats, drawn: Floats) -> Floats:
    """Return the weighted product-limit estimate after each day.

    NaN from the first day on which nobody with a weight is at risk, unless all had the event.
    """
    mass = weight * drawn[:, None]
    at_risk = (mass * days.at_risk).sum(axis=0)
    ended = (mass * days.event).sum(axis=0)
    watched = at_risk > 0
    hazard = np.divide(ended, at_risk, out=np.zeros(len(at_risk)), where=watched)
    curve = np.cumprod(1.0 - np.where(hazard > 1.0 - 1e-12, 1.0, hazard))
    gone = np.cumsum(~watched) > 0
    return np.where(gone & (curve > 0), np.nan, curve)


def shares(days: Days, weight: Floats, drawn: Floats) -> Floats:
    """Return the weighted share in the state on each day, of those followed; NaN for nobody."""
    mass = weight * drawn[:, None]
    followed = np.where(days.followed, mass, 0.0).sum(axis=0)
    inside = np.where(days.followed, mass * np.nan_to_num(days.state), 0.0).sum(axis=0)
    return np.divide(inside, followed, out=np.full(len(followed), np.nan), where=followed > 0)


def days_until(curve: Floats, tau: int) -> Floats:
    """Return the area under curves of shape (…, days) from day 0 to `tau`: a mean of days."""
    return curve[..., :tau].sum(axis=-1)
