"""Columns of a table as the rows of a parametric model of times."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Codes, ColumnReader, Floats
from afterglow.estimate.options import check_word
from afterglow.estimate.parametric.contributions import Bounds
from afterglow.estimate.sample import WEIGHTS_KINDS, is_whole, named, survival_sample

ZERO: Final = (
    "Say what a time of 0 stands for: zero_as = 0.5 puts it at half a day; or remove the rows, and"
    " count them."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeColumns:
    """Which columns a parametric model reads; the words are those of `aft`."""

    duration: str
    event: str
    lower: str | None = None
    upper: str | None = None
    entry: str | None = None
    strata: str | Sequence[str] | None = None
    weights: str | None = None
    weights_kind: str = "frequency"
    subject: str | None = None
    cluster: str | None = None
    zero_as: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimeRows:
    """Checked rows.

    Attributes
    ----------
    bounds : Bounds
        In days; `logged` turns them into logarithms.
    stratum : array of int, strata : tuple of str
    weight : array
        1 for every row without weights.
    cluster : array of int or None
    n, n_events : float
        Subjects, and rows whose event is known to have happened; weighted by frequencies.
    robust : bool
        Whether clusters, sampling or fractional weights call for the robust variance.
    """

    bounds: Bounds
    stratum: Codes
    strata: tuple[str, ...]
    weight: Floats
    cluster: Codes | None
    n: float
    n_events: float
    robust: bool

    def logged(self) -> "TimeRows":
        """Return the rows with bounds in logarithms of days."""
        bounds = self.bounds
        with np.errstate(divide="ignore"):
            entry = None
            if bounds.entry is not None:
                entry = np.log(np.maximum(bounds.entry, 0.0))
            logged = Bounds(lower=np.log(np.maximum(bounds.lower, 0.0)),
                            upper=np.log(np.maximum(bounds.upper, 0.0)), entry=entry)  # fmt: skip
        return replace(self, bounds=logged)


def time_rows(data: pd.DataFrame, columns: TimeColumns, *, positive: bool) -> TimeRows:
    """Check the columns of `data` and return them as arrays.

    With `lower` the event of a row lies in (lower, upper]: `upper` as given, else `duration`
    where `event`, else infinite. Without it the event is at `duration`, or beyond where censored.

    Raises
    ------
    InvalidInput
        Missing values, negative or (with `positive`) zero times, lower > upper, …
    UsageError
        `upper` without `lower`, or an unknown word.
    """
    check_word("weights_kind", columns.weights_kind, WEIGHTS_KINDS)
    if columns.upper is not None and columns.lower is None:
        raise UsageError("upper= needs lower=.\nGive both ends of the interval.")
    if columns.zero_as is not None and not 0.0 < columns.zero_as < np.inf:
        raise UsageError("zero_as is not a number of days above 0.\nGive, say, 0.5.")
    by_interval = columns.lower is not None
    exact_times = columns.duration, columns.event
    needed = exact_times if columns.upper is None else (columns.upper,)
    read = ColumnReader(
        data, *needed, columns.lower, columns.entry, columns.weights, columns.subject,
        columns.cluster, *named(columns.strata),
    )  # fmt: skip
    lower, upper = _interval(read, columns) if by_interval else _observed(read, columns, positive)
    entry = None if columns.entry is None else read.number(columns.entry, minus_infinity=True)
    weight = None if columns.weights is None else read.positive(columns.weights)
    stratum, strata = read.label(columns.strata)
    subject = None if columns.subject is None else read.label(columns.subject)[0]
    cluster = None if columns.cluster is None else read.label(columns.cluster)[0]
    read.finish()
    if positive:
        lower, upper = _without_zeros(read, columns, lower, upper)
    if entry is not None:
        remedy = "A row at risk from the start has entry -inf; a row never at risk is no row."
        last = np.where(np.isfinite(upper), upper, lower)
        read.forbid(str(columns.entry), entry >= last, "is not before the end of its row", remedy)
        floor = np.maximum(lower, 0.0) if positive else lower
        read.forbid(str(columns.entry), (entry > floor) & (lower < upper) & np.isfinite(upper),
                    "lies inside the interval of its row", remedy)  # fmt: skip
        read.finish()
    if subject is not None and not by_interval:
        _check_pieces(data, columns)
    frequency = columns.weights_kind == "frequency" and is_whole(weight)
    counts = weight if frequency and weight is not None else np.ones(len(lower))
    first = slice(None) if subject is None else np.unique(subject, return_index=True)[1]
    return TimeRows(
        bounds=Bounds(lower=lower, upper=upper, entry=entry), stratum=stratum, strata=strata,
        weight=np.ones(len(lower)) if weight is None else weight,
        cluster=subject if cluster is None else cluster,
        n=float(counts[first].sum()), n_events=float(counts[np.isfinite(upper)].sum()),
        robust=cluster is not None or not frequency,
    )  # fmt: skip


def _observed(read: ColumnReader, columns: TimeColumns, positive: bool) -> tuple[Floats, Floats]:
    time = read.duration(columns.duration, signed=not positive)
    event = read.event(columns.event)
    return time, np.where(event == 1, time, np.inf)


def _interval(read: ColumnReader, columns: TimeColumns) -> tuple[Floats, Floats]:
    lower = read.number(str(columns.lower), minus_infinity=True)
    if columns.upper is None:
        event = read.event(columns.event)
        upper = np.where(event == 1, read.number(columns.duration), np.inf)
    else:
        upper = _upper(read, columns.upper)
    remedy = "An interval is (lower, upper]; lower = upper says that the time is known."
    read.forbid(str(columns.lower), lower > upper, "lies above the upper end", remedy)
    nowhere = np.isneginf(lower) & np.isposinf(upper)
    read.forbid(str(columns.lower), nowhere, "has intervals without any end",
                "Remove these rows, and count them.")  # fmt: skip
    return lower, upper


def _upper(read: ColumnReader, column: str) -> Floats:
    """Return upper ends; infinite ones are right-censored."""
    series = read.data[column]
    if pd.api.types.is_bool_dtype(series) or not pd.api.types.is_numeric_dtype(series):
        read.report(column, "does not hold numbers", "Give numbers of days.")
        return np.full(len(series), np.inf)
    values = series.to_numpy(dtype=np.float64, na_value=np.nan)
    remedy = "Give inf where the event was not seen (right-censored)."
    missing = np.isnan(values)
    read.forbid(column, missing, "has missing values", remedy)
    return np.where(missing, np.inf, values)


def _without_zeros(
    read: ColumnReader, columns: TimeColumns, lower: Floats, upper: Floats
) -> tuple[Floats, Floats]:
    """Refuse what a positive time cannot be, or put it where `zero_as` says."""
    name = columns.duration if columns.lower is None else columns.upper or columns.duration
    read.forbid(name, upper < 0, "has negative times", "Times count from the origin.")
    read.finish()
    nothing = (upper <= 0) | ((lower <= 0) & np.isposinf(upper))
    if columns.zero_as is None:
        at_0 = "has times of 0, which the model does not know"
        elsewhere = np.isposinf(upper) & (columns.lower is not None)
        read.forbid(name, nothing & ~elsewhere, at_0, ZERO)
        read.forbid(columns.lower or name, nothing & elsewhere, at_0, ZERO)
        read.finish()
        return lower, upper
    moved_upper = np.where(upper <= 0, columns.zero_as, upper)
    known = nothing & (lower == upper)
    return np.where(nothing & (known | np.isposinf(upper)), columns.zero_as, lower), moved_upper


def _check_pieces(data: pd.DataFrame, columns: TimeColumns) -> None:
    survival_sample(
        data, duration=columns.duration, event=columns.event, entry=columns.entry,
        subject=columns.subject,
    )  # fmt: skip
