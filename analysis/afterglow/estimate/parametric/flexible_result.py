"""What a fitted flexible parametric model can tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.cox.design import Design
from afterglow.estimate.options import normal_quantile
from afterglow.estimate.parametric.centring import at_zero, centred
from afterglow.estimate.parametric.log_hazard import LogHazardModel
from afterglow.estimate.parametric.maximum import Optimum
from afterglow.estimate.parametric.model_tests import ModelTests, model_tests
from afterglow.estimate.parametric.rows import TimeColumns, TimeRows
from afterglow.estimate.parametric.sandwich import clustered_variance, inverse_information
from afterglow.estimate.parametric.splines import spline_basis, spline_slopes
from afterglow.estimate.parametric.trouble import coefficient_warning
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
    METHOD,
    N_EVENTS,
    P_VALUE,
    ROBUST_STD_ERROR,
    STATISTIC,
    STD_ERROR,
    TERM,
    TIME,
    WARNING,
    N,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = "row"
POINTS = 200
RATIOS = (HAZARD_RATIO, HAZARD_RATIO_LOW, HAZARD_RATIO_HIGH)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FlexibleParametric(Result):
    """A fitted flexible parametric model.

    Attributes
    ----------
    terms : tuple of str
        "spline 0", "spline 1", …, then the covariates.
    parameters : array, shape (p,)
    model_variance, variance : array, shape (p, p)
        From the information; and the one that limits use (robust where called for).
    knots : array
        Days.
    log_likelihood, null_log_likelihood : float
        Of the times in days, with and without the covariates.
    aic, bic : float
    """

    terms: tuple[str, ...]
    parameters: Floats
    model_variance: Floats
    variance: Floats
    knots: Floats
    log_likelihood: float
    null_log_likelihood: float
    aic: float
    bic: float
    last_day: float
    design: Design | None
    conf_level: float

    def tests(self) -> ModelTests:
        """Test by the likelihood ratio that all covariates have no effect."""
        found = {"likelihood ratio": 2.0 * (self.log_likelihood - self.null_log_likelihood)}
        return model_tests(found, len(self.parameters) - len(self.knots), self.table.iloc[0])

    @np.errstate(over="ignore", invalid="ignore")  # a fit that ran away has no finite limits
    def predict(
        self, newdata: pd.DataFrame | None = None, times: float | Sequence[float] = ()
    ) -> pd.DataFrame:
        """Return P(T > t), one row per row of `newdata` and time (days above 0).

        Limits are normal on the scale of the log cumulative hazard.
        """
        eta, error, asked = self._linear(newdata, times)
        half = normal_quantile(self.conf_level) * error
        survival = np.exp(-np.exp(eta))
        columns = {
            ESTIMATE: survival, STD_ERROR: survival * np.exp(eta) * error,
            CONF_LOW: np.exp(-np.exp(eta + half)), CONF_HIGH: np.exp(-np.exp(eta - half)),
        }  # fmt: skip
        return self._long("survival", columns, asked)

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")
    def hazard(
        self, newdata: pd.DataFrame | None = None, times: float | Sequence[float] = ()
    ) -> pd.DataFrame:
        """Return the hazard per day, one row per row of `newdata` and time.

        Limits are normal on the log scale.
        """
        x, slopes, asked = self._at(newdata, times)
        slope = slopes @ self.parameters
        gradient = x + slopes / slope[..., None]
        log_hazard = (
            x @ self.parameters + np.log(np.maximum(slope, 1e-300)) - np.log(asked)[None, :]
        )
        error = _error(gradient, self.variance)
        half = normal_quantile(self.conf_level) * error
        value = np.exp(log_hazard)
        low, high = np.exp(log_hazard - half), np.exp(log_hazard + half)
        columns = {ESTIMATE: value, STD_ERROR: value * error, CONF_LOW: low, CONF_HIGH: high}
        return self._long("hazard", columns, asked)

    def plot_hazard(
        self,
        newdata: pd.DataFrame | None = None,
        *,
        labels: Sequence[str] | None = None,
        ax: "Axes | None" = None,
    ) -> "Axes":
        """Draw the hazard over time of each row of `newdata` with its band; return the axes."""
        from afterglow.figures.lines import draw_lines

        first = float(self.knots[0])
        rows = self.hazard(newdata, np.linspace(first, self.last_day, POINTS).tolist())
        names = [str(k) for k in rows[ROW].unique()] if labels is None else list(labels)
        rows[GROUP] = [names[row - 1] if len(names) > 1 or labels else "" for row in rows[ROW]]
        return draw_lines(rows, ylabel="Hazard per day", xlabel="Days", ax=ax)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the hazard ratios, or without covariates the hazard; return the axes."""
        from afterglow.figures.forest import draw_forest

        rows = self.tidy().dropna(subset=[HAZARD_RATIO]).reset_index(drop=True)
        if rows.empty:
            return self.plot_hazard(ax=ax)
        taken = dict(zip((ESTIMATE, CONF_LOW, CONF_HIGH), RATIOS))
        frame = pd.DataFrame({TERM: rows[TERM], **{k: rows[v] for k, v in taken.items()}})
        return draw_forest(frame, label=TERM, null=1.0, scale="log", xlabel="Hazard ratio",
                           level=self.conf_level, ax=ax)  # fmt: skip

    def _at(
        self, newdata: pd.DataFrame | None, times: float | Sequence[float]
    ) -> tuple[Floats, Floats, Floats]:
        """Return what multiplies the parameters, and its slopes, shape (rows, times, p)."""
        asked = np.atleast_1d(np.asarray(times, dtype=np.float64))
        if not len(asked) or not np.isfinite(asked).all() or (asked <= 0).any():
            raise UsageError("times are days above 0.\nGive at least one.")
        if newdata is None and self.design is not None:
            raise UsageError("newdata= is needed: the model has covariates.")
        coded = np.empty((1, 0))
        if newdata is not None and self.design is not None:
            coded = self.design.coded(newdata)
        elif newdata is not None:
            coded = np.empty((len(newdata), 0))
        log_knots = np.log(self.knots)
        basis, slopes = (f(np.log(asked), log_knots) for f in (spline_basis, spline_slopes))
        shape = (len(coded), len(asked))
        spread = np.broadcast_to(coded[:, None, :], (*shape, coded.shape[1]))
        x = np.concatenate([np.broadcast_to(basis, (*shape, basis.shape[1])), spread], axis=2)
        flat = np.broadcast_to(slopes, (*shape, slopes.shape[1]))
        return x, np.concatenate([flat, np.zeros_like(spread)], axis=2), asked

    def _linear(
        self, newdata: pd.DataFrame | None, times: float | Sequence[float]
    ) -> tuple[Floats, Floats, Floats]:
        x, _, asked = self._at(newdata, times)
        return x @ self.parameters, _error(x, self.variance), asked

    def _long(self, term: str, columns: dict[str, Floats], asked: Floats) -> pd.DataFrame:
        count = columns[ESTIMATE].shape[0]
        head = {ROW: np.repeat(np.arange(1, count + 1), len(asked)), TERM: term,
                TIME: np.tile(asked, count)}  # fmt: skip
        values = {name: column.ravel() for name, column in columns.items()}
        return pd.DataFrame({**head, **values, CONF_LEVEL: self.conf_level})


def _error(gradient: Floats, variance: Floats) -> Floats:
    square = np.einsum("...j,jk,...k->...", gradient, variance, gradient)
    return np.sqrt(np.maximum(square, 0.0))


def flexible_result(
    model: LogHazardModel,
    best: Optimum,
    null: float,
    rows: TimeRows,
    covariates: Design | None,
    columns: TimeColumns,
    *,
    knots: Floats,
    conf_level: float,
    remark: str,
) -> FlexibleParametric:
    """Return what a model fitted about the covariates' means says of covariates as they are.

    `remark` goes before what is wrong with the fit.
    """
    names = () if covariates is None else covariates.terms
    terms = (*(f"spline {k}" for k in range(len(knots))), *names)
    matrix = np.empty((len(rows.weight), 0)) if covariates is None else covariates.matrix
    found, back = at_zero(best, len(knots), centred(matrix, rows.weight)[1])
    inverse = inverse_information(-best.hessian)
    model_variance = variance = back @ inverse @ back.T
    if rows.robust:
        variance = back @ clustered_variance(model.scores(best.at), inverse, rows.cluster) @ back.T
    trouble = coefficient_warning(found, matrix, names, len(knots))
    warning = "; ".join(words for words in (remark, trouble) if words)
    method = _method(rows, columns, len(knots) - 1)
    table = _table(terms, found.at, model_variance, variance, rows, len(knots), conf_level)
    table = table.assign(**{METHOD: method, WARNING: warning})
    size, likelihood = len(found.at), found.value
    ends = np.where(np.isfinite(rows.bounds.upper), rows.bounds.upper, rows.bounds.lower)
    return FlexibleParametric(
        table=table, sentence=_sentence(table.iloc[len(knots) :], table.iloc[0], method),
        terms=terms, parameters=found.at, model_variance=model_variance, variance=variance,
        knots=np.exp(knots), log_likelihood=likelihood, null_log_likelihood=null,
        aic=2.0 * size - 2.0 * likelihood, bic=float(np.log(rows.n)) * size - 2.0 * likelihood,
        last_day=float(np.exp(ends.max())), design=covariates, conf_level=conf_level,
    )  # fmt: skip


def _method(rows: TimeRows, columns: TimeColumns, df: int) -> str:
    censoring = ", interval-censored" if columns.lower is not None else ""
    entry = ", delayed entry" if columns.entry is not None else ""
    variance = "robust variance" if rows.robust else "variance from the information"
    freedom = f"{df} degree{'s' if df > 1 else ''} of freedom"
    model = f"flexible parametric, spline of the log cumulative hazard with {freedom}"
    return f"{model}{censoring}{entry}, {variance}"


def _table(
    terms: Sequence[str], parameters: Floats, model_variance: Floats, variance: Floats,
    rows: TimeRows, splines: int, conf_level: float,
) -> pd.DataFrame:  # fmt: skip
    from scipy.special import ndtr

    error = np.sqrt(np.maximum(np.diag(variance), 0.0))
    half = normal_quantile(conf_level) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        z = parameters / error
    columns: dict[str, Any] = {
        TERM: list(terms), GROUP: "", ESTIMATE: parameters,
        STD_ERROR: np.sqrt(np.maximum(np.diag(model_variance), 0.0)),
        STATISTIC: z, P_VALUE: 2.0 * ndtr(-np.abs(z)),
        CONF_LOW: parameters - half, CONF_HIGH: parameters + half, CONF_LEVEL: conf_level,
        N: as_count(rows.n), N_EVENTS: as_count(rows.n_events),
    }  # fmt: skip
    if rows.robust:
        columns[ROBUST_STD_ERROR] = error
    covariate = np.arange(len(terms)) >= splines
    for name, values in zip(RATIOS, (parameters, parameters - half, parameters + half)):
        with np.errstate(over="ignore"):  # a coefficient without a finite estimate has a warning
            columns[name] = np.where(covariate, np.exp(np.where(covariate, values, 0.0)), np.nan)
    return pd.DataFrame(columns)


def _sentence(rows: pd.DataFrame, first: pd.Series, method: str) -> str:
    parts = [
        f"{row[TERM]}: hazard ratio {said(row[HAZARD_RATIO])}"
        f" ({said_interval(row[HAZARD_RATIO_LOW], row[HAZARD_RATIO_HIGH], row[CONF_LEVEL])})"
        for row in rows.to_dict("records")
    ]
    head = "; ".join(parts) if parts else "Smooth hazard without covariates"
    return f"{head} (n = {said(first[N])}, {said(first[N_EVENTS])} events; {method})."
