"""Cumulative hazards of the moves between states."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Floats
from afterglow.estimate.multistate.occupancy import StateCurve
from afterglow.estimate.multistate.transition import GREENWOOD, NOT_COUNTS
from afterglow.estimate.options import normal_quantile
from afterglow.estimate.survival_curve import PAST_THE_END, as_count
from afterglow.estimate.timegrid import near_index
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    FROM_STATE,
    GROUP,
    METHOD,
    N_EVENTS,
    STD_ERROR,
    TERM,
    TIME,
    TO_STATE,
    WARNING,
    N,
)


def hazard_rows(
    curves: Sequence[StateCurve], states: Sequence[str], times: Floats, variance: str
) -> pd.DataFrame:
    """Return the rows of every group and move; see `MultiState.cumulative_hazards`."""
    parts = []
    for curve in curves:
        counts = curve.counts
        size = len(states)
        kinds = np.unique(counts.source * size + counts.target)
        for source, target in zip(kinds // size, kinds % size):
            own = (counts.source == source) & (counts.target == target)
            rows = _move(curve, own, times, variance)
            rows[FROM_STATE], rows[TO_STATE] = states[source], states[target]
            rows[TERM] = f"{states[source]} → {states[target]}"
            parts.append(rows)
    if not parts:
        return pd.DataFrame(columns=[TERM, GROUP, TIME, ESTIMATE])
    table = pd.concat(parts, ignore_index=True)
    return table.assign(**{METHOD: f"Nelson-Aalen, {variance} variance, log limits"})


def _move(curve: StateCurve, own: np.ndarray, times: Floats, variance: str) -> pd.DataFrame:
    """Return the rows of one move: the sum of d/Y, and of d/Y² or, Greenwood's, d (Y − d)/Y³."""
    counts = curve.counts
    there = counts.at_risk[counts.source[own], counts.when[own]]
    hazard = counts.hazard[own]
    noise = hazard * (1.0 - hazard) / there if variance == GREENWOOD else hazard / there
    when = counts.times[counts.when[own]]
    place = near_index(when, times, side="right")
    total = np.concatenate([[0.0], np.cumsum(hazard)])[place]
    error = np.sqrt(np.concatenate([[0.0], np.cumsum(noise)])[place])
    if not counts.frequency:
        error = np.full_like(error, np.nan)
    relative = np.divide(error, total, out=np.zeros_like(error), where=total > 0.0)
    factor = np.exp(normal_quantile(curve.conf_level) * relative)
    late = np.where(times > counts.times[-1], PAST_THE_END, "")
    return pd.DataFrame(
        {
            GROUP: curve.label,
            TIME: times,
            ESTIMATE: total,
            STD_ERROR: error,
            CONF_LOW: total / factor,
            CONF_HIGH: total * factor,
            CONF_LEVEL: curve.conf_level,
            N: as_count(counts.n),
            N_EVENTS: as_count(float(counts.moved[own].sum())),
            WARNING: late if counts.frequency else NOT_COUNTS,
        }
    )
