"""Difference and ratio of one statistic of two curves, with their limits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Floats
from afterglow.estimate.milestone import (
    Contrast,
    normal_contrast,
    said_contrasts,
    shared_covariance,
)
from afterglow.estimate.options import normal_quantile
from afterglow.estimate.result import said
from afterglow.estimate.survival_curve import SurvivalCurve, as_count
from afterglow.names import (
    CONF_HIGH,
    CONF_LOW,
    ESTIMATE,
    GROUP,
    METHOD,
    N_EVENTS,
    TERM,
    TIME,
    WARNING,
    N,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurveStatistic:
    """One number taken from a curve.

    Attributes
    ----------
    curve : SurvivalCurve
    time : float
        The day it belongs to.
    value, variance : float
    influence : callable
        () -> each cell's influence on it.
    """

    curve: SurvivalCurve
    time: float
    value: float
    variance: float
    influence: Callable[[], Floats]

    def std_error(self) -> float:
        """Return the standard error."""
        return float(np.sqrt(self.variance))

    def half_width(self) -> float:
        """Return half the width of the normal interval."""
        return normal_quantile(self.curve.options.conf_level) * self.std_error()


def contrast_rows(
    one: CurveStatistic, other: CurveStatistic, *, difference: str = "", ratio: str = ""
) -> list[dict[str, object]]:
    """Return the rows of one − other and of one / other; an empty term leaves its row out.

    Limits are normal, those of the ratio on the log scale, where its standard error is too. With
    clusters that both groups share, the covariance of the two statistics counts.
    """
    shared = _covariance(one, other)
    rows = []
    if difference:
        variance = one.variance + other.variance - 2.0 * shared
        rows.append(_row(one, other, difference, one.value - other.value, variance))
    if ratio:
        rows.append(_ratio_row(one, other, ratio, shared))
    return rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RatioContrast(Contrast):
    """Ratios between groups, one row each; the group reads "A vs B" for A / B."""

    def _null(self) -> float | None:
        return 1.0


def milestone_ratios(
    curves: Sequence[SurvivalCurve], pairs: Sequence[tuple[str, str]], time: float
) -> RatioContrast:
    """Return S(time) of the first over the second of each pair."""
    found = {curve.label: _milestone(curve, time) for curve in curves}
    rows = [contrast_rows(found[a], found[b], ratio="survival ratio")[0] for a, b in pairs]
    late = {label: statistic.curve.at(np.array([time]))[WARNING].iloc[0]
            for label, statistic in found.items()}  # fmt: skip
    for row, (a, b) in zip(rows, pairs):
        row[WARNING] = row[WARNING] or late[a] or late[b]
    sentence = f"Ratio of survival at day {said(time)}: {said_contrasts(rows)}."
    return RatioContrast(table=pd.DataFrame(rows), sentence=sentence)


def _milestone(curve: SurvivalCurve, time: float) -> CurveStatistic:
    return CurveStatistic(
        curve=curve, time=time, value=curve.value(time), variance=curve.variance(time),
        influence=lambda: curve.influence(time),
    )  # fmt: skip


def _covariance(one: CurveStatistic, other: CurveStatistic) -> float:
    if not one.curve.options.robust or one.curve.counts.cells.cluster is None:
        return 0.0
    return shared_covariance(
        one.curve.counts, one.influence(), other.curve.counts, other.influence()
    )


def _ratio_row(
    one: CurveStatistic, other: CurveStatistic, term: str, shared: float
) -> dict[str, object]:
    if one.value <= 0.0 or other.value <= 0.0:
        why = "a group's value is 0: the ratio has no limits"
        row = _row(one, other, term, np.nan, np.nan)
        return {**row, ESTIMATE: one.value / other.value if other.value > 0 else np.nan,
                WARNING: why}  # fmt: skip
    variance = one.variance / one.value**2 + other.variance / other.value**2
    variance -= 2.0 * shared / (one.value * other.value)
    row = _row(one, other, term, float(np.log(one.value / other.value)), variance)
    carried = {name: float(np.exp(row[name])) for name in (ESTIMATE, CONF_LOW, CONF_HIGH)}
    return {**row, **carried, METHOD: "ratio of curves, normal limits on the log scale"}


def _row(
    one: CurveStatistic, other: CurveStatistic, term: str, estimate: float, variance: float
) -> dict:
    counts, others = one.curve.counts, other.curve.counts
    error = float(np.sqrt(max(variance, 0.0))) if np.isfinite(variance) else np.nan
    return {
        TERM: term,
        GROUP: f"{one.curve.label} vs {other.curve.label}",
        TIME: one.time,
        **normal_contrast(estimate, error, one.curve.options.conf_level),
        N: as_count(counts.n + others.n),
        N_EVENTS: as_count(counts.n_events + others.n_events),
        WARNING: "",
    }
