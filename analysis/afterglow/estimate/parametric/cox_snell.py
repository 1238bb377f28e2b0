"""Cox–Snell residuals of a parametric model, and their own cumulative hazard."""

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Floats
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.parametric.location_scale import LocationScale
from afterglow.estimate.survival_curve import CUMULATIVE_HAZARD
from afterglow.names import EVENT, TIME

RESIDUAL = "residual"
ENTRY = "residual_entry"
ROW = "row"


def cox_snell_residuals(model: LocationScale, parameters: Floats) -> pd.DataFrame:
    """Return one row per row of the fit: residual, event, and the residual at entry."""
    eta = model.x @ parameters[: model.x.shape[1]]
    sigma = model.sigma(parameters)

    def hazard(bound: Floats) -> Floats:
        known = np.isfinite(bound)
        w = np.where(known, (np.where(known, bound, 0.0) - eta) / sigma, 0.0)
        value = -model.distribution.error.log_survival(w)
        return np.where(known, value, np.where(bound > 0, np.inf, 0.0))

    low, high = hazard(model.bounds.lower), hazard(model.bounds.upper)
    event = np.isfinite(high)
    residual = np.where(event, _mean_between(low, np.where(event, high, low)), low)
    begin = np.zeros(len(eta)) if model.bounds.entry is None else hazard(model.bounds.entry)
    return pd.DataFrame(
        {ROW: np.arange(1, len(eta) + 1), RESIDUAL: residual, EVENT: event, ENTRY: begin}
    )


def _mean_between(low: Floats, high: Floats) -> Floats:
    """Return the mean of a unit exponential within (low, high]."""
    width = high - low
    with np.errstate(over="ignore"):
        lost = np.where(width > 1e-6, width / np.expm1(np.maximum(width, 1e-6)), 1.0 - width / 2.0)
    return np.where(width > 0.0, low + 1.0 - lost, low)


def residual_hazard(residuals: pd.DataFrame) -> pd.DataFrame:
    """Return the Nelson–Aalen cumulative hazard of the residuals at each of their events."""
    late = residuals[ENTRY].to_numpy() > 0.0
    frame = residuals.assign(**{ENTRY: np.where(late, residuals[ENTRY], -np.inf)})
    curve = kaplan_meier(
        frame, duration=RESIDUAL, event=EVENT, entry=ENTRY if late.any() else None,
        estimator="nelson-aalen",
    ).tidy()  # fmt: skip
    curve = curve[curve["events"] > 0]
    return pd.DataFrame(
        {RESIDUAL: curve[TIME].to_numpy(), CUMULATIVE_HAZARD: curve[CUMULATIVE_HAZARD].to_numpy()}
    )
