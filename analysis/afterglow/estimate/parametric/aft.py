"""Accelerated-failure-time models: how covariates stretch or shorten times."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.cox.design import Design, design
from afterglow.estimate.options import check_level, check_word
from afterglow.estimate.parametric.aft_result import Aft, aft_result
from afterglow.estimate.parametric.distributions import DISTRIBUTIONS, Distribution
from afterglow.estimate.parametric.location_scale import LocationScale
from afterglow.estimate.parametric.rows import TimeColumns, TimeRows, time_rows
from afterglow.names import DURATION, EVENT


def aft(
    data: pd.DataFrame,
    formula: str | Sequence[str] | None = None,
    *,
    distribution: str,
    duration: str = DURATION,
    event: str = EVENT,
    lower: str | None = None,
    upper: str | None = None,
    entry: str | None = None,
    strata: str | Sequence[str] | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    subject: str | None = None,
    cluster: str | None = None,
    zero_as: float | None = None,
    conf_level: float = 0.95,
) -> Aft:
    """Estimate how covariates multiply the time to the event: log T = xβ + σW.

    Equals R's ``survreg(Surv(duration, event) ~ x + strata(s), dist =, weights =, cluster =)``,
    on intervals ``Surv(lower, upper, type = "interval2")``, carried to full convergence by
    Newton's method with exact derivatives.

    Parameters
    ----------
    data : DataFrame, one row per subject
    formula : str or list of str, optional
        As in `cox`; an intercept is always there, and alone without a formula.
    distribution : str
        ``weibull``, ``exponential`` (σ = 1), ``rayleigh`` (σ = 1/2), ``lognormal``,
        ``loglogistic``; on the days themselves ``gaussian``, ``logistic``, ``extreme``.
    duration, event : str
        As in `kaplan_meier`: the time of the event, or a time at which it is known absent.
    lower, upper : str, optional
        Interval-censored data: the event lies in (lower, upper]. A lower end of 0 (or −inf) is
        left-censored, an upper end of inf right-censored, and equal ends say that the time is
        known; on the days themselves (``gaussian``, ``logistic``, ``extreme``) 0 is a day like any
        other, and only −inf is left-censored. With `lower` alone the upper end is `duration`
        where `event`, else infinite, as in the endpoint tables.
    entry : str, optional
        Time from which a row is at risk (delayed entry): its likelihood is that of an event after
        it. flexsurv's ``Surv(entry, duration, event)``; survreg has none.
    strata : str or list of str, optional
        Each stratum has a scale σ of its own.
    weights, weights_kind : str, optional
        As in `kaplan_meier`; sampling or fractional weights bring the robust variance.
    subject, cluster : str, optional
        Whose the rows are (`n` counts subjects), and which of them depend on each other (robust
        variance, summed over clusters).
    zero_as : float, optional
        Days that a time of 0 stands for; without it a time of 0 is refused, because on a
        logarithmic scale the choice decides the result.
    conf_level : float

    Returns
    -------
    Aft
        `tidy()`: one row per coefficient (with time_ratio = exp(estimate) for covariates on the
        logarithmic scale) and per "Log(scale)". Above 1 a time ratio means later events.
        `.tests()`, `.predict(newdata, times=, p=)`, `.cox_snell()`, `.plot_residuals()`.

    Raises
    ------
    InvalidInput
        The columns break the rules above; every problem is listed.
    NotEstimable
        No event, or covariates that are constant or collinear.
    UsageError
        An unknown word, or strata where the scale is fixed.

    Notes
    -----
    The log-likelihood is that of the times in days, as survreg prints it. The model-based variance
    is the inverse of minus its second derivatives; the robust one sums squared dfbetas, with the
    weights in them (survival 3.5's survreg leaves them out, and its residuals by log σ of
    interval-censored rows do not add up to 0 at the maximum: its robust variances differ there).

    References
    ----------
    Kalbfleisch JD, Prentice RL (2002). The Statistical Analysis of Failure Time Data, ch. 3.
    Lawless JF (2003). Statistical Models and Methods for Lifetime Data, ch. 5-6.
    """
    check_word("distribution", distribution, DISTRIBUTIONS)
    check_level(conf_level)
    kind = DISTRIBUTIONS[distribution]
    if strata is not None and kind.scale is not None:
        raise UsageError(f"distribution = {distribution!r} has no scale that strata could vary.")
    columns = TimeColumns(
        duration=duration, event=event, lower=lower, upper=upper, entry=entry, strata=strata,
        weights=weights, weights_kind=weights_kind, subject=subject, cluster=cluster,
        zero_as=zero_as,
    )  # fmt: skip
    rows = time_rows(data, columns, positive=kind.logarithm)
    if rows.n_events == 0:
        raise NotEstimable(
            "No event is known to have happened, so no time can be modelled.\n"
            "Follow up for longer, or choose another endpoint."
        )
    covariates = None if formula is None or not len(formula) else design(data, formula)
    model = location_scale(rows, covariates, kind)
    null = location_scale(rows, None, kind)
    return aft_result(
        model, null, rows, covariates, columns, distribution=distribution, conf_level=conf_level
    )


def location_scale(rows: TimeRows, covariates: Design | None, kind: Distribution) -> LocationScale:
    """Return the model of these rows, on the scale of the distribution."""
    bounds = rows.logged().bounds if kind.logarithm else rows.bounds
    ones = np.ones((len(rows.weight), 1))
    return LocationScale(
        bounds=bounds,
        x=ones if covariates is None else np.hstack([ones, covariates.matrix]),
        stratum=rows.stratum,
        strata=0 if kind.scale is not None else len(rows.strata),
        weight=rows.weight,
        distribution=kind,
    )
