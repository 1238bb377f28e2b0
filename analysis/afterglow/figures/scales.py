"""Axes that speak of days and shares."""

import math
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from afterglow.errors import UsageError
from afterglow.names import DAYS_PER_WEEK
from afterglow.tables import format as fmt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Unit = Literal["share", "number"]

TICK_STEPS_DAYS: Final = (
    0.25,
    0.5,
    1.0,
    2.0,
    *(DAYS_PER_WEEK * weeks for weeks in (1, 2, 4, 8, 13, 26, 52, 104, 260)),
)
MOST_TICKS: Final = 9
HEADROOM: Final = 0.1


def day_ticks(last_day: float, most: int = MOST_TICKS) -> np.ndarray:
    """Return tick positions from day 0 in whole weeks (or parts of a day), at most `most`."""
    steps = [step for step in TICK_STEPS_DAYS if last_day / step < most]
    step = steps[0] if steps else math.ceil(last_day / (most - 1) / 364) * 364.0
    return np.arange(0.0, last_day + step * 1e-9, step)


def set_day_axis(ax: "Axes", last_day: float, xlabel: str, most: int = MOST_TICKS) -> None:
    """Run the x axis from day 0 to `last_day`, ticked in weeks; to day 1 where that is day 0."""
    last = last_day or 1.0
    set_day_ticks(ax, day_ticks(last_day, most), xlabel)
    ax.set_xlim(-0.015 * last, last * 1.015)


def set_day_ticks(ax: "Axes", ticks: np.ndarray, xlabel: str) -> None:
    """Put ticks at the given days, written without needless decimals."""
    ax.set_xticks(ticks, [fmt.trimmed(tick) for tick in ticks])
    ax.set_xlabel(xlabel)


def spaced(ticks: np.ndarray, share: float = 0.055) -> np.ndarray:
    """Return the ticks, first one included, that stand at least `share` of the range apart."""
    kept: list[float] = []
    for tick in ticks.tolist():
        if not kept or tick - kept[-1] >= share * float(ticks[-1] - ticks[0]):
            kept.append(tick)
    return np.array(kept)


def set_value_axis(ax: "Axes", unit: Unit, ylabel: str, top: float) -> None:
    """Run the y axis from 0 to a round number at or above `top`; a share is shown in percent."""
    if unit not in ("share", "number"):
        raise UsageError.unknown_option("unit", unit, ("share", "number"))
    ax.set_ylim(0.0, _round_top(top, unit))
    ax.set_ylabel(f"{ylabel} (%)" if unit == "share" else ylabel)
    tick_values(ax, 100.0 if unit == "share" else 1.0)


def tick_values(ax: "Axes", factor: float = 1.0) -> None:
    """Tick the y axis at round numbers, written times `factor` without needless decimals."""
    from matplotlib.ticker import MaxNLocator

    ax.yaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(lambda value, _: fmt.trimmed(value * factor))


def _round_top(top: float, unit: Unit) -> float:
    if not math.isfinite(top) or top <= 0:
        return 1.0
    step = 0.1 if unit == "share" else 10.0 ** math.floor(math.log10(top)) / 2
    rounded = math.ceil(round(top / step + HEADROOM, 6)) * step
    return min(rounded, 1.0) if unit == "share" else rounded
