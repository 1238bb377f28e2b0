"""Pseudo-score tests of whether groups share one mean cumulative function."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.options import check_word
from afterglow.estimate.recurrent.mean_curve import MeanCurve
from afterglow.estimate.recurrent.mean_variance import squaring_weight
from afterglow.estimate.recurrent.totals import ratio, running
from afterglow.estimate.result import Result, said
from afterglow.estimate.survival_curve import as_count, whole
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

WEIGHTINGS: Final = ("constant", "linear")
BY_GROUP: Final = "by-group"
POOLED: Final = "pooled"
POISSON: Final = "naive"
VARIANCES: Final = (BY_GROUP, POOLED, POISSON)
TEST: Final = "pseudo-score"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeanTest(Result):
    """A pseudo-score test of equal mean cumulative functions.

    Attributes
    ----------
    statistic, df, p_value : float, int, float
        Chi-square statistic, its degrees of freedom and the upper-tail probability.
    score : array, shape (K,)
        Observed minus expected of each group, in the order of the groups.
    covariance : array, shape (K, K)
    """

    statistic: float
    df: int
    p_value: float
    score: Floats
    covariance: Floats

    def plot(self, ax=None):
        """Draw observed over expected of each group against 1 and return the axes."""
        from afterglow.figures.forest import draw_forest

        rows = self.table[self.table[TERM] == GROUP]
        share = rows[OBSERVED] / rows[EXPECTED].where(rows[EXPECTED] > 0)
        drawn = pd.DataFrame(
            {GROUP: rows[GROUP], ESTIMATE: share, CONF_LOW: share, CONF_HIGH: share}
        )
        return draw_forest(drawn.reset_index(drop=True), label=GROUP, null=1.0, ax=ax)


def mean_test(curves: Sequence[MeanCurve], *, weighting: str, variance: str) -> MeanTest:
    """Return the test; see `MeanCumulativeFunction.test`."""
    check_word("weighting", weighting, WEIGHTINGS)
    check_word("variance", variance, VARIANCES)
    if len(curves) < 2:
        raise UsageError("There is one group only, and nothing to compare.\nGive by=.")
    if curves[0].rows.has_terminal and variance != BY_GROUP:
        raise UsageError(
            f"variance = {variance!r} does not hold with terminal events.\n"
            f"Use variance = {BY_GROUP!r}."
        )
    at_risk = np.array([curve.at_risk for curve in curves])
    steps = np.array([curve.steps for curve in curves])
    time_weight = _time_weight(curves[0].times, at_risk, weighting)
    together = at_risk.sum(axis=0)
    common = ratio((at_risk * steps).sum(axis=0), together)
    observed = (time_weight * at_risk * steps).sum(axis=1)
    expected = (time_weight * at_risk * common).sum(axis=1)
    covariance = _covariance(curves, at_risk, time_weight, common, variance)
    return _result(curves, observed, expected, covariance, f"{weighting} weight, {variance}")


def _time_weight(times: Floats, at_risk: Floats, weighting: str) -> Floats:
    """Return the weights of the times; only those count at which two groups can be compared."""
    compared = (at_risk > 0).sum(axis=0) > 1
    if weighting == "constant":
        return compared.astype(np.float64)
    everyone = np.flatnonzero((at_risk > 0).all(axis=0))
    if not len(everyone):
        return np.zeros(len(times))
    horizon = times[everyone[-1]]
    return compared * np.maximum(1.0 - ratio(times, np.full(len(times), horizon)), 0.0)


def _covariance(
    curves: Sequence[MeanCurve], at_risk: Floats, time_weight: Floats, common: Floats, variance: str
) -> Floats:
    if variance == POISSON:
        return _poisson(curves, at_risk, time_weight)
    parts = []
    together = at_risk.sum(axis=0)
    for own, curve in enumerate(curves):
        scores = np.empty((len(curves), len(curve.rows.stop)))
        for group in range(len(curves)):
            kept = time_weight * (float(own == group) - ratio(at_risk[group], together))
            scores[group] = (
                _around(curve, kept, common)
                if variance == POOLED
                else curve.influence(kept * at_risk[own])
            )
        parts.append((curve.rows.unit, scores * squaring_weight(curve)))
    units, codes = np.unique(np.concatenate([unit for unit, _ in parts]), return_inverse=True)
    values = np.concatenate([scores for _, scores in parts], axis=1)
    totals = np.array([summed(codes, row, len(units)) for row in values])
    return totals @ totals.T


def _around(curve: MeanCurve, factor: Floats, common: Floats) -> Floats:
    """Return each row's sum of factor (dN − Y dm) with the common mean m."""
    rows = curve.rows
    fall = running(factor * common)
    own = np.where(rows.event, factor[rows.stop], 0.0)
    return own - (fall[rows.stop + 1] - fall[rows.start + 1])


def _poisson(curves: Sequence[MeanCurve], at_risk: Floats, time_weight: Floats) -> Floats:
    together = at_risk.sum(axis=0)
    size = len(curves)
    share = np.array([ratio(row, together) for row in at_risk])
    total = np.zeros((size, size))
    for own, curve in enumerate(curves):
        kept = time_weight * ((np.arange(size) == own)[:, None] - share)
        total += (kept * curve.events) @ kept.T
    return total


def _result(
    curves: Sequence[MeanCurve], observed: Floats, expected: Floats, covariance: Floats, how: str
) -> MeanTest:
    from scipy.special import chdtrc

    score = observed - expected
    statistic, df, warning = _chi_square(score, expected, covariance)
    p_value = float(chdtrc(df, statistic)) if np.isfinite(statistic) else float("nan")
    peer = "Ghosh–Lin" if curves[0].rows.has_terminal else "Cook–Lawless–Nadeau"
    method = f"{peer} pseudo-score test, {how} variance"
    n = np.array([curve.n for curve in curves])
    events = np.array([curve.n_events for curve in curves])
    test = {
        TERM: TEST, GROUP: "", STATISTIC: statistic, DF: df, P_VALUE: p_value,
        N: as_count(n.sum()), N_EVENTS: as_count(events.sum()),
    }  # fmt: skip
    groups = pd.DataFrame(
        {
            TERM: GROUP, GROUP: [curve.label for curve in curves], N: whole(n),
            N_EVENTS: whole(events), OBSERVED: observed, EXPECTED: expected,
        }
    )  # fmt: skip
    table = pd.concat([pd.DataFrame([test]), groups], ignore_index=True)
    return MeanTest(
        table=table.assign(**{METHOD: method, WARNING: warning}),
        sentence=f"Chi-square {said(statistic)} on {df} degrees of freedom, {p_statement(p_value)}"
        f" ({method}).",
        statistic=statistic, df=df, p_value=p_value, score=score, covariance=covariance,
    )  # fmt: skip


def _chi_square(score: Floats, expected: Floats, covariance: Floats) -> tuple[float, int, str]:
    used = expected > 0
    df = int(used.sum()) - 1
    if df < 1:
        return float("nan"), max(df, 0), "no event while two groups were at risk"
    inner = covariance[np.ix_(used, used)][:-1, :-1]
    if np.linalg.matrix_rank(inner, hermitian=True) < df:
        return float("nan"), df, "the variance is singular: too few subjects had events"
    return float(score[used][:-1] @ np.linalg.solve(inner, score[used][:-1])), df, ""
