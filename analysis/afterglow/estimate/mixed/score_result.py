"""A fitted model of scores within cycles: coefficients, predicted means, when they cross a line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.mixed.reml import MixedFit
from afterglow.estimate.options import normal_quantile
from afterglow.estimate.result import Result, said, said_interval
from afterglow.names import (
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

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FIRST: Final = "first cycle"
LATER: Final = "later cycles"
INTERCEPT: Final = "day 0"
PER_DAY: Final = "per day"
BEND: Final = "change of slope at day {knot:g}"
LATER_TERM: Final = "later cycles"
BASELINE_TERM: Final = "baseline score"
BETWEEN: Final = "standard deviation between subjects on day 0"
SLOPES: Final = "standard deviation of subjects' slopes, per day"
CORRELATION: Final = "correlation of day 0 and slope"
WITHIN: Final = "standard deviation within subjects"
PREDICTED: Final = "predicted mean score"
CROSSING: Final = "days until the predicted mean reaches the threshold"
BEYOND: Final = "later than any score used: the last slope is carried on"
NOT_REACHED: Final = "the predicted mean does not reach it on the days with scores"
FROM_THE_START: Final = "the predicted mean is beyond it on day 0"
GRID_DAYS: Final = 0.25
N_SCORES: Final = "n_scores"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The fixed effects.

    Attributes
    ----------
    knots : tuple of float
        Days at which slopes may change.
    groups : tuple of str
        `FIRST` and `LATER`, or the one of them that the data have.
    parallel : bool
        Whether later cycles share the slopes.
    centre : float
        Mean baseline of the subjects.
    baseline : bool
        Whether the baseline is a covariate.
    scale : float
        Days that a subject's own slope is counted in.
    """

    knots: tuple[float, ...]
    groups: tuple[str, ...]
    parallel: bool
    centre: float
    baseline: bool
    scale: float

    @property
    def terms(self) -> tuple[str, ...]:
        """The names of the columns."""
        slopes = (PER_DAY, *(BEND.format(knot=knot) for knot in self.knots))
        later: tuple[str, ...] = ()
        if len(self.groups) > 1:
            own = () if self.parallel else tuple(f"{LATER_TERM}: {name}" for name in slopes)
            later = (LATER_TERM, *own)
        return (INTERCEPT, *slopes, *later, *((BASELINE_TERM,) if self.baseline else ()))

    def rows(self, days: Floats, later: Floats, baseline: Floats | None) -> Floats:
        """Return the columns; without a baseline, at its mean."""
        pieces = [days, *(np.maximum(days - knot, 0.0) for knot in self.knots)]
        columns = [np.ones(len(days)), *pieces]
        if len(self.groups) > 1:
            columns += [later, *([] if self.parallel else [later * piece for piece in pieces])]
        if self.baseline:
            here = np.zeros(len(days)) if baseline is None else baseline - self.centre
            columns.append(here)
        return np.column_stack(columns)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreWithinCycle(Result):
    """Mean scores by days since the last session.

    Attributes
    ----------
    fit : MixedFit
    basis : Basis
    n, n_scores : int
        Subjects and scores.
    last_day : float
        Latest day since a session with a score.
    robust : bool
    conf_level : float
    method, warning : str
    """

    fit: MixedFit
    basis: Basis
    n: int
    n_scores: int
    last_day: float
    robust: bool
    conf_level: float
    method: str
    warning: str

    def predict(self, days: float | Sequence[float] | Floats) -> pd.DataFrame:
        """Return the mean score at `days` after the last session, in first and later cycles.

        Of subjects with the mean baseline; limits are pointwise and normal.
        """
        asked = np.sort(np.atleast_1d(np.asarray(days, dtype=np.float64)))
        if not (np.isfinite(asked) & (asked >= 0.0)).all():
            raise UsageError("days holds a value that is no day.\nGive days since the session.")
        parts = [self._predicted(group, asked) for group in self.basis.groups]
        return Result(table=pd.concat(parts, ignore_index=True), sentence=self.sentence).tidy()

    def crossing(self, threshold: float, *, higher_is_worse: bool = True) -> pd.DataFrame:
        """Return the first day on which the mean is at the threshold or worse, by kind of cycle.

        Limits are the days on which the limits of the mean get there; a limit that does not is
        missing. Up to the last day with a score.
        """
        sign = 1.0 if higher_is_worse else -1.0
        inside = np.arange(0.0, self.last_day + GRID_DAYS / 2, GRID_DAYS)
        grid = np.unique([*inside, *self.basis.knots, self.last_day])
        rows = [self._crossed(group, grid, threshold, sign) for group in self.basis.groups]
        return Result(table=pd.DataFrame(rows), sentence=self.sentence).tidy()

    def _variance(self) -> Floats:
        return self.fit.robust_variance if self.robust else self.fit.variance

    def _predicted(self, group: str, days: Floats) -> pd.DataFrame:
        later = np.full(len(days), float(group == LATER))
        x = self.basis.rows(days, later, None)
        mean = x @ self.fit.beta
        error = np.sqrt(np.einsum("ij,jk,ik->i", x, self._variance(), x))
        half = normal_quantile(self.conf_level) * error
        late = np.where(days > self.last_day, BEYOND, "")
        return pd.DataFrame(
            {TERM: PREDICTED, GROUP: group, TIME: days, ESTIMATE: mean, STD_ERROR: error,
             CONF_LOW: mean - half, CONF_HIGH: mean + half, CONF_LEVEL: self.conf_level,
             N: self.n, METHOD: self.method, WARNING: late}
        )  # fmt: skip

    def _crossed(self, group: str, grid: Floats, threshold: float, sign: float) -> dict:
        found = self._predicted(group, grid)
        first, last = (CONF_HIGH, CONF_LOW) if sign > 0 else (CONF_LOW, CONF_HIGH)
        estimate, low, high = (
            _first_day(grid, sign * (found[name].to_numpy() - threshold))
            for name in (ESTIMATE, first, last)
        )
        warning = FROM_THE_START if estimate == 0 else NOT_REACHED if np.isnan(estimate) else ""
        return {
            TERM: CROSSING, GROUP: group, ESTIMATE: estimate, CONF_LOW: low, CONF_HIGH: high,
            CONF_LEVEL: self.conf_level, N: self.n, METHOD: self.method, WARNING: warning,
        }  # fmt: skip

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the mean by day with its band, and return the axes."""
        from afterglow.figures.lines import draw_lines

        days = np.arange(0.0, np.floor(self.last_day) + 1.0)
        return draw_lines(
            self.predict(days), ylabel="Predicted mean score", xlabel="Days since last session",
            ax=ax,
        )  # fmt: skip


def _first_day(grid: Floats, over: Floats) -> float:
    """Return where a line through the grid first reaches 0 from below; NaN where it does not."""
    reached = np.flatnonzero(over >= 0.0)
    if not len(reached):
        return float("nan")
    k = int(reached[0])
    if k == 0:
        return float(grid[0])
    share = -over[k - 1] / (over[k] - over[k - 1])
    return float(grid[k - 1] + share * (grid[k] - grid[k - 1]))


def score_result(
    fit: MixedFit,
    basis: Basis,
    *,
    n: int,
    n_scores: int,
    last_day: float,
    robust: bool,
    conf_level: float,
    warning: str,
) -> ScoreWithinCycle:
    """Return the result that holds this fit."""
    effects = "intercepts and slopes" if len(fit.relative) > 1 else "intercepts"
    errors = "robust" if robust else "model-based"
    method = f"linear mixed model by REML, {effects} by subject, {errors} variance"
    said_of_all: dict[str, Any] = {
        GROUP: "", CONF_LEVEL: conf_level, N: n, N_EVENTS: np.nan, N_SCORES: n_scores,
        METHOD: method, WARNING: warning,
    }  # fmt: skip
    table = pd.concat([_fixed(fit, basis, robust, conf_level), _random(fit, basis)])
    table = table.assign(**said_of_all)
    result = ScoreWithinCycle(
        table=table.reset_index(drop=True), sentence="", fit=fit, basis=basis, n=n,
        n_scores=n_scores, last_day=last_day, robust=robust, conf_level=conf_level, method=method,
        warning=warning,
    )  # fmt: skip
    return _with_sentence(result)


def _fixed(fit: MixedFit, basis: Basis, robust: bool, conf_level: float) -> pd.DataFrame:
    from scipy.special import ndtr

    variance = fit.robust_variance if robust else fit.variance
    error = np.sqrt(np.diag(variance))
    half = normal_quantile(conf_level) * error
    z = np.divide(fit.beta, error, out=np.full(len(error), np.nan), where=error > 0)
    return pd.DataFrame(
        {TERM: basis.terms, ESTIMATE: fit.beta, STD_ERROR: error, STATISTIC: z,
         P_VALUE: 2.0 * ndtr(-np.abs(z)), CONF_LOW: fit.beta - half, CONF_HIGH: fit.beta + half}
    )  # fmt: skip


def _random(fit: MixedFit, basis: Basis) -> pd.DataFrame:
    spread = np.sqrt(np.diag(fit.covariance))
    rows = [(BETWEEN, spread[0])]
    if len(spread) > 1:
        rows.append((SLOPES, spread[1] / basis.scale))
        rows.append((CORRELATION, fit.covariance[0, 1] / (spread[0] * spread[1])))
    rows.append((WITHIN, fit.sigma))
    return pd.DataFrame(rows, columns=[TERM, ESTIMATE])


def _with_sentence(result: ScoreWithinCycle) -> ScoreWithinCycle:
    parts = [
        f"{row[GROUP]} {said(row[ESTIMATE])} "
        f"({said_interval(row[CONF_LOW], row[CONF_HIGH], result.conf_level)})"
        for _, row in result.predict(min(28.0, result.last_day)).iterrows()
    ]
    day = said(min(28.0, result.last_day))
    words = (
        f"Predicted mean score {day} days after the last session: {'; '.join(parts)}; "
        f"{said(result.n_scores)} scores of {said(result.n)} subjects; {result.method}."
    )
    return replace(result, sentence=words)
