"""What a fitted Cox model can tell: coefficients, tests, curves, and checks of its assumptions."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Floats
from afterglow.estimate.cox.curves import CoxCurves, baseline_curves, predicted_curves
from afterglow.estimate.cox.fit import CoxFit
from afterglow.estimate.cox.global_tests import CoxTests, cox_tests
from afterglow.estimate.cox.sample import CoxColumns, CoxSample
from afterglow.estimate.options import normal_quantile
from afterglow.estimate.result import Result, said, said_interval
from afterglow.estimate.survival_curve import as_count
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    HAZARD_RATIO,
    HAZARD_RATIO_HIGH,
    HAZARD_RATIO_LOW,
    METHOD,
    N_EVENTS,
    P_VALUE,
    ROBUST_STD_ERROR,
    STATISTIC,
    STD_ERROR,
    TERM,
    WARNING,
    N,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

TIES_SAID: Final = {"efron": "Efron ties", "breslow": "Breslow ties", "exact": "exact ties"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cox(Result):
    """A fitted Cox model.

    Attributes
    ----------
    sample : CoxSample
        The rows, the covariates and their coding.
    columns : CoxColumns
        Where they came from.
    fit : CoxFit
        Coefficients, log-likelihoods and the model-based variance.
    variance : array, shape (p, p)
        The variance that limits and p-values use: robust where `sample.robust`.
    conf_level : float
    """

    sample: CoxSample
    columns: CoxColumns
    fit: CoxFit
    variance: Floats
    conf_level: float

    def tests(self, terms: "Sequence[str] | None" = None) -> CoxTests:
        """Test that all coefficients are 0, or (Wald) that those of `terms` are.

        Likelihood-ratio, Wald and score tests as R's ``summary(coxph)``; with a robust variance
        the Wald test uses it and the robust score test is added, while the other two still take
        the rows as independent. Penalized models have no score test, and ridge's degrees of
        freedom are the effective ones.

        Parameters
        ----------
        terms : list of str, optional
            Terms of `tidy()`, or columns, which stand for all their terms.
        """
        return cox_tests(self.sample, self.fit, self.variance, terms)

    def baseline(self, *, centered: bool = False, conf_type: str = "log-log") -> CoxCurves:
        """Return the cumulative baseline hazard of each stratum, with the survival it implies.

        At covariates 0, R's ``basehaz(fit, centered = FALSE)``; at their means with `centered`.
        Efron's method brings Efron's hazard, the others Breslow's.
        """
        return baseline_curves(
            self.sample, self.fit, self.variance, centered=centered, conf_type=conf_type,
            conf_level=self.conf_level,
        )  # fmt: skip

    def predict(
        self,
        newdata: pd.DataFrame,
        times: "float | Sequence[float] | None" = None,
        *,
        conf_type: str = "log-log",
    ) -> CoxCurves:
        """Return the survival curve that the model predicts for each row of `newdata`.

        R's ``survfit(fit, newdata, conf.type =)``: the limits hold the error of the coefficients
        and of the baseline hazard.

        Parameters
        ----------
        newdata : DataFrame
            The covariates of the formula, and the strata and the offset where there are any.
        times : float or list of float, optional
            Days; every distinct time of the row's stratum otherwise.
        conf_type : str
            Scale of the limits: ``log-log``, ``log``, ``plain``, ``logit``, ``arcsin``.
        """
        return predicted_curves(
            self.sample, self.columns, self.fit, self.variance, newdata, times=times,
            conf_type=conf_type, conf_level=self.conf_level,
        )  # fmt: skip

    def linear_predictor(self, newdata: pd.DataFrame | None = None) -> Floats:
        """Return x'β of the rows of the fit, or of `newdata`, covariates not centred.

        R's ``predict(fit, type = "lp", reference = "zero")``. The offset is not part of it.
        """
        x = self.sample.rows.x if newdata is None else self.sample.design.coded(newdata)
        return x @ self.fit.beta

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the hazard ratios as a forest plot and return the axes."""
        from afterglow.figures.forest import draw_forest

        rows = self.tidy().dropna(subset=[ESTIMATE]).reset_index(drop=True)
        ratio = {ESTIMATE: HAZARD_RATIO, CONF_LOW: HAZARD_RATIO_LOW, CONF_HIGH: HAZARD_RATIO_HIGH}
        rows = rows.assign(**{name: rows[source] for name, source in ratio.items()})
        return draw_forest(rows, label=TERM, null=1.0, scale="log", ax=ax)


def cox_table(
    sample: CoxSample, fit: CoxFit, variance: Floats, conf_level: float
) -> tuple[pd.DataFrame, str]:
    """Return the tidy rows of a fitted model, and its sentence."""
    from scipy.special import ndtr

    error = _root(variance)
    z = np.divide(fit.beta, error, out=np.full(len(error), np.nan), where=error > 0)
    half = normal_quantile(conf_level) * error
    limits = {CONF_LOW: fit.beta - half, CONF_HIGH: fit.beta + half}
    method = method_of(sample, fit)
    columns: dict[str, Any] = {
        TERM: sample.design.terms,
        ESTIMATE: fit.beta,
        STD_ERROR: _root(fit.variance),
        STATISTIC: z,
        P_VALUE: 2.0 * ndtr(-np.abs(z)),
        **limits,
        CONF_LEVEL: conf_level,
        N: as_count(sample.n),
        N_EVENTS: as_count(sample.n_events),
        HAZARD_RATIO: exponential(fit.beta),
        HAZARD_RATIO_LOW: exponential(limits[CONF_LOW]),
        HAZARD_RATIO_HIGH: exponential(limits[CONF_HIGH]),
        ROBUST_STD_ERROR: error if sample.robust else np.nan,
        METHOD: method,
        WARNING: fit.warning,
    }
    table = pd.DataFrame(columns)
    ratios = table[[TERM, HAZARD_RATIO, HAZARD_RATIO_LOW, HAZARD_RATIO_HIGH]].itertuples(
        index=False
    )
    parts = [
        f"{term}: hazard ratio {said(ratio)} ({said_interval(low, high, conf_level)})"
        for term, ratio, low, high in ratios
    ]
    counted = f"n = {said(sample.n)}, {said(sample.n_events)} events"
    warning = f" Warning: {fit.warning}." if fit.warning else ""
    return table, f"{'; '.join(parts)} ({method}; {counted}).{warning}"


def method_of(sample: CoxSample, fit: CoxFit) -> str:
    """Say how a model was fitted."""
    parts = ["Cox regression", TIES_SAID[fit.ties]]
    if len(sample.strata) > 1:
        parts.append("stratified")
    if fit.penalty == "firth":
        parts.append("Firth's penalty")
    if fit.penalty == "ridge":
        parts.append(f"ridge penalty (theta {fit.theta:g})")
    parts.append("robust (Lin–Wei) variance" if sample.robust else "model-based variance")
    return ", ".join(parts)


def exponential(values: Floats) -> Floats:
    """Return exp(values), infinite where that is too large for a number."""
    with np.errstate(over="ignore"):
        return np.exp(values)


def _root(variance: Floats) -> Floats:
    return np.sqrt(np.maximum(np.diag(variance), 0.0))
