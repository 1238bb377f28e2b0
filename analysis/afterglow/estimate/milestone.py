"""Differences between groups of one statistic of their curves, such as survival at a milestone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Floats
from afterglow.estimate.influence import by_cluster
from afterglow.estimate.options import normal_quantile
from afterglow.estimate.result import Result, said, said_interval
from afterglow.estimate.risktable import RiskTable
from afterglow.estimate.survival_curve import SurvivalCurve, as_count
from afterglow.names import (
    CAUSE,
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    GROUP,
    METHOD,
    N_EVENTS,
    P_VALUE,
    STATISTIC,
    STD_ERROR,
    TERM,
    TIME,
    WARNING,
    N,
)
from afterglow.rounding import p_statement


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contrast(Result):
    """Differences between groups, one row each; the group reads "A vs B" for A minus B."""

    def _null(self) -> float | None:
        return 0.0


def milestone_differences(
    curves: Sequence[SurvivalCurve], pairs: Sequence[tuple[str, str]], time: float
) -> Contrast:
    """Return S(time) of the first minus the second of each pair, with normal limits."""
    by_label = {curve.label: curve for curve in curves}
    rows = [_row(by_label[a], by_label[b], time) for a, b in pairs]
    sentence = f"Difference of survival at day {said(time)}: {said_contrasts(rows)}."
    return Contrast(table=pd.DataFrame(rows), sentence=sentence)


def _row(curve: SurvivalCurve, other: SurvivalCurve, time: float) -> dict[str, object]:
    difference = curve.value(time) - other.value(time)
    variance = curve.variance(time) + other.variance(time)
    if curve.options.robust and curve.counts.cells.cluster is not None:
        variance -= 2.0 * shared_covariance(
            curve.counts, curve.influence(time), other.counts, other.influence(time)
        )
    error = float(np.sqrt(max(variance, 0.0)))
    asked = np.array([time])
    late = max(c.at(asked)[WARNING].iloc[0] for c in (curve, other))
    return {
        TERM: "survival difference",
        GROUP: f"{curve.label} vs {other.label}",
        TIME: time,
        N: as_count(curve.counts.n + other.counts.n),
        N_EVENTS: as_count(curve.counts.n_events + other.counts.n_events),
        WARNING: late,
        **normal_contrast(difference, error, curve.options.conf_level),
    }


def normal_contrast(difference: float, error: float, conf_level: float) -> dict[str, object]:
    """Return estimate, error, z statistic, two-sided p and normal limits of a difference."""
    from scipy.special import ndtr

    half = normal_quantile(conf_level) * error
    z = difference / error if error > 0.0 else np.nan
    return {
        ESTIMATE: difference,
        STD_ERROR: error,
        STATISTIC: z,
        P_VALUE: float(2.0 * ndtr(-abs(z))),
        CONF_LOW: difference - half,
        CONF_HIGH: difference + half,
        CONF_LEVEL: conf_level,
        METHOD: "difference of curves, normal limits",
    }


def shared_covariance(a: RiskTable, in_a: Floats, b: RiskTable, in_b: Floats) -> float:
    """Return the covariance that clusters present in both tables bring to two statistics."""
    sums = []
    for table, influence in ((a, in_a), (b, in_b)):
        cells, starts, _ = by_cluster(table)
        total = np.add.reduceat(cells.weight * influence, starts[:-1])
        sums.append(pd.Series(total, index=np.asarray(cells.cluster)[starts[:-1]]))
    left, right = sums[0].align(sums[1], join="inner")
    return float(np.sum(left.to_numpy() * right.to_numpy()))


def said_contrasts(rows: Sequence[dict]) -> str:
    """Return "A vs B: estimate (interval; p)" of each row, for a sentence."""
    parts = [
        f"{row[GROUP]}{', ' if CAUSE in row else ''}{row.get(CAUSE, '')}: {said(row[ESTIMATE])} "
        f"({said_interval(row[CONF_LOW], row[CONF_HIGH], row[CONF_LEVEL])}; "
        f"{p_statement(row[P_VALUE])})"
        for row in rows
    ]
    return "; ".join(parts)
