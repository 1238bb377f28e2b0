"""What a fitted Cox model can tell: coefficients, tests, curves, and checks of its assumptions."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Floats
from afterglow.estimate.cox.baseline import BaselineHazards, baseline_hazards
from afterglow.estimate.cox.curves import CoxCurves, predicted_curves
from afterglow.estimate.cox.fit import CoxFit
from afterglow.estimate.cox.global_tests import CoxTests, cox_tests
from afterglow.estimate.cox.profile import Profile
from afterglow.estimate.cox.sample import CoxColumns, CoxSample
from afterglow.estimate.options import normal_quantile
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
    WARNING,
    N,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from afterglow.estimate.cox.concordance import Concordance
    from afterglow.estimate.cox.proportionality import Proportionality

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
        the Wald test uses it and the robust score test is added (with the offset, which R's
        leaves out), while the other two still take the rows as independent. Penalized models have
        no score test, and ridge's degrees of freedom are the effective ones.

        Parameters
        ----------
        terms : list of str, optional
            Terms of `tidy()`, or columns, which stand for all their terms.
        """
        return cox_tests(self.sample, self.fit, self.variance, terms)

    def baseline(self, *, centered: bool = False, conf_type: str = "log-log") -> BaselineHazards:
        """Return the cumulative baseline hazard of each stratum, with the survival it implies.

        Limits are those of the survival turned over, on the log scale of the hazard by default.

        At covariates 0, R's ``basehaz(fit, centered = FALSE)``, and offset 0 (where R leaves it at
        its mean); at the rows' means of both with `centered`, where R's ``centered = TRUE``
        weighs the rows and leaves columns of 0 and 1 at 0.
        Efron's method brings Efron's hazard, the others Breslow's.
        """
        return baseline_hazards(
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

    def residuals(
        self,
        kind: str,
        *,
        collapse: "Sequence[object] | pd.Series | None" = None,
        weighted: bool | None = None,
    ) -> pd.DataFrame:
        """Return residuals, one row per row of the data, per label of `collapse`, or per event.

        R's ``residuals(fit, type =, collapse =, weighted =)``; the kinds are explained in
        `cox_residuals`.

        Parameters
        ----------
        kind : str
            ``martingale``, ``deviance``, ``score``, ``dfbeta``, ``dfbetas``, ``schoenfeld``,
            ``scaled-schoenfeld``.
        collapse : sequence, optional
            A label for each row: residuals are summed over the rows of one label.
        weighted : bool, optional
            Multiply by the row's weight; dfbeta and dfbetas are unless told otherwise.
        """
        from afterglow.estimate.cox.residuals import cox_residuals

        return cox_residuals(
            self.sample.rows, self.fit, kind, terms=self.sample.design.terms, collapse=collapse,
            weighted=weighted,
        )  # fmt: skip

    def concordance(
        self, *, weighting: str = "harrell", until_day: float | None = None
    ) -> "Concordance":
        """Return how often, of two subjects, the one with the higher predictor has it first.

        R's ``concordance(fit, timewt =)``, with its infinitesimal-jackknife error; the words of
        `weighting` are those of the function `concordance`.
        """
        from afterglow.estimate.cox.concordance import concordance_of, summed_by_row

        rows = self.sample.rows
        if rows.cluster is None:
            rows = replace(rows, cluster=self.sample.subject)
        return concordance_of(
            rows, summed_by_row(rows, self.fit.beta), subjects=self.sample.n, weighting=weighting,
            until_day=until_day, conf_level=self.conf_level,
        )  # fmt: skip

    def check_proportional_hazards(
        self, transform: str = "km", *, by_column: bool = False
    ) -> "Proportionality":
        """Test whether the coefficients drift with time, for each term and for all.

        R's ``cox.zph(fit, transform =)``; the columns of a factor are tested together unless
        `by_column`. `plot()` of the result draws the scaled Schoenfeld residuals.

        Parameters
        ----------
        transform : str
            ``km``, ``rank``, ``identity`` or ``log``.
        by_column : bool
            Test each coefficient by itself, R's ``terms = FALSE``.
        """
        from afterglow.estimate.cox.proportionality import proportionality_test

        design = self.sample.design
        terms = {term: (j,) for j, term in enumerate(design.terms)} if by_column else design.groups
        return proportionality_test(self.sample.rows, self.fit, terms, transform=transform)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the hazard ratios as a forest plot and return the axes."""
        from afterglow.figures.forest import draw_forest

        rows = self.tidy().dropna(subset=[ESTIMATE]).reset_index(drop=True)
        ratio = {ESTIMATE: HAZARD_RATIO, CONF_LOW: HAZARD_RATIO_LOW, CONF_HIGH: HAZARD_RATIO_HIGH}
        rows = rows.assign(**{name: rows[source] for name, source in ratio.items()})
        return draw_forest(
            rows,
            label=TERM,
            null=1.0,
            scale="log",
            xlabel="Hazard ratio",
            level=self.conf_level,
            ax=ax,
        )


def cox_table(
    sample: CoxSample,
    fit: CoxFit,
    variance: Floats,
    conf_level: float,
    *,
    profile: Profile | None = None,
) -> tuple[pd.DataFrame, str]:
    """Return the tidy rows of a fitted model, and its sentence.

    Limits and p-values are those of the `profile` where there is one, else Wald's.
    """
    from scipy.special import ndtr

    error = _root(variance)
    z = np.divide(fit.beta, error, out=np.full(len(error), np.nan), where=error > 0)
    half = normal_quantile(conf_level) * error
    limits = {CONF_LOW: fit.beta - half, CONF_HIGH: fit.beta + half}
    method = method_of(sample, fit)
    if profile is not None:
        z, limits = profile.root, {CONF_LOW: profile.low, CONF_HIGH: profile.high}
        method += ", profile-likelihood limits"
    columns: dict[str, Any] = {
        TERM: sample.design.terms,
        GROUP: "",
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
