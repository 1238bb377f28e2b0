"""Likelihood-ratio, Wald and score tests of a Cox model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.cox.fit import EXACT, CoxFit, score_variance
from afterglow.estimate.cox.penalty import RIDGE
from afterglow.estimate.cox.sample import CoxSample
from afterglow.estimate.result import Result, said
from afterglow.estimate.survival_curve import as_count
from afterglow.names import DF, GROUP, METHOD, N_EVENTS, P_VALUE, STATISTIC, TERM, WARNING, N
from afterglow.rounding import p_statement

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LIKELIHOOD_RATIO, WALD, SCORE_TEST, ROBUST_SCORE = (
    "likelihood ratio",
    "Wald",
    "score",
    "robust score",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxTests(Result):
    """Chi-square tests of several coefficients at once, one row each."""

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw each test's statistic over its degrees of freedom, 1 where nothing is there."""
        from afterglow.figures.forest import draw_forest
        from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE

        rows = self.tidy().dropna(subset=[STATISTIC]).reset_index(drop=True)
        ratio = rows[STATISTIC] / rows[DF]
        rows = rows.assign(**{ESTIMATE: ratio, CONF_LOW: ratio, CONF_HIGH: ratio})
        return draw_forest(
            rows, label=TERM, null=1.0, xlabel="Chi-square over its degrees of freedom", ax=ax
        )


def cox_tests(
    sample: CoxSample, fit: CoxFit, variance: Floats, terms: Sequence[str] | None = None
) -> CoxTests:
    """Return the tests; see `Cox.tests`."""
    size = len(fit.beta)
    chosen = np.ones(size, dtype=bool) if terms is None else _chosen(sample.design.terms, terms)
    kind = "robust" if sample.robust else "model-based"
    rows = [
        _row(WALD, quadratic(fit.beta[chosen], variance[np.ix_(chosen, chosen)]),
             _effective(fit) if terms is None else int(chosen.sum()), f"{kind} variance")
    ]  # fmt: skip
    if terms is None:
        gained = 2.0 * (fit.loglik - fit.loglik_null) if fit.n_events else np.nan
        rows.insert(0, _row(LIKELIHOOD_RATIO, gained, _effective(fit), "rows as independent"))
        if not fit.penalty:
            score = quadratic(fit.score_null, fit.information_null)
            rows.append(_row(SCORE_TEST, score, size, "rows as independent"))
        if sample.robust and not fit.penalty and fit.ties != EXACT:
            rows.append(_row(ROBUST_SCORE, _robust_score(sample, fit), size, "Lin–Wei variance"))
    table = pd.DataFrame(rows).assign(
        **{
            GROUP: "",
            N: as_count(sample.n),
            N_EVENTS: as_count(sample.n_events),
            WARNING: fit.warning,
        }
    )
    what = "all coefficients" if terms is None else ", ".join(terms)
    told = "; ".join(
        f"{row[TERM]} chi-square {said(row[STATISTIC])} on {said(row[DF])} df,"
        f" {p_statement(row[P_VALUE])}"
        for row in rows
    )
    return CoxTests(table=table, sentence=f"Test that {what} are 0: {told}.")


def _row(term: str, statistic: float, df: float, method: str) -> dict:
    from scipy.special import chdtrc

    p_value = float(chdtrc(df, statistic)) if np.isfinite(statistic) else float("nan")
    return {TERM: term, STATISTIC: statistic, DF: df, P_VALUE: p_value, METHOD: method}


def _effective(fit: CoxFit) -> float:
    """Return the degrees of freedom: the number of coefficients, fewer with ridge."""
    if fit.penalty != RIDGE:
        return len(fit.beta)
    return float(np.trace(fit.information @ fit.variance))


def quadratic(vector: Floats, matrix: Floats) -> float:
    """Return v'M⁻¹v, NaN where it is not known."""
    known = np.isfinite(vector).all() and np.isfinite(matrix).all()
    if not known or np.linalg.matrix_rank(matrix, hermitian=True) < len(vector):
        return float("nan")
    return float(vector @ np.linalg.solve(matrix, vector))


def _robust_score(sample: CoxSample, fit: CoxFit) -> float:
    if not fit.n_events:
        return float("nan")
    spread = score_variance(sample.rows, fit, at=np.zeros(len(fit.beta)))
    return quadratic(fit.score_null, spread)


def _chosen(terms: Sequence[str], asked: Sequence[str]) -> np.ndarray:
    """Return which terms were asked for, by their own name or by their column's."""
    marks = [
        np.array([term == name or term.startswith(f"{name}[") for term in terms]) for name in asked
    ]
    for name, mark in zip(asked, marks):
        if not mark.any():
            raise UsageError.unknown_option("terms", name, terms)
    if not marks:
        raise UsageError("terms = [] names no term.\nName one, or leave the option out.")
    return np.logical_or.reduce(marks)
