"""Rows as episodes: which event of the subject comes next, and on which clock."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.recurrent.rows import Flags, RecurrentRows
from afterglow.estimate.recurrent.totals import running

ANDERSEN_GILL: Final = "andersen-gill"
LWYY: Final = "lwyy"
PWP_TOTAL: Final = "pwp-total"
PWP_GAP: Final = "pwp-gap"
WLW: Final = "wlw"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Episodes:
    """What a model compares.

    Attributes
    ----------
    source : array of int, shape (m,)
        The row of the sorted rows that each row here is made of.
    entry, exit : array, shape (m,)
        Time at risk (entry, exit] on the model's clock, in days.
    event : array of bool
    number : array of int
        Which event of the subject the row is at risk for, from 1; 1 throughout where events are
        not told apart.
    """

    source: Codes
    entry: Floats
    exit: Floats
    event: Flags
    number: Codes


def events_before(rows: RecurrentRows) -> Codes:
    """Return how many events the subject had before each row."""
    total = running(rows.event.astype(np.float64)).astype(np.int64)[:-1]
    begins = np.flatnonzero(rows.first)
    return total - np.repeat(total[begins], np.diff(np.append(begins, len(total))))


def _all_alike(rows: RecurrentRows, most: int | None) -> Episodes:
    size = len(rows.stop)
    return _episodes(rows, np.arange(size), np.ones(size, dtype=np.int64))


def _in_order(rows: RecurrentRows, most: int | None) -> Episodes:
    return _episodes(rows, np.arange(len(rows.stop)), _capped(events_before(rows) + 1, most))


def _since_last(rows: RecurrentRows, most: int | None) -> Episodes:
    """Start the clock again with the first row after each event."""
    found = _in_order(rows, most)
    number = events_before(rows)
    again = np.concatenate([[True], number[1:] != number[:-1]]) | rows.first
    begins = np.flatnonzero(again)
    origin = np.repeat(found.entry[begins], np.diff(np.append(begins, len(number))))
    return Episodes(
        source=found.source, entry=found.entry - origin, exit=found.exit - origin,
        event=found.event, number=found.number,
    )  # fmt: skip


def _each_event(rows: RecurrentRows, most: int | None) -> Episodes:
    """Let every subject be at risk for its k-th event from the start, for every k at once."""
    before = events_before(rows)
    largest = int((before + rows.event).max())
    largest = largest if most is None else min(most, largest)
    copies = np.maximum(largest - before, 0)
    source = np.repeat(np.arange(len(before)), copies)
    place = np.arange(len(source)) - np.repeat(np.cumsum(copies) - copies, copies)
    found = _episodes(rows, source, before[source] + 1 + place)
    return Episodes(
        source=source, entry=found.entry, exit=found.exit, event=found.event & (place == 0),
        number=found.number,
    )  # fmt: skip


def _capped(number: Codes, most: int | None) -> Codes:
    return number if most is None else np.minimum(number, most)


def _episodes(rows: RecurrentRows, source: Codes, number: Codes) -> Episodes:
    starts = np.concatenate([[-np.inf], rows.times])
    return Episodes(
        source=source, entry=starts[rows.start[source] + 1], exit=rows.times[rows.stop[source]],
        event=rows.event[source], number=number,
    )  # fmt: skip


MODELS: Final[dict[str, Callable[[RecurrentRows, int | None], Episodes]]] = {
    ANDERSEN_GILL: _all_alike,
    PWP_TOTAL: _in_order,
    PWP_GAP: _since_last,
    WLW: _each_event,
    LWYY: _all_alike,
}
NUMBERED: Final = (PWP_TOTAL, PWP_GAP, WLW)
