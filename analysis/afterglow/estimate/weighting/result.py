"""The result of a weighted survival curve, and the questions asked of it afterwards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats, spell
from afterglow.estimate.curve_quantiles import curve_median, curve_quantile
from afterglow.estimate.intervals import probability_limits
from afterglow.estimate.milestone import Contrast
from afterglow.estimate.options import chosen_reference, contrasts, normal_quantile
from afterglow.estimate.resampling.limits import bootstrap_limits
from afterglow.estimate.result import CurveResult, Result, said, said_interval
from afterglow.estimate.survival_curve import SurvivalCurve
from afterglow.estimate.survival_result import KaplanMeier
from afterglow.estimate.timegrid import near_index
from afterglow.estimate.weighting.diagnostics import weights_by_time
from afterglow.estimate.weighting.rows import WeightRows
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

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PERCENTILE: Final = "percentile"
WEIGHTED: Final = "weighted"
NAIVE: Final = "unweighted"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightedSurvival(CurveResult):
    """Survival had nobody been censored for a reason that the model of censoring knows.

    Attributes
    ----------
    curve : KaplanMeier
        The weighted curves; their own errors take the weights as known.
    naive : KaplanMeier
        The same rows unweighted.
    weights : DataFrame
        What the weights are like at each time of an event, group by group.
    censoring_model : DataFrame
        One row per stratum and coefficient: log odds of being censored at one decision.
    positivity : DataFrame
        What was looked at; `warning` says in words what is bad.
    row_weights : array, shape (rows of the data,)
        NaN where a row has no time at risk.
    rows : WeightRows
        The rows as they were laid out.
    times : array, shape (T,)
    replicates : array, shape (B, groups, T)
        Curves of the resamples; none where no bootstrap was asked for.
    conf_type, conf_level
    """

    curve: KaplanMeier
    naive: KaplanMeier
    weights: pd.DataFrame
    censoring_model: pd.DataFrame
    positivity: pd.DataFrame
    row_weights: Floats
    rows: WeightRows
    times: Floats
    replicates: Floats
    conf_type: str
    conf_level: float

    def at(self, times: float | Sequence[float]) -> pd.DataFrame:
        """Return the weighted curves at `times` (days), with counts of the unweighted rows."""
        asked = np.sort(np.atleast_1d(np.asarray(times, dtype=np.float64)))
        plain = self.naive.at(list(asked))
        parts = []
        for curve in self.curve.curves:
            rows = plain[plain[GROUP] == curve.label].reset_index(drop=True)
            own = curve.at(asked)
            limits = self._limits(curve, asked, own[ESTIMATE].to_numpy())
            parts.append(rows.assign(**{ESTIMATE: own[ESTIMATE].to_numpy(), **limits}))
        table = pd.concat(parts, ignore_index=True).assign(**{METHOD: self.method})
        return Result(table=table, sentence=self.sentence).tidy()

    @property
    def method(self) -> str:
        """How the curve and its limits were made."""
        return str(self.table[METHOD].iloc[0]) if len(self.table) else ""

    def weights_at(self, times: float | Sequence[float]) -> pd.DataFrame:
        """Return what the weights of those at risk are like at `times`, as in `weights`."""
        weight = np.nan_to_num(self.row_weights[self.rows.place])
        asked = np.sort(np.atleast_1d(np.asarray(times, dtype=np.float64)))
        return weights_by_time(self.rows, weight, asked)

    def quantile(self, p: float | Sequence[float]) -> pd.DataFrame:
        """Return the times by which a share `p` would have had the event, as `kaplan_meier`'s."""
        shares = np.atleast_1d(np.asarray(p, dtype=np.float64))
        if not ((shares >= 0.0) & (shares <= 1.0)).all():
            raise UsageError("p holds a value outside 0 to 1.\nGive shares, such as 0.5.")
        rows = [
            self._reached(curve, f"quantile {share:g}", partial(curve_quantile, p=share))
            for curve in self.curve.curves
            for share in shares
        ]
        return Result(table=pd.DataFrame(rows), sentence=self.sentence).tidy()

    def median(self) -> pd.DataFrame:
        """Return the median of each group: the quantile rule applied to curve and limits."""
        rows = [self._reached(curve, "median", curve_median) for curve in self.curve.curves]
        return Result(table=pd.DataFrame(rows), sentence=self.sentence).tidy()

    def difference(
        self, time: float, *, reference: object | None = None, pairwise: bool = False
    ) -> Contrast:
        """Return differences of S(time) between groups, with limits of the bootstrap.

        Without resamples the limits are those of the weighted curves, the weights taken as known.
        """
        labels = [curve.label for curve in self.curve.curves]
        if len(labels) < 2:
            raise UsageError("There is one group only, and nothing to compare.\nGive by=.")
        pairs = contrasts(labels, chosen_reference(labels, reference, spell), pairwise=pairwise)
        if not len(self.replicates):
            return self.curve.difference(time, reference=reference, pairwise=pairwise)
        rows = [self._difference(a, b, float(time)) for a, b in pairs]
        said_rows = "; ".join(
            f"{row[GROUP]}: {said(row[ESTIMATE])}"
            f" ({said_interval(row[CONF_LOW], row[CONF_HIGH], self.conf_level)})"
            for row in rows
        )
        sentence = f"Difference of weighted survival at day {said(time)}: {said_rows}."
        return Contrast(table=pd.DataFrame(rows), sentence=sentence)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the weighted and the unweighted curves and return the axes."""
        from afterglow.figures.curves import draw_curves

        naive = self.naive.tidy()
        both = [(WEIGHTED, self.tidy()), (NAIVE, naive)]
        drawn = pd.concat(
            [rows.assign(**{GROUP: _labels(rows, name)}) for name, rows in both], ignore_index=True
        )
        return draw_curves(drawn, ylabel=self._ylabel(), xlabel="Days", start=1.0, ax=ax)

    def _ylabel(self) -> str:
        return "Event-free probability"

    def _values(self, curve: SurvivalCurve, times: Floats) -> Floats:
        """Return the resamples' values of one curve, shape (B, times)."""
        g = [own.label for own in self.curve.curves].index(curve.label)
        index = near_index(self.times, times, side="right")
        start = np.ones((len(self.replicates), 1))
        return np.hstack([start, self.replicates[:, g]])[:, index]

    def _limits(self, curve: SurvivalCurve, times: Floats, estimate: Floats) -> dict[str, Floats]:
        if not len(self.replicates):
            own = curve.at(times)
            return {name: own[name].to_numpy() for name in (STD_ERROR, CONF_LOW, CONF_HIGH)}
        values = self._values(curve, times)
        error = np.nanstd(values, axis=0, ddof=1)
        if self.conf_type == PERCENTILE:
            low, high = bootstrap_limits(
                values, estimate, conf_type=PERCENTILE, conf_level=self.conf_level,
                jackknife=lambda: values,
            )  # fmt: skip
        else:
            low, high = probability_limits(
                estimate, error, conf_type=self.conf_type, conf_level=self.conf_level
            )
        return {STD_ERROR: error, CONF_LOW: low, CONF_HIGH: high}

    def _reached(
        self, curve: SurvivalCurve, term: str, rule: Callable[[Floats, Floats], float]
    ) -> dict[str, Any]:
        times = curve.counts.times
        limits = self._limits(curve, times, curve.survival)
        heights = (curve.survival, limits[CONF_LOW], limits[CONF_HIGH])
        found = [rule(times, height) for height in heights]
        counts = self.naive.curves[[c.label for c in self.curve.curves].index(curve.label)].counts
        return {
            TERM: term, GROUP: curve.label, ESTIMATE: found[0], CONF_LOW: found[1],
            CONF_HIGH: found[2], CONF_LEVEL: self.conf_level, N: counts.n,
            N_EVENTS: counts.n_events, METHOD: self.method,
        }  # fmt: skip

    def _difference(self, one: str, other: str, time: float) -> dict[str, Any]:
        by_label = {curve.label: curve for curve in self.curve.curves}
        asked = np.array([time])
        estimate = by_label[one].value(time) - by_label[other].value(time)
        values = self._values(by_label[one], asked) - self._values(by_label[other], asked)
        error = float(np.nanstd(values, ddof=1))
        half = normal_quantile(self.conf_level) * error
        low, high = estimate - half, estimate + half
        if self.conf_type == PERCENTILE:
            ends = bootstrap_limits(
                values, np.array([estimate]), conf_type=PERCENTILE, conf_level=self.conf_level,
                jackknife=lambda: values,
            )  # fmt: skip
            low, high = float(ends[0][0]), float(ends[1][0])
        mine = [curve.counts for curve in self.naive.curves if curve.label in (one, other)]
        return {
            TERM: "difference", GROUP: f"{one} vs {other}", TIME: time, ESTIMATE: estimate,
            STD_ERROR: error, CONF_LOW: low, CONF_HIGH: high, CONF_LEVEL: self.conf_level,
            N: sum(counts.n for counts in mine), N_EVENTS: sum(counts.n_events for counts in mine),
            METHOD: self.method,
        }  # fmt: skip


def _labels(rows: pd.DataFrame, name: str) -> list[str]:
    return [f"{group}, {name}" if group else name for group in rows[GROUP].astype(str)]


def told(found: WeightedSurvival, method: str) -> WeightedSurvival:
    """Return the result with its tidy rows and its sentence."""
    parts = []
    plain = found.naive.tidy()
    for curve in found.curve.curves:
        rows = plain[plain[GROUP] == curve.label]
        times = rows[TIME].to_numpy()
        survival = curve.at(times)[ESTIMATE].to_numpy()
        limits = found._limits(curve, times, survival)
        parts.append(rows.assign(**{ESTIMATE: survival, **limits}))
    table = pd.concat(parts, ignore_index=True).assign(**{METHOD: method})
    with_rows = replace(found, table=table)
    return replace(with_rows, sentence=_sentence(with_rows))


def _sentence(found: WeightedSurvival) -> str:
    parts = []
    for row in found.median().to_dict("records"):
        head = f"{row[GROUP]}: " if row[GROUP] else ""
        interval = said_interval(row[CONF_LOW], row[CONF_HIGH], found.conf_level)
        parts.append(f"{head}median survival {said(row[ESTIMATE])} days ({interval})")
    warned = found.positivity.loc[found.positivity[WARNING] != "", WARNING]
    doubt = f" Doubtful: {'; '.join(dict.fromkeys(warned))}." if len(warned) else ""
    if not found.rows.ended.any():
        doubt = " Nobody was: all weights are 1."
    return f"Had nobody been censored: {'; '.join(parts)} ({found.method}).{doubt}"
