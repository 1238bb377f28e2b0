"""What a fitted subdistribution hazards model says: coefficients, tests, predicted incidences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from afterglow.estimate.checks import ColumnReader, Floats
from afterglow.estimate.competing.fit import SubdistributionFit, score_sums
from afterglow.estimate.competing.model_tests import tests_of
from afterglow.estimate.competing.predicted import (
    PredictedIncidence,
    finite_times,
    incidence_rows,
    prediction_labels,
)
from afterglow.estimate.competing.rows import CompetingRows
from afterglow.estimate.competing.subdistribution_curve import baseline, incidence_with_error
from afterglow.estimate.cox.design import Design
from afterglow.estimate.cox.global_tests import CoxTests
from afterglow.estimate.cox.newton import inverse
from afterglow.estimate.cox.result import exponential
from afterglow.estimate.intervals import CONF_TYPES, probability_limits
from afterglow.estimate.options import check_word, normal_quantile
from afterglow.estimate.result import Result, said, said_interval
from afterglow.estimate.sample import named
from afterglow.estimate.survival_curve import as_count
from afterglow.names import (
    CAUSE,
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    DF,
    ESTIMATE,
    GROUP,
    HAZARD_RATIO,
    HAZARD_RATIO_HIGH,
    HAZARD_RATIO_LOW,
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
from afterglow.rounding import p_statement

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MODEL_STD_ERROR: Final = "model_std_error"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FineGray(Result):
    """A fitted proportional subdistribution hazards model.

    Attributes
    ----------
    of : str
        The cause.
    terms : tuple of str
    coefficients : array, shape (p,)
        Log subdistribution hazard ratios.
    variance : array, shape (p, p)
        The one that errors, limits and p-values rest on.
    loglik_null, loglik : float
        Log partial likelihood at 0 and at the coefficients.
    fit : SubdistributionFit
    covariates : Design
    strata : tuple of str
        Names of the strata's columns.
    strata_labels : tuple of str
    conf_level : float
    """

    of: str
    terms: tuple[str, ...]
    coefficients: Floats
    variance: Floats
    loglik_null: float
    loglik: float
    fit: SubdistributionFit
    covariates: Design
    strata: tuple[str, ...]
    strata_labels: tuple[str, ...]
    conf_level: float

    def tests(self) -> CoxTests:
        """Return the likelihood ratio, Wald, score and robust score tests that all ratios are 1.

        With estimated weights the likelihood ratio is a pseudo likelihood ratio, and the plain
        score test takes the weights as known and the rows as independent.
        """
        fit, df = self.fit, len(self.coefficients)
        start = fit.start
        at_zero = fit.likelihood.at(np.zeros(df))
        sums = score_sums(
            fit.data, fit.likelihood, at_zero, weights_estimated=fit.weights_estimated
        )
        total = sums.sum(axis=0)
        statistics = {
            "likelihood ratio": 2.0 * (self.loglik - self.loglik_null),
            "Wald": self.coefficients @ inverse(self.variance) @ self.coefficients,
            "score": start.gradient @ inverse(start.information) @ start.gradient,
            "robust score": total @ np.linalg.pinv(sums.T @ sums) @ total,
        }
        table = pd.DataFrame({TERM: list(statistics), STATISTIC: list(statistics.values())})
        first = self.table.iloc[0]
        table[CAUSE], table[DF] = self.of, df
        for name in (N, N_EVENTS, METHOD, WARNING):
            table[name] = first[name]
        return tests_of(table)

    def baseline(self) -> pd.DataFrame:
        """Return the cumulative subdistribution hazard at mean covariates, by stratum and time."""
        parts = [
            pd.DataFrame({GROUP: label, TIME: times, ESTIMATE: hazard})
            for label, (times, hazard) in zip(self.strata_labels, baseline(self.fit))
        ]
        return pd.concat(parts, ignore_index=True)

    def predict(
        self,
        newdata: pd.DataFrame,
        times: float | Sequence[float] | None = None,
        *,
        conf_type: str = "log-log",
    ) -> PredictedIncidence:
        """Return the cumulative incidence of the cause for each row of `newdata`.

        Equals R's ``predict(crr(...), x)``: 1 − exp(−exp(x b) H(t)). Limits use the influence of
        each subject on coefficients and baseline together.

        Parameters
        ----------
        newdata : DataFrame
            Covariates, and strata, in their own columns; curves are named after its index.
        times : float or sequence of float, optional
            Days; default: every day with an event of the cause.
        conf_type : str
            As in `aalen_johansen`.
        """
        check_word("conf_type", conf_type, CONF_TYPES)
        x = self.covariates.coded(newdata)
        stratum = stratum_codes(newdata, self.strata, self.strata_labels)
        labels = prediction_labels(newdata)
        asked = None if times is None else finite_times(times)
        method = f"{self.table[METHOD].iloc[0]}; {conf_type} limits"
        parts = []
        for row, label in enumerate(labels):
            days, estimate, error = incidence_with_error(self.fit, x[row], stratum[row], asked)
            low, high = probability_limits(
                estimate, error, conf_type=conf_type, conf_level=self.conf_level
            )
            parts.append(incidence_rows(label, self.of, days, (estimate, error, low, high)))
        rows = pd.concat(parts, ignore_index=True)
        rows[CONF_LEVEL], rows[METHOD] = self.conf_level, method
        for name in (N, N_EVENTS, WARNING):
            rows[name] = self.table[name].iloc[0]
        return PredictedIncidence.of_rows(rows)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the subdistribution hazard ratios as a forest plot and return the axes."""
        from afterglow.figures.forest import draw_forest

        return draw_forest(as_ratios(self.tidy()), label=TERM, null=1.0, scale="log", ax=ax)


def stratum_codes(newdata: pd.DataFrame, strata: Sequence[str], known: Sequence[str]) -> np.ndarray:
    """Return which of the fitted strata each row of `newdata` belongs to.

    Raises
    ------
    InvalidInput
        A column is absent or missing, or a stratum was not there at the fit.
    """
    if not strata:
        return np.zeros(len(newdata), dtype=np.int64)
    read = ColumnReader(newdata, *strata)
    codes, labels = read.label(list(strata))
    read.finish()
    place = {label: code for code, label in enumerate(known)}
    found = np.array([place.get(label, -1) for label in labels])[codes]
    read.forbid(strata[0], found < 0, "holds a stratum without rows in the fit",
                "Predict for strata that the model was fitted to.")  # fmt: skip
    read.finish()
    return found


def fine_gray_result(
    fit: SubdistributionFit,
    read: CompetingRows,
    covariates: Design,
    *,
    of: str,
    ties: str,
    strata: str | Sequence[str] | None,
    robust: bool,
    conf_level: float,
) -> FineGray:
    """Return the fit as a result."""
    variance = fit.variance if robust else fit.bread
    events = read.events(read.causes.index(of) + 1)
    warning = "; ".join(part for part in (fit.warning, covariates.warning) if part)
    table = coefficient_table(covariates.terms, fit.beta, variance, conf_level)
    table[CAUSE], table[MODEL_STD_ERROR] = of, np.sqrt(np.diag(fit.bread))
    table[N], table[N_EVENTS] = as_count(read.n), as_count(events)
    table[METHOD] = _method(ties, fit, read, strata is not None, robust)
    table[WARNING] = warning
    return FineGray(
        table=table,
        sentence=_sentence(table, of),
        of=of, terms=covariates.terms, coefficients=fit.beta, variance=variance,
        loglik_null=fit.start.loglik, loglik=fit.here.loglik, fit=fit, covariates=covariates,
        strata=tuple(named(strata)), strata_labels=read.strata, conf_level=conf_level,
    )  # fmt: skip


def coefficient_table(
    terms: Sequence[str], beta: Floats, variance: Floats, conf_level: float
) -> pd.DataFrame:
    """Return one row per coefficient with its error, z statistic, p-value and normal limits."""
    from scipy.special import ndtr

    error = np.sqrt(np.diag(variance))
    z = np.divide(beta, error, out=np.full_like(error, np.nan), where=error > 0)
    half = normal_quantile(conf_level) * error
    return pd.DataFrame(
        {
            TERM: list(terms),
            GROUP: "",
            ESTIMATE: beta,
            STD_ERROR: error,
            STATISTIC: z,
            P_VALUE: 2.0 * ndtr(-np.abs(z)),
            CONF_LOW: beta - half,
            CONF_HIGH: beta + half,
            CONF_LEVEL: conf_level,
            HAZARD_RATIO: exponential(beta),
            HAZARD_RATIO_LOW: exponential(beta - half),
            HAZARD_RATIO_HIGH: exponential(beta + half),
        }
    )


def as_ratios(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with hazard ratios in place of their logs, for drawing."""
    rows = rows.dropna(subset=[ESTIMATE]).reset_index(drop=True)
    ratio = {ESTIMATE: HAZARD_RATIO, CONF_LOW: HAZARD_RATIO_LOW, CONF_HIGH: HAZARD_RATIO_HIGH}
    return rows.assign(**{name: rows[source] for name, source in ratio.items()})


def _method(
    ties: str, fit: SubdistributionFit, read: CompetingRows, stratified: bool, robust: bool
) -> str:
    if not robust:
        variance = "model variance"
    elif read.rows.cluster is not None:
        variance = "variance robust by cluster"
    else:
        variance = "sandwich variance"
    known = "estimated" if fit.weights_estimated else "known"
    kind = f"{variance}, weights as {known}" if robust else variance
    return f"{'stratified ' if stratified else ''}Fine–Gray, ties as {ties}, {kind}"


def _sentence(table: pd.DataFrame, of: str) -> str:
    parts = [
        f"{row[TERM]} {said(row[HAZARD_RATIO])} ("
        + said_interval(row[HAZARD_RATIO_LOW], row[HAZARD_RATIO_HIGH], row[CONF_LEVEL])
        + f"; {p_statement(row[P_VALUE])})"
        for _, row in table.iterrows()
    ]
    first = table.iloc[0]
    warning = f" Warning: {first[WARNING]}." if first[WARNING] else ""
    return (
        f"Subdistribution hazard ratios of {of}: {', '.join(parts)} (n = {first[N]},"
        f" {first[N_EVENTS]} events; {first[METHOD]}).{warning}"
    )
