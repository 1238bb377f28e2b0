"""Stretches of subjects' paths through states, checked and joined."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afterglow.errors import UsageError
from afterglow.estimate.checks import CENSORED, Codes, ColumnReader, Floats, factorized
from afterglow.estimate.options import check_word
from afterglow.estimate.sample import WEIGHTS_KINDS, is_whole, named
from afterglow.estimate.timegrid import time_grid

STAYS: Final = -1
PATHS: Final = (
    "A subject's rows are stretches one after another; each begins in the state that the one"
    " before it led to."
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StateRows:
    """Stretches in a state, in order of subject and time; touching ones of a state are joined.

    Attributes
    ----------
    times : array, shape (T,)
        Distinct entry and exit times, in order.
    entry, exit : array of int, shape (n,)
        Index into `times`: in the state after `entry` until `exit`.
    state, to : array of int
        Index into `states`; `to` is −1 where the stretch ends without a move.
    subject, group : array of int
    weight : array
    frequency : bool
        Whether a weight stands for that many subjects.
    cluster : array of int
        Rows with one code are dependent: those of a subject at least.
    states, groups : tuple of str
    origin : array of int, shape (n,)
        Which row of the data each joined stretch begins with.
    """

    times: Floats
    entry: Codes
    exit: Codes
    state: Codes
    to: Codes
    subject: Codes
    group: Codes
    weight: Floats
    frequency: bool
    cluster: Codes
    states: tuple[str, ...]
    groups: tuple[str, ...]
    origin: Codes

    def taken(self, chosen: NDArray) -> dict[str, NDArray]:
        """Return the arrays of some rows by name."""
        names = ("entry", "exit", "state", "to", "subject", "weight", "cluster")
        return {name: getattr(self, name)[chosen] for name in names}


def state_rows(
    data: pd.DataFrame,
    *,
    subject: str,
    start: str,
    stop: str,
    from_state: str,
    to_state: str,
    by: str | Sequence[str] | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    cluster: str | None = None,
    states: Sequence[str] | None = None,
) -> StateRows:
    """Check the columns of `data` and return its stretches.

    Raises
    ------
    InvalidInput
        Missing or infinite values, start at or after stop, stretches of one subject that overlap
        or do not begin where the one before led, groups or weights that change within a subject.
    UsageError
        `states` leaves a state out.
    """
    check_word("weights_kind", weights_kind, WEIGHTS_KINDS)
    read = ColumnReader(
        data, subject, start, stop, from_state, to_state, weights, cluster, *named(by)
    )
    begun, ended = read.number(start), read.number(stop)
    who, _ = read.label(subject)
    group, groups = read.label(by)
    weight = np.ones(len(data)) if weights is None else read.positive(weights)
    cell = who if cluster is None else read.label(cluster)[0]
    state, to, labels = _states(read, from_state, to_state, states)
    read.finish()
    times, exit_, entering = time_grid(ended, begun)
    entry = np.asarray(entering)
    read.forbid(stop, entry >= exit_, "is not after the start of its row", "Drop empty stretches.")
    read.finish()
    to = np.where(to == state, STAYS, to)
    order = np.lexsort((exit_, entry, who))
    columns = {
        "entry": entry, "exit": exit_, "state": state, "to": to, "subject": who, "group": group,
        "weight": weight, "cluster": cell,
    }  # fmt: skip
    kept, last = _joined(
        read, {n: v[order] for n, v in columns.items()}, order, subject, from_state
    )
    joined = {name: values[order][kept] for name, values in columns.items()}
    joined["exit"], joined["to"] = exit_[order][last], to[order][last]
    return StateRows(
        **joined, times=times, frequency=weights_kind == "frequency" and is_whole(weight),
        states=labels, groups=groups, origin=order[kept],
    )  # fmt: skip


def _states(
    read: ColumnReader, from_state: str, to_state: str, asked: Sequence[str] | None
) -> tuple[Codes, Codes, tuple[str, ...]]:
    """Return codes of both columns, −1 where a stretch leads nowhere, and the states' names."""
    start, first = _texts(read, from_state)
    end, second = _texts(read, to_state)
    if CENSORED in first:
        read.report(from_state, "names no state", "Say which state each stretch is in.")
        return start, end, ()
    known = [*first, *(name for name in second if name not in first and name != CENSORED)]
    ordered = _ordered(read, from_state, to_state, known)
    if asked is not None:
        missing = [name for name in ordered if name not in asked]
        if missing or len(set(asked)) < len(asked):
            raise UsageError(
                "states does not name every state of the data, each once.\n"
                f"Add: {', '.join(missing) or 'nothing, but take repeats out'}."
            )
        ordered = [name for name in asked if name in known]
    place = {name: code for code, name in enumerate(ordered)} | {CENSORED: STAYS}
    codes = [np.array([place[name] for name in names] or [0]) for names in (first, second)]
    return codes[0][start], codes[1][end], tuple(ordered)


def _texts(read: ColumnReader, column: str) -> tuple[Codes, list[str]]:
    series = read.data[column]
    remedy = 'Give names of states, and "" in the second column where a stretch leads nowhere.'
    if read.forbid(column, series.isna().to_numpy(), "has missing values", remedy):
        return np.zeros(len(series), dtype=np.int64), [""]
    codes, names = factorized(series)
    if any(not isinstance(name, str) for name in names):
        read.report(column, "holds something else than text", remedy)
    return codes, [str(name) for name in names]


def _ordered(read: ColumnReader, from_state: str, to_state: str, known: list[str]) -> list[str]:
    """Return the states in natural order: that of a category's, else of the alphabet."""
    for column in (from_state, to_state):
        dtype = read.data[column].dtype
        if isinstance(dtype, pd.CategoricalDtype) and set(known) <= set(dtype.categories):
            return [name for name in dtype.categories if name in known]
    return sorted(known)


def _joined(
    read: ColumnReader, part: dict[str, NDArray], order: Codes, subject: str, from_state: str
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which rows begin a stretch and which end one, after checking how rows follow."""
    same = part["subject"][1:] == part["subject"][:-1]
    touching = same & (part["entry"][1:] == part["exit"][:-1])

    def refuse(bad: NDArray, column: str, what: str, remedy: str) -> None:
        marked = np.zeros(len(order), dtype=bool)
        marked[order[1:][bad]] = True
        read.forbid(column, marked, what, remedy)

    overlap = same & (part["entry"][1:] < part["exit"][:-1])
    refuse(overlap, subject, "has rows of one subject that overlap", PATHS)
    led = np.where(part["to"][:-1] == STAYS, part["state"][:-1], part["to"][:-1])
    refuse(touching & (led != part["state"][1:]), from_state,
           "is not the state that the row before it led to", PATHS)  # fmt: skip
    for name in ("group", "weight", "cluster"):
        refuse(same & (part[name][1:] != part[name][:-1]), subject,
               f"has rows of one subject with different {name}s",
               "Groups, weights and clusters belong to subjects.")  # fmt: skip
    read.finish()
    goes_on = touching & (part["to"][:-1] == STAYS)
    return np.concatenate([[True], ~goes_on]), np.concatenate([~goes_on, [True]])
