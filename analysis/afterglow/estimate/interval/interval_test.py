"""The test of whether groups have the same curve where events lie between visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.interval.allocations import (
    can_be_listed,
    listed_p_values,
    two_group_p_value,
)
from afterglow.estimate.interval.sample import IntervalSample, interval_sample
from afterglow.estimate.interval.scores import SLOPES, row_scores
from afterglow.estimate.log_rank_result import trend_scores
from afterglow.estimate.options import check_word, normal_quantile
from afterglow.estimate.result import Result, said
from afterglow.estimate.survival_curve import whole
from afterglow.names import (
    CONF_HIGH,
    CONF_LOW,
    DF,
    ESTIMATE,
    GROUP,
    LOWER,
    METHOD,
    N_EVENTS,
    P_VALUE,
    STATISTIC,
    TERM,
    UPPER,
    WARNING,
    N,
)
from afterglow.rounding import p_statement

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TEST: Final = "interval log-rank"
TREND: Final = "trend"
SCORE_SUM: Final = "score_sum"
KINDS: Final = {
    "logrank": "log-rank, Sun's scores",
    "finkelstein": "log-rank, Finkelstein's scores",
    "wilcoxon": "Wilcoxon",
}
NO_DIFFERENCE: Final = "all rows have the same score: the intervals tell no row from another"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IntervalTest(Result):
    """A test of groups with interval-censored events.

    Attributes
    ----------
    statistic, df, p_value : float, int, float
        Chi-square statistic and its degrees of freedom; the p-value is exact where `exact`.
    exact : bool
    groups : DataFrame
        One row per group: group, n, n_events, score_sum (above 0: earlier events than expected).
    covariance : array, shape (K, K)
        Of the sums of scores, over permutations of the rows.
    trend_z, trend_p_value : float
        NaN where no trend was asked for.
    """

    statistic: float
    df: int
    p_value: float
    exact: bool
    groups: pd.DataFrame
    covariance: Floats
    trend_z: float
    trend_p_value: float

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw each group's sum of scores, with where 95 % of permutations would put it."""
        from afterglow.figures.forest import draw_forest

        half = normal_quantile(0.95) * np.sqrt(np.diag(self.covariance))
        sums = self.groups[SCORE_SUM].to_numpy(float)
        rows = pd.DataFrame({GROUP: self.groups[GROUP], ESTIMATE: sums,
                             CONF_LOW: sums - half, CONF_HIGH: sums + half})  # fmt: skip
        return draw_forest(rows, label=GROUP, null=0.0, ax=ax)


def interval_test(
    data: pd.DataFrame,
    *,
    by: str | Sequence[str],
    lower: str = LOWER,
    upper: str = UPPER,
    strata: str | Sequence[str] | None = None,
    weights: str | None = None,
    subject: str | None = None,
    weighting: str = "logrank",
    trend: bool | Sequence[float] = False,
    exact: bool | None = None,
) -> IntervalTest:
    """Test whether the groups of `by` share one curve, from intervals, within `strata`.

    Each row has a score that says how early its event is against the curve of all rows; the sums
    of the groups' scores are compared with those of permuted rows. Equals R's
    ``interval::ictest(Surv(lower, upper, type = "interval2") ~ by)``, with the permutation
    variance. Valid where the visits fall alike in all groups.

    Parameters
    ----------
    data : DataFrame, one row per subject
    by : str or list of str
        At least two groups.
    lower, upper, subject : str
        As in `turnbull`.
    strata : str or list of str, optional
        Rows are scored and permuted within a stratum, and the sums added.
    weights : str, optional
        Whole numbers: so many identical rows.
    weighting : str
        ``logrank``: Sun's scores, with exact and right-censored times the log-rank test with the
        permutation variance (R's ``scores = "logrank1"``). ``finkelstein``: proportional hazards
        of grouped times (``"logrank2"``). ``wilcoxon``: proportional odds, early events weigh
        more (``"wmw"``).
    trend : bool or list of float
        Also test for a trend over the groups: True scores them 1, 2, … in natural order.
    exact : bool, optional
        Count every permutation for the p-value. Default: where that is quick (two groups of 36
        rows together, else 20,000 permutations at most) and there are no strata. With two groups
        the p-value is twice the smaller tail, as in R's ``perm``; else the share of permutations
        with as large a statistic.

    Returns
    -------
    IntervalTest
        `tidy()`: the test in the first row, then one row per group, then the trend.

    Raises
    ------
    InvalidInput
        The columns break the rules of `turnbull`, or weights are not whole.
    UsageError
        Fewer than two groups, an unknown word, or an exact p-value that would take too long.

    References
    ----------
    Finkelstein DM (1986). Biometrics 42:845-854.
    Sun J (1996). Stat Med 15:1387-1395.
    Fay MP (1999). Stat Med 18:273-285.
    Fay MP, Shaw PA (2010). J Stat Softw 36(2):1-34.
    """
    check_word("weighting", weighting, SLOPES)
    sample = interval_sample(
        data, lower=lower, upper=upper, weights=weights, subject=subject, by=by, strata=strata
    )
    if len(sample.groups) < 2:
        raise UsageError("by names one group only.\nThe test compares at least two.")
    if not sample.frequency:
        raise UsageError(
            "weights are not whole numbers, and a permutation moves whole rows.\n"
            "Leave the weights out, or give how often each row stands."
        )
    repeated = np.repeat(np.arange(len(sample.weight)), sample.weight.astype(np.int64))
    rows = sample.part(repeated)
    rows.weight[:] = 1.0
    return _result(rows, weighting, trend, _is_exact(rows, exact, strata is not None))


def _is_exact(rows: IntervalSample, exact: bool | None, stratified: bool) -> bool:
    possible = not stratified and can_be_listed(np.bincount(rows.group))
    if exact and not possible:
        raise UsageError(
            "exact = True asks for more permutations than can be listed, or for strata.\n"
            "Leave exact out: the p-value then comes from the chi-square distribution."
        )
    return possible if exact is None else exact


def _sums(rows: IntervalSample, weighting: str) -> tuple[Floats, Floats, Floats]:
    """Return every row's score, and the sums by group with their covariance, over strata."""
    count = len(rows.groups)
    scores = np.zeros(len(rows.weight))
    sums, covariance = np.zeros(count), np.zeros((count, count))
    for stratum in np.unique(rows.stratum):
        inside = rows.stratum == stratum
        own = row_scores(rows.part(inside), weighting)
        scores[inside] = own
        size = np.bincount(rows.group[inside], minlength=count).astype(np.float64)
        sums += np.bincount(rows.group[inside], weights=own - own.mean(), minlength=count)
        n = len(own)
        if n > 1:
            spread = float(np.var(own, ddof=1))
            covariance += spread * (np.diag(size) - np.outer(size, size) / n)
    return scores, sums, covariance


def _result(
    rows: IntervalSample, weighting: str, trend: bool | Sequence[float], exact: bool
) -> IntervalTest:
    from scipy.special import chdtrc

    scores, sums, covariance = _sums(rows, weighting)
    count = len(rows.groups)
    numbers = np.arange(1.0, count + 1.0) if trend is False else trend_scores(trend, count)
    same = float(np.ptp(scores)) <= 1e-12 or np.linalg.matrix_rank(covariance) < count - 1
    statistic = p_value = z = trend_p = np.nan
    if not same:
        inner = sums[:-1]
        statistic = float(inner @ np.linalg.solve(covariance[:-1, :-1], inner))
        z = float(numbers @ sums) / float(np.sqrt(numbers @ covariance @ numbers))
        p_value, trend_p = float(chdtrc(count - 1, statistic)), float(chdtrc(1, z**2))
    if exact and not same:
        p_value, trend_p = _exact_p_values(rows, scores, sums, numbers)
    if trend is False:
        z = trend_p = np.nan
    return _told(
        rows, weighting, covariance, sums, exact=exact, same=same,
        test=(statistic, count - 1, p_value), trend=(z, trend_p), asked=trend is not False,
    )  # fmt: skip


def _exact_p_values(
    rows: IntervalSample, scores: Floats, sums: Floats, numbers: Floats
) -> tuple[float, float]:
    sizes = np.bincount(rows.group)
    if len(sizes) == 2:
        order = np.sort(scores)
        own = float(scores[rows.group == 0].sum())
        p_value = two_group_p_value(order, int(sizes[0]), own)
        return p_value, p_value
    totals = np.bincount(rows.group, weights=scores)
    return listed_p_values(
        np.sort(scores), sizes, (float(np.sum(totals**2 / sizes)), abs(float(numbers @ sums))),
        numbers,
    )  # fmt: skip


def _told(
    rows: IntervalSample,
    weighting: str,
    covariance: Floats,
    sums: Floats,
    *,
    exact: bool,
    same: bool,
    test: tuple[float, int, float],
    trend: tuple[float, float],
    asked: bool,
) -> IntervalTest:
    statistic, df, p_value = test
    seen = np.isfinite(rows.upper)
    groups = pd.DataFrame(
        {
            GROUP: list(rows.groups),
            N: np.bincount(rows.group, minlength=len(rows.groups)),
            N_EVENTS: np.bincount(rows.group[seen], minlength=len(rows.groups)),
            SCORE_SUM: sums,
        }
    )
    stratified = "stratified " if len(np.unique(rows.stratum)) > 1 else ""
    kind = "exact permutation p-value" if exact else "permutation variance"
    method = f"{stratified}interval-censored {KINDS[weighting]}, {kind}"
    totals: dict[str, Any] = {name: groups[name].sum() for name in (N, N_EVENTS)}
    head = {TERM: TEST, GROUP: "", STATISTIC: statistic, DF: df, P_VALUE: p_value, **totals}
    parts = [pd.DataFrame([head]), groups.assign(**{TERM: "group"})]
    if asked:
        row = {TERM: TREND, GROUP: "", STATISTIC: trend[0] ** 2, DF: 1, P_VALUE: trend[1]}
        parts.append(pd.DataFrame([{**row, **totals}]))
    table = pd.concat(parts, ignore_index=True)
    for name in (N, N_EVENTS):
        table[name] = whole(table[name].to_numpy(float))
    words = (
        f"; trend over the groups z = {said(trend[0])}, {p_statement(trend[1])}" if asked else ""
    )
    return IntervalTest(
        table=table.assign(**{METHOD: method, WARNING: NO_DIFFERENCE if same else ""}),
        sentence=f"Chi-square {said(statistic)} on {df} degrees of freedom, {p_statement(p_value)}"
        f"{words} ({method}).",
        statistic=statistic, df=df, p_value=p_value, exact=exact, groups=groups,
        covariance=covariance, trend_z=trend[0], trend_p_value=trend[1],
    )  # fmt: skip
