"""Person-periods in order: who was at risk when, and when somebody could have been censored."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Codes, ColumnReader, Floats
from afterglow.estimate.sample import named
from afterglow.estimate.timegrid import time_grid
from afterglow.estimate.weighting.terms import Coded, ModelTerm, coded, column_of, independent

NO_CELL = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """The distinct rows of one model's design, stratum by stratum.

    Attributes
    ----------
    x : array, shape (cells, p)
    bounds : array of int, shape (strata + 1,)
        First cell of each stratum.
    active : array of int, shape (strata, p)
        Columns with a coefficient: not constant, no combination of others.
    of_row : array of int, shape (rows,)
        Cell of each row, −1 where nothing was decided.
    coding : Coded
        Names and units of the columns.
    """

    x: Floats
    bounds: Codes
    active: Codes
    of_row: Codes
    coding: Coded


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightRows:
    """Rows by subject, group and order; what follows a censoring is left out.

    Attributes
    ----------
    place : array of int, shape (rows,)
        Where each row stands in the data.
    starts : array of int, shape (sequences + 1,)
        First row of each sequence: the rows of one subject in one group.
    unit, group : array of int, shape (sequences,)
        Who the bootstrap draws, and in which group the sequence is.
    units : int
    nested : bool
        Whether each unit is in one group only.
    groups, strata : tuple of str
    times : array, shape (T,)
        Every time at which somebody enters or leaves.
    entry, exit : array of int, shape (rows,)
        Places in `times`: −1 for "from the start"; an exit of −1 is a row without time at risk.
    event, tries, ended : array, shape (rows,)
        Whether the row ends with the event; how often it could have been censored; whether it was.
    start, stop : array, shape (rows,)
    stratum : array of int, shape (rows,)
    censoring, numerator : Cells
        The two models; without a numerator its chances are not used.
    stabilized : bool
    """

    place: Codes
    starts: Codes
    unit: Codes
    group: Codes
    units: int
    nested: bool
    groups: tuple[str, ...]
    strata: tuple[str, ...]
    times: Floats
    entry: Codes
    exit: Codes
    event: Floats
    tries: Floats
    ended: Floats
    start: Floats
    stop: Floats
    stratum: Codes
    censoring: Cells
    numerator: Cells
    stabilized: bool

    @property
    def sequence(self) -> Codes:
        """The sequence of each row."""
        return np.repeat(np.arange(len(self.unit)), np.diff(self.starts))

    @property
    def at_risk(self) -> np.ndarray:
        """Which rows carry time at risk."""
        return self.exit >= 0


def weight_rows(
    data: pd.DataFrame,
    *,
    censoring: Sequence[ModelTerm],
    numerator: Sequence[ModelTerm],
    stabilized: bool,
    subject: str,
    by: str | Sequence[str] | None,
    strata: str | Sequence[str] | None,
    start: str,
    stop: str,
    event: str,
    censored: str,
    trials: str | None,
    order: str | None,
) -> WeightRows:
    """Check the columns of `data` and put its rows in order; see `weighted_kaplan_meier`."""
    terms = [column_of(term) for term in (*censoring, *numerator)]
    read = ColumnReader(
        data, subject, start, stop, event, censored, trials, order,
        *named(by), *named(strata), *terms,
    )  # fmt: skip
    begin = read.number(start, minus_infinity=True)
    end = read.number(stop)
    had, out = read.event(event), read.event(censored)
    tries = np.ones(len(data)) if trials is None else read.number(trials)
    rank = None if order is None else read.number(order)
    who, _ = read.label(subject)
    group, groups = read.label(by)
    stratum, labels = read.label(strata)
    _check(read, begin, end, had, out, tries, start, event, str(trials or censored))
    read.finish()
    keys = (end, begin) if rank is None else (end, begin, rank)
    sorted_rows = np.lexsort((*keys, group, who))
    kept = sorted_rows[~_after_end(who, group, out, sorted_rows)]
    again = _after_end(who, group, had, kept)
    late = np.zeros(len(data), dtype=bool)
    late[kept[again & (end[kept] > begin[kept])]] = True
    read.forbid(event, late, "has an event before the last time at risk", "It ends a sequence.")
    _check_overlap(read, who, group, begin, end, out, kept, start)
    read.finish()
    return _laid_out(
        data, kept, who, group, groups, stratum, labels, begin, end, had, out, tries,
        censoring, numerator, stabilized,
    )  # fmt: skip


def _check(read, begin, end, had, out, tries, start, event, trials) -> None:
    whole = "is no whole number of 0 or more"
    read.forbid(start, begin > end, "is after the end of its row", "A row is (start, stop].")
    read.forbid(trials, (tries < 0) | (tries != np.floor(tries)), whole, "Count the decisions.")
    read.forbid(
        trials, (out == 1) & (tries == 0), "is 0 in a row that was censored",
        "Whoever was censored could have been: give it 1.",
    )  # fmt: skip
    read.forbid(
        event, (had == 1) & (out == 1), "is true in a row that was censored",
        "A row ends in one way.",
    )  # fmt: skip
    read.forbid(
        event, (had == 1) & (begin >= end), "is true in a row without time at risk",
        "Give the row that ends with it a start before its stop.",
    )  # fmt: skip


def _after_end(who: Codes, group: Codes, ended: Codes, rows: Codes) -> np.ndarray:
    """Return which of the sorted rows come after one of the same sequence that ended."""
    first = _first_rows(who[rows], group[rows])
    total = np.cumsum(ended[rows]) - ended[rows]
    return total - total[first][np.cumsum(first) - 1] > 0


def _first_rows(who: Codes, group: Codes) -> np.ndarray:
    same = (who[1:] == who[:-1]) & (group[1:] == group[:-1])
    return np.concatenate([[True], ~same])


def _check_overlap(read, who, group, begin, end, out, rows, start) -> None:
    """Refuse rows at risk of one sequence that overlap."""
    at_risk = rows[(end[rows] > begin[rows]) & (out[rows] == 0)]
    ordered = at_risk[np.lexsort((begin[at_risk], group[at_risk], who[at_risk]))]
    same = ~_first_rows(who[ordered], group[ordered]) if len(ordered) else np.zeros(0, bool)
    bad = np.zeros(len(who), dtype=bool)
    bad[ordered[1:][same[1:] & (begin[ordered][1:] < end[ordered][:-1])]] = True
    read.forbid(start, bad, "lies before the end of the subject's row before", "Rows follow.")


def _laid_out(
    data, rows, who, group, groups, stratum, labels, begin, end, had, out, tries, censoring,
    numerator, stabilized,
) -> WeightRows:  # fmt: skip
    at_risk = (end[rows] > begin[rows]) & (out[rows] == 0)
    times, exit_, entry = _grid(begin[rows], end[rows], at_risk)
    decided = tries[rows] > 0
    models = [
        _cells(data, terms, rows, decided, stratum[rows], len(labels), tries[rows], out)
        for terms in (censoring, numerator)
    ]
    first = np.flatnonzero(_first_rows(who[rows], group[rows]))
    starts = np.append(first, len(rows))
    unit, units = _canonical(
        who[rows][first], starts, group[rows], end[rows], had[rows], out[rows], tries[rows],
        models[0].of_row,
    )  # fmt: skip
    return WeightRows(
        place=rows, starts=starts, unit=unit, group=group[rows][first], units=units,
        nested=len(first) == units, groups=groups, strata=labels, times=times, entry=entry,
        exit=exit_, event=had[rows].astype(np.float64), tries=tries[rows],
        ended=out[rows].astype(np.float64), start=begin[rows], stop=end[rows],
        stratum=stratum[rows], censoring=models[0], numerator=models[1], stabilized=stabilized,
    )  # fmt: skip


def _grid(begin: Floats, end: Floats, at_risk: np.ndarray) -> tuple[Floats, Codes, Codes]:
    exit_ = np.full(len(end), -1, dtype=np.int64)
    entry = np.full(len(end), -1, dtype=np.int64)
    times = np.empty(0)
    if at_risk.any():
        times, exit_[at_risk], found = time_grid(end[at_risk], begin[at_risk])
        entry[at_risk] = -1 if found is None else found
    return times, exit_, entry


def _cells(data, terms, rows, decided, stratum, strata, tries, out) -> Cells:
    """Return the distinct designs of the decisions, by stratum and then in their own order."""
    marked = np.zeros(len(data), dtype=bool)
    marked[rows[decided]] = True
    coding = coded(data, terms, marked, out == 1)
    place = np.cumsum(marked) - 1
    matrix = coding.matrix[place[rows[decided]]]
    own = stratum[decided]
    of_decision, first = _alike([own, *matrix[:, ~coding.bends].T])
    of_row = np.full(len(rows), NO_CELL, dtype=np.int64)
    of_row[decided] = of_decision
    x = np.ascontiguousarray(matrix[first])
    bounds = np.searchsorted(own[first], np.arange(strata + 1)).astype(np.int64)
    trials = np.bincount(of_row[decided], weights=tries[decided], minlength=len(x)).astype(float)
    active = np.zeros((strata, x.shape[1]), dtype=np.int64)
    for s in range(strata):
        own = slice(bounds[s], bounds[s + 1])
        active[s] = independent(x[own], trials[own])
    return Cells(x=x, bounds=bounds, active=active, of_row=of_row, coding=coding)


def _alike(columns: Sequence[np.ndarray]) -> tuple[Codes, Codes]:
    """Return the place of each row among the distinct ones in their order, and one row of each."""
    place = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        values, codes = np.unique(column, return_inverse=True)
        _, place = np.unique(place * max(len(values), 1) + codes, return_inverse=True)
    _, first = np.unique(place, return_index=True)
    return place.astype(np.int64), first.astype(np.int64)


def _canonical(
    who: Codes, starts: Codes, group: Codes, end: Floats, had: Codes, out: Codes, tries: Floats,
    cell: Codes,
) -> tuple[Codes, int]:  # fmt: skip
    """Return each sequence's unit, numbered by what is known of it: labels change nothing."""
    within = np.arange(len(end)) - np.repeat(starts[:-1], np.diff(starts)) + 1.0
    parts = [group, within, within * end, had, out, tries, within * cell, cell]
    sums = np.column_stack([np.add.reduceat(np.asarray(p, float), starts[:-1]) for p in parts])
    _, code = np.unique(who, return_inverse=True)
    count = int(code.max()) + 1
    whole = np.column_stack([np.bincount(code, column, count) for column in sums.T])
    rank = np.empty(count, dtype=np.int64)
    rank[np.lexsort(whole.T[::-1])] = np.arange(count)
    return rank[code], count
