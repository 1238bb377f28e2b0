"""Quantiles of the wait for a booster: of all, of those seen to be boosted, of what was hidden."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from afterglow.estimate.aalen_johansen import AalenJohansen
from afterglow.names import CAUSE, DURATION, ESTIMATE, EVENT, GROUP, METHOD, WARNING, N
from afterglow.plan.cycle_analyses import BoosterLatencyAnalysis
from afterglow.study.curves import NOT_REACHED
from afterglow.study.groups import group_labels
from afterglow.study.results import LEVEL, Row
from afterglow.study.rows import statistic, statistics
from afterglow.study.waits import WAIT, Waits

WAIT_QUANTILE: Final = "wait_quantile"
WAIT_OF_BOOSTED: Final = "wait_of_boosted"
WAIT_WHILE_PENDING: Final = "wait_while_pending"
SEEN: Final = "quantiles of what was seen"


def quantile_rows(
    head: Row,
    curves: AalenJohansen,
    waits: Waits,
    rows: pd.DataFrame,
    analysis: BoosterLatencyAnalysis,
) -> list[Row]:
    """Return quantiles of the wait: among all, among those with a booster, and among the hidden.

    Parameters
    ----------
    head : dict
    curves : AalenJohansen
        Of what ended the waits of `rows`.
    waits : Waits
    rows : DataFrame
        The waits that are estimated from.
    analysis : BoosterLatencyAnalysis
        Its quantiles are shares of those waiting.
    """
    found: list[Row] = []
    shares = sorted(set(analysis.quantiles))
    for share in shares if analysis.endpoint in curves.causes else ():
        table = curves.quantile(share)
        table = table[table[CAUSE] == analysis.endpoint]
        more = {LEVEL: f"{share:g}"}
        found += [
            row | {WARNING: NOT_REACHED} if np.isnan(row[ESTIMATE]) else row
            for row in statistics(head, WAIT_QUANTILE, table, **more)
        ]
    boosted = rows.loc[rows[EVENT].astype(bool), [GROUP, DURATION]]
    found += _observed(head, WAIT_OF_BOOSTED, boosted, DURATION, shares)
    hidden = waits.hidden
    found += _observed(head, WAIT_WHILE_PENDING, hidden, WAIT, shares)
    if analysis.by is not None:
        everybody = hidden.assign(**{GROUP: pd.Categorical([""] * len(hidden), categories=[""])})
        found += _observed(head, WAIT_WHILE_PENDING, everybody, WAIT, shares)
    return found


def _observed(
    head: Row, name: str, table: pd.DataFrame, column: str, shares: Sequence[float]
) -> list[Row]:
    """Return quantiles of what was seen, by group: no censoring is allowed for."""
    return [
        statistic(head, name, float(np.quantile(values, share)),
                  **{GROUP: label, LEVEL: f"{share:g}", N: float(len(values)),
                     METHOD: SEEN})
        for label in group_labels(table)
        if len(values := np.sort(table.loc[table[GROUP] == label, column].to_numpy()))
        for share in shares
    ]  # fmt: skip
