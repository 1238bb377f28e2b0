"""One group's mean cumulative function, with the influence of every row on it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.options import normal_quantile
from afterglow.estimate.recurrent.rows import Flags, RecurrentRows
from afterglow.estimate.recurrent.totals import ratio, running
from afterglow.estimate.result import said
from afterglow.estimate.survival_curve import PAST_THE_END, since_last, whole
from afterglow.estimate.timegrid import near_index
from afterglow.names import (
    AT_RISK,
    CENSORED,
    CONF_HIGH,
    CONF_LOW,
    ESTIMATE,
    EVENTS,
    GROUP,
    STD_ERROR,
    TERMINATED,
    TIME,
    WARNING,
)

ROBUST: Final = "robust"
JACKKNIFE: Final = "infinitesimal-jackknife"
NAIVE: Final = "naive"
NAIVE_STD_ERROR: Final = "naive_std_error"
LOG: Final = "log"
STUCK: Final = (
    "on day {day} all who were then at risk had the terminal event, though others come under"
    " observation later, so the curve says nothing from then on: begin when more are at risk"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanOptions:
    """How limits are computed; see `mean_cumulative_function`."""

    variance: str
    conf_type: str
    conf_level: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeanCurve:
    """The mean number of events of one group.

    All arrays of shape (T,) stand at every distinct start and stop of the data.

    Attributes
    ----------
    label : str
    rows : RecurrentRows
        The group's own rows, in order of subject and start.
    options : MeanOptions
    weight : array, shape (n,)
        Weight of each row, 1 where there are none.
    at_risk : array, shape (T,)
        At risk just before each time: start < time <= stop.
    events, terminated, censored : array, shape (T,)
        Events; subjects with the terminal event; subjects who leave for good without it.
    free : array, shape (T,)
        Probability of no terminal event before each time; 1 without terminal events.
    mean : array, shape (T,)
        The mean cumulative function after each time.
    n, n_events : float
    """

    label: str
    rows: RecurrentRows
    options: MeanOptions
    weight: Floats
    at_risk: Floats
    events: Floats
    terminated: Floats
    censored: Floats
    free: Floats
    mean: Floats
    n: float
    n_events: float

    @property
    def times(self) -> Floats:
        """The distinct times of the data."""
        return self.rows.times

    @property
    def own(self) -> Floats:
        """Jump of the mean for one more event at each time."""
        return ratio(self.free, self.at_risk)

    @property
    def per_end(self) -> Floats:
        """What one more terminal event takes off the log of staying free of it.

        1/Y in Ghosh and Lin's plug-in variance, 1/(Y − d) in the exact derivative.
        """
        exact = self.options.variance == JACKKNIFE
        return ratio(1.0, self.at_risk - self.terminated if exact else self.at_risk)

    @property
    def hazard_of_end(self) -> Floats:
        """Share of those at risk that has the terminal event at each time."""
        return ratio(self.terminated, self.at_risk)

    @property
    def listed(self) -> Flags:
        """Times at which there is an event, or somebody leaves for good."""
        return (self.events > 0) | (self.terminated > 0) | (self.censored > 0)

    def std_error(self) -> Floats:
        """Return the standard error after each time."""
        if self.options.variance == NAIVE:
            return self.naive_std_error()
        from afterglow.estimate.recurrent.mean_variance import robust_variance

        return np.sqrt(robust_variance(self))

    def naive_std_error(self) -> Floats:
        """Return the standard error if events came as a Poisson process: sum of dN/Y²."""
        return np.sqrt(np.cumsum(ratio(self.events, self.at_risk**2)))

    def limits(self, mean: Floats, std_error: Floats) -> tuple[Floats, Floats]:
        """Return the limits; where there was no event yet both are 0."""
        half = normal_quantile(self.options.conf_level) * std_error
        if self.options.conf_type != LOG:
            return np.maximum(mean - half, 0.0), mean + half
        with np.errstate(over="ignore"):
            factor = np.exp(ratio(half, mean))
        return mean / factor, mean * factor

    def table(self) -> pd.DataFrame:
        """Return one row per listed time."""
        used = self.listed
        std_error = self.std_error()[used]
        low, high = self.limits(self.mean[used], std_error)
        columns = {
            GROUP: self.label,
            TIME: self.times[used],
            **self._counts(self.at_risk[used], *(c[used] for c in self._kinds())),
            ESTIMATE: self.mean[used],
            STD_ERROR: std_error,
            CONF_LOW: low,
            CONF_HIGH: high,
        }
        if not self.rows.has_terminal:
            columns[NAIVE_STD_ERROR] = self.naive_std_error()[used]
        return pd.DataFrame(columns)

    def at(self, times: Floats) -> pd.DataFrame:
        """Return one row per asked time; counts since the previous asked time."""
        index = near_index(self.times, times, side="right") - 1
        mean = np.concatenate([[0.0], self.mean])[index + 1]
        std_error = np.concatenate([[0.0], self.std_error()])[index + 1]
        low, high = self.limits(mean, std_error)
        since = (since_last(kind, index) for kind in self._kinds())
        late = self.goes_on & (near_index(self.times, times, side="left") > self.last)
        columns = {
            GROUP: self.label,
            TIME: times,
            **self._counts(self.at_risk_at(times), *since),
            ESTIMATE: mean,
            STD_ERROR: std_error,
            CONF_LOW: low,
            CONF_HIGH: high,
            WARNING: np.where(late, PAST_THE_END, ""),
        }
        return pd.DataFrame(columns)

    @property
    def opening(self) -> float:
        """The first day on which somebody of the group starts, at the earliest day known."""
        return float(self.times[max(int(self.rows.start.min()), 0)])

    @property
    def last(self) -> int:
        """Index of the group's last stop."""
        return int(self.rows.stop.max())

    @property
    def goes_on(self) -> bool:
        """Whether somebody was free of the terminal event when the last subject left."""
        return bool(self.free[self.last] > 0.0 and self.hazard_of_end[self.last] < 1.0)

    @property
    def stuck(self) -> str:
        """What makes the curve say nothing from some day on, or ""."""
        gone = np.flatnonzero((self.at_risk > 0) & (self.hazard_of_end >= 1.0))
        if not len(gone) or gone[0] == self.last:
            return ""
        return STUCK.format(day=said(self.times[gone[0]]))

    def _kinds(self) -> tuple[Floats, ...]:
        return self.events, self.censored, self.terminated

    def _counts(
        self, at_risk: Floats, events: Floats, censored: Floats, ended: Floats
    ) -> dict[str, np.ndarray]:
        counts = {AT_RISK: whole(at_risk), EVENTS: whole(events), CENSORED: whole(censored)}
        return counts | ({TERMINATED: whole(ended)} if self.rows.has_terminal else {})

    def at_risk_at(self, times: Floats) -> Floats:
        """Return the subjects at risk at each of `times`: start < time <= stop.

        On the first day of all, when nobody has been at risk yet, those who start then.
        """
        size = len(self.times)
        inflow = running(summed(self.rows.start + 1, self.weight, size + 1))
        outflow = running(summed(self.rows.stop, self.weight, size))
        left = near_index(self.times, times, side="left")
        first = int(self.rows.start.min())
        opening = (left == first) & (near_index(self.times, times, side="right") == first + 1)
        return np.maximum(inflow[left + 1 + opening] - outflow[left], 0.0)

    def influence(self, factor: Floats) -> Floats:
        """Return each row's influence on the sum of `factor` times the steps of the mean.

        Per unit of weight, in the order of `rows`. A factor of 1 up to a time and 0 beyond asks
        for the mean at that time.
        """
        start, stop = self.rows.start + 1, self.rows.stop
        fall = running(ratio(factor * self.steps, self.at_risk))
        own = np.where(self.rows.event, (factor * self.own)[stop], 0.0) - (
            fall[stop + 1] - fall[start]
        )
        if not self.rows.has_terminal:
            return own
        after = np.cumsum((factor * self.steps)[::-1])[::-1] - factor * self.steps
        spent = running(after * self.hazard_of_end * self.per_end)
        end = np.where(self.rows.terminal, (after * self.per_end)[stop], 0.0)
        return own - (end - (spent[stop + 1] - spent[start]))

    @property
    def steps(self) -> Floats:
        """Jumps of the mean at each time."""
        return np.diff(self.mean, prepend=0.0)


def weight_at_risk(rows: RecurrentRows, weight: Floats | None) -> Floats:
    """Return the weight (None: the number) of rows at risk just before each time."""
    size = len(rows.times)
    entered = np.cumsum(summed(rows.start + 1, weight, size + 1))[:-1]
    left = np.cumsum(summed(rows.stop, weight, size))
    return np.maximum(entered - np.concatenate([[0.0], left[:-1]]), 0.0)


def mean_curve(label: str, rows: RecurrentRows, options: MeanOptions) -> MeanCurve:
    """Count one group's rows and return its curve."""
    size = len(rows.times)
    weights = rows.weight
    weight = np.ones(len(rows.stop)) if weights is None else weights

    def count(chosen: Flags, values: Floats | None = weights) -> Floats:
        return summed(rows.stop[chosen], None if values is None else values[chosen], size)

    events, terminated = count(rows.event), count(rows.terminal)
    at_risk = weight_at_risk(rows, weights)
    if weights is not None:
        # Sums of fractional weights leave rounding dust: whoever is counted decides what is 0.
        present = weight_at_risk(rows, None)
        ended = present == count(rows.terminal, None)
        at_risk = np.where(present == 0, 0.0, np.where(ended, terminated, at_risk))
    free = np.ones(size)
    free[1:] = np.cumprod(1.0 - ratio(terminated, at_risk))[:-1]
    counted = weight if rows.frequency else np.ones(len(weight))
    return MeanCurve(
        label=label, rows=rows, options=options, weight=weight, at_risk=at_risk, events=events,
        terminated=terminated, censored=count(rows.last & ~rows.terminal), free=free,
        mean=np.cumsum(free * ratio(events, at_risk)),
        n=float(counted[rows.first].sum()), n_events=float(counted[rows.event].sum()),
    )  # fmt: skip
