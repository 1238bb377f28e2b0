"""Several rows of one subject: checked, and joined where one row goes on in the next."""

from typing import Any

import numpy as np

from afterglow.estimate.checks import Codes, ColumnReader

Rows = dict[str, Any]


def join_pieces(read: ColumnReader, rows: Rows, *, column: str, moved_on: int) -> Rows:
    """Join touching pieces (start, stop] of a subject and mark the ones that go on elsewhere.

    Pieces that touch and agree in group, stratum, weight and cluster become one row, so cutting
    a subject into pieces changes no number. A piece that is followed by a touching one of the
    same group gets status `moved_on`: its end is no censoring. A subject who left the risk set
    for a while, or changed groups, keeps several rows; `subject` stays as an array only then.

    Raises
    ------
    InvalidInput
        Pieces overlap, or an event is followed by more time at risk.
    """
    subject: Codes = rows["subject"]
    if len(np.unique(subject)) == len(subject):
        return {**rows, "subject": None}
    entry = rows["entry"]
    start = np.full(len(subject), -1) if entry is None else entry
    order = np.lexsort((rows["exit"], start, subject))
    part: Rows = {name: None if rows[name] is None else rows[name][order] for name in rows}
    same = part["subject"][1:] == part["subject"][:-1]
    begun, ended = start[order][1:], part["exit"][:-1]
    _refuse(read, column, order[1:], same & (begun < ended), "has rows of one subject that overlap")
    again = same & (part["status"][:-1] > 0)
    _refuse(read, column, order[:-1], again, "has an event before the subject's last row")
    read.finish()
    goes_on = same & (begun == ended) & _agree(part, "group", "stratum")
    alike = goes_on & _agree(part, "weight", "cluster")
    part["status"][:-1][goes_on] = moved_on
    first = np.concatenate([[True], ~alike])
    last = np.concatenate([~alike, [True]])
    joined: Rows = {name: None if part[name] is None else part[name][last] for name in part}
    joined["entry"] = None if entry is None else part["entry"][first]
    if len(np.unique(joined["subject"])) == len(joined["subject"]):
        joined["subject"] = None
    return joined


def _agree(part: Rows, *names: str) -> np.ndarray:
    known = [part[name] for name in names if part[name] is not None]
    return np.logical_and.reduce(
        [np.ones(len(part["exit"]) - 1, dtype=bool), *(v[1:] == v[:-1] for v in known)]
    )


def _refuse(read: ColumnReader, column: str, rows: Codes, bad: np.ndarray, what: str) -> None:
    marked = np.zeros(len(read.data), dtype=bool)
    marked[rows[bad]] = True
    read.forbid(column, marked, what, "A subject's rows are pieces (start, stop] one after another,"
                " the event at the end of the last.")  # fmt: skip
