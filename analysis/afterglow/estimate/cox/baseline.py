"""Cumulative baseline hazards of a Cox model."""

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Floats
from afterglow.estimate.cox.curves import CoxCurves, Point, curves_of, stratum_hazards
from afterglow.estimate.cox.fit import CoxFit
from afterglow.estimate.cox.sample import CoxSample
from afterglow.estimate.survival_curve import CUMULATIVE_HAZARD, CUMULATIVE_HAZARD_STD_ERROR
from afterglow.names import CONF_HIGH, CONF_LOW, ESTIMATE, STD_ERROR, TERM

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SURVIVAL: Final = "survival"


class BaselineHazards(CoxCurves):
    """Cumulative baseline hazards, one a stratum; the column survival is what they imply."""

    __slots__ = ()

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the cumulative hazards and return the axes."""
        from afterglow.figures.curves import draw_curves

        return draw_curves(
            self.tidy(), ylabel="Cumulative baseline hazard", xlabel="Days", start=0.0,
            unit="number", ax=ax,
        )  # fmt: skip

    def _shown(self, table: pd.DataFrame) -> pd.DataFrame:
        with np.errstate(divide="ignore"):
            low, high = -np.log(table[CONF_HIGH]), -np.log(table[CONF_LOW])
        return table.assign(
            **{
                TERM: "cumulative hazard",
                SURVIVAL: table[ESTIMATE],
                ESTIMATE: table[CUMULATIVE_HAZARD],
                STD_ERROR: table[CUMULATIVE_HAZARD_STD_ERROR],
                CONF_LOW: low + 0.0,
                CONF_HIGH: high + 0.0,
            }
        )


def baseline_hazards(
    sample: CoxSample, fit: CoxFit, variance: Floats, *, centered: bool, conf_type: str,
    conf_level: float,
) -> BaselineHazards:  # fmt: skip
    """Return the hazard of each stratum at covariates 0, or at their means; see `Cox.baseline`."""
    hazards, center, offset = stratum_hazards(sample, fit)
    x = np.zeros(len(center)) if centered else -center
    points = [
        Point(label=hazard.label, stratum=k, x=x, offset=0.0 if centered else -offset)
        for k, hazard in enumerate(hazards)
    ]
    return curves_of(
        BaselineHazards, sample, fit, variance, hazards, points, conf_type=conf_type,
        conf_level=conf_level,
    )  # fmt: skip
