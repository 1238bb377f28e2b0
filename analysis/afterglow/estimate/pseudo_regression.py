"""Regression of a survival, an incidence or a restricted mean on covariates, by pseudo-values."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import ColumnReader, Floats
from afterglow.estimate.cox.design import Design, design
from afterglow.estimate.options import check_level, check_word, normal_quantile
from afterglow.estimate.pseudo import PseudoValues, pseudo_values
from afterglow.estimate.pseudo_columns import LEAVE_ONE_OUT
from afterglow.estimate.pseudo_request import RMST, SURVIVAL
from afterglow.estimate.result import Result, said, said_interval
from afterglow.names import (
    CAUSE,
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    DURATION,
    ESTIMATE,
    EVENT,
    GROUP,
    METHOD,
    N_EVENTS,
    P_VALUE,
    STATISTIC,
    STD_ERROR,
    TERM,
    WARNING,
    N,
)

LINKS: Final = {"identity": "", "log": "ratio", "logit": "odds_ratio", "cloglog": "hazard_ratio"}
"""Link -> what exp(coefficient) is called; nothing for the identity."""
INTERCEPT: Final = "(Intercept)"
MOST_STEPS: Final = 200
ROUNDING: Final = 1e-12
ALIKE: Final = (
    "all pseudo-values are alike, as by then nobody, or everybody, had the event: choose another "
    "time"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PseudoRegression(Result):
    """Coefficients of a regression on pseudo-values.

    Attributes
    ----------
    terms : tuple of str
        Of the coefficients, intercepts first (one per time).
    coefficients : array, shape (p,)
    covariance : array, shape (p, p)
        Robust.
    link, of : str
    times : tuple of float
    """

    terms: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    link: str
    of: str
    times: tuple[float, ...]
    design: Design

    def predict(self, newdata: pd.DataFrame) -> pd.DataFrame:
        """Return the fitted survival, incidence or restricted mean of each row of `newdata`.

        One row per row and time; limits are normal on the scale of the link.
        """
        from scipy.stats import norm

        columns = self.design.coded(newdata)
        level = float(self.table[CONF_LEVEL].iloc[0])
        z = norm.ppf(0.5 + level / 2.0)
        rows = []
        for place, time in enumerate(self.times):
            intercepts = np.zeros((len(columns), len(self.times)))
            intercepts[:, place] = 1.0
            x = np.hstack([intercepts, columns])
            centre = x @ self.coefficients
            half = z * np.sqrt(np.einsum("ij,jk,ik->i", x, self.covariance, x))
            parts = [self._mean(centre + side) for side in (0.0, -half, half)]
            low, high = np.minimum(*parts[1:]), np.maximum(*parts[1:])
            rows.append(
                pd.DataFrame(
                    {"row": np.arange(1, len(x) + 1), "time_days": time, ESTIMATE: parts[0],
                     CONF_LOW: low, CONF_HIGH: high, CONF_LEVEL: level}
                )
            )  # fmt: skip
        return pd.concat(rows, ignore_index=True)

    def _mean(self, linear: Floats) -> Floats:
        mean = _family(self.link).link.inverse(linear)
        return 1.0 - mean if self.of == SURVIVAL and self.link == "cloglog" else mean


def pseudo_regression(
    data: pd.DataFrame,
    formula: str | Sequence[str],
    *,
    of: str = "survival",
    times: float | Sequence[float] | None = None,
    tau: float | None = None,
    link: str = "identity",
    duration: str = DURATION,
    event: str = EVENT,
    cause: str = CAUSE,
    of_cause: str | None = None,
    entry: str | None = None,
    cluster: str | None = None,
    method: str = LEAVE_ONE_OUT,
    conf_level: float = 0.95,
) -> PseudoRegression:
    """Regress P(T > t), P(T <= t, cause) or E min(T, tau) on covariates.

    Generalised estimating equations of the pseudo-values with independent working correlation and
    the robust (sandwich) variance over subjects, R's ``geepack::geese(pseudo ~ …, id =,
    mean.link =, scale.fix = TRUE)``. With several times the covariates act alike at all of them
    and each time has an intercept of its own.

    Parameters
    ----------
    data : DataFrame, one row per subject
    formula : str or list of str
        As in `cox`.
    of, times, tau, duration, event, cause, of_cause, entry, method
        As in `pseudo_values`.
    link : str
        ``identity``: differences of probabilities or of days; ``log``: their ratios; ``logit``:
        odds ratios; ``cloglog``: log(−log) of survival, log(−log(1 − F)) of an incidence, so that
        exp(coefficient) is a (subdistribution) hazard ratio.
    cluster : str, optional
        Dependent subjects; the variance is then summed over clusters.

    Returns
    -------
    PseudoRegression
        `tidy()`: one row per coefficient; `ratio`, `odds_ratio` or `hazard_ratio` = exp(estimate)
        where the link has such a meaning. `.predict(newdata)`.

    Raises
    ------
    InvalidInput, NotEstimable, UsageError
        As `pseudo_values` and `cox.design`; several causes without `of_cause`.

    References
    ----------
    Andersen PK, Klein JP, Rosthøj S (2003). Biometrika 90:15-27.
    Liang KY, Zeger SL (1986). Biometrika 73:13-22.
    """
    check_word("link", link, LINKS)
    check_level(conf_level)
    if of == RMST and link in ("logit", "cloglog"):
        raise UsageError(f"link = {link!r} is for probabilities.\nUse 'identity' or 'log'.")
    covariates = design(data, formula)
    found = pseudo_values(
        data, of=of, times=times, tau=tau, duration=duration, event=event, cause=cause,
        of_cause=of_cause, entry=entry, method=method,
    )  # fmt: skip
    if len(set(found.causes)) > 1:
        raise UsageError.unknown_option("of_cause", of_cause, sorted(set(found.causes)))
    who = _clusters(data, cluster)
    beta, covariance, warning = _fit(found, covariates.matrix, who, link, of)
    names = [INTERCEPT] if len(found.times) == 1 else [f"day {time:g}" for time in found.times]
    terms = (*names, *covariates.terms)
    described = f"{found.table[METHOD].iloc[0]}, GEE with {link} link, robust variance"
    table = _table(terms, beta, covariance, link, conf_level)
    first = found.estimates.iloc[0]
    table = table.assign(
        **{GROUP: "", N: first[N], N_EVENTS: first[N_EVENTS], METHOD: described,
           WARNING: warning or found.estimates[WARNING].max()}
    )  # fmt: skip
    return PseudoRegression(
        table=table, sentence=_sentence(table.iloc[len(names) :], described, conf_level),
        terms=terms, coefficients=beta, covariance=covariance, link=link, of=of,
        times=found.times, design=covariates,
    )  # fmt: skip


def _clusters(data: pd.DataFrame, cluster: str | None) -> np.ndarray:
    if cluster is None:
        return np.arange(len(data))
    read = ColumnReader(data, cluster)
    codes, _ = read.label(cluster)
    read.finish()
    return codes


def _family(link: str):
    from statsmodels.genmod import families

    known = {
        "identity": families.links.Identity,
        "log": families.links.Log,
        "logit": families.links.Logit,
        "cloglog": families.links.CLogLog,
    }
    return families.Gaussian(link=known[link](), check_link=False)


def _fit(
    found: PseudoValues, matrix: Floats, who: np.ndarray, link: str, of: str
) -> tuple[Floats, Floats, str]:
    """Solve the estimating equations; return coefficients, robust covariance and trouble."""
    from statsmodels.genmod.cov_struct import Independence
    from statsmodels.genmod.generalized_estimating_equations import GEE

    count = len(found.times)
    turned = of == SURVIVAL and link == "cloglog"
    response = (1.0 - found.values if turned else found.values).ravel()
    intercepts = np.tile(np.eye(count), (len(matrix), 1))
    x = np.hstack([intercepts, np.repeat(matrix, count, axis=0)])
    groups = np.repeat(who, count)
    order = np.argsort(groups, kind="stable")
    family = _family(link)
    start = _start(response.reshape(-1, count), x, link, family)
    with warnings.catch_warnings():
        # Pseudo-values may leave 0 to 1; what is said of convergence goes into the result.
        warnings.simplefilter("ignore")
        model = GEE(
            response[order], x[order], groups[order], family=family, cov_struct=Independence()
        )
        fit = model.fit(maxiter=MOST_STEPS, ctol=1e-10, start_params=start)
    beta, covariance = np.asarray(fit.params), np.asarray(fit.cov_robust)
    warning = ALIKE if np.ptp(response) <= ROUNDING else ""
    if not fit.converged or not np.isfinite(beta).all():
        warning = "did not converge: use another link, fewer covariates, or an earlier time"
    return beta, covariance, warning


def _start(values: Floats, x: Floats, link: str, family) -> Floats:
    """Start from least squares, or from no effect at the link of each time's mean."""
    if link == "identity":
        return np.asarray(np.linalg.lstsq(x, values.ravel(), rcond=None)[0], dtype=np.float64)
    upper = np.inf if link == "log" else 0.99
    middle = np.clip(values.mean(axis=0), 0.01, upper)
    return np.concatenate([family.link(middle), np.zeros(x.shape[1] - len(middle))])


def _table(
    terms: Sequence[str], beta: Floats, covariance: Floats, link: str, conf_level: float
) -> pd.DataFrame:
    from scipy.special import ndtr

    error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    half = normal_quantile(conf_level) * error
    z = np.divide(beta, error, out=np.full_like(beta, np.nan), where=error > 0)
    columns = {
        TERM: list(terms), ESTIMATE: beta, STD_ERROR: error, STATISTIC: z,
        P_VALUE: 2.0 * ndtr(-np.abs(z)), CONF_LOW: beta - half, CONF_HIGH: beta + half,
        CONF_LEVEL: conf_level,
    }  # fmt: skip
    if LINKS[link]:
        with np.errstate(over="ignore"):  # what ran away has a warning
            columns[LINKS[link]] = np.exp(beta)
    return pd.DataFrame(columns)


def _sentence(rows: pd.DataFrame, method: str, conf_level: float) -> str:
    parts = [
        f"{row[TERM]}: {said(row[ESTIMATE])}"
        f" ({said_interval(row[CONF_LOW], row[CONF_HIGH], conf_level)})"
        for row in rows.to_dict("records")
    ]
    return f"Coefficients {'; '.join(parts)} ({method})."
