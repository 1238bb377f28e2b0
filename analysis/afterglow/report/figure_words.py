"""What a figure shows, in one sentence: for those who do not see it, and below its caption.

The finding stands above the figures of an analysis and is not said again: what a figure shows is
where its curves end, or how far its estimates lie apart.
"""

import math
from collections.abc import Callable, Iterable
from typing import Any, Final

import pandas as pd

from afterglow.names import ESTIMATE, GROUP, TIME
from afterglow.report.analysis_rows import records
from afterglow.report.words import counted, listed
from afterglow.tables import format as fmt

NOTHING: Final = "nothing known"


def values_shown(lead: str, values: Iterable[tuple[str, str]]) -> str:
    """Return values by group, "Free on day 56: ketamine, 12.0 %; placebo, 2.0 %", as a sentence.

    Parameters
    ----------
    lead : str
        What the values are.
    values : iterable of (group, value)
        Both as they are read; "" for the group where there is one only.
    """
    said = [f"{group}, {value}" if group else value for group, value in values if value]
    return f"{lead}: {'; '.join(said) or NOTHING}."


def by_days(found: Iterable[tuple[float, Any]], write: Callable[[float], str]) -> str:
    """Return estimates by day: "12.0 % at day 28 and 20.0 % at day 56"; "" where none is known."""
    return listed(
        f"{write(row.estimate)} at day{fmt.NBSP}{fmt.trimmed(day)}"
        for day, row in found
        if row is not None and not math.isnan(row.estimate)
    )


def ends_shown(lead: str, frame: pd.DataFrame, write: Callable[[float], str]) -> str:
    """Return where each curve of a frame (group, time_days, estimate) ends."""
    known = frame[frame[ESTIMATE].notna()]
    last = known.sort_values(TIME, kind="stable").groupby(GROUP, sort=False, observed=True).tail(1)
    order = {group: place for place, group in enumerate(dict.fromkeys(known[GROUP].tolist()))}
    ends = sorted(records(last), key=lambda row: order[row.group])
    return values_shown(
        lead,
        [
            (str(row.group), f"{write(row.estimate)} on day{fmt.NBSP}{fmt.trimmed(row.time_days)}")
            for row in ends
        ],
    )


def span_shown(
    values: Iterable[float], one: str, write: Callable[[float], str], *, of: str = ""
) -> str:
    """Return how far estimates lie apart: "The 5 ratios shown lie between 0.58 and 1.03" and a dot.

    Parameters
    ----------
    values : iterable of float
        The estimates drawn.
    one : str
        What one of them is called.
    write : callable
        How a value is written.
    of : str, optional
        What they are of: "of 11 moves".
    """
    known = [value for value in values if math.isfinite(value)]
    what = f"{counted(len(known), one)} shown{f', {of},' if of else ''}"
    if not known:
        return f"No {one} is known."
    low, high = write(min(known)), write(max(known))
    if low == high:
        return f"The {what} {'is' if len(known) == 1 else 'are'} {low}."
    return f"The {what} lie between {low} and {high}."
