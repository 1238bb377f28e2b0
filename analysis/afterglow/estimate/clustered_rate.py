"""Rates and differences of rates whose rows are weighted or come in clusters."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.proportion import proportion_limits
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    DF,
    ESTIMATE,
    METHOD,
    N_EVENTS,
    P_VALUE,
    STATISTIC,
    STD_ERROR,
    WARNING,
    N,
)

N_CLUSTERS: Final = "n_clusters"
ICC: Final = "icc"
DESIGN_EFFECT: Final = "design_effect"
AT_THE_EDGE: Final = "no variation: Wilson limits with one observation per cluster"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Responses:
    """One row per subject: success 0/1, weight, and codes of group, stratum and cluster."""

    success: Codes
    weight: Floats | None
    group: Codes
    stratum: Codes
    cluster: Codes | None

    def repeated(self) -> "Responses":
        """Return each row as often as its (whole) weight says, without weights."""
        if self.weight is None:
            return self
        rows = np.repeat(np.arange(len(self.success)), self.weight.astype(np.int64))
        return Responses(
            success=self.success[rows], weight=None, group=self.group[rows],
            stratum=self.stratum[rows], cluster=None,
        )  # fmt: skip

    def ordered(self) -> tuple[Codes, Floats, Codes, Codes, Codes]:
        """Return success, weight, group, stratum, cluster in an order that rows do not set."""
        weight = np.ones(len(self.success)) if self.weight is None else self.weight
        keys = (weight, self.success, self.stratum, self.group)
        cluster = self.cluster
        order = np.lexsort(keys if cluster is None else (*keys, cluster))
        cell = np.arange(len(order)) if cluster is None else cluster[order]
        return self.success[order], weight[order], self.group[order], self.stratum[order], cell


def clustered_rate(responses: Responses, group: int, level: float) -> pd.DataFrame:
    """Return the row of one group's weighted rate with its cluster-robust variance."""
    success, weight, groups, _, cell = responses.ordered()
    mine = groups == group
    y, w, cluster = success[mine], weight[mine], cell[mine]
    p = float(np.dot(w, y) / w.sum())
    variance, m = cluster_variance(w * (y - p) / w.sum(), cluster)
    error = float(np.sqrt(variance))
    low, high, warning = _logit_limits(p, error, m, level)
    own = p * (1 - p) / len(y)
    row = {
        ESTIMATE: p, STD_ERROR: error, CONF_LOW: low, CONF_HIGH: high, CONF_LEVEL: level,
        DF: m - 1, N: len(y), N_EVENTS: int(y.sum()), METHOD: "linearised variance, logit t limits",
        WARNING: warning, DESIGN_EFFECT: variance / own if own > 0 else np.nan,
    }  # fmt: skip
    if responses.cluster is not None:
        row |= {N_CLUSTERS: m, ICC: intraclass_correlation(y, cluster)}
    return pd.DataFrame([row])


def clustered_difference(responses: Responses, a: int, b: int, level: float) -> pd.DataFrame:
    """Return the row of the difference of group `a` from `b`, pooled over strata.

    Strata are averaged with Cochran–Mantel–Haenszel weights; clusters may hold both groups.
    """
    success, weight, group, strata, cell = responses.ordered()
    taken = (group == a) | (group == b)
    y, w, stratum, cluster = success[taken], weight[taken], strata[taken], cell[taken]
    sign = np.where(group[taken] == a, 1.0, -1.0)
    difference, influence = _pooled(y, w, sign, stratum)
    variance, m = cluster_variance(influence, cluster)
    error = float(np.sqrt(variance))
    half = _t_quantile(level, m - 1) * error
    z = difference / error if error > 0 else np.nan
    return pd.DataFrame([{
        ESTIMATE: difference, STD_ERROR: error, STATISTIC: z, DF: m - 1,
        P_VALUE: _two_sided_t(z, m - 1), CONF_LOW: difference - half, CONF_HIGH: difference + half,
        CONF_LEVEL: level, N: len(y), N_EVENTS: int(y.sum()),
        METHOD: "linearised variance, t limits", WARNING: "",
    }])  # fmt: skip


def _pooled(y: Codes, w: Floats, sign: Floats, stratum: Codes) -> tuple[float, Floats]:
    """Return the pooled difference and each row's influence on it."""
    size = int(stratum.max()) + 1
    total = {s: summed(stratum[sign == s], w[sign == s], size) for s in (1.0, -1.0)}
    won = {s: summed(stratum[sign == s], (w * y)[sign == s], size) for s in (1.0, -1.0)}
    both = (total[1.0] > 0) & (total[-1.0] > 0)
    if not both.any():
        raise UsageError("No stratum holds both groups.\nUse fewer or coarser strata.")
    share = np.where(both, total[1.0] * total[-1.0] / (total[1.0] + total[-1.0]), 0.0)
    share = share / share.sum()
    rate = {s: won[s] / np.where(total[s] > 0, total[s], 1.0) for s in total}
    difference = float(np.dot(share, rate[1.0] - rate[-1.0]))
    mean = np.where(sign > 0, rate[1.0][stratum], rate[-1.0][stratum])
    size_of = np.where(sign > 0, total[1.0][stratum], total[-1.0][stratum])
    return difference, share[stratum] * sign * w * (y - mean) / size_of


def cluster_variance(influence: Floats, cluster: Codes) -> tuple[float, int]:
    """Return m/(m − 1) times the sum of squared cluster totals, and the number m of clusters."""
    present, codes = np.unique(cluster, return_inverse=True)
    m = len(present)
    if m < 2:
        raise UsageError("There is one cluster only.\nA cluster-robust variance needs several.")
    totals = summed(codes, influence, m)
    return float(m / (m - 1) * np.sum(totals**2)), m


def intraclass_correlation(y: Codes, cluster: Codes) -> float:
    """Return the one-way analysis-of-variance estimate of the intra-class correlation.

    (MSB − MSW) / (MSB + (n0 − 1) MSW), n0 = (N − sum n² / N) / (k − 1); NaN where nothing varies
    or every cluster has one row.
    """
    _, codes = np.unique(cluster, return_inverse=True)
    sizes = np.bincount(codes).astype(np.float64)
    means = np.bincount(codes, y) / sizes
    total, k = sizes.sum(), len(sizes)
    if k < 2 or total == k:
        return float("nan")
    between = np.sum(sizes * (means - y.mean()) ** 2) / (k - 1)
    within = np.sum((y - means[codes]) ** 2) / (total - k)
    typical = (total - np.sum(sizes**2) / total) / (k - 1)
    spread = between + (typical - 1) * within
    return float((between - within) / spread) if spread > 0 else float("nan")


def _logit_limits(p: float, error: float, m: int, level: float) -> tuple[float, float, str]:
    from scipy.special import expit, logit

    if p in (0.0, 1.0):
        low, high = proportion_limits(p * m, m, method="wilson", conf_level=level)
        return low, high, AT_THE_EDGE
    half = _t_quantile(level, m - 1) * error / (p * (1 - p))
    return float(expit(logit(p) - half)), float(expit(logit(p) + half)), ""


def _t_quantile(level: float, df: int) -> float:
    from scipy.special import stdtrit

    return float(-stdtrit(df, (1 - level) / 2))


def _two_sided_t(t: float, df: int) -> float:
    from scipy.special import stdtr

    return float(2 * stdtr(df, -abs(t))) if not np.isnan(t) else float("nan")
