"""The covariates of a regression: the plan's terms as numeric columns, subject by subject."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.names import SUBJECT
from afterglow.plan.analysis import AnalysisBase
from afterglow.plan.clauses import Term
from afterglow.plan.later_words import is_later
from afterglow.study.groups import labelled
from afterglow.study.setting import Setting

ABOVE_ZERO = np.nextafter(0.0, 1.0)
FUNCTIONS = {
    "log": (np.log, ABOVE_ZERO),
    "sqrt": (np.sqrt, 0.0),
    "square": (np.square, -np.inf),
}
"""A function, and the lowest value that it has a result for."""


@dataclass(frozen=True, slots=True, eq=False)
class Covariates:
    """What a regression regresses on.

    Attributes
    ----------
    table : DataFrame
        subject_id, and one numeric column per coefficient: a number under its term's name, a
        category as "column: category vs
        reference", a product as "a × b". NaN where it
        is not known.
    terms : mapping of column to term
        Which term of the plan each column belongs to.
    missing : array of str, shape (subjects,)
        Why a subject cannot be used, such as "no age"; "" where all is known.
    """

    table: pd.DataFrame
    terms: dict[str, str]
    missing: np.ndarray


def covariates(
    analysis: AnalysisBase, setting: Setting, everybody: pd.DataFrame
) -> Covariates | None:
    """Return the covariates of everybody in the analysis' population; None without terms.

    Terms of the cycle are not among them: `cycle_terms` puts those beside each cycle.

    `everybody` holds the subjects of the population, with the groups formed after day 0.
    """
    every: tuple[Term, ...] = getattr(analysis, "terms", ())
    if not every:
        return None
    later = of_cycles(every)
    terms = [term for term in every if term not in later]
    members = setting.members[analysis.population]
    subjects = everybody.reset_index(drop=True)
    baselines = setting.timelines.baselines[members].reset_index(drop=True)
    columns: dict[str, dict[str, pd.Series]] = {}
    missing = np.full(len(subjects), "", dtype=object)
    for term in terms:
        if term.interaction is not None:
            columns[term.name] = term_products([columns[part] for part in term.interaction])
            continue
        values, words = _values(term, subjects, baselines, setting)
        if not is_later(term.column):
            missing[(missing == "") & values.isna().to_numpy()] = words
        columns[term.name] = term_columns(term, values)
        for column in columns[term.name].values():
            undefined = values.notna().to_numpy() & column.isna().to_numpy() & (missing == "")
            missing[undefined] = f"{term.name} has no {term.function}"
    found = {name: column for part in columns.values() for name, column in part.items()}
    table = pd.DataFrame({SUBJECT: subjects[SUBJECT], **found})
    owner = {name: term for term, part in columns.items() for name in part}
    return Covariates(table, owner, missing)


def _values(
    term: Term, subjects: pd.DataFrame, baselines: pd.DataFrame, setting: Setting
) -> tuple[pd.Series, str]:
    if term.baseline is None:
        return subjects[str(term.column)], f"no {term.column}"
    instrument = setting.library.get(term.baseline).id
    return baselines.reindex(columns=[instrument])[instrument], f"no {term.baseline} baseline"


def of_cycles(terms: Sequence[Term]) -> list[Term]:
    """Return the terms that say what began a cycle, and the products that hold one of them."""
    own = {term.name for term in terms if term.cycle is not None}
    return [term for term in terms if term.name in own or own & set(term.interaction or ())]


def term_columns(term: Term, values: pd.Series) -> dict[str, pd.Series]:
    """Return the numeric columns of a term: the number itself, or one per category."""
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if numeric and term.reference is None:
        return {_number_name(term): _transformed(term, values)}
    codes = labelled(values.to_frame(str(values.name)), str(values.name))
    labels = [str(label) for label in codes.categories]
    reference = term.reference if term.reference in labels else (labels or [""])[0]
    unknown = codes.codes < 0
    return {
        f"{term.name}: {label} vs {reference}": pd.Series(
            np.where(unknown, np.nan, codes.codes == place)
        )
        for place, label in enumerate(labels)
        if label != reference
    }


def _number_name(term: Term) -> str:
    name = f"{term.function}({term.name})" if term.function else term.name
    return name if term.per == 1 else f"{name}, per {term.per:g}"


def _transformed(term: Term, values: pd.Series) -> pd.Series:
    """Return the function of (value − center), in units of `per`; NaN where it has none."""
    shifted = values.to_numpy(dtype=float, na_value=np.nan) - term.center
    if term.function is not None:
        function, lowest = FUNCTIONS[term.function]
        shifted = function(np.where(shifted >= lowest, shifted, np.nan))
    return pd.Series(shifted / term.per)


def term_products(parts: list[dict[str, pd.Series]]) -> dict[str, pd.Series]:
    """Return the products of the columns of terms."""
    found = parts[0]
    for part in parts[1:]:
        found = {
            f"{left} × {right}": first * second
            for left, first in found.items()
            for right, second in part.items()
        }
    return found
