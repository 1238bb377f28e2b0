"""How large the weights are, how much they cost, and whether anybody goes uncensored at all."""

from typing import Final

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.weighting.rows import WeightRows
from afterglow.names import AT_RISK, GROUP, TIME

MEAN: Final = "mean"
SD: Final = "sd"
SMALLEST: Final = "smallest"
LARGEST: Final = "largest"
QUANTILES: Final = {"q05": 0.05, "median": 0.5, "q95": 0.95}
EFFECTIVE: Final = "effective_n"
LARGEST_SHARE: Final = "largest_share"
STATISTICS: Final = (MEAN, SD, SMALLEST, *QUANTILES, LARGEST, EFFECTIVE, LARGEST_SHARE)


def weights_by_time(rows: WeightRows, weight: Floats, times: Floats) -> pd.DataFrame:
    """Return what the weights of those at risk are like at `times` (days), group by group.

    Returns
    -------
    DataFrame
        group, time_days, at_risk (people), mean, sd, smallest, q05, median, q95, largest;
        effective_n, the size of an unweighted sample that would tell as much: (Σw)² / Σw²;
        largest_share, what the one with the largest weight has of all weights.
    """
    sequence = rows.sequence
    records = []
    for g, label in enumerate(rows.groups):
        mine = rows.at_risk & (rows.group[sequence] == g)
        for time in times:
            own = weight[mine & (rows.start < time) & (rows.stop >= time)]
            if len(own):
                records.append({GROUP: label, TIME: float(time), **_described(own)})
    return pd.DataFrame(records, columns=[GROUP, TIME, AT_RISK, *STATISTICS])


def _described(weight: Floats) -> dict[str, float]:
    shares = np.quantile(weight, list(QUANTILES.values()))
    total = float(weight.sum())
    return {
        AT_RISK: len(weight),
        MEAN: float(weight.mean()),
        SD: float(weight.std(ddof=1)) if len(weight) > 1 else np.nan,
        SMALLEST: float(weight.min()),
        **dict(zip(QUANTILES, map(float, shares))),
        LARGEST: float(weight.max()),
        EFFECTIVE: total**2 / float((weight**2).sum()),
        LARGEST_SHARE: float(weight.max()) / total,
    }


def event_times(rows: WeightRows) -> Floats:
    """Return the distinct times of events, in order."""
    places: Codes = np.unique(rows.exit[(rows.event > 0) & rows.at_risk])
    return rows.times[places]
