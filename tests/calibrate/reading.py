"""What is read from a result: limits with the truth they aim at, or that there were none."""

from collections.abc import Callable
from typing import Any

import numpy as np

from afterglow.errors import AfterglowError
from afterglow.names import CONF_HIGH, CONF_LOW, GROUP

Interval = tuple[float, float, float]


def limits(row: Any, truth: float) -> Interval:
    """Return the limits of one tidy row and the truth."""
    return float(row[CONF_LOW]), float(row[CONF_HIGH]), truth


def time_limits(row: Any, truth: float) -> Interval:
    """Return the limits of a time; one that is not reached is open."""
    low, high, _ = limits(row, truth)
    return (0.0 if np.isnan(low) else low), (np.inf if np.isnan(high) else high), truth


def attempted(estimate: Callable[..., Any], *given: Any, **options: Any) -> Any:
    """Return an estimate, or None where these data have none and the estimator said so."""
    try:
        return estimate(*given, **options)
    except AfterglowError:
        return None


def of_arm(table: Any, arm: str) -> Any:
    """Return the first row of an arm."""
    return table[table[GROUP] == arm].iloc[0]
