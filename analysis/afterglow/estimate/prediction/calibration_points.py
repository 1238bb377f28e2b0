"""Calibration curves and binned means of several validations, as frames to draw."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from afterglow.estimate.options import normal_quantile
from afterglow.estimate.prediction.calibration import (
    Scored,
    calibration_bins,
    calibration_grid,
    smooth_at,
)
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, GROUP, PREDICTED, STD_ERROR, N

BINS: Final = 5


def calibration_points(every: Mapping[str, Scored]) -> pd.DataFrame:
    """Return group (the validation), predicted and estimate: the smoothed outcome there."""
    parts = []
    for kind, scored in every.items():
        grid = calibration_grid(scored)
        parts.append(
            pd.DataFrame({GROUP: kind, PREDICTED: grid, ESTIMATE: smooth_at(scored, grid)})
        )
    return pd.concat(parts, ignore_index=True)


def binned_points(every: Mapping[str, Scored], conf_level: float) -> pd.DataFrame:
    """Return group, predicted, estimate, std_error, limits and n (rows) of fifths."""
    half = normal_quantile(conf_level)
    rows = []
    for kind, scored in every.items():
        top = np.inf if scored.days else 1.0
        for one in calibration_bins(scored, BINS):
            away = half * one.std_error
            row = {GROUP: kind, PREDICTED: one.predicted, ESTIMATE: one.observed}
            row |= {STD_ERROR: one.std_error, N: one.rows}
            row |= {CONF_LOW: max(0.0, one.observed - away)}
            rows.append(row | {CONF_HIGH: min(top, one.observed + away)})
    return pd.DataFrame(rows)
