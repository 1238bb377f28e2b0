"""The result of a mean cumulative function: its rows, and the questions asked of it afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats, spell
from afterglow.estimate.milestone import Contrast, normal_contrast, said_contrasts
from afterglow.estimate.options import chosen_reference, contrasts
from afterglow.estimate.recurrent.mean_curve import NAIVE, MeanCurve
from afterglow.estimate.recurrent.mean_test import MeanTest, mean_test
from afterglow.estimate.recurrent.mean_variance import squaring_weight
from afterglow.estimate.result import CurveResult, Result, said, said_interval
from afterglow.estimate.survival_curve import as_count
from afterglow.names import (
    AT_RISK,
    CENSORED,
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    EVENTS,
    GROUP,
    METHOD,
    N_EVENTS,
    STD_ERROR,
    TERM,
    TIME,
    WARNING,
    N,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MEAN: Final = "mean cumulative function"
TICKS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeanCumulativeFunction(CurveResult):
    """Mean cumulative functions of one or more groups.

    Attributes
    ----------
    curves : tuple of MeanCurve
        One per group, in natural order.
    """

    curves: tuple[MeanCurve, ...]

    def at(self, times: float | Sequence[float]) -> pd.DataFrame:
        """Return the means at `times` (days), one row per group and time.

        `at_risk` counts subjects with start < time <= stop, on the first day of all those who
        start then; events and leavers are those since the previous asked time. Beyond a group's
        last stop the last value is carried on, with a warning in the row.
        """
        asked = np.sort(np.atleast_1d(np.asarray(times, dtype=np.float64)))
        if not np.isfinite(asked).all():
            raise UsageError("times holds a value that is no finite number.\nGive days.")
        rows = [_described(curve, curve.at(asked)) for curve in self.curves]
        return Result(table=pd.concat(rows, ignore_index=True), sentence=self.sentence).tidy()

    def difference(
        self, time: float, *, reference: object | None = None, pairwise: bool = False
    ) -> Contrast:
        """Return differences of the mean at `time` (days) between groups, with normal limits.

        The variances are the curves' own; subjects or clusters that several groups share bring
        their covariance. `reference` is the group the others are compared with, the first in
        natural order by default; `pairwise` compares every pair instead.
        """
        labels = [curve.label for curve in self.curves]
        if len(labels) < 2:
            raise UsageError("There is one group only, and nothing to compare.\nGive by=.")
        base = chosen_reference(labels, reference, spell)
        by_label = {curve.label: curve for curve in self.curves}
        pairs = contrasts(labels, base, pairwise=pairwise)
        rows = [_difference(by_label[a], by_label[b], float(time)) for a, b in pairs]
        sentence = f"Difference of the mean number at day {said(time)}: {said_contrasts(rows)}."
        return Contrast(table=pd.DataFrame(rows), sentence=sentence)

    def test(self, *, weighting: str = "constant", variance: str = "by-group") -> MeanTest:
        """Test whether the groups share one mean cumulative function.

        The pseudo-score test of Cook, Lawless and Nadeau (with terminal events, of Ghosh and
        Lin): with m the means' steps, group g's score is the sum over time of
        a(t) Y_g(t) (dm_g(t) − sum_h Y_h(t) dm_h(t) / Y(t)); for two groups that is
        a Y₁Y₂/Y (dm₁ − dm₂). reda's ``mcfDiff.test`` in R.

        Parameters
        ----------
        weighting : str
            ``constant``, a = 1, strong where the means are proportional; ``linear``,
            a = 1 − t/τ with τ the last time at which every group has somebody at risk, which
            weighs early differences more.
        variance : str
            ``by-group``: squared influences around each group's own mean (Cook, Lawless and
            Nadeau's 3.3; Ghosh and Lin). ``pooled``: around the common mean, as the robust score
            test of R's ``coxph(..., cluster =, ties = "breslow")``; not with terminal events.
            ``naive``: as if events came as a Poisson process; neither.

        References
        ----------
        Cook RJ, Lawless JF, Nadeau C (1996). Biometrics 52:557-571.
        Ghosh D, Lin DY (2000). Biometrics 56:554-562.
        """
        return mean_test(self.curves, weighting=weighting, variance=variance)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the curves over the numbers at risk and return the axes; nothing is shown."""
        from afterglow.figures.curves import draw_curves_with_risk_table

        return draw_curves_with_risk_table(
            self.tidy(), self._risk(), ylabel="Mean number of events", xlabel="Days", start=0.0,
            unit="number", ax=ax,
        )  # fmt: skip

    def _risk(self) -> pd.DataFrame:
        first = min(curve.opening for curve in self.curves)
        last = max(float(curve.times[curve.last]) for curve in self.curves)
        ticks = np.linspace(first, last, TICKS)
        rows = self.at(list(np.floor(ticks) if last - first >= TICKS else ticks))
        counts = {name: _so_far(rows, name) for name in (EVENTS, CENSORED)}
        return rows[[GROUP, TIME, AT_RISK]].assign(**counts)

    def _start(self) -> float:
        return 0.0

    def _ylabel(self) -> str:
        return "Mean number of events"


def mean_result(curves: Sequence[MeanCurve]) -> MeanCumulativeFunction:
    """Return the result that holds these curves."""
    rows = [_described(curve, curve.table()) for curve in curves]
    return MeanCumulativeFunction(
        table=pd.concat(rows, ignore_index=True), sentence=_sentence(curves), curves=tuple(curves)
    )


def _described(curve: MeanCurve, rows: pd.DataFrame) -> pd.DataFrame:
    general = _warning(curve)
    own = rows[WARNING] if WARNING in rows else pd.Series("", index=rows.index)
    described: dict[str, Any] = {
        TERM: MEAN,
        CONF_LEVEL: curve.options.conf_level,
        N: as_count(curve.n),
        N_EVENTS: as_count(curve.n_events),
        METHOD: method_of(curve),
        WARNING: ["; ".join(part for part in (general, text) if part) for text in own],
    }
    return rows.assign(**described)


def method_of(curve: MeanCurve) -> str:
    """Return how a curve was estimated."""
    estimator = "Ghosh–Lin" if curve.rows.has_terminal else "Lawless–Nadeau"
    return f"{estimator}, {curve.options.variance} variance, {curve.options.conf_type} limits"


def _warning(curve: MeanCurve) -> str:
    if curve.n_events == 0:
        return "no event in this group, so the limits say nothing: report how long it was watched"
    units = curve.rows.unit
    if curve.options.variance != NAIVE and (units == units[0]).all():
        return "one subject or cluster: a robust variance needs several, and is 0 here"
    return curve.stuck


def _difference(curve: MeanCurve, other: MeanCurve, time: float) -> dict[str, object]:
    asked = np.array([time])
    ours, theirs = curve.at(asked).iloc[0], other.at(asked).iloc[0]
    variance = ours[STD_ERROR] ** 2 + theirs[STD_ERROR] ** 2
    if curve.options.variance != NAIVE:
        variance -= 2.0 * _covariance(curve, other, time)
    error = float(np.sqrt(max(variance, 0.0)))
    return {
        TERM: f"{MEAN} difference",
        GROUP: f"{curve.label} vs {other.label}",
        TIME: time,
        N: as_count(curve.n + other.n),
        N_EVENTS: as_count(curve.n_events + other.n_events),
        WARNING: max(ours[WARNING], theirs[WARNING]),
        **normal_contrast(ours[ESTIMATE] - theirs[ESTIMATE], error, curve.options.conf_level),
    }


def _covariance(curve: MeanCurve, other: MeanCurve, time: float) -> float:
    """Return what subjects or clusters in both groups bring; mostly there are none."""
    sums = []
    for one in (curve, other):
        factor: Floats = (one.times <= time).astype(np.float64)
        weighted = squaring_weight(one) * one.influence(factor)
        sums.append(pd.Series(weighted).groupby(one.rows.unit).sum())
    left, right = sums[0].align(sums[1], join="inner")
    return float(np.sum(left.to_numpy() * right.to_numpy()))


def _so_far(rows: pd.DataFrame, name: str) -> np.ndarray:
    return rows.groupby(GROUP, sort=False)[name].cumsum().to_numpy()


def _sentence(curves: Sequence[MeanCurve]) -> str:
    parts = []
    for curve in curves:
        final = curve.at(curve.times[[curve.last]]).iloc[0]
        interval = said_interval(final[CONF_LOW], final[CONF_HIGH], curve.options.conf_level)
        head = f"{curve.label}: " if curve.label else ""
        parts.append(
            f"{head}mean number of events by day {said(final[TIME])} {said(final[ESTIMATE])} "
            f"({interval}; {said(curve.n_events)} events, n = {said(curve.n)})"
        )
    return f"{'; '.join(parts)}; {method_of(curves[0])}."
