"""What a model of censoring is made of: columns, categories and smooth curves, as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import ColumnReader, Floats, factorized, spell

DEFAULT_PIECES: Final = 3
SAME: Final = 1e-9
BEND: Final = ", bend "


@dataclass(frozen=True, slots=True)
class Smooth:
    """A column whose effect may bend: a natural cubic spline.

    Its inner knots are at quantiles of the values at which somebody was censored, where the chance
    matters most; its outer ones at the ends of all values.

    Attributes
    ----------
    column : str
        A column of numbers.
    pieces : int
        Coefficients that it takes (R's ``ns(x, df)``); 1 is a straight line. A column with too few
        distinct values takes fewer.
    """

    column: str
    pieces: int = DEFAULT_PIECES

    def __post_init__(self) -> None:
        if not isinstance(self.pieces, int) or self.pieces < 1:
            raise UsageError(f"Smooth({self.column!r}) needs a whole number of pieces, 1 or more.")


ModelTerm = str | Smooth


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coded:
    """Terms as numbers.

    Attributes
    ----------
    names : tuple of str
        One per coefficient, "(intercept)" first.
    owners : tuple of str
        The column that each coefficient belongs to.
    matrix : array, shape (n, p)
        The first column is 1; the others lie within −1/2 and 1/2.
    center, scale : array, shape (p,)
        (value − center) / scale is what `matrix` holds; 0 and 1 for the intercept and for bends,
        which are as wide as their own range.
    """

    names: tuple[str, ...]
    owners: tuple[str, ...]
    matrix: Floats
    center: Floats
    scale: Floats

    @property
    def bends(self) -> np.ndarray:
        """Which columns follow from another one, the straight line of their term."""
        return np.array([BEND in name for name in self.names])


INTERCEPT: Final = "(intercept)"


def column_of(term: ModelTerm) -> str:
    """Return the column that a term is made of."""
    return term.column if isinstance(term, Smooth) else term


def coded(
    data: pd.DataFrame, terms: Sequence[ModelTerm], rows: np.ndarray, ended: np.ndarray
) -> Coded:
    """Return the numbers that stand for `terms` in the marked rows of `data`; `ended` has knots.

    Text, categories and bool are coded 0/1 against their first level in natural order. What does
    not vary has no coefficient.

    Raises
    ------
    InvalidInput
        A column is absent, or has missing or infinite values in these rows.
    """
    named = list(dict.fromkeys(column_of(term) for term in terms))
    part = data.loc[rows]
    parts = [(INTERCEPT, INTERCEPT, np.ones(len(part)), 0.0, 1.0)]
    if len(part) and named:
        read = ColumnReader(part, *named)
        for term in dict.fromkeys(terms):
            parts += _columns(read, term, ended[rows])
        read.finish()
    names, owners, columns, center, scale = zip(*parts)
    return Coded(
        names=names, owners=owners, matrix=np.column_stack(columns),
        center=np.array(center), scale=np.array(scale),
    )  # fmt: skip


def _columns(read: ColumnReader, term: ModelTerm, ended: np.ndarray) -> list[tuple]:
    column = column_of(term)
    series = read.data[column]
    numeric = pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series)
    if not numeric and isinstance(term, Smooth):
        read.report(column, "does not hold numbers", "Only numbers have a smooth curve.")
        return []
    if not numeric:
        return _levels(read, column)
    values = read.number(column)
    low, high = float(values.min()), float(values.max())
    if not high > low:
        return []
    pieces = term.pieces if isinstance(term, Smooth) else 1
    unit = (values - low) / (high - low)
    bends = spline_bends(unit, pieces, unit[ended] if ended.any() else unit)
    line = (column, column, unit - 0.5, (low + high) / 2.0, high - low)
    rest = [
        (f"{column}{BEND}{place}", column, bend, 0.0, 1.0)
        for place, bend in enumerate(bends, start=1)
    ]
    return [line, *rest]


def _levels(read: ColumnReader, column: str) -> list[tuple]:
    codes, levels = factorized(read.data[column])
    if read.forbid(column, codes < 0, "has missing values", "Give each row a label."):
        return []
    first = spell(levels[0])
    return [
        (f"{column}: {spell(level)} vs {first}", column, (codes == place) - 0.5, 0.5, 1.0)
        for place, level in enumerate(levels)
        if place > 0
    ]


def spline_bends(unit: Floats, pieces: int, dense: Floats) -> list[Floats]:
    """Return the bent columns of a natural cubic spline on values within 0 and 1.

    With the straight line they span R's ``ns(x, knots =)``: inner knots at the quantiles of
    `dense`, evenly over the distinct values where two knots would coincide.
    """
    distinct = np.unique(unit)
    if pieces < 2 or len(distinct) <= 2:
        return []
    pieces = min(pieces, len(distinct) - 1)
    shares = np.arange(1, pieces) / pieces
    inner = np.unique(np.quantile(dense, shares))
    inner = inner[(inner > SAME) & (inner < 1.0 - SAME)]
    if len(inner) < pieces - 1:
        inner = np.quantile(distinct, shares)
    knots = np.concatenate([[0.0], inner, [1.0]])

    def bend(knot: float) -> Floats:
        cubes = np.maximum(unit - knot, 0.0) ** 3 - np.maximum(unit - 1.0, 0.0) ** 3
        return cubes / (1.0 - knot)

    last = bend(float(knots[-2]))
    found = [bend(float(knot)) - last for knot in knots[:-2]]
    return [column / float(np.ptp(column)) for column in found]


def independent(matrix: Floats, weight: Floats) -> np.ndarray:
    """Return which columns are not combinations of those before them, as bool (p,)."""
    kept = np.zeros(matrix.shape[1], dtype=bool)
    basis: list[Floats] = []
    root = np.sqrt(weight)
    for j, column in enumerate(matrix.T):
        left = column * root
        size = float(np.sqrt(left @ left))
        for _ in range(2):
            for other in basis:
                left = left - (other @ left) * other
        norm = float(np.sqrt(left @ left))
        if size > 0.0 and norm > SAME * max(size, 1.0):
            kept[j] = True
            basis.append(left / norm)
    return kept
