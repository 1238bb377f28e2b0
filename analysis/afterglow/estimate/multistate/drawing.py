"""States over time as the results draw them: stacked, or as curves where groups share the axes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from afterglow.names import ESTIMATE, GROUP, TERM, TIME

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_states(rows: pd.DataFrame, states: Sequence[str], ax: "Axes | None") -> "Axes":
    """Draw the states stacked up to 100 %, a panel for each group; return the first axes.

    Where several groups share an `ax` they are drawn as curves, one per group and state.
    """
    from afterglow.figures.curves import draw_curves
    from afterglow.figures.occupancy import draw_occupancy

    if ax is None or rows[GROUP].nunique() < 2:
        return draw_occupancy(rows, states=states, ax=ax)[0]
    lines = rows[[TIME, ESTIMATE]].assign(**{GROUP: rows[GROUP] + ": " + rows[TERM]})
    return draw_curves(lines, ylabel="In each state", xlabel="Days", start=0.0, ax=ax)
