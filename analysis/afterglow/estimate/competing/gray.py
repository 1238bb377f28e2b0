"""Gray's test of whether groups have the same cumulative incidence of a cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.competing.gray_sums import GraySums, gray_sums
from afterglow.estimate.result import Result, said
from afterglow.estimate.risktable import group_sizes
from afterglow.estimate.sample import Sample, survival_sample
from afterglow.estimate.survival_curve import whole
from afterglow.names import (
    CAUSE,
    CONF_HIGH,
    CONF_LOW,
    DF,
    DURATION,
    ESTIMATE,
    EXPECTED,
    GROUP,
    METHOD,
    N_EVENTS,
    OBSERVED,
    P_VALUE,
    STATISTIC,
    TERM,
    WARNING,
    N,
)
from afterglow.rounding import p_statement

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TEST = "Gray"
SINGULAR = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GrayTest(Result):
    """Gray's tests, one for each cause.

    Attributes
    ----------
    groups : DataFrame
        One row per cause and group: cause, group, n, observed, expected.
    covariances : dict of str to array, shape (K, K)
        Of the score of each cause, groups in natural order.
    """

    groups: pd.DataFrame
    covariances: dict[str, np.ndarray]

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw observed over expected events of each group against 1 and return the axes."""
        from afterglow.figures.forest import draw_forest

        groups = self.groups
        ratio = groups[OBSERVED] / groups[EXPECTED].where(groups[EXPECTED] > 0)
        several = groups[CAUSE].nunique() > 1
        label = groups[CAUSE] + ": " + groups[GROUP] if several else groups[GROUP]
        rows = pd.DataFrame({GROUP: label, ESTIMATE: ratio, CONF_LOW: ratio, CONF_HIGH: ratio})
        return draw_forest(rows, label=GROUP, null=1.0, ax=ax)


def gray_test(
    data: pd.DataFrame,
    *,
    by: str | Sequence[str],
    duration: str = DURATION,
    cause: str = CAUSE,
    of: str | Sequence[str] | None = None,
    strata: str | Sequence[str] | None = None,
    rho: float = 0.0,
    entry: str | None = None,
    weights: str | None = None,
    subject: str | None = None,
) -> GrayTest:
    """Test, for each cause, whether the groups of `by` have the same cumulative incidence.

    The log-rank test of the subdistribution hazard: those who had a competing event stay among
    the people at risk, as far as censoring would have let them be seen. Equals R's
    ``cmprsk::cuminc(duration, cause, by, strata, rho)$Tests``. Without competing events the score
    is that of the log-rank test; its variance is another estimate of the same quantity.

    Parameters
    ----------
    data : DataFrame, one row per subject (or per piece of a subject's time at risk)
    by : str or list of str
        At least two groups.
    duration, cause, entry, subject : str
        As in `aalen_johansen`. Delayed entry, which cmprsk lacks, takes the numbers at risk as
        they are at each time.
    of : str or list of str, optional
        The causes to test; default: each one.
    strata : str or list of str, optional
        Groups are compared only within a stratum, and the comparisons added.
    rho : float
        Power of one minus the pooled incidence by which times are weighted; above 0 early
        differences count more.
    weights : str, optional
        Frequencies: a weight w stands for w identical rows.

    Returns
    -------
    GrayTest
        `tidy()`: for each cause the test (term "Gray"), then one row per group (term "group")
        with n, n_events, observed and expected events.

    Raises
    ------
    InvalidInput
        The columns break the rules of `aalen_johansen`.
    NotEstimable
        No row has a cause.
    UsageError
        Fewer than two groups, an unknown cause, or weights that are not whole numbers.

    References
    ----------
    Gray RJ (1988). Ann Stat 16:1141-1154.
    """
    if not np.isfinite(rho):
        raise UsageError(f"rho = {rho!r} is not a number.\nGive a finite power, such as 0 or 1.")
    sample = survival_sample(
        data, duration=duration, cause=cause, entry=entry, weights=weights, subject=subject,
        by=by, strata=strata,
    )  # fmt: skip
    asked = chosen_causes(sample.causes, of)
    if len(sample.groups) < 2:
        raise UsageError("by names one group only.\nGray's test compares at least two.")
    if not sample.frequency:
        raise UsageError(
            "Gray's variance does not hold with weights that are not whole numbers.\n"
            "Use fine_gray with weights_kind = 'sampling', whose variance does."
        )
    method = f"{'stratified ' if strata is not None else ''}Gray's test, rho = {rho:g}"
    sums = {name: gray_sums(sample, cause=code, rho=float(rho)) for name, code in asked.items()}
    return _result(sample, sums, method)


def chosen_causes(known: Sequence[str], of: str | Sequence[str] | None) -> dict[str, int]:
    """Return the codes (from 1) of the causes asked for, each one where `of` is None.

    Raises
    ------
    NotEstimable
        No row has a cause.
    UsageError
        A cause that no row has.
    """
    if not known:
        raise NotEstimable("No row has a cause: there is nothing to compare.\nSee `cause`.")
    codes = {name: code for code, name in enumerate(known, start=1)}
    names = list(known) if of is None else [of] if isinstance(of, str) else list(of)
    for name in names:
        if name not in codes:
            raise UsageError.unknown_option("of", name, known)
    return {name: codes[name] for name in names}


def _result(sample: Sample, sums: dict[str, GraySums], method: str) -> GrayTest:
    sizes = whole(group_sizes(sample))
    tables, parts, groups = [], [], []
    for name, found in sums.items():
        statistic, df, p_value, warning = _chi_square(found)
        mine = pd.DataFrame(
            {CAUSE: name, GROUP: list(sample.groups), N: sizes,
             OBSERVED: whole(found.observed), EXPECTED: found.expected}
        )  # fmt: skip
        test = {
            TERM: TEST, CAUSE: name, GROUP: "", STATISTIC: statistic, DF: df, P_VALUE: p_value,
            N: mine[N].sum(), OBSERVED: mine[OBSERVED].sum(), EXPECTED: mine[EXPECTED].sum(),
            WARNING: warning,
        }  # fmt: skip
        tables += [pd.DataFrame([test]), mine.assign(**{TERM: "group", WARNING: warning})]
        groups.append(mine)
        parts.append(
            f"{name}: chi-square {said(statistic)} on {df} degrees of freedom, "
            f"{p_statement(p_value)}"
        )
    table = pd.concat(tables, ignore_index=True)
    table[N_EVENTS] = table[OBSERVED]
    return GrayTest(
        table=table.assign(**{METHOD: method}),
        sentence=f"{'; '.join(parts)} ({method}).",
        groups=pd.concat(groups, ignore_index=True),
        covariances={name: found.covariance for name, found in sums.items()},
    )


def _chi_square(sums: GraySums) -> tuple[float, int, float, str]:
    from scipy.special import chdtrc

    used = sums.expected > 0
    df = max(int(used.sum()) - 1, 0)
    if df < 1:
        return np.nan, df, np.nan, "no event at which two groups were at risk"
    score = sums.score[used][:-1]
    covariance = sums.covariance[np.ix_(used, used)][:-1, :-1]
    least = SINGULAR * max(float(sums.observed.sum()), 1.0)
    if np.linalg.matrix_rank(covariance, tol=least, hermitian=True) < df:
        return np.nan, df, np.nan, "the variance is singular: some groups were never compared"
    statistic = float(score @ np.linalg.solve(covariance, score))
    return statistic, df, float(chdtrc(df, statistic)), ""
