"""Flexible parametric models: a spline of the log cumulative hazard, for smooth hazards."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.cox.design import Design, design
from afterglow.estimate.options import check_level
from afterglow.estimate.parametric.centring import centred
from afterglow.estimate.parametric.distributions import DISTRIBUTIONS
from afterglow.estimate.parametric.flexible_result import FlexibleParametric, flexible_result
from afterglow.estimate.parametric.location_scale import LocationScale
from afterglow.estimate.parametric.log_hazard import LogHazardModel, log_hazard_model
from afterglow.estimate.parametric.maximum import Optimum, maximize
from afterglow.estimate.parametric.rows import TimeColumns, TimeRows, time_rows
from afterglow.estimate.parametric.splines import knots_at
from afterglow.names import DURATION, EVENT


def flexible_parametric(
    data: pd.DataFrame,
    formula: str | Sequence[str] | None = None,
    *,
    df: int = 3,
    knots: Sequence[float] | None = None,
    duration: str = DURATION,
    event: str = EVENT,
    lower: str | None = None,
    upper: str | None = None,
    entry: str | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    subject: str | None = None,
    cluster: str | None = None,
    zero_as: float | None = None,
    conf_level: float = 0.95,
) -> FlexibleParametric:
    """Fit a smooth hazard: log H(t | x) = s(log t) + xβ, s a restricted cubic spline.

    Proportional hazards with a baseline that is neither a step function nor of a fixed shape:
    hazards can be drawn, and survival read off between event times. Equals R's
    ``flexsurv::flexsurvspline(Surv(duration, event) ~ x, k = df - 1, scale = "hazard")``, and with
    df = 1 a Weibull model.

    Parameters
    ----------
    data, formula, duration, event, lower, upper, entry, weights, weights_kind, subject, cluster
        As in `aft`.
    df : int
        Degrees of freedom of the spline, 1 to 10: df − 1 knots between the first and the last
        event, at evenly spaced quantiles of the logarithms of the event times.
    knots : list of float, optional
        The knots themselves (days), the outer two included, instead of `df`.
    zero_as : float, optional
        Days that a time of 0 stands for.
    conf_level : float

    Returns
    -------
    FlexibleParametric
        `tidy()`: one row per spline coefficient ("spline 0", …) and per covariate (with
        hazard_ratio). `.predict(newdata, times)`, `.hazard(newdata, times)`, `.plot_hazard()`.

    Raises
    ------
    InvalidInput, NotEstimable, UsageError
        As `aft`; too few events for the knots. Where many events fall on few days and knots meet,
        fewer are used, and `warning` says so.

    References
    ----------
    Royston P, Parmar MKB (2002). Stat Med 21:2175-2197.
    """
    check_level(conf_level)
    _check_df(df, knots)
    columns = TimeColumns(
        duration=duration, event=event, lower=lower, upper=upper, entry=entry, weights=weights,
        weights_kind=weights_kind, subject=subject, cluster=cluster, zero_as=zero_as,
    )  # fmt: skip
    rows = time_rows(data, columns, positive=True).logged()
    if rows.n_events == 0:
        raise NotEstimable(
            "No event is known to have happened, so no hazard can be modelled.\n"
            "Follow up for longer, or choose another endpoint."
        )
    covariates = None if formula is None or not len(formula) else design(data, formula)
    log_knots = _knots(rows, df, knots)
    model, found = fit_spline(rows, covariates, log_knots)
    null = found if covariates is None else fit_spline(rows, None, log_knots)[1]
    return flexible_result(
        model, found, null.value, rows, covariates, columns, knots=log_knots,
        conf_level=conf_level, remark=_fewer(log_knots, df, knots),
    )  # fmt: skip


def _check_df(df: object, knots: Sequence[float] | None) -> None:
    if knots is not None:
        values = np.asarray(knots, dtype=np.float64)
        good = (
            values.ndim == 1
            and len(values) > 1
            and (values > 0).all()
            and np.isfinite(values).all()
        )
        if not good or (np.diff(values) <= 0).any():
            raise UsageError("knots is not a rising list of at least two days above 0.")
        return
    if not isinstance(df, int) or isinstance(df, bool) or not 1 <= df <= 10:
        raise UsageError("df is not a whole number from 1 to 10.\nGive, say, 3.")


def _fewer(log_knots: Floats, df: int, knots: Sequence[float] | None) -> str:
    """Say that knots fell together, which leaves fewer degrees of freedom than asked for."""
    left = len(log_knots) - 1
    if knots is not None or left == df:
        return ""
    return f"events fall on few days, where knots meet: df = {left} instead of {df}"


def _knots(rows: TimeRows, df: int, knots: Sequence[float] | None) -> Floats:
    if knots is not None:
        return np.log(np.asarray(knots, dtype=np.float64))
    bounds = rows.bounds
    event = np.isfinite(bounds.upper)
    low = np.where(np.isfinite(bounds.lower), bounds.lower, bounds.upper)[event]
    middle = (low + bounds.upper[event]) / 2.0
    if len(np.unique(middle)) < 2:
        raise NotEstimable("All events fall on one time: a hazard over time cannot be drawn.")
    if rows.n_events < df + 1:
        raise NotEstimable(f"df = {df} needs at least {df + 1} events.\nUse a smaller df.")
    return knots_at(middle, df)


def fit_spline(
    rows: TimeRows, covariates: Design | None, knots: Floats
) -> tuple[LogHazardModel, Optimum]:
    """Return the model about the covariates' means and its maximum, from the Weibull model on."""
    matrix = np.empty((len(rows.weight), 0)) if covariates is None else covariates.matrix
    matrix, _ = centred(matrix, rows.weight)
    weibull = LocationScale(
        bounds=rows.bounds, x=np.hstack([np.ones((len(matrix), 1)), matrix]),
        stratum=np.zeros(len(matrix), dtype=np.int64), strata=1, weight=rows.weight,
        distribution=DISTRIBUTIONS["weibull"],
    )  # fmt: skip
    first = weibull.fit().at
    rate = np.exp(-first[-1])
    bends = np.zeros(len(knots) - 2)
    start = np.concatenate([[-first[0] * rate, rate], bends, -first[1:-1] * rate])
    model = log_hazard_model(rows.bounds, matrix, knots, rows.weight)
    return model, maximize(model.evaluate, start)
