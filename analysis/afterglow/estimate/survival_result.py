"""The result of a survival curve: the rows, and the questions asked of them afterwards."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import spell
from afterglow.estimate.curve_contrasts import milestone_ratios
from afterglow.estimate.curve_quantiles import curve_median, curve_quantile
from afterglow.estimate.milestone import Contrast, milestone_differences
from afterglow.estimate.options import check_word, chosen_reference, contrasts, normal_quantile
from afterglow.estimate.result import CurveResult, Result, said, said_interval
from afterglow.estimate.risktable import RiskTable, counted
from afterglow.estimate.survival_curve import SurvivalCurve, as_count, survival_curve
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    GROUP,
    METHOD,
    N_EVENTS,
    STD_ERROR,
    TERM,
    TIME,
    WARNING,
    N,
)

PROBABILITY = "p"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KaplanMeier(CurveResult):
    """Survival curves of one or more groups.

    Attributes
    ----------
    curves : tuple of SurvivalCurve
        One per group, in natural order.
    """

    curves: tuple[SurvivalCurve, ...]

    def at(self, times: float | Sequence[float]) -> pd.DataFrame:
        """Return the curves at `times` (days), one row per group and time.

        `at_risk` counts entry < time <= exit; `events` and `censored` are those since the previous
        asked time, as in R's ``summary(survfit, times =, extend = TRUE)``. Beyond the last
        observed time the last value is carried on, with a warning in the row.
        """
        asked = np.sort(np.atleast_1d(np.asarray(times, dtype=np.float64)))
        if not np.isfinite(asked).all():
            raise UsageError("times holds a value that is no finite number.\nGive days.")
        rows = [_described(curve, curve.at(asked)) for curve in self.curves]
        return Result(table=pd.concat(rows, ignore_index=True), sentence=self.sentence).tidy()

    def quantile(self, p: float | Sequence[float]) -> pd.DataFrame:
        """Return the times by which a share `p` has had the event, with limits.

        As R's ``quantile(survfit)``: the first time with S <= 1 − p, the midpoint of an exact
        plateau (to the last time, where it ends on one); the limits are the same rule applied to
        the curve's limits (where these rise again: when they first get there, as R prints medians,
        not as ``quantile.survfit``, which sorts them). NaN where not reached.
        """
        shares = np.atleast_1d(np.asarray(p, dtype=np.float64))
        if not ((shares >= 0.0) & (shares <= 1.0)).all():
            raise UsageError("p holds a value outside 0 to 1.\nGive shares, such as 0.5.")
        rows = [
            _quantile_row(curve, f"quantile {share:g}", share, curve_quantile)
            for curve in self.curves
            for share in shares
        ]
        return Result(table=pd.DataFrame(rows), sentence=self.sentence).tidy()

    def median(self) -> pd.DataFrame:
        """Return the median of each group with limits, as R prints them.

        The first time with S <= 0.5; the midpoint where the curve lies exactly on 0.5 before it
        falls further; where it ends on 0.5, the time at which it got there.
        """
        rows = [
            _quantile_row(curve, "median", 0.5, lambda t, s, _: curve_median(t, s))
            for curve in self.curves
        ]
        return Result(table=pd.DataFrame(rows), sentence=self.sentence).tidy()

    def rmst(self, tau: float) -> pd.DataFrame:
        """Return the restricted mean survival time to `tau` (days) of each group.

        The area under the curve from 0 to `tau`, R's ``summary(survfit, rmean = tau)``; limits are
        normal, with the curve's own variance (R's is Greenwood's also with weights, clusters and
        hazard-based curves). Where follow-up ends before `tau` the last value is carried on, with
        a warning.
        """
        if not np.isfinite(tau) or tau <= 0:
            raise UsageError("tau is not a time after 0.\nGive a number of days.")
        rows = [_rmst_row(curve, float(tau)) for curve in self.curves]
        return Result(table=pd.DataFrame(rows), sentence=self.sentence).tidy()

    def difference(
        self, time: float, *, reference: object | None = None, pairwise: bool = False
    ) -> Contrast:
        """Return differences of S(time) between groups: the milestone comparison.

        Normal limits, from the curves' own variances; with clusters that several groups share,
        their covariance counts.

        Parameters
        ----------
        time : float
            Days.
        reference : optional
            The group the others are compared with; the first in natural order by default.
        pairwise : bool
            Every pair instead.
        """
        pairs = self._pairs(reference, pairwise)
        return milestone_differences(self.curves, pairs, float(time))

    def ratio(
        self, time: float, *, reference: object | None = None, pairwise: bool = False
    ) -> Contrast:
        """Return ratios of S(time) between groups, with limits normal on the log scale.

        `std_error` is that of the logarithm; everything else as in `difference`.
        """
        return milestone_ratios(self.curves, self._pairs(reference, pairwise), float(time))

    def _pairs(self, reference: object | None, pairwise: bool) -> list[tuple[str, str]]:
        labels = [curve.label for curve in self.curves]
        if len(labels) < 2:
            raise UsageError("There is one group only, and nothing to compare.\nGive by=.")
        base = chosen_reference(labels, reference, spell)
        return contrasts(labels, base, pairwise=pairwise)

    def follow_up(self) -> "KaplanMeier":
        """Return the reverse Kaplan–Meier curves: time under observation.

        Censoring becomes the event and the event becomes censoring, R's
        ``survfit(Surv(time, 1 - event))``. At a tie the censored subjects count as leaving first
        and those with the event are still at risk (prodlim's ``reverse = TRUE`` removes the
        events first).
        """
        check_word("estimator", self.curves[0].options.estimator, ("kaplan-meier",))
        curves = [
            survival_curve(curve.label, _reversed(curve.counts), curve.options)
            for curve in self.curves
        ]
        return survival_result(curves, term="follow-up")

    def _ylabel(self) -> str:
        return "Event-free probability"


def survival_result(curves: Sequence[SurvivalCurve], *, term: str = "survival") -> KaplanMeier:
    """Return the result that holds these curves."""
    columns = [curve.columns() for curve in curves]
    sizes = [len(curve.counts.times) for curve in curves]
    heads = pd.DataFrame([_base_row(curve, term) for curve in curves])
    table: dict[Hashable, Any] = {name: np.repeat(heads[name].to_numpy(), sizes) for name in heads}
    table |= {name: np.concatenate([part[name] for part in columns]) for name in columns[0]}
    return KaplanMeier(
        table=pd.DataFrame(table),
        sentence=_sentence(curves, term),
        curves=tuple(curves),
    )


def _described(curve: SurvivalCurve, rows: pd.DataFrame) -> pd.DataFrame:
    described: dict[str, Any] = {
        TERM: "survival",
        CONF_LEVEL: curve.options.conf_level,
        N: as_count(curve.counts.n),
        N_EVENTS: as_count(curve.counts.n_events),
        METHOD: _method(curve),
    }
    return rows.assign(**described)


def _method(curve: SurvivalCurve) -> str:
    greenwood = "Greenwood" if curve.options.estimator == "kaplan-meier" else "Aalen"
    variance = "infinitesimal-jackknife" if curve.options.robust else greenwood
    return f"{curve.options.estimator}, {variance} variance, {curve.options.conf_type} limits"


def _base_row(curve: SurvivalCurve, term: str) -> dict[str, object]:
    return {
        TERM: term,
        GROUP: curve.label,
        CONF_LEVEL: curve.options.conf_level,
        N: as_count(curve.counts.n),
        N_EVENTS: as_count(curve.counts.n_events),
        METHOD: _method(curve),
        WARNING: "",
    }


def _quantile_row(curve: SurvivalCurve, term: str, share: float, rule) -> dict[str, object]:
    times = curve.counts.times
    low, high = curve.own_limits()
    found = [rule(times, heights, share) for heights in (curve.survival, low, high)]
    return {
        **_base_row(curve, term),
        PROBABILITY: share,
        ESTIMATE: found[0],
        CONF_LOW: found[1],
        CONF_HIGH: found[2],
    }


def _rmst_row(curve: SurvivalCurve, tau: float) -> dict[str, object]:
    area, variance = curve.restricted_mean(tau)
    error = float(np.sqrt(variance))
    half = normal_quantile(curve.options.conf_level) * error
    short = tau > curve.counts.times[-1] and curve.survival[-1] > 0.0
    return {
        **_base_row(curve, "restricted mean"),
        TIME: tau,
        ESTIMATE: area,
        STD_ERROR: error,
        CONF_LOW: area - half,
        CONF_HIGH: area + half,
        WARNING: "follow-up ends before tau: the last value is carried on" if short else "",
    }


def _reversed(counts: RiskTable) -> RiskTable:
    status = counts.cells.status
    swapped = np.where(status == 0, 1, np.where(status == 1, 0, status))
    return counted(
        counts.times, replace(counts.cells, status=swapped), causes=1, starts=counts.entry_times,
        inflow=counts.entering, n=counts.n, frequency=counts.frequency,
        per_subject=counts.per_subject,
    )  # fmt: skip


def _sentence(curves: Sequence[SurvivalCurve], term: str) -> str:
    parts = []
    for curve in curves:
        times = curve.counts.times
        middle = curve_median(times, curve.survival)
        low, high = (curve_median(times, limit) for limit in curve.own_limits())
        interval = said_interval(low, high, curve.options.conf_level)
        head = f"{curve.label}: " if curve.label else ""
        parts.append(
            f"{head}median {term} {said(middle)} days ({interval}; "
            f"{said(curve.counts.n_events)} events, n = {said(curve.counts.n)})"
        )
    return f"{'; '.join(parts)}; {_method(curves[0])}."
