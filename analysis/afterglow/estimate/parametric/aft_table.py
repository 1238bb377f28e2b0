"""The tidy rows of an accelerated-failure-time model, and the sentence that they make."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Floats
from afterglow.estimate.options import normal_quantile
from afterglow.estimate.parametric.location_scale import LocationScale
from afterglow.estimate.parametric.rows import TimeRows
from afterglow.estimate.result import said, said_interval
from afterglow.estimate.survival_curve import as_count
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    GROUP,
    N_EVENTS,
    P_VALUE,
    ROBUST_STD_ERROR,
    STATISTIC,
    STD_ERROR,
    TERM,
    TIME_RATIO,
    TIME_RATIO_HIGH,
    TIME_RATIO_LOW,
    N,
)


def aft_table(
    terms: Sequence[str], parameters: Floats, model_variance: Floats, variance: Floats,
    model: LocationScale, rows: TimeRows, conf_level: float,
) -> pd.DataFrame:  # fmt: skip
    """Return one row per parameter."""
    from scipy.special import ndtr

    error = np.sqrt(np.maximum(np.diag(variance), 0.0))
    half = normal_quantile(conf_level) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        z = parameters / error
    columns = {
        TERM: list(terms), GROUP: "", ESTIMATE: parameters,
        STD_ERROR: np.sqrt(np.maximum(np.diag(model_variance), 0.0)),
        STATISTIC: z, P_VALUE: 2.0 * ndtr(-np.abs(z)),
        CONF_LOW: parameters - half, CONF_HIGH: parameters + half, CONF_LEVEL: conf_level,
        N: as_count(rows.n), N_EVENTS: as_count(rows.n_events),
    }  # fmt: skip
    if rows.robust:
        columns[ROBUST_STD_ERROR] = error
    place = np.arange(len(terms))
    ratio = model.distribution.logarithm & (place > 0) & (place < model.x.shape[1])
    for name, values in ((TIME_RATIO, parameters), (TIME_RATIO_LOW, parameters - half),
                         (TIME_RATIO_HIGH, parameters + half)):  # fmt: skip
        with np.errstate(over="ignore"):  # a coefficient without a finite estimate has a warning
            columns[name] = np.where(ratio, np.exp(np.where(ratio, values, 0.0)), np.nan)
    return pd.DataFrame(columns)


def aft_sentence(table: pd.DataFrame, model: LocationScale, method: str) -> str:
    """Say every covariate's time ratio, or its difference in days."""
    rows = table.iloc[1 : model.x.shape[1]]
    ratio = model.distribution.logarithm
    names = (ESTIMATE, CONF_LOW, CONF_HIGH)
    if ratio:
        names = (TIME_RATIO, TIME_RATIO_LOW, TIME_RATIO_HIGH)
    what = "time ratio" if ratio else "difference in days"
    parts = []
    for row in rows.to_dict("records"):
        value, low, high = (row[name] for name in names)
        interval = said_interval(low, high, row[CONF_LEVEL])
        parts.append(f"{row[TERM]}: {what} {said(value)} ({interval})")
    first = table.iloc[0]
    counted = f"n = {said(first[N])}, {said(first[N_EVENTS])} events"
    head = "; ".join(parts) if parts else f"Intercept {said(first[ESTIMATE])}"
    return f"{head} ({counted}; {method})."
