"""The log-rank test of whether groups have the same hazard."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.options import check_word
from afterglow.estimate.result import Result, said
from afterglow.estimate.sample import Sample, survival_sample
from afterglow.estimate.score_sums import ScoreSums, score_sums
from afterglow.estimate.survival_curve import whole
from afterglow.names import (
    CONF_HIGH,
    CONF_LOW,
    DF,
    DURATION,
    ESTIMATE,
    EVENT,
    GROUP,
    METHOD,
    N_EVENTS,
    P_VALUE,
    STATISTIC,
    TERM,
    WARNING,
    N,
)
from afterglow.rounding import p_statement

WEIGHTINGS: Final = ("logrank",)
LATER_WEIGHTINGS: Final = ("peto", "gehan", "tarone-ware", "fleming-harrington")
OBSERVED: Final = "observed"
EXPECTED: Final = "expected"
TEST: Final = "log-rank"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogRank(Result):
    """A log-rank test.

    Attributes
    ----------
    statistic, df, p_value : float, int, float
        Chi-square statistic, its degrees of freedom and the upper-tail probability.
    groups : DataFrame
        One row per group: group, n, observed, expected.
    covariance : array, shape (K, K)
        Of observed minus expected, in the order of `groups`.
    """

    statistic: float
    df: int
    p_value: float
    groups: pd.DataFrame
    covariance: Floats

    def plot(self, ax=None):
        """Draw observed over expected events of each group against 1 and return the axes."""
        from afterglow.figures.forest import draw_forest

        ratio = self.groups[OBSERVED] / self.groups[EXPECTED].where(self.groups[EXPECTED] > 0)
        rows = pd.DataFrame(
            {GROUP: self.groups[GROUP], ESTIMATE: ratio, CONF_LOW: ratio, CONF_HIGH: ratio}
        )
        return draw_forest(rows, label=GROUP, null=1.0, ax=ax)


def logrank(
    data: pd.DataFrame,
    *,
    by: str | Sequence[str],
    duration: str = DURATION,
    event: str = EVENT,
    entry: str | None = None,
    strata: str | Sequence[str] | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    subject: str | None = None,
    cluster: str | None = None,
    weighting: str = "logrank",
    trend: bool = False,
) -> LogRank:
    """Test whether the groups of `by` share one hazard of the event, within `strata`.

    Equals R's ``survdiff(Surv(duration, event) ~ by + strata(strata))``: observed minus expected
    events summed over the event times, hypergeometric variance (exact under ties). With sampling
    weights or clusters the variance is the robust (Lin–Wei) one of the score test, R's
    ``summary(coxph(..., cluster =, ties = "breslow"))$robscore``.

    Parameters
    ----------
    data : DataFrame, one row per subject (or per piece of a subject's time at risk)
    by : str or list of str
        At least two groups.
    duration, event, entry, weights, weights_kind, subject, cluster : str
        As in `kaplan_meier`; risk sets are (entry, duration].
    strata : str or list of str, optional
        Groups are compared only within a stratum, and the comparisons added.
    weighting : str
        ``logrank``: every event time counts alike.

    Returns
    -------
    LogRank
        `tidy()`: the test in the first row (term "log-rank"), then one row per group with n,
        n_events, observed and expected events.

    Raises
    ------
    InvalidInput
        The columns break the rules of `kaplan_meier`.
    UsageError
        Fewer than two groups, an unknown word, or a weighting that is not there yet.

    References
    ----------
    Mantel N (1966). Cancer Chemother Rep 50:163-170.
    Lin DY, Wei LJ (1989). J Am Stat Assoc 84:1074-1078.
    """
    _check_weighting(weighting, trend)
    sample = survival_sample(
        data, duration=duration, event=event, entry=entry, weights=weights,
        weights_kind=weights_kind, subject=subject, cluster=cluster, by=by, strata=strata,
    )  # fmt: skip
    if len(sample.groups) < 2:
        raise UsageError("by names one group only.\nA log-rank test compares at least two.")
    sums = score_sums(sample)
    statistic, df, warning = _chi_square(sums)
    return _result(sample, sums, statistic, df, warning, stratified=strata is not None)


def _check_weighting(weighting: object, trend: bool) -> None:
    word = weighting[0] if isinstance(weighting, tuple) and weighting else weighting
    asked = f"weighting = {weighting!r}" if word in LATER_WEIGHTINGS else "trend = True"
    if word in LATER_WEIGHTINGS or trend:
        raise UsageError(f"{asked} is not yet available.\nUse weighting = 'logrank'.")
    check_word("weighting", weighting, WEIGHTINGS)


def _chi_square(sums: ScoreSums) -> tuple[float, int, str]:
    used = sums.expected > 0
    df = int(used.sum()) - 1
    if df < 1:
        return float("nan"), max(df, 0), "no event at which two groups were at risk"
    score = (sums.observed - sums.expected)[used][:-1]
    covariance = sums.covariance[np.ix_(used, used)][:-1, :-1]
    if np.linalg.matrix_rank(covariance, hermitian=True) < df:
        return float("nan"), df, "the variance is singular: some groups were never compared"
    return float(score @ np.linalg.solve(covariance, score)), df, ""


def _result(
    sample: Sample, sums: ScoreSums, statistic: float, df: int, warning: str, *, stratified: bool
) -> LogRank:
    from scipy.special import chdtrc

    p_value = float(chdtrc(df, statistic)) if np.isfinite(statistic) else float("nan")
    groups = pd.DataFrame(
        {
            GROUP: list(sample.groups),
            N: whole(sums.n),
            OBSERVED: whole(sums.observed),
            EXPECTED: sums.expected,
        }
    )
    kind = "robust (Lin–Wei)" if sample.robust else "hypergeometric"
    method = f"{'stratified ' if stratified else ''}log-rank, {kind} variance"
    test = {
        TERM: TEST, GROUP: "", STATISTIC: statistic, DF: df, P_VALUE: p_value,
        N: groups[N].sum(), N_EVENTS: groups[OBSERVED].sum(),
        OBSERVED: groups[OBSERVED].sum(), EXPECTED: groups[EXPECTED].sum(),
    }  # fmt: skip
    rows = groups.assign(**{TERM: "group"})
    rows[N_EVENTS] = rows[OBSERVED]
    table = pd.concat([pd.DataFrame([test]), rows], ignore_index=True)
    return LogRank(
        table=table.assign(**{METHOD: method, WARNING: warning}),
        sentence=f"Chi-square {said(statistic)} on {df} degrees of freedom, {p_statement(p_value)}"
        f" ({method}).",
        statistic=statistic, df=df, p_value=p_value, groups=groups, covariance=sums.covariance,
    )  # fmt: skip
