"""One group's survival curve with everything later questions need."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Floats
from afterglow.estimate.hazard_steps import ESTIMATORS, HazardSteps
from afterglow.estimate.influence import (
    area_influence,
    influence_variance,
    log_survival_variance,
    survival_influence,
)
from afterglow.estimate.intervals import probability_limits
from afterglow.estimate.risktable import RiskTable
from afterglow.names import (
    AT_RISK,
    CENSORED,
    CONF_HIGH,
    CONF_LOW,
    ESTIMATE,
    EVENTS,
    GROUP,
    STD_ERROR,
    TIME,
    WARNING,
)

CUMULATIVE_HAZARD: Final = "cumulative_hazard"
CUMULATIVE_HAZARD_STD_ERROR: Final = "cumulative_hazard_std_error"
PAST_THE_END: Final = "beyond the last observed time: the last value is carried on"


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveOptions:
    """How a curve and its limits are computed; see `kaplan_meier`."""

    estimator: str
    conf_type: str
    conf_level: float
    robust: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurvivalCurve:
    """Survival of one group at its distinct exit times.

    Attributes
    ----------
    label : str
    counts : RiskTable
    options : CurveOptions
    steps : HazardSteps
    log_std_error : array
        Standard error of log S at each time.
    """

    label: str
    counts: RiskTable
    options: CurveOptions
    steps: HazardSteps
    log_std_error: Floats

    @property
    def survival(self) -> Floats:
        """The curve after each time of `counts.times`."""
        return self.steps.survival

    def std_error(self) -> Floats:
        """Return the standard error of S; where S is 0 it is 0 if robust, else undefined."""
        zero = self.survival == 0.0
        at_zero = 0.0 if self.options.robust else np.nan
        finite = np.where(zero, 0.0, self.log_std_error)
        return np.where(zero, at_zero, self.survival * finite)

    def limits(self, survival: Floats, std_error: Floats) -> tuple[Floats, Floats]:
        """Return the limits of S; undefined where S is 0."""
        low, high = probability_limits(
            survival, std_error,
            conf_type=self.options.conf_type, conf_level=self.options.conf_level,
        )  # fmt: skip
        gone = survival == 0.0
        return np.where(gone, np.nan, low), np.where(gone, np.nan, high)

    def own_limits(self) -> tuple[Floats, Floats]:
        """Return the limits at every time of the curve."""
        return self.limits(self.survival, self.std_error())

    def columns(self) -> dict[str, np.ndarray]:
        """Return what there is to say at each distinct exit time."""
        counts = self.counts
        std_error = self.std_error()
        low, high = self.limits(self.survival, std_error)
        hazard, hazard_error = self._cumulative_hazard()
        return {
            TIME: counts.times,
            AT_RISK: whole(counts.at_risk),
            EVENTS: whole(counts.ended),
            CENSORED: whole(counts.censored),
            ESTIMATE: self.survival,
            STD_ERROR: std_error,
            CONF_LOW: low,
            CONF_HIGH: high,
            CUMULATIVE_HAZARD: hazard,
            CUMULATIVE_HAZARD_STD_ERROR: hazard_error,
        }

    def _cumulative_hazard(self) -> tuple[Floats, Floats]:
        """Nelson–Aalen beside a product-limit curve, else minus the log of the curve itself."""
        if self.options.estimator != "kaplan-meier":
            return -np.log(self.survival), self.log_std_error
        steps = ESTIMATORS["nelson-aalen"](self.counts)
        variance = variance_of_log(self.counts, steps, robust=self.options.robust)
        return -np.log(steps.survival), np.sqrt(variance)

    def at(self, times: Floats) -> pd.DataFrame:
        """Return one row per asked time; events and censored since the previous asked time."""
        counts = self.counts
        index = counts.index_at(times)
        survival = np.concatenate([[1.0], self.survival])[index + 1]
        std_error = np.concatenate([[0.0], self.std_error()])[index + 1]
        low, high = self.limits(survival, std_error)
        after = (times > counts.times[-1]) & (survival > 0.0)
        return pd.DataFrame(
            {
                GROUP: self.label,
                TIME: times,
                AT_RISK: whole(counts.at_risk_at(times)),
                EVENTS: whole(since_last(counts.ended, index)),
                CENSORED: whole(since_last(counts.censored, index)),
                ESTIMATE: survival,
                STD_ERROR: std_error,
                CONF_LOW: low,
                CONF_HIGH: high,
                WARNING: np.where(after, PAST_THE_END, ""),
            }
        )

    def value(self, time: float) -> float:
        """Return S(time)."""
        return float(self.at(np.array([time]))[ESTIMATE].iloc[0])

    def influence(self, time: float) -> Floats:
        """Return each cell's influence on S(time)."""
        return survival_influence(self.counts, self.steps, time)

    def variance(self, time: float) -> float:
        """Return the variance of S(time)."""
        return float(self.at(np.array([time]))[STD_ERROR].iloc[0]) ** 2

    def restricted_mean(self, horizon: float) -> tuple[float, float]:
        """Return the area under the curve from 0 to `horizon`, and its variance."""
        area, after = self._areas(horizon)
        if self.options.robust:
            influence = area_influence(self.counts, self.steps, after)
            return area, influence_variance(self.counts, influence)
        used = after > 0.0
        return area, float(np.sum(after[used] ** 2 * self.steps.variance[used]))

    def area_influence(self, horizon: float) -> Floats:
        """Return each cell's influence on the area to `horizon`."""
        return area_influence(self.counts, self.steps, self._areas(horizon)[1])

    def _areas(self, horizon: float) -> tuple[float, Floats]:
        """Return the area from 0 to `horizon`, and what of it lies after each time."""
        times = np.concatenate([[min(0.0, self.counts.times[0])], self.counts.times])
        height = np.concatenate([[1.0], self.survival])
        edges = np.minimum(np.concatenate([times, [max(horizon, times[-1])]]), horizon)
        slices = height * np.diff(edges)
        after = np.concatenate([np.cumsum(slices[::-1])[::-1], [0.0]])[1:-1]
        return float(slices.sum()) + float(times[0]), after


def survival_curve(label: str, counts: RiskTable, options: CurveOptions) -> SurvivalCurve:
    """Estimate one group's curve from its table of counts."""
    steps = ESTIMATORS[options.estimator](counts)
    variance = variance_of_log(counts, steps, robust=options.robust)
    return SurvivalCurve(
        label=label, counts=counts, options=options, steps=steps, log_std_error=np.sqrt(variance)
    )


def variance_of_log(counts: RiskTable, steps: HazardSteps, *, robust: bool) -> Floats:
    """Return the variance of log S: Greenwood's sum, or the infinitesimal jackknife."""
    return log_survival_variance(counts, steps) if robust else np.cumsum(steps.variance)


def whole(values: Floats) -> np.ndarray:
    """Return counts as integers where all of them are, else unchanged (fractional weights)."""
    return values.astype(np.int64) if np.array_equal(values, np.floor(values)) else values


def as_count(value: float) -> float | int:
    """Return one count as an integer where it is whole."""
    return int(value) if float(value).is_integer() else value


def since_last(values: Floats, index: np.ndarray) -> Floats:
    """Return the sum of `values` between successive time indexes, from the start for the first."""
    totals = np.concatenate([[0.0], np.cumsum(values)])[index + 1]
    return np.diff(totals, prepend=0.0)
