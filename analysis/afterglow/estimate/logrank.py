"""The log-rank test of whether groups have the same hazard, and its weighted relatives."""

from collections.abc import Sequence

import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.log_rank_pairs import compared_pairs
from afterglow.estimate.log_rank_result import LogRank, logrank_result
from afterglow.estimate.log_rank_weights import weighting_of
from afterglow.estimate.multiplicity import check_adjustment
from afterglow.estimate.sample import survival_sample
from afterglow.estimate.score_sums import score_sums
from afterglow.names import DURATION, EVENT


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
    weighting: str | tuple[str, float, float] = "logrank",
    trend: bool | Sequence[float] = False,
    reference: object | None = None,
    pairwise: bool = False,
    adjust: str = "holm",
) -> LogRank:
    """Test whether the groups of `by` share one hazard of the event, within `strata`.

    Equals R's ``survdiff(Surv(duration, event) ~ by + strata(strata), rho =)``: observed minus
    expected events, each time with its weight, summed over the event times; hypergeometric
    variance (exact under ties). With sampling weights or clusters the variance is the robust
    (Lin–Wei) one of the score test, without weights of the times R's
    ``summary(coxph(..., cluster =, ties = "breslow"))$robscore``.

    Parameters
    ----------
    data : DataFrame, one row per subject (or per piece of a subject's time at risk)
    by : str or list of str
        At least two groups.
    duration, event, entry, weights, weights_kind, subject, cluster : str
        As in `kaplan_meier`; risk sets are (entry, duration].
    strata : str or list of str, optional
        Groups are compared only within a stratum, and the comparisons added. The weights of the
        times come from each stratum's own curve or numbers at risk, as in survdiff.
    weighting : str or tuple
        ``logrank`` every event time counts alike; ``peto`` by S(t−), the Kaplan–Meier curve of
        all groups together (``survdiff(rho = 1)``); ``gehan`` by the number at risk Y;
        ``tarone-ware`` by √Y; ``("fleming-harrington", p, q)`` by S(t−)^p (1 − S(t−))^q, with
        q = 0 ``survdiff(rho = p)``; ``peto-peto`` by S̃(t) = prod(1 − d/(Y + 1));
        ``modified-peto-peto`` by S̃(t−) Y/(Y + 1). Say before looking which one it is.
    trend : bool or list of float
        Also test for a trend over the groups: with True over their order (scores 1, 2, …), else
        over the scores given, one per group in natural order.
    reference : optional
        Also test every other group against this one.
    pairwise : bool
        Also test every pair of groups. A pair is tested on its own rows alone, as
        ``survminer::pairwise_survdiff`` does.
    adjust : str
        For the number of pairs: ``holm``, ``bonferroni``, ``hochberg``, ``hommel``, ``bh``,
        ``by`` or ``none``.

    Returns
    -------
    LogRank
        `tidy()`: the test in the first row (term "log-rank"), then one row per group with n,
        n_events, observed and expected events, then the trend (term "trend") and the pairs (term
        "pair", group "A vs B", p_value, p_adjusted) where asked for.

    Raises
    ------
    InvalidInput
        The columns break the rules of `kaplan_meier`.
    UsageError
        Fewer than two groups, an unknown word, or scores that do not fit the groups.

    References
    ----------
    Mantel N (1966). Cancer Chemother Rep 50:163-170.
    Harrington DP, Fleming TR (1982). Biometrika 69:553-566.
    Tarone RE, Ware J (1977). Biometrika 64:156-160.
    Tarone RE (1975). Biometrika 62:679-682 (trend).
    Lin DY, Wei LJ (1989). J Am Stat Assoc 84:1074-1078.
    """
    chosen = weighting_of(weighting)
    check_adjustment(adjust)
    sample = survival_sample(
        data, duration=duration, event=event, entry=entry, weights=weights,
        weights_kind=weights_kind, subject=subject, cluster=cluster, by=by, strata=strata,
    )  # fmt: skip
    if len(sample.groups) < 2:
        raise UsageError("by names one group only.\nA log-rank test compares at least two.")
    pairs = compared_pairs(sample, chosen, reference=reference, pairwise=pairwise, adjust=adjust)
    return logrank_result(
        sample, score_sums(sample, chosen), chosen,
        stratified=strata is not None, trend=trend, pairs=pairs,
    )  # fmt: skip
