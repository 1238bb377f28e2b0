"""The robust variance of a mean cumulative function: squared influences of subjects or clusters."""

from typing import TYPE_CHECKING

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.recurrent.rows import RecurrentRows
from afterglow.estimate.recurrent.totals import ratio, running

if TYPE_CHECKING:
    from afterglow.estimate.recurrent.mean_curve import MeanCurve


def robust_variance(curve: "MeanCurve") -> Floats:
    """Return the sum over subjects (or clusters) of squared influences, after each time."""
    from afterglow.estimate.recurrent.mean_sums import Rises, squared_mean_paths

    rows = curve.rows
    weight = squaring_weight(curve)
    alone = rows.cluster is None or one_subject_each(rows)
    points = np.zeros(0, dtype=np.int64) if alone else points_in_order(rows)
    mean = np.concatenate([[0.0], curve.mean])
    per_end = curve.per_end
    fall_of_end = running(curve.hazard_of_end * per_end)
    rises = Rises(
        mean=mean, fall=running(ratio(curve.steps, curve.at_risk)), fall_of_end=fall_of_end,
        mixed=running(fall_of_end[:-1] * np.diff(mean)), own=curve.own, end=per_end,
    )  # fmt: skip
    return squared_mean_paths(
        points, rows.unit, rows.start, rows.stop, rows.event, rows.terminal, weight, rises
    )


def squaring_weight(curve: "MeanCurve") -> Floats:
    """Return what each row's influence is multiplied by before it is squared.

    A subject that stands for w subjects has w squares, not the square of w.
    """
    rows = curve.rows
    if rows.weight is None:
        return np.ones(1)
    alone = rows.frequency and rows.cluster is None
    return np.sqrt(rows.weight) if alone else rows.weight


def one_subject_each(rows: RecurrentRows) -> bool:
    """Say whether clusters are subjects by another name, in the same order."""
    steps = np.diff(np.asarray(rows.cluster))
    return bool(((steps > 0) == rows.first[1:]).all() and (steps >= 0).all())


def points_in_order(rows: RecurrentRows) -> Codes:
    """Return beginnings (2 × row) and ends (2 × row + 1) in order of cluster and time."""
    times = np.column_stack([rows.start, rows.stop]).ravel()
    clusters = np.repeat(np.asarray(rows.cluster), 2)
    return np.lexsort((times, clusters)).astype(np.int64)
