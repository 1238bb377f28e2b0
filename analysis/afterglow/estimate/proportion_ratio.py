"""Ratios of two independent proportions: the risk ratio, and the odds ratio."""

from typing import Final

import numpy as np

from afterglow.estimate.options import check_word, normal_quantile
from afterglow.estimate.proportion import Limits, check_counts
from afterglow.estimate.score_limits import TwoCounts, odds_score, ratio_score, score_limits
from afterglow.estimate.two_proportions import TwoProportions, two_proportions

RATIO_METHODS: Final = ("miettinen-nurminen", "katz")
ODDS_METHODS: Final = ("miettinen-nurminen", "woolf", "fisher")
NO_RATIO: Final = "no success in either group: the ratio is undefined"
NO_ODDS: Final = "all or none of both groups had a success: the odds ratio is undefined"


def proportion_ratio(
    successes: float,
    n: float,
    reference_successes: float,
    reference_n: float,
    *,
    method: str = "miettinen-nurminen",
    conf_level: float = 0.95,
) -> TwoProportions:
    """Estimate the risk ratio p / p_reference.

    Parameters
    ----------
    successes, n, reference_successes, reference_n : int
    method : str
        ``miettinen-nurminen`` (score; ratesci's ``scoreci(contrast = "RR", skew = FALSE)``; limits
        exist with zero cells) or ``katz`` (normal on the log scale; needs successes in both).

    Returns
    -------
    TwoProportions
        One row; `std_error` is that of the log ratio. `statistic` is z of the score test at ratio
        1, or of the log ratio (katz). Undefined values are NaN, with a warning.

    References
    ----------
    Miettinen O, Nurminen M (1985). Stat Med 4:213-226. Katz D et al. (1978). Biometrics 34:469-474.
    """
    check_word("method", method, RATIO_METHODS)
    counts = _checked(successes, n, reference_successes, reference_n)
    x, x0 = counts.x, counts.x0
    estimate = _quotient(counts.p, counts.p0)
    error = float(np.sqrt(1 / x - 1 / counts.n + 1 / x0 - 1 / counts.n0)) if x and x0 else np.nan
    if method == "katz":
        low, high, z = _log_normal(estimate, error, conf_level)
    else:
        low, high = _score(ratio_score, counts, estimate, conf_level)
        z = ratio_score(counts, 1.0, corrected=True) if x + x0 else np.nan
    return two_proportions(
        counts, "risk ratio", estimate, error, low, high, statistic=z, conf_level=conf_level,
        method=method, null=1.0, warning=NO_RATIO if x + x0 == 0 else "",
    )  # fmt: skip


def odds_ratio(
    successes: float,
    n: float,
    reference_successes: float,
    reference_n: float,
    *,
    method: str = "miettinen-nurminen",
    conf_level: float = 0.95,
) -> TwoProportions:
    """Estimate the odds ratio of success against the reference.

    Parameters
    ----------
    successes, n, reference_successes, reference_n : int
    method : str
        ``miettinen-nurminen`` (score; ratesci's ``scoreci(contrast = "OR", skew = FALSE,
        or_bias = FALSE)``), ``woolf`` (normal on the log scale; no cell may be 0), ``fisher``
        (conditional maximum likelihood, exact limits and Fisher's two-sided p: ``fisher.test``).

    Returns
    -------
    TwoProportions
        One row; `std_error` is that of the log odds ratio (Woolf). `statistic` is z of the score
        test, or of the log odds ratio; none for fisher.

    References
    ----------
    Miettinen O, Nurminen M (1985). Stat Med 4:213-226. Woolf B (1955). Ann Hum Genet 19:251-253.
    """
    check_word("method", method, ODDS_METHODS)
    counts = _checked(successes, n, reference_successes, reference_n)
    cells = (counts.x, counts.n - counts.x, counts.x0, counts.n0 - counts.x0)
    estimate = _quotient(cells[0] * cells[3], cells[1] * cells[2])
    error = float(np.sqrt(sum(1 / cell for cell in cells))) if min(cells) > 0 else np.nan
    undefined = counts.x + counts.x0 in (0, counts.total)
    p_value = None
    if method == "fisher":
        estimate, low, high, p_value = _fisher(cells, conf_level)
        z = np.nan
    elif method == "woolf":
        low, high, z = _log_normal(estimate, error, conf_level)
    else:
        low, high = _score(odds_score, counts, estimate, conf_level)
        z = np.nan if undefined else odds_score(counts, 1.0, corrected=True)
    return two_proportions(
        counts, "odds ratio", estimate, error, low, high, statistic=z, conf_level=conf_level,
        method=method, null=1.0, p_value=p_value, warning=NO_ODDS if undefined else "",
    )  # fmt: skip


def _checked(x: float, n: float, x0: float, n0: float) -> TwoCounts:
    check_counts(x, n)
    check_counts(x0, n0)
    return TwoCounts(x=x, n=n, x0=x0, n0=n0)


def _quotient(a: float, b: float) -> float:
    if b > 0:
        return a / b
    return np.inf if a > 0 else np.nan


def _log_normal(estimate: float, error: float, level: float) -> tuple[float, float, float]:
    if np.isnan(error):
        return np.nan, np.nan, np.nan
    half = normal_quantile(level) * error
    z = np.log(estimate) / error if error > 0 else np.nan
    return estimate * np.exp(-half), estimate * np.exp(half), float(z)


def _score(statistic, counts: TwoCounts, estimate: float, level: float) -> Limits:
    """Invert a score test on the scale u = r / (1 + r), which maps 0…infinity to 0…1."""
    if np.isnan(estimate):
        return 0.0, np.inf

    def score(u: float) -> float:
        return statistic(counts, u / (1.0 - u), corrected=True)

    middle = 1.0 if np.isinf(estimate) else estimate / (1.0 + estimate)
    low, high = score_limits(score, normal_quantile(level), middle, 0.0, 1.0)
    return low / (1.0 - low), high / (1.0 - high) if high < 1.0 else np.inf


def _fisher(cells: tuple[float, ...], level: float) -> tuple[float, float, float, float]:
    from scipy.stats import fisher_exact
    from scipy.stats.contingency import odds_ratio as conditional

    table = np.array([[cells[0], cells[1]], [cells[2], cells[3]]], dtype=np.int64)
    found = conditional(table, kind="conditional")
    limits = found.confidence_interval(confidence_level=level)
    p_value = float(fisher_exact(table).pvalue)
    return float(found.statistic), float(limits.low), float(limits.high), p_value
