"""Columns of a table as checked rows at risk, each with one score."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.estimate.checks import ColumnReader, Floats
from afterglow.estimate.cox.data import CoxRows
from afterglow.estimate.options import check_word
from afterglow.estimate.pieces import Rows, join_pieces
from afterglow.estimate.sample import WEIGHTS_KINDS, is_whole, named
from afterglow.estimate.timegrid import time_grid


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """Rows at risk, their scores, and how many subjects they belong to.

    Attributes
    ----------
    rows : CoxRows
        Without covariates.
    score : array, shape (n,)
    subjects : float
        Weighted where weights are frequencies.
    """

    rows: CoxRows
    score: Floats
    subjects: float


def scored_rows(
    data: pd.DataFrame,
    *,
    score: str,
    duration: str,
    event: str,
    entry: str | None,
    strata: str | Sequence[str] | None,
    weights: str | None,
    weights_kind: str,
    subject: str | None,
    cluster: str | None,
) -> Scored:
    """Check the columns and return them as arrays; the arguments are those of `concordance`."""
    check_word("weights_kind", weights_kind, WEIGHTS_KINDS)
    read = ColumnReader(
        data, score, duration, event, entry, weights, subject, cluster, *named(strata)
    )
    exit_ = read.duration(duration, signed=entry is not None)
    start = None if entry is None else read.number(entry, minus_infinity=True)
    found: Rows = {
        "group": read.number(score),
        "status": read.event(event),
        "weight": None if weights is None else read.positive(weights),
        "stratum": read.label(strata)[0],
        "cluster": None if cluster is None else read.label(cluster)[0],
        "subject": None if subject is None else read.label(subject)[0],
    }
    read.finish()
    times, found["exit"], found["entry"] = time_grid(exit_, start)
    if found["entry"] is not None:
        remedy = "A row at risk from the start has entry -inf; a row never at risk is no row."
        late = found["entry"] >= found["exit"]
        read.forbid(str(entry), late, "is not before the end of its row", remedy)
        read.finish()
    frequency = weights_kind == "frequency" and is_whole(found["weight"])
    if subject is not None:
        found = join_pieces(read, found, column=subject, moved_on=2)
        if found["cluster"] is None:
            found["cluster"] = found["subject"]
    rows = CoxRows(
        x=np.zeros((len(found["exit"]), 0)), times=times, exit=_small(found["exit"]),
        entry=None if found["entry"] is None else _small(found["entry"]),
        event=found["status"] == 1, stratum=_small(found["stratum"]), weight=found["weight"],
        frequency=frequency, cluster=found["cluster"], offset=None,
    )  # fmt: skip
    return Scored(rows=rows, score=found["group"], subjects=_subjects(found, frequency))


def _small(codes: np.ndarray) -> np.ndarray:
    return codes.astype(np.int32)


def _subjects(found: Rows, frequency: bool) -> float:
    weight = found["weight"] if frequency and found["weight"] is not None else None
    if found["subject"] is None:
        return float(len(found["exit"]) if weight is None else weight.sum())
    first = np.unique(found["subject"], return_index=True)[1]
    return float(len(first) if weight is None else weight[first].sum())
