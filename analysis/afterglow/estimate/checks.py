"""The one place where columns are read as numbers, events, causes or labels, or refused."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afterglow.errors import InvalidInput, Problem, did_you_mean

TABLE: Final = "data"
CENSORED: Final = ""
SMALL_RANGE: Final = 10_000

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def spell(value: object) -> str:
    """Return a group's label: whole numbers without ".0", everything else as text."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


class ColumnReader:
    """Reads columns of one table as arrays and collects every problem on the way.

    `finish` raises them all at once. Rows are counted from 1, as the user sees them, and no
    value of the data is ever part of a message.
    """

    def __init__(self, data: pd.DataFrame, *columns: str | None) -> None:
        self.data = data
        self.problems: list[Problem] = []
        wanted = list(dict.fromkeys(column for column in columns if column is not None))
        for column in wanted:
            if column not in data.columns:
                near = did_you_mean(str(column), map(str, data.columns))
                self.report(str(column), "is not a column", f"Name an existing column.{near}")
            elif not data.columns.is_unique and list(data.columns).count(column) > 1:
                self.report(str(column), "names several columns", "Give each a name of its own.")
        if not len(data):
            self.report("", "holds no rows", "Give at least one row.")
        self.finish()

    def report(self, column: str, what: str, remedy: str, bad: NDArray | None = None) -> None:
        """Note one problem; `bad` marks the rows."""
        rows = () if bad is None else tuple((np.flatnonzero(bad) + 1).tolist())
        self.problems.append(
            Problem(table=TABLE, column=column, what=what, rows=rows, remedy=remedy)
        )

    def finish(self) -> None:
        """Raise InvalidInput when a problem was noted."""
        if self.problems:
            raise InvalidInput.from_problems(self.problems)

    def forbid(self, column: str, bad: NDArray, what: str, remedy: str) -> bool:
        """Note a problem when any row is `bad`, and say whether there was one."""
        found = bool(bad.any())
        if found:
            self.report(column, what, remedy, bad)
        return found

    def number(self, column: str, *, minus_infinity: bool = False) -> Floats:
        """Return a numeric column; missing or infinite values are problems (−inf on request)."""
        series = self.data[column]
        if pd.api.types.is_bool_dtype(series) or not pd.api.types.is_numeric_dtype(series):
            self.report(column, "does not hold numbers", "Give numbers of days.")
            return np.zeros(len(series))
        values = series.to_numpy(dtype=np.float64, na_value=np.nan)
        missing = np.isnan(values)
        remedy = "Remove these rows, and count them, before the call."
        self.forbid(column, missing, "has missing values", remedy)
        endless = np.isposinf(values) if minus_infinity else np.isinf(values)
        self.forbid(column, endless, "has infinite values", "Give finite numbers.")
        return np.where(missing | endless, 0.0, values)

    def duration(self, column: str, *, signed: bool = False) -> Floats:
        """Return times; negative ones are a problem unless the clock is `signed`."""
        values = self.number(column)
        if not signed:
            remedy = "Times count from the origin: check the clock, or give entry=."
            self.forbid(column, values < 0, "has negative times", remedy)
        return values + 0.0

    def positive(self, column: str) -> Floats:
        """Return weights; each must be above 0."""
        values = self.number(column)
        known = self.data[column].notna().to_numpy()
        self.forbid(column, (values <= 0) & known, "has weights that are not above 0",
                    "Remove rows that carry no weight, and count them.")  # fmt: skip
        return values

    def event(self, column: str) -> Codes:
        """Return 0/1 codes of a column of bool or 0/1; anything else is a problem."""
        series = self.data[column]
        missing = series.isna().to_numpy()
        if self.forbid(column, missing, "has missing values", "Say for each row whether it ended."):
            return np.zeros(len(series), dtype=np.int64)
        if pd.api.types.is_bool_dtype(series):
            return series.to_numpy(dtype=np.int64)
        known = series.isin([0, 1]).to_numpy() if series.dtype.kind in "iufO" else None
        remedy = "Use True/False or 1/0, True or 1 for an event."
        if known is None:
            self.report(column, "holds neither bool nor 0/1", remedy)
            return np.zeros(len(series), dtype=np.int64)
        if self.forbid(column, ~known, "has codes that are neither bool nor 0/1", remedy):
            return np.zeros(len(series), dtype=np.int64)
        return series.to_numpy().astype(np.int64)

    def cause(self, column: str) -> tuple[Codes, tuple[str, ...]]:
        """Return codes of a text column, 0 where it is "" (censored), and the causes' names."""
        series = self.data[column]
        codes, names = factorized(series)
        remedy = 'Give the name of the event that ended the row, or "" where it is censored.'
        if self.forbid(column, codes < 0, "has missing values", remedy):
            return np.zeros(len(series), dtype=np.int64), ()
        if any(not isinstance(name, str) for name in names):
            self.report(column, "holds something else than text", remedy)
            return np.zeros(len(series), dtype=np.int64), ()
        causes = tuple(str(name) for name in names if name != CENSORED)
        position = {name: code for code, name in enumerate(causes, start=1)}
        return np.array([position.get(str(name), 0) for name in names])[codes], causes

    def label(self, columns: str | Sequence[str] | None) -> tuple[Codes, tuple[str, ...]]:
        """Return codes and labels in natural order of one column, or of several combined.

        Categories keep their order, other values are sorted; labels of several columns are
        joined by ", ". No column gives one group with the label "".
        """
        if columns is None:
            return np.zeros(len(self.data), dtype=np.int64), ("",)
        names = [columns] if isinstance(columns, str) else list(columns)
        if len(names) == 1:
            codes, values = self.codes(names[0])
            return codes, tuple(spell(value) for value in values)
        combined = np.zeros(len(self.data), dtype=np.int64)
        labels: list[tuple[str, ...]] = [()]
        for name in names:
            codes, values = self.codes(name)
            combined = combined * max(len(values), 1) + codes
            labels = [(*label, spell(value)) for label in labels for value in values]
        present, codes = np.unique(combined, return_inverse=True)
        return codes.astype(np.int64), tuple(", ".join(labels[code]) for code in present)

    def codes(self, column: str) -> tuple[Codes, list[object]]:
        """Return codes and distinct values of a column of labels; missing ones are a problem."""
        series = self.data[column]
        codes, values = factorized(series)
        remedy = "Give each row a label, or remove these rows and count them."
        if self.forbid(column, codes < 0, "has missing values", remedy):
            return np.zeros(len(series), dtype=np.int64), [""]
        return codes, values


def factorized(series: pd.Series) -> tuple[Codes, list[object]]:
    """Return codes and values in natural order, −1 where missing; unused ones are left out."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        codes, values = np.asarray(series.cat.codes, dtype=np.int64), series.cat.categories
        order = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(values)))
    elif series.dtype.kind in "iu" and isinstance(series.dtype, np.dtype) and len(series):
        return _small_integers(series.to_numpy())
    else:
        codes, values = pd.factorize(series)
        order = _natural_order(values)
    rank = np.full(len(values) + 1, -1, dtype=np.int64)
    rank[order] = np.arange(len(order), dtype=np.int64)
    return rank[codes], [values[int(i)] for i in order]


def _natural_order(values: Any) -> Codes:
    try:
        return np.argsort(np.asarray(values), kind="stable")
    except TypeError:
        return np.array(
            sorted(range(len(values)), key=lambda i: (str(type(values[i])), str(values[i])))
        )


def _small_integers(values: NDArray) -> tuple[Codes, list[object]]:
    low, high = int(values.min()), int(values.max())
    if high - low >= max(SMALL_RANGE, len(values)) or high > np.iinfo(np.int64).max:
        distinct, codes = np.unique(values, return_inverse=True)
        return codes.astype(np.int64), list(distinct)
    codes = values.astype(np.int64) - low
    present = np.bincount(codes) > 0
    distinct = (np.flatnonzero(present) + low).astype(values.dtype)
    return codes if present.all() else (np.cumsum(present) - 1)[codes], list(distinct)
