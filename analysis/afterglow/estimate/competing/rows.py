"""Columns read as rows at risk of competing events, for regression."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Codes, ColumnReader, Floats
from afterglow.estimate.cox.data import CoxRows, cox_rows
from afterglow.estimate.options import check_word
from afterglow.estimate.sample import WEIGHTS_KINDS, is_whole, named

LATE = "A row at risk from the start has entry -inf; a row never at risk is no row."
PIECES = "A subject's rows are pieces (start, stop] one after another, the event at the end."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompetingRows:
    """Rows at risk of several causes, checked; make them with `competing_rows`.

    Attributes
    ----------
    rows : CoxRows
        Its `event` is an event of any cause.
    cause : array of int, shape (n,)
        0 censored, k = event of `causes[k - 1]`, one more than the causes = goes on in another
        row.
    causes, strata : tuple of str
    group : array of int
        Those among whom censoring has one distribution.
    subject : array of int or None
        Who the row belongs to, where several rows belong to one.
    arrives : array of bool
        Whether a row is the first of its subject.
    n : float
        Subjects; weighted where weights are frequencies.
    """

    rows: CoxRows
    cause: Codes
    causes: tuple[str, ...]
    strata: tuple[str, ...]
    group: Codes
    subject: Codes | None
    arrives: np.ndarray
    n: float

    @property
    def goes_on(self) -> int:
        """Code of a row that goes on in another."""
        return len(self.causes) + 1

    def events(self, code: int) -> float:
        """Return the number of events of a cause; weighted where weights are frequencies."""
        mine = self.cause == code
        weight = self.rows.weight
        return float(
            mine.sum() if weight is None or not self.rows.frequency else weight[mine].sum()
        )


def competing_rows(
    data: pd.DataFrame,
    x: Floats,
    *,
    duration: str,
    cause: str,
    entry: str | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    subject: str | None = None,
    cluster: str | None = None,
    strata: str | Sequence[str] | None = None,
    groups: str | Sequence[str] | None = None,
) -> CompetingRows:
    """Check the columns of `data`, whose covariates are `x`, shape (n, p).

    Raises
    ------
    InvalidInput
        Missing or infinite values, negative durations (without `entry`), entry at or after exit,
        weights not above 0, rows of one subject that do not follow each other.
    UsageError
        An unknown word of `weights_kind`.
    """
    check_word("weights_kind", weights_kind, WEIGHTS_KINDS)
    read = ColumnReader(
        data, duration, cause, entry, weights, subject, cluster, *named(strata), *named(groups)
    )
    exit_ = read.duration(duration, signed=entry is not None)
    start = None if entry is None else read.number(entry, minus_infinity=True)
    status, causes = read.cause(cause)
    weight = None if weights is None else read.positive(weights)
    stratum, strata_names = read.label(strata)
    group, _ = read.label(groups)
    who = None if subject is None else read.label(subject)[0]
    cell = None if cluster is None else read.label(cluster)[0]
    read.finish()
    rows = cox_rows(
        x, exit_, status > 0, entry=start, stratum=stratum, weight=weight,
        frequency=weights_kind == "frequency" and is_whole(weight), cluster=cell,
    )  # fmt: skip
    if rows.entry is not None:
        read.forbid(str(entry), rows.entry >= rows.exit, "is not before the end of the row", LATE)
        read.finish()
    arrives = np.ones(len(status), dtype=bool)
    if who is not None and len(np.unique(who)) < len(who):
        arrives, more = _pieces(read, str(subject), rows, status, who)
        status = np.where(more, len(causes) + 1, status)
    else:
        who = None
    size = rows.weights[arrives].sum() if rows.frequency else arrives.sum()
    return CompetingRows(
        rows=rows, cause=status, causes=causes, strata=strata_names, group=group, subject=who,
        arrives=arrives, n=float(size),
    )  # fmt: skip


def _pieces(
    read: ColumnReader, column: str, rows: CoxRows, status: Codes, who: Codes
) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows are the first of their subject, and which go on in another row."""
    begun = np.full(rows.n, -1) if rows.entry is None else rows.entry
    order = np.lexsort((rows.exit, begun, who))
    same = who[order][1:] == who[order][:-1]
    apart = np.zeros(rows.n, dtype=bool)
    apart[order[1:]] = same & (begun[order][1:] != rows.exit[order][:-1])
    read.forbid(column, apart, "has rows of one subject with a gap or an overlap", PIECES)
    arrives, more = np.ones(rows.n, dtype=bool), np.zeros(rows.n, dtype=bool)
    arrives[order[1:]] = ~same
    more[order[:-1]] = same
    read.forbid(column, more & (status > 0), "has an event before the subject's last row", PIECES)
    read.finish()
    return arrives, more
