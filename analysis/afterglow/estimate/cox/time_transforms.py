"""Transformations of time along which a coefficient may drift: km, rank, identity, log."""

from collections.abc import Callable
from typing import Final

import numpy as np

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.cox.data import CoxRows
from afterglow.estimate.options import check_word


def transformed_times(rows: CoxRows, transform: str) -> Floats:
    """Return g(t) of every distinct time of `rows.times`, over all strata together.

    ``km`` is 1 − S(t−) by Kaplan–Meier, ``rank`` the mean rank among the exit times, both with a
    frequency weight as that many rows and other weights left out, as R's ``cox.zph`` does.

    Raises
    ------
    UsageError
        An unknown word, or the log of a time that is not above 0.
    """
    check_word("transform", transform, TRANSFORMS)
    return TRANSFORMS[transform](rows)


def _survival(rows: CoxRows) -> Floats:
    size = len(rows.times)
    left = summed(rows.exit, _copies(rows), size)
    at_risk = np.cumsum(left[::-1])[::-1]
    if rows.entry is not None:
        entered = summed(rows.entry + 1, _copies(rows), size + 1)[:size]
        at_risk = np.cumsum(entered) - np.cumsum(left) + left
    copies = _copies(rows)
    own = None if copies is None else copies[rows.event]
    events = summed(rows.exit[rows.event], own, size)
    hazard = np.divide(events, at_risk, out=np.zeros(size), where=at_risk > 0)
    survival = np.cumprod(1.0 - hazard)
    return 1.0 - np.concatenate([[1.0], survival[:-1]])


def _rank(rows: CoxRows) -> Floats:
    counts = summed(rows.exit, _copies(rows), len(rows.times))
    return np.cumsum(counts) - (counts - 1.0) / 2.0


def _identity(rows: CoxRows) -> Floats:
    return rows.times


def _log(rows: CoxRows) -> Floats:
    positive = rows.times > 0.0
    if not positive[rows.exit[rows.event]].all():
        raise UsageError(
            "transform = 'log' needs event times above 0, and some are not.\nUse 'km' or 'rank'."
        )
    return np.log(np.where(positive, rows.times, 1.0))


def _copies(rows: CoxRows) -> Floats | None:
    return rows.weight if rows.frequency else None


TRANSFORMS: Final[dict[str, Callable[[CoxRows], Floats]]] = {
    "km": _survival,
    "rank": _rank,
    "identity": _identity,
    "log": _log,
}
