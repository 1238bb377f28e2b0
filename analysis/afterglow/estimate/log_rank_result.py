"""The result of a log-rank test: the test, its groups, the trend over them, and their pairs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.log_rank_weights import Weighting
from afterglow.estimate.result import Result, said
from afterglow.estimate.sample import Sample
from afterglow.estimate.score_sums import ScoreSums
from afterglow.estimate.survival_curve import whole
from afterglow.names import (
    CONF_HIGH,
    CONF_LOW,
    DF,
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

TEST: Final = "log-rank"
TREND: Final = "trend"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogRank(Result):
    """A log-rank test.

    Attributes
    ----------
    statistic, df, p_value : float, int, float
        Chi-square statistic, its degrees of freedom and the upper-tail probability.
    groups : DataFrame
        One row per group: group, n, n_events, observed, expected (the last two with the weights
        of the times).
    covariance : array, shape (K, K)
        Of observed minus expected, in the order of `groups`.
    trend_z : float
        Standard normal statistic of the trend, above 0 where groups with higher scores have more
        events than expected; NaN where no trend was asked for.
    pairs : DataFrame
        One row per pair asked for: group, statistic, df, p_value, p_adjusted, n, n_events.
    """

    statistic: float
    df: int
    p_value: float
    groups: pd.DataFrame
    covariance: Floats
    trend_z: float
    pairs: pd.DataFrame

    def plot(self, ax=None):
        """Draw observed over expected events of each group against 1 and return the axes."""
        from afterglow.figures.forest import draw_forest

        ratio = self.groups[OBSERVED] / self.groups[EXPECTED].where(self.groups[EXPECTED] > 0)
        rows = pd.DataFrame(
            {GROUP: self.groups[GROUP], ESTIMATE: ratio, CONF_LOW: ratio, CONF_HIGH: ratio}
        )
        return draw_forest(rows, label=GROUP, null=1.0, ax=ax)


def chi_square(sums: ScoreSums) -> tuple[float, int, float, str]:
    """Return the statistic, its degrees of freedom, the p-value, and what is wrong with them."""
    from scipy.special import chdtrc

    used = sums.expected > 0
    df = int(used.sum()) - 1
    if df < 1:
        return np.nan, max(df, 0), np.nan, "no event at which two groups were at risk"
    score = (sums.observed - sums.expected)[used][:-1]
    covariance = sums.covariance[np.ix_(used, used)][:-1, :-1]
    if np.linalg.matrix_rank(covariance, hermitian=True) < df:
        return np.nan, df, np.nan, "the variance is singular: some groups were never compared"
    statistic = float(score @ np.linalg.solve(covariance, score))
    return statistic, df, float(chdtrc(df, statistic)), ""


def logrank_result(
    sample: Sample,
    sums: ScoreSums,
    weighting: Weighting,
    *,
    stratified: bool,
    trend: bool | Sequence[float],
    pairs: pd.DataFrame,
) -> LogRank:
    """Return the result that holds these sums."""
    statistic, df, p_value, warning = chi_square(sums)
    groups = pd.DataFrame(
        {
            GROUP: list(sample.groups),
            N: whole(sums.n),
            N_EVENTS: whole(sums.n_events),
            OBSERVED: whole(sums.observed),
            EXPECTED: sums.expected,
        }
    )
    method = method_of(sample, weighting, stratified=stratified)
    totals = groups[[N, N_EVENTS, OBSERVED, EXPECTED]].sum().to_dict()
    rows = [{TERM: TEST, STATISTIC: statistic, DF: df, P_VALUE: p_value, **totals}]
    z = np.nan
    parts = [groups.assign(**{TERM: "group"})]
    if trend is not False:
        z, row = _trend(sums, trend_scores(trend, len(groups)))
        parts.append(pd.DataFrame([{TERM: TREND, **row, N: totals[N], N_EVENTS: totals[N_EVENTS]}]))
    if len(pairs):
        parts.append(pairs.assign(**{TERM: "pair"}))
    table = pd.concat([pd.DataFrame(rows), *parts], ignore_index=True)
    table[GROUP] = table[GROUP].fillna("")
    own = table[WARNING].fillna("") if WARNING in table else ""
    rest = np.where(table[TERM].isin([TEST, "group"]), warning, own)
    described: dict[str, Any] = {METHOD: method, WARNING: rest}
    return LogRank(
        table=_counted(table).assign(**described),
        sentence=_sentence(statistic, df, p_value, z, method),
        statistic=statistic, df=df, p_value=p_value, groups=groups, covariance=sums.covariance,
        trend_z=z, pairs=pairs,
    )  # fmt: skip


def method_of(sample: Sample, weighting: Weighting, *, stratified: bool) -> str:
    """Return the method in words."""
    kind = "robust (Lin–Wei)" if sample.robust else "hypergeometric"
    weighted = "" if weighting.name == "logrank" else f", weights {weighting.name}"
    return f"{'stratified ' if stratified else ''}log-rank{weighted}, {kind} variance"


def _counted(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{name: whole(table[name].to_numpy(float)) for name in (N, N_EVENTS)})


def _sentence(statistic: float, df: int, p_value: float, z: float, method: str) -> str:
    trend = "" if np.isnan(z) else f"; trend over the groups z = {said(z)}"
    return (
        f"Chi-square {said(statistic)} on {df} degrees of freedom, {p_statement(p_value)}{trend}"
        f" ({method})."
    )


def trend_scores(trend: bool | Sequence[float], count: int) -> Floats:
    """Return the groups' scores: 1, 2, … with True, else the numbers given, checked."""
    if trend is True:
        return np.arange(1.0, count + 1.0)
    scores = np.asarray(trend, dtype=np.float64)
    if scores.shape != (count,) or not np.isfinite(scores).all() or np.ptp(scores) == 0.0:
        raise UsageError(
            f"trend does not hold {count} scores that differ.\n"
            "Give one number per group in natural order, or True for 1, 2, …"
        )
    return scores


def _trend(sums: ScoreSums, scores: Floats) -> tuple[float, dict[str, object]]:
    from scipy.special import chdtrc

    variance = float(scores @ sums.covariance @ scores)
    if variance <= np.spacing(np.abs(sums.covariance).max(initial=0.0)) * 8.0:
        why = "the trend has no variance: groups with different scores were never compared"
        return np.nan, {DF: 1, WARNING: why}
    z = float(scores @ (sums.observed - sums.expected)) / np.sqrt(variance)
    return z, {STATISTIC: z**2, DF: 1, P_VALUE: float(chdtrc(1, z**2)), WARNING: ""}
