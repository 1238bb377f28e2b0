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


def shares(days: Days, weight: Floats, drawn: Floats, free: Floats) -> Floats:
    """Return the weighted share in the state on each day, given the curve free of the event.

    S(t) times the share of those free of the event, and 1 − S(t) times that of those past it, each
    of those followed: whoever is hard to follow past the event does not make it rarer. Where nobody
    past it is followed any longer, their share is that of the last day with one. NaN with S(t).
    """
    mass = weight * drawn[:, None] * days.followed
    past = np.cumsum(days.event, axis=1) > 0
    return free * _within(days, mass * ~past) + (1.0 - free) * _within(days, mass * past)


def _within(days: Days, mass: Floats) -> Floats:
    """Return the share in the state of those with this mass; carried on, 0 before the first."""
    total = mass.sum(axis=0)
    inside = (mass * np.nan_to_num(days.state)).sum(axis=0)
    share = np.divide(inside, total, out=np.zeros(len(total)), where=total > 0)
    known = np.maximum.accumulate(np.where(total > 0, np.arange(len(total)), -1))
    return np.where(known >= 0, share[known], 0.0)


def days_until(curve: Floats, tau: int) -> Floats:
    """Return the area under curves of shape (…, days) from day 0 to `tau`: a mean of days."""
    return curve[..., :tau].sum(axis=-1)
