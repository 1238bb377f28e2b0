"""The result of a regression on intervals: coefficients, ratios, tests and predicted curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.cox.design import Design
from afterglow.estimate.interval.curve import BoxCurve
from afterglow.estimate.interval.links import LINKS
from afterglow.estimate.interval.regression_fit import RegressionFit
from afterglow.estimate.interval.sample import IntervalSample
from afterglow.estimate.interval.support import Support
from afterglow.estimate.interval.turnbull_result import BEFORE, HIGHEST, LOWEST, MASS
from afterglow.estimate.options import normal_quantile
from afterglow.estimate.parametric.model_tests import ModelTests, model_tests
from afterglow.estimate.result import Result, said, said_interval
from afterglow.estimate.survival_curve import as_count
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    GROUP,
    HAZARD_RATIO,
    HAZARD_RATIO_HIGH,
    HAZARD_RATIO_LOW,
    LOWER,
    METHOD,
    N_EVENTS,
    P_VALUE,
    STATISTIC,
    STD_ERROR,
    TERM,
    TIME,
    UPPER,
    WARNING,
    N,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ODDS_RATIO: Final = "odds_ratio"
ODDS_RATIO_LOW: Final = "odds_ratio_low"
ODDS_RATIO_HIGH: Final = "odds_ratio_high"
ROW: Final = "row"
RATIOS: Final = {
    "proportional-hazards": (HAZARD_RATIO, HAZARD_RATIO_LOW, HAZARD_RATIO_HIGH),
    "proportional-odds": (ODDS_RATIO, ODDS_RATIO_LOW, ODDS_RATIO_HIGH),
}
SAID: Final = {
    "proportional-hazards": "hazard ratio",
    "proportional-odds": "odds ratio of being free",
}
SEPARATED: Final = (
    "a coefficient has no finite estimate (separation: the events all lie on one side of a "
    "covariate), so its error and p-value mean nothing: merge groups or leave the covariate out"
)
UNINFORMED: Final = (
    "the intervals say nothing about a coefficient, as every value fits them as well: watch more "
    "often or for longer, or leave the covariate out"
)
WIDEST: Final = 100.0
STEEP: Final = 3.0
NOT_CONVERGED: Final = (
    "not converged, so the numbers are not the estimate: rescale the covariates or leave some out"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IntervalRegression(Result):
    """A semi-parametric regression on intervals.

    Attributes
    ----------
    terms : tuple of str
    beta : array, shape (p,)
        Logarithms of the ratios.
    variance : array, shape (p, p)
    loglik, loglik_null : float
        With these coefficients, and with all of them 0.
    boxes : BoxCurve
        The baseline: the curve at covariates 0.
    replicates : array, shape (B, p)
        Coefficients of the bootstrap resamples; no rows without them.
    model : str
    coded : Design
        How columns became covariates.
    warning : str
    """

    terms: tuple[str, ...]
    beta: Floats
    variance: Floats
    loglik: float
    loglik_null: float
    boxes: BoxCurve
    replicates: Floats
    model: str
    coded: Design
    warning: str

    def tests(self) -> ModelTests:
        """Test that all covariates have no effect: likelihood ratio and Wald, chi-square each."""
        found = {"likelihood ratio": 2.0 * (self.loglik - self.loglik_null)}
        if np.isfinite(self.variance).all():
            found["Wald"] = float(self.beta @ np.linalg.solve(self.variance, self.beta))
        return model_tests(found, len(self.beta), self.table.iloc[0])

    def baseline(self) -> pd.DataFrame:
        """Return the support intervals of the baseline, where all covariates are 0."""
        return pd.DataFrame(
            {
                LOWER: self.boxes.lower,
                UPPER: self.boxes.upper,
                MASS: self.boxes.mass,
                BEFORE: self.boxes.survival[:-1],
            }
        )

    def predict(self, newdata: pd.DataFrame, times: float | Sequence[float]) -> pd.DataFrame:
        """Return the curve of each row of `newdata` at `times`: its lowest and highest value.

        `estimate` is there where both are one, outside the support intervals.
        """
        asked = np.sort(np.atleast_1d(np.asarray(times, dtype=np.float64)))
        if not np.isfinite(asked).all():
            raise UsageError("times holds a value that is no finite number.\nGive days.")
        eta = self.coded.coded(newdata) @ self.beta
        parts = []
        for place, shift in enumerate(eta, start=1):
            low, high = (self._moved(s, float(shift)) for s in self.boxes.range_at(asked))
            known = np.where(high - low <= 0.0, high, np.nan)
            parts.append(pd.DataFrame(
                {ROW: place, TIME: asked, ESTIMATE: known, LOWEST: low, HIGHEST: high}
            ))  # fmt: skip
        return pd.concat(parts, ignore_index=True)

    def _moved(self, survival: Floats, shift: float) -> Floats:
        link = LINKS[self.model]
        inner = (survival > 0.0) & (survival < 1.0)
        level = link.level(np.where(inner, survival, 0.5))
        return np.where(inner, link.survival(level + link.sign * shift), survival)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the ratios as a forest plot against 1 and return the axes."""
        from afterglow.figures.forest import draw_forest

        ratio, low, high = RATIOS[self.model]
        rows = self.tidy()
        drawn = pd.DataFrame({GROUP: rows[TERM], ESTIMATE: rows[ratio],
                              CONF_LOW: rows[low], CONF_HIGH: rows[high]})  # fmt: skip
        return draw_forest(drawn, label=GROUP, null=1.0, ax=ax)


def regression_result(
    fit: RegressionFit,
    replicates: Floats,
    coded: Design,
    sample: IntervalSample,
    *,
    model: str,
    conf_level: float,
    means: Floats,
    support: Support,
) -> IntervalRegression:
    """Return the result of a fit on covariates less their `means`."""
    variance, lost = _variance(fit, replicates)
    spread = coded.matrix.std(axis=0)
    flat = _undetermined(fit, variance, spread)
    trouble = _trouble(fit, flat, spread)
    warning = "; ".join(word for word in (trouble, lost, coded.warning) if word)
    drawn = "clusters" if sample.cluster is not None else "subjects"
    errors = (
        f"standard errors from {len(replicates)} bootstrap resamples of {drawn}"
        if len(replicates)
        else "standard errors from the profile likelihood"
    )
    method = f"interval-censored {model.replace('-', ' ')}, NPMLE baseline, {errors}"
    table = _table(fit.beta, variance, coded.terms, model, conf_level)
    described: dict[str, Any] = {
        N: as_count(sample.n), N_EVENTS: as_count(sample.n_events), METHOD: method,
        WARNING: warning,
    }  # fmt: skip
    return IntervalRegression(
        table=table.assign(**described),
        sentence=_sentence(table, model, sample, method, flat=flat),
        terms=coded.terms, beta=fit.beta, variance=variance, loglik=fit.loglik,
        loglik_null=fit.loglik_null, boxes=_baseline(fit, support, model, means),
        replicates=replicates, model=model, coded=coded, warning=warning,
    )  # fmt: skip


def _variance(fit: RegressionFit, replicates: Floats) -> tuple[Floats, str]:
    if not len(replicates):
        return fit.variance, ""
    known = replicates[~np.isnan(replicates).any(axis=1)]
    lost = len(replicates) - len(known)
    words = f"{lost} of {len(replicates)} resamples gave no estimate" if lost else ""
    if len(known) < 2:
        return np.full(fit.variance.shape, np.nan), words
    return np.atleast_2d(np.cov(known, rowvar=False)), words


def _undetermined(fit: RegressionFit, variance: Floats, spread: Floats) -> np.ndarray:
    """Say which coefficients have no finite estimate, or none that the data determine."""
    error = np.sqrt(np.abs(np.diag(variance))) * spread
    flat = ~(error < WIDEST)
    return flat | (fit.separated & (np.abs(fit.beta) * spread > STEEP))


def _trouble(fit: RegressionFit, flat: np.ndarray, spread: Floats) -> str:
    if fit.separated or (flat & (np.abs(fit.beta) * spread > STEEP)).any():
        return SEPARATED
    if flat.any():
        return UNINFORMED
    return "" if fit.converged else NOT_CONVERGED


def _baseline(fit: RegressionFit, support: Support, model: str, means: Floats) -> BoxCurve:
    link = LINKS[model]
    inner = link.survival(fit.levels - link.sign * float(means @ fit.beta))
    survival = np.concatenate([[1.0], inner, [0.0]])
    places = fit.chosen - 1
    return BoxCurve(
        lower=support.lower[places], upper=support.upper[places], mass=-np.diff(survival)
    )


def _table(
    beta: Floats, variance: Floats, terms: Sequence[str], model: str, conf_level: float
) -> pd.DataFrame:
    from scipy.special import ndtr

    error = np.sqrt(np.maximum(np.diag(variance), 0.0))
    half = normal_quantile(conf_level) * error
    z = np.divide(beta, error, out=np.full(len(beta), np.nan), where=error > 0)
    columns = {
        TERM: list(terms), GROUP: "", ESTIMATE: beta, STD_ERROR: error, STATISTIC: z,
        P_VALUE: 2.0 * ndtr(-np.abs(z)), CONF_LOW: beta - half, CONF_HIGH: beta + half,
        CONF_LEVEL: conf_level,
    }  # fmt: skip
    with np.errstate(over="ignore"):  # a coefficient without a finite estimate has a warning
        ends = (np.exp(beta), np.exp(beta - half), np.exp(beta + half))
    return pd.DataFrame({**columns, **dict(zip(RATIOS[model], ends, strict=True))})


def _sentence(
    table: pd.DataFrame, model: str, sample: IntervalSample, method: str, *, flat: np.ndarray
) -> str:
    parts = []
    for row, unknown in zip(table.to_dict("records"), flat, strict=True):
        if unknown:
            parts.append(f"{row[TERM]}: no finite {SAID[model]}")
            continue
        value, low, high = (row[name] for name in RATIOS[model])
        interval = said_interval(low, high, row[CONF_LEVEL])
        parts.append(f"{row[TERM]}: {SAID[model]} {said(value)} ({interval})")
    counted = f"n = {said(sample.n)}, {said(sample.n_events)} events"
    return f"{'; '.join(parts)} ({counted}; {method})."
