"""Columns of a table as checked rows of a Cox model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Codes, ColumnReader, Floats
from afterglow.estimate.cox.data import CoxRows, cox_rows
from afterglow.estimate.cox.design import Design, design
from afterglow.estimate.options import check_word
from afterglow.estimate.sample import WEIGHTS_KINDS, is_whole, named

CASE: Final = "case"
KINDS: Final = (CASE, *WEIGHTS_KINDS)
Columns = str | Sequence[str] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxColumns:
    """Which columns a Cox model reads; the words are those of `cox`."""

    duration: str
    event: str
    entry: str | None = None
    strata: Columns = None
    weights: str | None = None
    weights_kind: str = CASE
    subject: str | None = None
    cluster: str | None = None
    offset: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoxSample:
    """A checked sample.

    Attributes
    ----------
    design : Design
        Covariates and how they were coded.
    rows : CoxRows
    strata : tuple of str
        Labels of the strata, ("",) without.
    subject : array of int or None
        Whose each row is, where somebody says so.
    n, n_events : float
        Subjects (rows where nobody says who they belong to) and events; sums of the weights
        where these are frequencies.
    robust : bool
        Whether the robust variance is called for: clusters, sampling or fractional weights, or
        several events of one subject.
    """

    design: Design
    rows: CoxRows
    strata: tuple[str, ...]
    subject: Codes | None
    n: float
    n_events: float
    robust: bool


def cox_sample(
    data: pd.DataFrame,
    formula: str | Sequence[str],
    columns: CoxColumns,
    *,
    robust: bool | None = None,
) -> CoxSample:
    """Check the columns of `data` and return them as arrays.

    `robust` is the caller's wish; clusters are kept, or subjects taken for clusters, where the
    variance is to be robust.

    Raises
    ------
    InvalidInput
        The columns break the rules of `cox`.
    UsageError
        An unknown word, or clusters without a robust variance.
    """
    check_word("weights_kind", columns.weights_kind, KINDS)
    if columns.cluster is not None and robust is False:
        raise UsageError(
            "cluster= asks for the robust variance, robust = False for the other.\n"
            "Leave one of them out."
        )
    rows, strata, subject = read_rows(data, columns)
    covariates = design(data, formula)
    rows = replace(rows, x=covariates.matrix)
    fractional = columns.weights is not None and not is_whole(rows.weight)
    wanted = (
        columns.cluster is not None
        or columns.weights_kind == "sampling"
        or fractional
        or (subject is not None and _several_events(subject, rows))
    )
    wanted = wanted if robust is None else robust
    if wanted and rows.cluster is None and subject is not None:
        rows = replace(rows, cluster=subject)
    counts = rows.weights if rows.frequency else np.ones(rows.n)
    return CoxSample(
        design=covariates,
        rows=rows,
        strata=strata,
        subject=subject,
        n=number_of_subjects(subject, counts),
        n_events=float(counts[rows.event].sum()),
        robust=wanted,
    )


def read_rows(
    data: pd.DataFrame, columns: CoxColumns
) -> tuple[CoxRows, tuple[str, ...], Codes | None]:
    """Return checked rows without covariates, the labels of their strata, and whose they are."""
    read = ColumnReader(
        data, columns.duration, columns.event, columns.entry, columns.weights, columns.subject,
        columns.cluster, columns.offset, *named(columns.strata),
    )  # fmt: skip
    exit_ = read.duration(columns.duration, signed=columns.entry is not None)
    entry = None if columns.entry is None else read.number(columns.entry, minus_infinity=True)
    event = read.event(columns.event)
    weight = None if columns.weights is None else read.positive(columns.weights)
    offset = None if columns.offset is None else read.number(columns.offset)
    stratum, strata = (None, ("",)) if columns.strata is None else read.label(columns.strata)
    subject = None if columns.subject is None else read.codes(columns.subject)[0]
    cluster = None if columns.cluster is None else read.codes(columns.cluster)[0]
    read.finish()
    frequency = columns.weights_kind == "frequency" and is_whole(weight)
    rows = cox_rows(
        np.empty((len(data), 0)), exit_, event, entry=entry, stratum=stratum, weight=weight,
        frequency=frequency and weight is not None, cluster=cluster, offset=offset,
    )  # fmt: skip
    if rows.entry is not None:
        remedy = "A row at risk from the start has entry -inf; a row never at risk is no row."
        late = rows.entry >= rows.exit
        read.forbid(str(columns.entry), late, "is not before the end of its row", remedy)
    if subject is not None:
        _refuse_overlap(read, str(columns.subject), subject, rows)
    read.finish()
    return rows, strata, subject


def _refuse_overlap(read: ColumnReader, column: str, subject: Codes, rows: CoxRows) -> None:
    start = np.full(rows.n, -1) if rows.entry is None else rows.entry
    order = np.lexsort((rows.exit, start, subject))
    again = subject[order][1:] == subject[order][:-1]
    marked = np.zeros(rows.n, dtype=bool)
    marked[order[1:]] = again & (start[order][1:] < rows.exit[order][:-1])
    remedy = "A subject's rows are pieces (entry, duration] one after another."
    read.forbid(column, marked, "has rows of one subject that overlap", remedy)


def _several_events(subject: Codes, rows: CoxRows) -> bool:
    return bool((np.bincount(subject[rows.event], minlength=1) > 1).any())


def number_of_subjects(subject: Codes | None, counts: Floats) -> float:
    """Return the number of subjects, or of rows where nobody says whose they are."""
    if subject is None:
        return float(counts.sum())
    first = np.unique(subject, return_index=True)[1]
    return float(counts[first].sum())
