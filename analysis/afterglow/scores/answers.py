"""Read item columns as numbers, and find the answers that no scoring rule can use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afterglow.canonical import item_number
from afterglow.errors import DataError, Problem, UsageError, did_you_mean
from afterglow.instruments.form import Item
from afterglow.instruments.instrument import Instrument


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a number may be: between `low` and `high`, and `whole` or not."""

    low: float
    high: float
    whole: bool
    hint: str = ""

    def outside(self, numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say which numbers are below or above; missing ones are neither."""
        return (numbers < self.low) | (numbers > self.high)

    def broken(self, numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say which numbers are fractional although only whole ones exist."""
        finite = np.isfinite(numbers) & ~self.outside(numbers)
        return finite & (numbers != np.round(numbers)) if self.whole else np.zeros_like(finite)

    def problems(
        self, numbers: NDArray[np.float64], text: NDArray[np.bool_], *, table: str, column: str
    ) -> list[Problem]:
        """Return one problem per kind of fault in a column; rows count from 1."""
        span = f"{self.low:g} to {self.high:g}"
        faults = [
            (
                text,
                "holds text where a number is needed",
                "Write numbers, or leave the cell empty.",
            ),
            (
                self.outside(numbers),
                f"lies outside {span}",
                f"Correct the scores, or name the version whose range they have. {self.hint}",
            ),
            (
                self.broken(numbers),
                "has a fraction where every score is whole",
                "Correct the scores, or name the version that was used.",
            ),
        ]
        return [
            Problem(
                table=table,
                column=column,
                what=what,
                rows=tuple(int(row) + 1 for row in np.flatnonzero(found)),
                remedy=remedy.strip(),
            )
            for found, what, remedy in faults
            if found.any()
        ]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """Answers to the items of one instrument, reversed items turned round.

    Attributes
    ----------
    ids : tuple of str
        Items, in the order of the columns of `values` and `bad`.
    values : array of float, shape (rows, items)
        NaN where missing or unusable.
    bad : array of bool, shape (rows, items)
        Answers that are no number, outside the item's range or wrongly fractional.
    problems : tuple of Problem
        What is wrong with the bad ones.
    """

    ids: tuple[str, ...]
    values: NDArray[np.float64]
    bad: NDArray[np.bool_]
    problems: tuple[Problem, ...]

    def bad_rows(self) -> NDArray[np.bool_]:
        """Say which rows hold an unusable answer."""
        rows: NDArray[np.bool_] = np.asarray(self.bad.any(axis=1))
        return rows

    def only(self, items: Sequence[str]) -> Self:
        """Return the answers to some of the items, in their order."""
        where = [self.ids.index(item) for item in items]
        return type(self)(
            ids=tuple(items),
            values=self.values[:, where],
            bad=self.bad[:, where],
            problems=self.problems,
        )


def read_answers(
    frame: pd.DataFrame,
    instrument: Instrument,
    items: Sequence[str] | Mapping[str, str] | None,
    table: str,
) -> Answers:
    """Read the items of `instrument`; the parameters are those of `score_items`."""
    columns = _columns(frame, instrument, items, table)
    beyond = _beyond_the_form(frame, instrument, table) if items is None else []
    problems = list(beyond)
    values = np.full((len(frame), len(columns)), np.nan, order="F")
    bad = np.zeros(values.shape, dtype=bool, order="F")
    for problem in beyond:
        bad[np.asarray(problem.rows) - 1] = True
    for i, item in enumerate(instrument.items):
        numbers, text = to_numbers(frame[columns[i]])
        limits = Limits(low=item.minimum, high=item.maximum, whole=instrument.form.whole)
        problems += limits.problems(numbers, text, table=table, column=columns[i])
        bad[:, i] |= text | limits.outside(numbers) | limits.broken(numbers)
        values[:, i] = np.where(bad[:, i], np.nan, _turned(item, numbers))
    ids = tuple(item.id for item in instrument.items)
    return Answers(ids=ids, values=values, bad=bad, problems=tuple(problems))


def to_numbers(column: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return a column as floats (missing: NaN), and which cells hold text instead."""
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    numbers = np.ascontiguousarray(numbers)
    return numbers, np.isnan(numbers) & column.notna().to_numpy(dtype=bool)


def _turned(item: Item, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    return item.minimum + item.maximum - numbers if item.reversed else numbers


def _columns(
    frame: pd.DataFrame,
    instrument: Instrument,
    items: Sequence[str] | Mapping[str, str] | None,
    table: str,
) -> list[str]:
    ids = [item.id for item in instrument.items]
    if not ids:
        raise UsageError(
            f"{instrument.id}, version {instrument.version_name}: only totals are known, "
            "so its items cannot be scored.\nGive totals, or another version."
        )
    columns = _named(instrument.id, ids, items)
    absent = [column for column in columns if column not in frame.columns]
    if absent:
        near = did_you_mean(absent[0], map(str, frame.columns))
        remedy = f"Say with items= which columns hold the items of {instrument.id}.{near}"
        what = "is not there"
        raise DataError.from_problems(
            [Problem(table=table, column=column, what=what, remedy=remedy) for column in absent]
        )
    return columns


def _named(
    instrument_id: str, ids: list[str], items: Sequence[str] | Mapping[str, str] | None
) -> list[str]:
    if items is None:
        return ids
    if isinstance(items, Mapping):
        unknown = [item for item in items if item not in ids]
        if unknown:
            raise UsageError.unknown_option(f"item of {instrument_id}", unknown[0], ids)
        items = [items.get(item, item) for item in ids]
    if len(items) != len(ids) or len(set(items)) != len(items):
        raise UsageError(
            f"items: {instrument_id} needs {len(ids)} different columns, one per item in the "
            f"order of the form; {len(set(items))} were named."
        )
    return list(items)


def _beyond_the_form(frame: pd.DataFrame, instrument: Instrument, table: str) -> list[Problem]:
    remedy = (
        f"{instrument.id} has {len(instrument.items)} items. Use the instrument that was rated, or "
        "say with items= which columns are its items."
    )
    beyond = {
        name: frame[name].notna().to_numpy(dtype=bool)
        for name in map(str, frame.columns)
        if (item_number(name) or 0) > len(instrument.items)
    }
    names = [name for name, answered in beyond.items() if answered.any()]
    if not names:
        return []
    rows = np.flatnonzero(np.any([beyond[name] for name in names], axis=0))
    what = f"holds answers beyond the form, in {', '.join(names)}"
    return [Problem(table=table, what=what, rows=tuple(int(r) + 1 for r in rows), remedy=remedy)]
