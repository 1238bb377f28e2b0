"""Steps of the cumulative hazard, of its variance and of each row's influence on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.risktable import RiskTable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HazardSteps:
    """What happens to minus the log of survival at each time.

    A row's influence on −log S jumps by `per_event` at its own event and falls by `per_risk` at
    every time at which it is at risk.

    Attributes
    ----------
    survival : array
        The curve after each time.
    variance : array
        Step of the Greenwood-type variance of log S; infinite where the curve reaches 0.
    per_event, per_risk : array
        Steps of the influence; 0 where the curve reaches 0, after which it cannot move.
    """

    survival: Floats
    variance: Floats
    per_event: Floats
    per_risk: Floats


def kaplan_meier_steps(table: RiskTable) -> HazardSteps:
    """Product-limit steps: S = prod(1 − d/n); Greenwood's d / (n (n − d))."""
    n, d = table.at_risk, table.ended
    left = n - d
    alive = left > 0
    per_event = np.divide(1.0, left, out=np.zeros_like(n), where=alive)
    per_risk = np.divide(d, n * left, out=np.zeros_like(n), where=alive)
    return HazardSteps(
        survival=np.cumprod(left / n).astype(np.float64),
        variance=np.where(alive, per_risk, np.inf),
        per_event=per_event,
        per_risk=per_risk,
    )


def nelson_aalen_steps(table: RiskTable) -> HazardSteps:
    """Nelson–Aalen steps: H = sum(d/n), S = exp(−H); variance d / n²."""
    n, d = table.at_risk, table.ended
    step = d / n**2
    return HazardSteps(
        survival=np.exp(-np.cumsum(d / n)), variance=step, per_event=1.0 / n, per_risk=step
    )


def fleming_harrington_steps(table: RiskTable) -> HazardSteps:
    """Fleming–Harrington steps: tied events leave one after another, d/n becomes sum 1/(n − k).

    With weights, the `m` tied rows are spread evenly: each takes its share d/m out of the risk
    set in turn (R's ``survfit(ctype = 2)``). Whole frequency weights count as that many rows.
    """
    n, d, m = table.at_risk, table.ended, table.event_rows
    if table.frequency and np.array_equal(d, np.floor(d)):
        m = d
    owner = np.repeat(np.arange(len(n)), m.astype(np.int64))
    turn = np.arange(len(owner)) - np.repeat(np.cumsum(m) - m, m.astype(np.int64))
    share = (d / np.maximum(m, 1.0))[owner]
    left = n[owner] - turn * share
    size = len(n)
    hazard = summed(owner, share / left, size)
    step = summed(owner, share / left**2, size)
    rows = m[owner]
    own = summed(owner, 1.0 / (rows * left) + turn * share / (rows * left**2), size)
    return HazardSteps(
        survival=np.exp(-np.cumsum(hazard)), variance=step, per_event=own, per_risk=step
    )


ESTIMATORS: Final[dict[str, Callable[[RiskTable], HazardSteps]]] = {
    "kaplan-meier": kaplan_meier_steps,
    "nelson-aalen": nelson_aalen_steps,
    "fleming-harrington": fleming_harrington_steps,
}
