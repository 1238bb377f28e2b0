"""How drawers look into a tidy frame: its groups in order, their rows, its highest value."""

import math

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.names import CONF_HIGH, ESTIMATE, GROUP
from afterglow.tables import format as fmt


def highest(*frames: pd.DataFrame | None) -> float:
    """Return the highest estimate or upper limit of the frames; NaN where there is none."""
    seen = [
        frame[name].to_numpy(dtype=float)
        for frame in frames
        if frame is not None
        for name in (ESTIMATE, CONF_HIGH)
        if name in frame
    ]
    values = np.concatenate([np.array([np.nan]), *seen])
    finite = values[np.isfinite(values)]
    return float(finite.max()) if finite.size else math.nan


def groups_of(frame: pd.DataFrame, column: str = GROUP) -> list[str]:
    """Return the values of `column` in order of first appearance; [""] where it is absent."""
    if column not in frame:
        return [""]
    return [fmt.text(value) for value in dict.fromkeys(frame[column].tolist())]


def rows_of(frame: pd.DataFrame, group: str, column: str = GROUP) -> pd.DataFrame:
    """Return the rows of one group, as `groups_of` names it."""
    if column not in frame:
        return frame
    return frame.loc[np.array([fmt.text(v) == group for v in frame[column].tolist()], dtype=bool)]


def check_frame(frame: pd.DataFrame, *columns: str) -> None:
    """Raise UsageError unless the frame has rows and all `columns`."""
    absent = [column for column in columns if column not in frame]
    if absent:
        raise UsageError(
            f"The frame to draw lacks: {', '.join(absent)}.\n"
            "Give a tidy result, with the columns that the drawer's documentation names."
        )
    if frame.empty:
        raise UsageError("The frame to draw has no rows.\nLeave the figure out, and say why.")
