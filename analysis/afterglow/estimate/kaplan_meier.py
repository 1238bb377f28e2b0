"""Survival curves: Kaplan–Meier, and the exponential of two cumulative-hazard estimators."""

from collections.abc import Sequence

import pandas as pd

from afterglow.estimate.hazard_steps import ESTIMATORS
from afterglow.estimate.intervals import CONF_TYPES
from afterglow.estimate.options import check_level, check_word
from afterglow.estimate.risktable import risk_tables
from afterglow.estimate.sample import survival_sample
from afterglow.estimate.survival_curve import CurveOptions, survival_curve
from afterglow.estimate.survival_result import KaplanMeier, survival_result
from afterglow.names import DURATION, EVENT


def kaplan_meier(
    data: pd.DataFrame,
    *,
    duration: str = DURATION,
    event: str = EVENT,
    entry: str | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    subject: str | None = None,
    cluster: str | None = None,
    by: str | Sequence[str] | None = None,
    conf_level: float = 0.95,
    conf_type: str = "log-log",
    estimator: str = "kaplan-meier",
) -> KaplanMeier:
    """Estimate S(t), the probability of being free of the event beyond t, in each group.

    Equals R's ``survfit(Surv(entry, duration, event) ~ by, conf.type = "log-log")``; with
    sampling weights or clusters ``survfit(..., weights =, cluster =, robust = TRUE)``.

    Parameters
    ----------
    data : DataFrame, one row per subject (or per piece of a subject's time at risk)
        Missing values anywhere in the named columns are errors.
    duration, event : str
        Time to the event or to censoring (>= 0), and whether it was the event (bool or 0/1).
        At a tie events come before censorings.
    entry : str, optional
        Time from which a row is at risk; risk sets are (entry, duration], −inf means from the
        start. Without it everybody is at risk at time 0 and events at 0 count.
    weights, weights_kind : str, optional
        ``frequency``: a weight w is w identical rows, Greenwood variance. ``sampling``: robust.
        Fractional weights cannot count rows: they bring the robust variance, as in R.
    subject : str, optional
        Rows are pieces (entry, duration] of these subjects, the event at the end of the last;
        `n` counts subjects.
    cluster : str, optional
        Dependent rows; brings the robust variance, summed over clusters.
    by : str or list of str, optional
        Groups, in natural order; labels of several columns are joined by ", ".
    conf_type : str
        Scale of the limits: ``log-log``, ``log``, ``plain``, ``logit``, ``arcsin``.
    estimator : str
        ``kaplan-meier`` prod(1 − d/n); ``nelson-aalen`` exp(−sum d/n), R's
        ``survfit(stype = 2, ctype = 1)``; ``fleming-harrington`` the same with tied events taken
        out one after another, R's ``stype = 2, ctype = 2``.

    Returns
    -------
    KaplanMeier
        `tidy()` has one row per group and distinct exit time.

    Raises
    ------
    InvalidInput
        The columns break the rules above; every problem is listed.
    UsageError
        An unknown word.

    Notes
    -----
    Variance: Greenwood for Kaplan–Meier, the Aalen-type sum d/n² for the other two. Robust: the
    infinitesimal jackknife, squared influences summed over rows or clusters. Where S = 0 the
    limits are undefined; where S = 1 they are 1. Survival 3.5 reports the robust error of log S as
    that of S for ``stype = 2``; here it is multiplied by S.

    References
    ----------
    Kaplan EL, Meier P (1958). J Am Stat Assoc 53:457-481.
    Fleming TR, Harrington DP (1984). Commun Stat Theory Methods 13:2469-2486.
    """
    check_word("estimator", estimator, ESTIMATORS)
    check_word("conf_type", conf_type, CONF_TYPES)
    check_level(conf_level)
    sample = survival_sample(
        data, duration=duration, event=event, entry=entry, weights=weights,
        weights_kind=weights_kind, subject=subject, cluster=cluster, by=by,
    )  # fmt: skip
    options = CurveOptions(
        estimator=estimator, conf_type=conf_type, conf_level=conf_level, robust=sample.robust
    )
    tables = risk_tables(sample)
    curves = [survival_curve(g, table, options) for g, table in zip(sample.groups, tables)]
    return survival_result(curves)
