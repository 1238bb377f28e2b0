"""What a fitted accelerated-failure-time model can tell."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Floats
from afterglow.estimate.cox.design import Design
from afterglow.estimate.parametric.aft_predict import predicted_quantiles, predicted_survival
from afterglow.estimate.parametric.aft_table import aft_sentence, aft_table
from afterglow.estimate.parametric.centring import at_zero, centred
from afterglow.estimate.parametric.cox_snell import cox_snell_residuals, residual_hazard
from afterglow.estimate.parametric.location_scale import LocationScale
from afterglow.estimate.parametric.model_tests import ModelTests, model_tests
from afterglow.estimate.parametric.rows import TimeColumns, TimeRows
from afterglow.estimate.parametric.sandwich import clustered_variance, inverse_information
from afterglow.estimate.parametric.trouble import fit_warning
from afterglow.estimate.result import Result
from afterglow.names import (
    CONF_HIGH,
    CONF_LOW,
    ESTIMATE,
    METHOD,
    TERM,
    TIME_RATIO,
    TIME_RATIO_HIGH,
    TIME_RATIO_LOW,
    WARNING,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INTERCEPT: Final = "(Intercept)"
LOG_SCALE: Final = "Log(scale)"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Aft(Result):
    """A fitted accelerated-failure-time model.

    Attributes
    ----------
    distribution : str
    terms : tuple of str
        Coefficients, then "Log(scale)" or one "Log(scale): stratum" each.
    parameters : array, shape (p,)
    model_variance, variance : array, shape (p, p)
        From the information; and the one that limits and p-values use (robust where called for).
    log_likelihood, null_log_likelihood : float
        Of the times in days; with the covariates, and with the intercepts and scales alone.
    scales : dict of str to float
        σ of each stratum ("" without strata). A Weibull shape is 1/σ.
    aic, bic : float
    iterations : int
    """

    distribution: str
    terms: tuple[str, ...]
    parameters: Floats
    model_variance: Floats
    variance: Floats
    log_likelihood: float
    null_log_likelihood: float
    scales: dict[str, float]
    aic: float
    bic: float
    iterations: int
    model: LocationScale
    rows: TimeRows
    design: Design | None
    columns: TimeColumns
    conf_level: float

    def tests(self) -> ModelTests:
        """Test that all covariates have no effect: likelihood ratio and Wald, chi-square each."""
        kept = slice(1, self.model.x.shape[1])
        beta, variance = self.parameters[kept], self.variance[kept, kept]
        found = {"likelihood ratio": 2.0 * (self.log_likelihood - self.null_log_likelihood)}
        if len(beta) and np.isfinite(variance).all():
            found["Wald"] = float(beta @ np.linalg.solve(variance, beta))
        return model_tests(found, len(beta), self.table.iloc[0])

    def predict(
        self,
        newdata: pd.DataFrame,
        *,
        times: float | Sequence[float] | None = None,
        p: float | Sequence[float] | None = None,
    ) -> pd.DataFrame:
        """Return P(T > t) at `times`, or the times by which a share `p` has had the event.

        One row per row of `newdata` (numbered from 1) and time or share, with standard errors by
        the delta method (those of quantiles are R's ``predict(fit, type = "quantile", se.fit =
        TRUE)``) and limits that are normal on the scale of the linear predictor. Without either
        the medians are given.
        """
        if times is not None:
            return predicted_survival(self, newdata, times)
        return predicted_quantiles(self, newdata, 0.5 if p is None else p)

    def cox_snell(self) -> pd.DataFrame:
        """Return Cox–Snell residuals: row, residual, event, entry.

        The cumulative hazard of the model at each row's own time: a censored sample of the unit
        exponential distribution where the model holds. Events seen between visits take the mean
        of that distribution within their interval.
        """
        return cox_snell_residuals(self.model, self.parameters)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the coefficients, or the time ratios on the logarithmic scale; return the axes."""
        from afterglow.figures.forest import draw_forest

        rows = self.tidy().iloc[1 : self.model.x.shape[1]]
        if not len(rows):
            rows = self.tidy().iloc[:1]
        if not rows[TIME_RATIO].notna().all():
            return draw_forest(rows.reset_index(drop=True), label=TERM, null=0.0, ax=ax)
        taken = {ESTIMATE: TIME_RATIO, CONF_LOW: TIME_RATIO_LOW, CONF_HIGH: TIME_RATIO_HIGH}
        ratios = {name: rows[column] for name, column in taken.items()}
        frame = pd.DataFrame({TERM: rows[TERM], **ratios})
        return draw_forest(
            frame.reset_index(drop=True), label=TERM, null=1.0, scale="log", xlabel="Time ratio",
            level=self.conf_level, ax=ax,
        )  # fmt: skip

    def plot_residuals(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the cumulative hazard of the Cox–Snell residuals against them; return the axes.

        Where the model holds the points follow the line through 0 with slope 1.
        """
        from afterglow.figures.points import draw_points

        return draw_points(
            residual_hazard(self.cox_snell()), x="residual", y="cumulative_hazard",
            xlabel="Cox–Snell residual", ylabel="Its cumulative hazard", line=(0.0, 1.0), ax=ax,
        )  # fmt: skip


def aft_result(
    model: LocationScale,
    null: LocationScale,
    rows: TimeRows,
    covariates: Design | None,
    columns: TimeColumns,
    *,
    distribution: str,
    conf_level: float,
) -> Aft:
    """Fit the model and the one without covariates, and return what they say."""
    about, means = centred(model.x[:, 1:], model.weight)
    near = replace(model, x=np.hstack([model.x[:, :1], about]))
    best, empty = near.fit(), null.fit()
    found, back = at_zero(best, 1, means)
    terms = _terms(covariates, rows, model)
    inverse = inverse_information(-best.hessian)
    model_variance = variance = back @ inverse @ back.T
    if rows.robust:
        variance = back @ clustered_variance(near.scores(best.at), inverse, rows.cluster) @ back.T
    jacobian = _jacobian(rows, model)
    likelihood = found.value - jacobian
    warning = fit_warning(found, model, terms)
    size = len(found.at)
    method = _method(distribution, rows, columns)
    table = aft_table(terms, found.at, model_variance, variance, model, rows, conf_level)
    table = table.assign(**{METHOD: method, WARNING: warning})
    scales = np.exp(found.at[model.x.shape[1] :]) if model.strata else [model.distribution.scale]
    return Aft(
        table=table, sentence=aft_sentence(table, model, method), distribution=distribution,
        terms=terms, parameters=found.at, model_variance=model_variance, variance=variance,
        log_likelihood=likelihood, null_log_likelihood=empty.value - jacobian,
        scales=dict(zip(rows.strata if model.strata else ("",), map(float, scales))),
        aic=2.0 * size - 2.0 * likelihood, bic=float(np.log(rows.n)) * size - 2.0 * likelihood,
        iterations=found.steps, model=model, rows=rows, design=covariates, columns=columns,
        conf_level=conf_level,
    )  # fmt: skip


def _terms(covariates: Design | None, rows: TimeRows, model: LocationScale) -> tuple[str, ...]:
    names = () if covariates is None else covariates.terms
    scales: tuple[str, ...] = ()
    if model.strata:
        scales = tuple(f"{LOG_SCALE}: {label}" if label else LOG_SCALE for label in rows.strata)
    return (INTERCEPT, *names, *scales)


def _jacobian(rows: TimeRows, model: LocationScale) -> float:
    """Return what the known times' own logarithms add on the scale of days."""
    if not model.distribution.logarithm:
        return 0.0
    exact = model.bounds.exact
    return float(rows.weight[exact] @ model.bounds.lower[exact])


def _method(distribution: str, rows: TimeRows, columns: TimeColumns) -> str:
    censoring = ", interval-censored" if columns.lower is not None else ""
    entry = ", delayed entry" if columns.entry is not None else ""
    variance = "robust variance" if rows.robust else "variance from the information"
    zero = f", times of 0 taken as {columns.zero_as:g} days" if columns.zero_as is not None else ""
    return f"accelerated failure time, {distribution}{censoring}{entry}{zero}, {variance}"
