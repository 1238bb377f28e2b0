"""One checked sample of intervals in which events lie, as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Codes, ColumnReader, Floats
from afterglow.estimate.options import check_word
from afterglow.estimate.sample import WEIGHTS_KINDS, is_whole, named

ENDS: Final = "Give the last day known free and the first day known with; inf where never seen."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IntervalSample:
    """Rows (lower, upper], checked.

    Attributes
    ----------
    lower, upper : array, shape (n,)
        lower = upper where the time is known, upper = inf where the event was not seen.
    entry : array or None
        Time from which a row is at risk, −inf from the start; None where all are.
    weight : array
        1 where there are no weights.
    frequency : bool
        True where a weight w stands for w identical rows.
    cluster : array of int or None
    group, stratum : array of int
    groups : tuple of str
    """

    lower: Floats
    upper: Floats
    entry: Floats | None
    weight: Floats
    frequency: bool
    cluster: Codes | None
    group: Codes
    stratum: Codes
    groups: tuple[str, ...]

    def part(self, rows: np.ndarray) -> "IntervalSample":
        """Return some rows only."""
        return IntervalSample(
            lower=self.lower[rows], upper=self.upper[rows],
            entry=None if self.entry is None else self.entry[rows], weight=self.weight[rows],
            frequency=self.frequency, groups=self.groups, group=self.group[rows],
            stratum=self.stratum[rows],
            cluster=None if self.cluster is None else self.cluster[rows],
        )  # fmt: skip

    @property
    def n(self) -> float:
        """Number of subjects."""
        return float(self.weight.sum()) if self.frequency else float(len(self.weight))

    @property
    def n_events(self) -> float:
        """Number of subjects whose event was seen."""
        seen = np.isfinite(self.upper)
        return float(self.weight[seen].sum()) if self.frequency else float(seen.sum())


def interval_sample(
    data: pd.DataFrame,
    *,
    lower: str,
    upper: str,
    entry: str | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    subject: str | None = None,
    cluster: str | None = None,
    by: str | Sequence[str] | None = None,
    strata: str | Sequence[str] | None = None,
) -> IntervalSample:
    """Check the columns of `data` and return them as one `IntervalSample`.

    A lower end of −inf is 0: nobody is watched before the origin. A row at risk from `entry` on
    is known free until then, so its lower end is at least its entry.

    Raises
    ------
    InvalidInput
        Missing values, lower > upper, negative times, an interval that ends at the origin, entry
        at or after upper, weights not above 0, several rows of one subject.
    """
    check_word("weights_kind", weights_kind, WEIGHTS_KINDS)
    columns = (lower, upper, entry, weights, subject, cluster)
    read = ColumnReader(data, *columns, *named(by), *named(strata))
    begin = read.number(lower, minus_infinity=True)
    end = _upper_end(read, upper)
    since = None if entry is None else read.number(entry, minus_infinity=True)
    weight = np.ones(len(data)) if weights is None else read.positive(weights)
    group, groups = read.label(by)
    stratum, _ = read.label(strata)
    cell = None if cluster is None else read.label(cluster)[0]
    _forbid_repeats(read, subject)
    read.finish()
    _forbid_impossible(read, lower, upper, begin, end)
    begin = np.where(np.isneginf(begin), 0.0, begin)
    if since is not None:
        remedy = "A row is at risk over (entry, upper]; −inf means from the start."
        read.forbid(str(entry), since >= end, "is not before the end of its row", remedy)
        begin = np.maximum(begin, since)
    read.finish()
    return IntervalSample(
        lower=begin, upper=end, entry=since, weight=weight, cluster=cell, group=group,
        stratum=stratum, groups=groups,
        frequency=weights_kind == "frequency" and is_whole(weight),
    )  # fmt: skip


def _upper_end(read: ColumnReader, column: str) -> Floats:
    """Return upper ends; inf is one that was not seen."""
    series = read.data[column]
    if pd.api.types.is_bool_dtype(series) or not pd.api.types.is_numeric_dtype(series):
        read.report(column, "does not hold numbers", "Give numbers of days.")
        return np.full(len(series), np.inf)
    values = series.to_numpy(dtype=np.float64, na_value=np.nan)
    missing = np.isnan(values)
    read.forbid(column, missing, "has missing values", ENDS)
    return np.where(missing, np.inf, values)


def _forbid_repeats(read: ColumnReader, subject: str | None) -> None:
    if subject is None:
        return
    who, _ = read.label(subject)
    repeated = np.bincount(who, minlength=1)[who] > 1
    remedy = "One subject has one interval: keep the one in which the event lies."
    read.forbid(subject, repeated, "has several, possibly overlapping intervals", remedy)


def _forbid_impossible(
    read: ColumnReader, lower: str, upper: str, begin: Floats, end: Floats
) -> None:
    negative = (begin < 0) & ~np.isneginf(begin)
    read.forbid(lower, negative, "has negative times", "Times count from the origin.")
    never = (end < 0) | ((end == 0) & (begin < 0))
    read.forbid(upper, never, "ends before the origin, where no event can be", ENDS)
    read.forbid(lower, (begin > end) & ~never, "lies above the upper end", ENDS)
