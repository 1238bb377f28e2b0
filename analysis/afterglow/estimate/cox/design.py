"""From columns to covariates: a formula, or a list of main effects, as a matrix of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from afterglow.errors import InvalidInput, NotEstimable, Problem, UsageError, did_you_mean
from afterglow.estimate.checks import TABLE, ColumnReader, Floats, factorized, spell

INTERCEPT: Final = "Intercept"
COLLINEAR: Final = 1e-11
ROWS_AT_ONCE: Final = 65_536
Levels = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """Covariates as numbers.

    Attributes
    ----------
    terms : tuple of str
        Names of the columns, as formulaic spells them: ``age``, ``arm[T.ketamine]``.
    matrix : array, shape (n, p), stored column by column
        No intercept.
    warning : str
        What a reader should know about the coding, or "".
    coding : object
        How the columns were made, for `coded`.
    """

    terms: tuple[str, ...]
    matrix: Floats
    warning: str
    coding: Any

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that the covariates are made of."""
        if isinstance(self.coding, dict):
            return tuple(self.coding)
        return tuple(sorted(str(name) for name in self.coding.required_variables))

    @property
    def groups(self) -> dict[str, tuple[int, ...]]:
        """The columns of the matrix that belong together: a factor's levels, a spline's pieces."""
        if isinstance(self.coding, dict):
            sizes = [1 if levels is None else len(levels) - 1 for levels in self.coding.values()]
            ends = np.cumsum(sizes)
            spans = zip(self.coding, ends - sizes, ends)
            return {name: tuple(range(begin, end)) for name, begin, end in spans if end > begin}
        place = {name: j for j, name in enumerate(self.terms)}
        names = self.coding.column_names
        found = {
            str(term): tuple(place[names[j]] for j in columns if names[j] in place)
            for term, columns in self.coding.term_indices.items()
        }
        return {term: columns for term, columns in found.items() if columns}

    def coded(self, data: pd.DataFrame) -> Floats:
        """Return the covariates of other rows in the same coding, shape (rows, p).

        Raises
        ------
        InvalidInput
            A column is absent, has missing values or a level that was not there before.
        """
        if isinstance(self.coding, dict):
            return _literal_matrix(data, self.coding)
        return _from_spec(data, self.coding)[1]


def design(data: pd.DataFrame, formula: str | Sequence[str]) -> Design:
    """Return the covariates of a model without its intercept.

    Parameters
    ----------
    data : DataFrame
    formula : str or list of str
        A right-hand side for formulaic, such as ``age + C(sex) + age:sex`` (formulaic evaluates
        it, so it must be the caller's own), or a list of column names taken literally as main
        effects: numbers stand for themselves; text, categories and bool are coded 0/1 against
        their first level in natural order.

    Raises
    ------
    UsageError
        No term, or a formula that cannot be read.
    InvalidInput
        A named column is absent or has missing or infinite values.
    NotEstimable
        A column is constant, or collinear with those before it; the message names it.
    """
    if isinstance(formula, str):
        terms, matrix, coding = _from_formula(data, formula)
    else:
        terms, matrix, coding = _from_list(data, formula)
    if not terms:
        raise UsageError(
            "formula names no covariate that varies.\n"
            "Name at least one column, or leave out factors with one level only."
        )
    _check_values(terms, matrix)
    _check_rank(terms, matrix)
    return Design(terms=terms, matrix=matrix, warning="", coding=coding)


def _from_list(
    data: pd.DataFrame, columns: Sequence[str]
) -> tuple[tuple[str, ...], Floats, dict[str, Levels | None]]:
    names = list(dict.fromkeys(columns))
    read = ColumnReader(data, *names)
    for name in names:
        _check_complete(read, name)
    read.finish()
    coding = {name: _levels(data[name]) for name in names}
    single = [name for name, levels in coding.items() if levels is not None and len(levels) < 2]
    if single:
        raise NotEstimable(
            f"{', '.join(single)} does not vary in these rows.\nLeave it out of the formula."
        )
    return _literal_terms(coding), _literal_matrix(data, coding), coding


def _levels(series: pd.Series) -> Levels | None:
    """Return the levels of a column of labels; None for numbers."""
    if pd.api.types.is_bool_dtype(series) or not pd.api.types.is_numeric_dtype(series):
        return tuple(factorized(series)[1])
    return None


def _literal_terms(coding: dict[str, Levels | None]) -> tuple[str, ...]:
    return tuple(
        term
        for name, levels in coding.items()
        for term in (
            [name] if levels is None else [f"{name}[T.{spell(level)}]" for level in levels[1:]]
        )
    )


def _literal_matrix(data: pd.DataFrame, coding: dict[str, Levels | None]) -> Floats:
    read = ColumnReader(data, *coding)
    matrix = np.empty((len(data), len(_literal_terms(coding))), order="F")
    column = 0
    for name, levels in coding.items():
        if levels is None:
            matrix[:, column] = read.number(name)
            column += 1
            continue
        values = data[name]
        known = values.isin(levels).to_numpy()
        read.forbid(name, ~known, "has a level that the model does not know",
                    "Give only levels that were in the data of the fit.")  # fmt: skip
        for level in levels[1:]:
            matrix[:, column] = (values == level).to_numpy(dtype=np.float64, na_value=0.0)
            column += 1
    read.finish()
    return matrix


def _from_formula(data: pd.DataFrame, formula: str) -> tuple[tuple[str, ...], Floats, Any]:
    from formulaic import Formula

    try:
        required = sorted(str(name) for name in Formula(formula).required_variables)
    except Exception as error:
        raise UsageError(
            f"formula = {formula!r} cannot be read.\nGive a right-hand side such as"
            " 'age + C(sex) + age:sex', or a list of columns."
        ) from error
    read = ColumnReader(data, *(name for name in required if name in data.columns))
    for name in required:
        if name in data.columns:
            _check_complete(read, name)
        elif not _is_context(name):
            near = did_you_mean(name, map(str, data.columns))
            read.report(name, "is not a column", f"Name an existing column.{near}")
    read.finish()
    spec = _spec(_readable(data, required), formula)
    terms, matrix = _from_spec(data, spec)
    return terms, matrix, spec


def _readable(data: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return the columns as formulaic takes them: text as objects, no category without a row."""
    present = [name for name in names if name in data.columns]
    changed = {}
    for name in present:
        series = data[name]
        if isinstance(series.dtype, pd.CategoricalDtype):
            changed[name] = series.cat.remove_unused_categories()
        elif pd.api.types.is_string_dtype(series) and series.dtype != object:
            changed[name] = series.astype(object)
    return data[present].assign(**changed) if changed else data


def _is_context(name: str) -> bool:
    """Say whether formulaic itself knows a name (a function or a module)."""
    from formulaic.transforms import TRANSFORMS

    return name in TRANSFORMS


def _spec(data: pd.DataFrame, formula: str) -> Any:
    from formulaic import model_matrix

    try:
        with np.errstate(all="ignore"):  # what is infinite is reported below, by name
            return model_matrix(formula, data, na_action="raise", context=None).model_spec
    except Exception as error:
        raise UsageError(
            f"formula = {formula!r} cannot be worked out on these columns:"
            f" {type(error).__name__}.\nTry its terms one at a time, or give a list of columns."
        ) from error


def _from_spec(data: pd.DataFrame, spec: Any) -> tuple[tuple[str, ...], Floats]:
    readable = _readable(data, sorted(map(str, spec.required_variables)))
    with np.errstate(all="ignore"):
        frame = spec.get_model_matrix(readable, na_action="raise", context=None)
    wanted = [name for name in frame.columns if name != INTERCEPT]
    return tuple(map(str, wanted)), np.asfortranarray(frame[wanted].to_numpy(dtype=np.float64))


def _check_complete(read: ColumnReader, name: str) -> None:
    read.forbid(name, read.data[name].isna().to_numpy(), "has missing values",
                "Remove these rows, and count them, before the call.")  # fmt: skip


def _check_values(terms: Sequence[str], matrix: Floats) -> None:
    problems = [
        Problem(table=TABLE, column=term, what="has missing or infinite values",
                rows=tuple((np.flatnonzero(~np.isfinite(column)) + 1).tolist()),
                remedy="Check the column, or its transformation in the formula.")
        for term, column in zip(terms, matrix.T)
        if not np.isfinite(column.sum())
    ]  # fmt: skip
    if problems:
        raise InvalidInput.from_problems(problems)


def _check_rank(terms: Sequence[str], matrix: Floats) -> None:
    """Refuse columns that are constant or a combination of the ones before them."""
    means = np.array([column.mean() for column in matrix.T])
    largest = np.array([np.abs(column).max() for column in matrix.T])
    products = _centred_products(matrix, means)
    variance = np.diag(products) / len(matrix)
    constant = variance <= (1e-12 * largest) ** 2
    if constant.any():
        raise NotEstimable(
            f"{_listed(terms, constant)} does not vary in these rows.\nLeave it out of the formula."
        )
    scale = 1.0 / np.sqrt(np.diag(products))
    left = products * np.outer(scale, scale)
    lost = np.zeros(len(terms), dtype=bool)
    for j in range(len(terms)):
        lost[j] = left[j, j] <= COLLINEAR
        if not lost[j]:
            left = left - np.outer(left[:, j], left[j]) / left[j, j]
    if lost.any():
        raise NotEstimable(
            f"{_listed(terms, lost)} follows exactly from the covariates before it"
            " (collinear).\nLeave it out of the formula, or leave out one of the others."
        )


def _centred_products(matrix: Floats, means: Floats) -> Floats:
    total = np.zeros((len(means), len(means)))
    for begin in range(0, len(matrix), ROWS_AT_ONCE):
        part = matrix[begin : begin + ROWS_AT_ONCE] - means
        total += part.T @ part
    return total


def _listed(terms: Sequence[str], chosen: np.ndarray) -> str:
    return ", ".join(term for term, marked in zip(terms, chosen) if marked)
