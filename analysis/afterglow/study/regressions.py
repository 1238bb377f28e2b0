"""Rows of regressions: a ratio per coefficient, tests of the whole model, and how it went."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from afterglow.estimate.result import Result
from afterglow.names import (
    CONF_HIGH,
    CONF_LOW,
    ESTIMATE,
    ROBUST_STD_ERROR,
    STATISTIC,
    STD_ERROR,
    TERM,
)
from afterglow.plan.analysis import RegressionAnalysis
from afterglow.study.analysed import Analysed, analysed, members_of
from afterglow.study.covariates import covariates
from afterglow.study.curves import NOBODY, count_rows, labelled_naive, with_entry
from afterglow.study.groups import CLUSTER, STRATUM
from afterglow.study.results import LEVEL, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistics
from afterglow.study.setting import Setting

COEFFICIENT = "coefficient"
VERSUS = " vs "
EMPTY = "nobody analysed is in this category"


class WithEmpty(Protocol):
    """What knows which categories nobody has."""

    @property
    def empty(self) -> Mapping[str, str]:
        """The columns of such categories, with their terms."""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What a regression is fitted to.

    Attributes
    ----------
    rows : DataFrame
        One row per subject: the endpoint's columns, group, stratum and cluster where the plan
        names them, and one numeric column per coefficient.
    columns : tuple of str
        The coefficients' columns in the order of the plan's terms.
    terms : mapping of column to term
    empty : mapping of column to term
        Categories that nobody analysed has: they have no coefficient.
    entry, strata, cluster : str or None
        Columns of `rows`.
    found : Analysed
    """

    rows: pd.DataFrame
    columns: tuple[str, ...]
    terms: dict[str, str]
    empty: dict[str, str]
    entry: str | None
    strata: str | None
    cluster: str | None
    found: Analysed


def material(name: str, analysis: RegressionAnalysis, setting: Setting) -> Material:
    """Return the rows and covariates of a regression."""
    found = analysed(name, analysis, setting)
    regressed = covariates(analysis, setting, members_of(analysis, setting))
    terms = regressed.terms if regressed else {}
    rows, entry = with_entry(found.rows)
    strata = STRATUM if STRATUM in rows else None
    cluster = CLUSTER if CLUSTER in rows else None
    empty = {name: term for name, term in terms.items() if is_empty_category(rows, name)}
    terms = {name: term for name, term in terms.items() if name not in empty}
    return Material(rows, tuple(terms), terms, empty, entry, strata, cluster, found)


def is_empty_category(rows: pd.DataFrame, column: str) -> bool:
    """Say whether a column is that of a category which no row has."""
    return VERSUS in column and len(rows) > 0 and not rows[column].any()


def regression_rows(
    name: str,
    analysis: Any,
    setting: Setting,
    fit: Callable[[Material], Result],
    *,
    ratio: str,
    more: Callable[[Row, Any], list[Row]] | None = None,
    given: Material | None = None,
) -> list[Row]:
    """Return counts, coefficients, their ratios and what `more` adds.

    Parameters
    ----------
    fit : callable
        Fits the model to the material; its `tidy()` holds one row per coefficient, on the log
        scale, under the column's name as `term`.
    ratio : str
        What exp(coefficient) is called, such as "hazard_ratio".
    more : callable, optional
        Further rows from the head and the fit.
    given : Material, optional
        What to fit; by default that of the analysis as it is.
    """
    head = analysis_head(name, analysis, "analysis")
    given = material(name, analysis, setting) if given is None else given
    counts = count_rows(head, given.found)
    if not len(given.rows):
        return [*counts, not_estimated(head, ratio, NOBODY)]
    fitted, why = attempted(lambda: fit(given))
    if fitted is None:
        return [*counts, not_estimated(head, ratio, why)]
    rows = coefficient_rows(head, fitted.tidy(), given.terms, ratio=ratio)
    rows += empty_rows(head, given, ratio)
    rows += more(head, fitted) if more else []
    if given.found.competing and getattr(analysis, "naive", False):
        rows = [labelled_naive(row) for row in rows]
    return [*counts, *rows]


def empty_rows(head: Row, given: WithEmpty, ratio: str) -> list[Row]:
    """Return the rows of the categories that nobody analysed has."""
    return [
        not_estimated(head, name, EMPTY, **{TERM: column, LEVEL: term})
        for name in (ratio, COEFFICIENT)
        for column, term in given.empty.items()
    ]


def coefficient_rows(
    head: Row, table: pd.DataFrame, terms: dict[str, str], *, ratio: str
) -> list[Row]:
    """Return each coefficient on the log scale, and its ratio; `level` is the plan's term.

    The standard error is the robust one where there is one, as in the limits.
    """
    mine = table[table[TERM].isin(list(terms))]
    if ROBUST_STD_ERROR in mine:
        error = mine[ROBUST_STD_ERROR].fillna(mine[STD_ERROR])
        mine = mine.assign(**{STD_ERROR: error})
    with np.errstate(over="ignore"):  # without a finite estimate, a ratio may be infinite
        ratios = mine.assign(**{c: np.exp(mine[c]) for c in (ESTIMATE, CONF_LOW, CONF_HIGH)})
    ratios = ratios.drop(columns=[c for c in (STD_ERROR, STATISTIC) if c in ratios])
    rows = statistics(head, ratio, ratios) + statistics(head, COEFFICIENT, mine)
    return [row | {LEVEL: terms[row[TERM]]} for row in rows]
