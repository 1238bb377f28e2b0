"""Survival and quantiles that an accelerated-failure-time model predicts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import ColumnReader, Floats
from afterglow.estimate.cox.result import exponential
from afterglow.estimate.options import normal_quantile
from afterglow.estimate.sample import named
from afterglow.names import CONF_HIGH, CONF_LEVEL, CONF_LOW, ESTIMATE, STD_ERROR, TERM, TIME

if TYPE_CHECKING:
    from afterglow.estimate.parametric.aft_result import Aft

ROW = "row"
PROBABILITY = "p"


def predicted_survival(
    fit: "Aft", newdata: pd.DataFrame, times: float | Sequence[float]
) -> pd.DataFrame:
    """Return P(T > t), one row per row of `newdata` and time."""
    asked = np.atleast_1d(np.asarray(times, dtype=np.float64))
    kind = fit.model.distribution
    if not np.isfinite(asked).all() or (kind.logarithm and (asked < 0).any()):
        raise UsageError("times holds a value that is no time.\nGive days of at least 0.")
    x, stratum, sigma = _at(fit, newdata)
    y = np.log(np.maximum(asked, np.finfo(np.float64).tiny)) if kind.logarithm else asked
    w = (y[None, :] - (x @ fit.parameters[: x.shape[1]])[:, None]) / sigma[:, None]
    gradient = _gradient(fit, x, stratum, -1.0 / sigma[:, None] * np.ones_like(w), -w)
    error = _error(fit, gradient)
    half = normal_quantile(fit.conf_level) * error
    with np.errstate(over="ignore", invalid="ignore"):  # a fit that ran away has no finite limits
        survival, low, high = (np.exp(kind.error.log_survival(v)) for v in (w, w + half, w - half))
        density = np.exp(kind.error.log_density(w))
    at_zero = kind.logarithm & (asked == 0.0)[None, :] & np.ones_like(w, dtype=bool)
    columns = {
        ESTIMATE: np.where(at_zero, 1.0, survival),
        STD_ERROR: np.where(at_zero, 0.0, density * error),
        CONF_LOW: np.where(at_zero, 1.0, low),
        CONF_HIGH: np.where(at_zero, 1.0, high),
    }
    return _long(fit, columns, {TERM: "survival"}, TIME, asked)


def predicted_quantiles(
    fit: "Aft", newdata: pd.DataFrame, p: float | Sequence[float]
) -> pd.DataFrame:
    """Return the days by which a share `p` has had the event, one row per row and share."""
    shares = np.atleast_1d(np.asarray(p, dtype=np.float64))
    if not ((shares > 0.0) & (shares < 1.0)).all():
        raise UsageError("p holds a value that is not between 0 and 1.\nGive shares, such as 0.5.")
    x, stratum, sigma = _at(fit, newdata)
    kind = fit.model.distribution
    w = np.broadcast_to(kind.error.quantile(shares), (len(x), len(shares)))
    y = (x @ fit.parameters[: x.shape[1]])[:, None] + sigma[:, None] * w
    gradient = _gradient(fit, x, stratum, np.ones_like(w), sigma[:, None] * w)
    error = _error(fit, gradient)
    half = normal_quantile(fit.conf_level) * error
    columns = {ESTIMATE: y, STD_ERROR: error, CONF_LOW: y - half, CONF_HIGH: y + half}
    if kind.logarithm:
        columns = {name: exponential(v) for name, v in columns.items() if name != STD_ERROR}
        columns[STD_ERROR] = columns[ESTIMATE] * error
    return _long(fit, columns, {TERM: "quantile"}, PROBABILITY, shares)


def _at(fit: "Aft", newdata: pd.DataFrame) -> tuple[Floats, np.ndarray, Floats]:
    """Return covariates with the intercept, the stratum and the scale of each new row."""
    coded = np.empty((len(newdata), 0)) if fit.design is None else fit.design.coded(newdata)
    x = np.hstack([np.ones((len(newdata), 1)), coded])
    stratum = np.zeros(len(newdata), dtype=np.int64)
    if fit.columns.strata is not None:
        read = ColumnReader(newdata, *named(fit.columns.strata))
        codes, labels = read.label(fit.columns.strata)
        place = np.array([fit.rows.strata.index(name) if name in fit.rows.strata else -1
                          for name in labels])  # fmt: skip
        stratum = place[codes]
        read.forbid(named(fit.columns.strata)[0], stratum < 0,
                    "has a stratum that the model does not know",
                    "Give only strata that were in the data of the fit.")  # fmt: skip
        read.finish()
    scales = np.array(list(fit.scales.values()))
    return x, stratum, scales[stratum]


def _gradient(
    fit: "Aft", x: Floats, stratum: np.ndarray, by_eta: Floats, by_scale: Floats
) -> Floats:
    """Return derivatives by the parameters, shape (rows, columns, parameters)."""
    parts = [by_eta[:, :, None] * x[:, None, :]]
    if fit.model.strata:
        own = np.eye(fit.model.strata)[stratum]
        parts.append(by_scale[:, :, None] * own[:, None, :])
    return np.concatenate(parts, axis=2)


def _error(fit: "Aft", gradient: Floats) -> Floats:
    variance = np.einsum("ijk,kl,ijl->ij", gradient, fit.variance, gradient)
    return np.sqrt(np.maximum(variance, 0.0))


def _long(
    fit: "Aft", columns: dict[str, Floats], head: dict[str, object], name: str, asked: Floats
) -> pd.DataFrame:
    rows = columns[ESTIMATE].shape[0]
    table = pd.DataFrame(
        {ROW: np.repeat(np.arange(1, rows + 1), len(asked)), **head, name: np.tile(asked, rows)}
    )
    for column in (ESTIMATE, STD_ERROR, CONF_LOW, CONF_HIGH):
        table[column] = columns[column].ravel()
    return table.assign(**{CONF_LEVEL: fit.conf_level})
