"""Cox's proportional-hazards regression."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.cox.fit import EXACT, TIES, fit_cox, robust_variance
from afterglow.estimate.cox.penalty import RIDGE, Penalty, read_penalty
from afterglow.estimate.cox.profile import profile
from afterglow.estimate.cox.result import Cox, cox_table
from afterglow.estimate.cox.sample import CASE, Columns, CoxColumns, cox_sample
from afterglow.estimate.cox.trouble import few_clusters, join_words
from afterglow.estimate.options import check_level, check_word
from afterglow.names import DURATION, EVENT

WALD: Final = "wald"
PROFILE: Final = "profile"


def cox(
    data: pd.DataFrame,
    formula: str | Sequence[str],
    *,
    duration: str = DURATION,
    event: str = EVENT,
    entry: str | None = None,
    strata: Columns = None,
    cluster: str | None = None,
    subject: str | None = None,
    weights: str | None = None,
    weights_kind: str = CASE,
    offset: str | None = None,
    ties: str = "efron",
    robust: bool | None = None,
    penalty: Penalty = None,
    limits: str = WALD,
    conf_level: float = 0.95,
) -> Cox:
    """Estimate log hazard ratios: how covariates multiply the hazard of the event.

    Equals R's ``coxph(Surv(entry, duration, event) ~ x + strata(s), cluster =, weights =,
    ties =)``, carried to full convergence.

    Parameters
    ----------
    data : DataFrame, one row per subject or per piece of a subject's time at risk
        Missing values anywhere in the named columns are errors. Covariates that change with time
        come as several rows (entry, duration] of one subject.
    formula : str or list of str
        As in `design`: a right-hand side such as ``age + C(sex)``, or columns as main effects.
    duration, event, entry : str
        Time to the event or to censoring (days), whether it was the event (bool or 0/1), and the
        time from which a row is at risk. Risk sets are (entry, duration]; without `entry`
        everybody is at risk from the start and events at 0 count.
    strata : str or list of str, optional
        Rows are compared within a stratum only; each has its own baseline hazard.
    cluster, subject : str, optional
        Dependent rows, and whose they are. Clusters bring the robust variance, and so do several
        events of one subject; `n` counts subjects.
    weights, weights_kind : str, optional
        ``case``: R's case weights; among tied events Efron's method takes their mean, and
        fractional ones bring the robust variance. ``frequency``: a whole number w is w identical
        rows in every respect, ties included; fractional ones are case weights. ``sampling``: case
        weights with the robust variance.
    offset : str, optional
        A column added to the linear predictor.
    ties : str
        ``efron``, ``breslow``, or ``exact``: the conditional logistic likelihood of which rows at
        risk had the events (slow with many ties; no robust variance).
    robust : bool, optional
        Ask for, or do without, the Lin–Wei variance: squared score residuals summed over
        clusters, else subjects, else rows.
    penalty : optional
        ``"firth"``: half the log determinant of the information (Jeffreys' prior), finite under
        separation. ``("ridge", theta)``: less half theta Σ var(x) β², R's ``ridge(x, theta =)``;
        ``"ridge"`` takes theta = 1.
    limits : str
        ``wald``: normal, from the variance. ``profile``: where the likelihood, with the other
        coefficients at their best, falls short by the chi-square quantile; p-values are then
        likelihood-ratio ones. Better with few events, and finite on one side under separation.
    conf_level : float

    Returns
    -------
    Cox
        `tidy()` has one row per covariate: estimate (log hazard ratio), hazard_ratio with limits,
        std_error (from the information) and robust_std_error. The statistic, p-value and limits
        use the robust one where there is one.

    Raises
    ------
    InvalidInput
        The columns break the rules above; every problem is listed.
    NotEstimable
        A covariate is constant or collinear, overall or among those at risk together.
    UsageError
        An unknown word, or options that exclude each other.

    Notes
    -----
    Weights in Efron's method: d tied events count as d terms with their mean weight, so a weight
    of 2 is not quite two rows; with ``weights_kind="frequency"`` it is.

    References
    ----------
    Cox DR (1972). J R Stat Soc B 34:187-220.
    Efron B (1977). J Am Stat Assoc 72:557-565.
    Lin DY, Wei LJ (1989). J Am Stat Assoc 84:1074-1078.
    Heinze G, Schemper M (2001). Biometrics 57:114-119.
    Venzon DJ, Moolgavkar SH (1988). J R Stat Soc C 37:87-94.
    """
    check_word("ties", ties, TIES)
    check_level(conf_level)
    columns = CoxColumns(
        duration=duration, event=event, entry=entry, strata=strata, weights=weights,
        weights_kind=weights_kind, subject=subject, cluster=cluster, offset=offset,
    )  # fmt: skip
    sample = cox_sample(data, formula, columns, robust=robust)
    if sample.robust and ties == EXACT:
        raise UsageError(
            "Exact ties have no robust variance.\nUse ties = 'efron', or robust = False."
        )
    _check_limits(limits, robust=sample.robust, kind=read_penalty(penalty)[0])
    fit = fit_cox(sample.rows, ties=ties, penalty=penalty, terms=sample.design.terms)
    known = sample.robust and bool(np.isfinite(fit.beta).all())
    variance = robust_variance(sample.rows, fit) if known else fit.variance
    fit = replace(fit, warning=join_words(fit.warning, few_clusters(sample)))
    found = profile(sample.rows, fit, conf_level) if limits == PROFILE and fit.n_events else None
    table, sentence = cox_table(sample, fit, variance, conf_level, profile=found)
    return Cox(
        table=table, sentence=sentence, sample=sample, columns=columns, fit=fit,
        variance=variance, conf_level=conf_level,
    )  # fmt: skip


def _check_limits(limits: str, *, robust: bool, kind: str) -> None:
    check_word("limits", limits, (WALD, PROFILE))
    if limits == PROFILE and robust:
        raise UsageError(
            "Profile limits take the rows as independent, a robust variance does not.\n"
            "Use limits = 'wald', or robust = False."
        )
    if limits == PROFILE and kind == RIDGE:
        raise UsageError("Ridge has no profile limits.\nUse limits = 'wald', or penalty = 'firth'.")
