"""One checked sample of times, events, weights and groups, as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Codes, ColumnReader, Floats
from afterglow.estimate.options import check_word
from afterglow.estimate.pieces import Rows, join_pieces
from afterglow.estimate.timegrid import time_grid

WEIGHTS_KINDS: Final = ("frequency", "sampling")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """Rows at risk over (entry, exit], checked.

    Attributes
    ----------
    times : array, shape (T,)
        Every distinct entry and exit time, in order.
    exit, entry : array of int
        Index into `times`; an entry of −1 is before all of them. `entry` is None where everybody
        is at risk from the start, time 0 included.
    status : array of int
        0 censored, k = event of `causes[k - 1]`, len(causes) + 1 = goes on in another row.
    weight : array or None
    frequency : bool
        True where a weight w stands for w identical rows, False for sampling weights; fractional
        weights are sampling weights whatever they are called, as in R's survfit.
    cluster : array of int or None
        Rows with one code are dependent; None where each row stands alone.
    group, stratum : array of int
    subject : array of int or None
        Who the row belongs to, where several rows may belong to one.
    groups, causes : tuple of str
    robust : bool
        Whether the variance has to be the infinitesimal jackknife.
    """

    times: Floats
    exit: Codes
    entry: Codes | None
    status: Codes
    weight: Floats | None
    frequency: bool
    cluster: Codes | None
    group: Codes
    stratum: Codes
    subject: Codes | None
    groups: tuple[str, ...]
    causes: tuple[str, ...]
    robust: bool


def survival_sample(
    data: pd.DataFrame,
    *,
    duration: str,
    event: str | None = None,
    cause: str | None = None,
    entry: str | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    subject: str | None = None,
    cluster: str | None = None,
    by: str | Sequence[str] | None = None,
    strata: str | Sequence[str] | None = None,
) -> Sample:
    """Check the columns of `data` and return them as one `Sample`.

    Raises
    ------
    InvalidInput
        Missing or infinite values, negative durations (without `entry`), entry at or after exit,
        codes that are not 0/1 or bool, weights not above 0, pieces of a subject that overlap.
    UsageError
        An unknown word of `weights_kind`.
    """
    check_word("weights_kind", weights_kind, WEIGHTS_KINDS)
    read = ColumnReader(
        data, duration, event, cause, entry, weights, subject, cluster,
        *named(by), *named(strata),
    )  # fmt: skip
    exit_ = read.duration(duration, signed=entry is not None)
    start = None if entry is None else read.number(entry, minus_infinity=True)
    status, causes = (read.event(event), (event,)) if event else read.cause(str(cause))
    weight = None if weights is None else read.positive(weights)
    group, groups = read.label(by)
    stratum, _ = read.label(strata)
    who = None if subject is None else read.label(subject)[0]
    cell = None if cluster is None else read.label(cluster)[0]
    read.finish()
    times, leaving, entering = time_grid(exit_, start)
    if entering is not None:
        remedy = "A row at risk from the start has entry -inf; a row never at risk is no row."
        read.forbid(str(entry), entering >= leaving, "is not before the end of its row", remedy)
        read.finish()
    rows: Rows = {"exit": leaving, "entry": entering, "status": status, "weight": weight,
            "group": group, "stratum": stratum, "cluster": cell, "subject": who}  # fmt: skip
    frequency = weights_kind == "frequency" and is_whole(weight)
    if who is not None:
        rows = join_pieces(read, rows, column=str(subject), moved_on=len(causes) + 1)
        if rows["cluster"] is None and rows["subject"] is not None:
            rows["cluster"] = rows["subject"]
    robust = cluster is not None or (weight is not None and not frequency)
    return Sample(
        **rows, times=times, frequency=frequency, groups=groups, causes=causes, robust=robust
    )


def is_whole(weight: Floats | None) -> bool:
    """Say whether weights are whole numbers, as frequencies have to be."""
    return weight is None or bool(np.array_equal(weight, np.floor(weight)))


def named(columns: str | Sequence[str] | None) -> list[str]:
    """Return the column names of a `by=` or `strata=` argument as a list."""
    if columns is None:
        return []
    names = [columns] if isinstance(columns, str) else list(columns)
    if not names:
        raise UsageError("by = [] names no column.\nName one, or leave the option out.")
    return names
