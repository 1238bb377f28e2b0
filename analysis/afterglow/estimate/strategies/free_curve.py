"""The share that has not had one event, whatever else ends a row: one minus its incidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from afterglow.estimate.aalen_johansen import AalenJohansen, aalen_johansen
from afterglow.estimate.curve_quantiles import curve_median
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.survival_result import KaplanMeier
from afterglow.names import (
    CAUSE,
    CONF_HIGH,
    CONF_LOW,
    ESTIMATE,
    EVENT,
    GROUP,
    METHOD,
    TERM,
    TIME,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FreeCurve:
    """One curve.

    Attributes
    ----------
    label : str
    of : str
        The event.
    found : KaplanMeier or AalenJohansen
        The estimate that it is read from.
    """

    label: str
    of: str
    found: KaplanMeier | AalenJohansen

    def table(self) -> pd.DataFrame:
        """Return one row per distinct time, with the counts there."""
        return self._free(self.found.tidy())

    def at(self, times: Sequence[float]) -> pd.DataFrame:
        """Return one row per asked time; events and censored since the previous asked time."""
        return self._free(self.found.at(list(times)))

    def median(self) -> tuple[float, float, float]:
        """Return the first time with a share of one half or less, and its limits; NaN: never."""
        rows = self.table()
        times = rows[TIME].to_numpy()
        middle, low, high = (
            curve_median(times, rows[name].to_numpy(dtype=np.float64))
            for name in (ESTIMATE, CONF_LOW, CONF_HIGH)
        )
        return middle, low, high

    def _free(self, rows: pd.DataFrame) -> pd.DataFrame:
        words = {TERM: self.of, GROUP: self.label}
        if isinstance(self.found, KaplanMeier):
            return rows.assign(**words)
        own = rows[rows[TERM] == self.of].drop(columns=CAUSE)
        turned = {
            ESTIMATE: 1.0 - own[ESTIMATE],
            CONF_LOW: 1.0 - own[CONF_HIGH],
            CONF_HIGH: 1.0 - own[CONF_LOW],
            METHOD: "1 − " + own[METHOD],
        }
        return own.assign(**turned, **words).reset_index(drop=True)


def free_curve(
    data: pd.DataFrame,
    label: str,
    *,
    of: str,
    duration: str,
    cause: str,
    entry: str | None = None,
    cluster: str | None = None,
    conf_level: float = 0.95,
    conf_type: str = "log-log",
) -> FreeCurve:
    """Estimate the share that has not had an event.

    Kaplan–Meier where nothing competes with it, else one minus its Aalen–Johansen incidence, with
    the limits that each has on its own. Where nobody had the event the curve is 1 throughout.

    Parameters
    ----------
    data : DataFrame, one row per subject
    label : str
        What the curve is called.
    of : str
        The event, as `cause` names it.
    duration, cause, entry, cluster, conf_level, conf_type
        As in `aalen_johansen`.
    """
    options: dict[str, Any] = {
        "duration": duration, "entry": entry, "cluster": cluster, "conf_level": conf_level,
        "conf_type": conf_type,
    }  # fmt: skip
    had = data[cause] == of
    if had.any() and set(data[cause]) - {"", of}:
        return FreeCurve(label=label, of=of, found=aalen_johansen(data, cause=cause, **options))
    known = data.assign(**{EVENT: had})
    return FreeCurve(label=label, of=of, found=kaplan_meier(known, event=EVENT, **options))
