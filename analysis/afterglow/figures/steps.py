"""The lines of a step curve: its corners, its band, and its naive companion."""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.figures.style import NAIVE, Look
from afterglow.figures.tidy import groups_of, rows_of
from afterglow.names import AT_RISK, CONF_HIGH, CONF_LOW, ESTIMATE, TIME

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

BAND_OPACITY: Final = 0.16
FEW_AT_RISK: Final = 10
PALE: Final = 0.4
FEW: Final = "few"


def last_day(*frames: pd.DataFrame | None) -> float:
    """Return the latest time of the frames, in days."""
    return max(float(frame[TIME].max()) for frame in frames if frame is not None)


def is_pale_somewhere(frame: pd.DataFrame) -> bool:
    """Say whether a curve of the frame is paler in some stretch, see `draw_step`."""
    return AT_RISK in frame and bool(_few(frame).any())


def draw_step(ax: "Axes", rows: pd.DataFrame, start: float, last: float, look: Look) -> "Line2D":
    """Draw one curve with its band, from `start` at day 0 to day `last` at most.

    Where the rows tell how many were at risk just before each time, the curve is paler while they
    were fewer than `FEW_AT_RISK`. Returns a line for the legend.
    """
    from matplotlib.lines import Line2D

    drawn: dict[str, Any] = {"color": look.colour, "linestyle": look.dashes}
    for part, few in _parts(_steps(rows, start, last)):
        share = PALE if few else 1.0
        if CONF_LOW in part and CONF_HIGH in part:
            ax.fill_between(
                part[TIME],
                part[CONF_LOW],
                part[CONF_HIGH],
                step="post",
                color=look.colour,
                alpha=BAND_OPACITY * share,
                linewidth=0,
            )
        ax.step(part[TIME], part[ESTIMATE], where="post", alpha=share, **drawn)
    return Line2D([], [], **drawn)


def draw_naive(ax: "Axes", rows: pd.DataFrame, start: float, last: float, by: str) -> "Line2D":
    """Draw naive curves thin, grey and dashed, without bands."""
    look: dict[str, Any] = {
        "color": NAIVE.colour,
        "linestyle": NAIVE.dashes,
        "linewidth": 1.0,
    }
    (handle,) = ax.step([], [], where="post", **look)
    for group in groups_of(rows, by):
        steps = _steps(rows_of(rows, group, by), start, last)
        ax.step(steps[TIME], steps[ESTIMATE], where="post", **look)
    return handle


def _few(rows: pd.DataFrame) -> np.ndarray:
    """Say of each time whether few were at risk until then; a count that is not shown is small."""
    return ~(rows[AT_RISK].to_numpy(dtype=float) >= FEW_AT_RISK)


def _parts(steps: dict[str, np.ndarray]) -> Iterator[tuple[dict[str, np.ndarray], bool]]:
    """Cut a curve where its number at risk becomes few or enough; each part ends in its step."""
    few = steps[FEW]
    edges = [0, *(np.flatnonzero(np.diff(few)) + 1).tolist(), len(few)]
    for first, after in itertools.pairwise(edges):
        part = {name: values[first : after + 1] for name, values in steps.items() if name != FEW}
        yield part, bool(few[first])


def _steps(rows: pd.DataFrame, start: float, last: float) -> dict[str, np.ndarray]:
    """Return the corners of a curve from day 0, where it has its start value, to `last` at most.

    Under `FEW` stands, for the stretch that follows each corner but the last, whether few were
    at risk.
    """
    times = np.append(0.0, rows[TIME].to_numpy(dtype=float))
    inside = times <= last
    end = min(last, float(times.max()))
    steps = {TIME: np.append(times[inside], end)}
    few = _few(rows) if AT_RISK in rows else np.zeros(len(rows), dtype=bool)
    steps[FEW] = np.append(few, few[-1])[: inside.sum()]
    for name in (ESTIMATE, CONF_LOW, CONF_HIGH):
        if name in rows:
            values = np.append(start, rows[name].to_numpy(dtype=float))[inside]
            steps[name] = np.append(values, values[-1])
    return steps
