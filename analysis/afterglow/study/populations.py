"""Who is in each population: the plan's filters in their order, each with who it sets aside."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.instruments.registry import Library
from afterglow.plan.analysis import ALL_SUBJECTS
from afterglow.plan.model import Plan
from afterglow.plan.population import Filter, Population

EVERYBODY = Population(label="All subjects")


@dataclass(frozen=True, slots=True, eq=False)
class FilterStep:
    """One filter applied.

    Attributes
    ----------
    set_aside : tuple of (str, int)
        Reasons, and how many leave for each; zero is left out.
    n : int
        How many remain.
    """

    set_aside: tuple[tuple[str, int], ...]
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class Membership:
    """A population.

    Attributes
    ----------
    label : str
    members : bool array
        In the order of the subjects.
    steps : tuple of FilterStep
    """

    label: str
    members: np.ndarray
    steps: tuple[FilterStep, ...]


def find_populations(
    plan: Plan, subjects: pd.DataFrame, baselines: pd.DataFrame, library: Library
) -> dict[str, Membership]:
    """Apply the filters of every population; "all" is there whether the plan names it or not.

    Parameters
    ----------
    subjects : DataFrame
        One row per subject.
    baselines : DataFrame
        Baseline scores, one column per instrument, in the same order.
    """
    populations = {ALL_SUBJECTS: EVERYBODY, **plan.population}
    return {
        name: _applied(name, population, subjects, baselines, library)
        for name, population in populations.items()
    }


def _applied(
    name: str,
    population: Population,
    subjects: pd.DataFrame,
    baselines: pd.DataFrame,
    library: Library,
) -> Membership:
    left = np.ones(len(subjects), dtype=bool)
    steps = []
    for rule in population.filters:
        values, missing_words = _values(rule, subjects, baselines, library)
        missing = left & values.isna().to_numpy()
        failing = left & ~missing & ~_passes(rule, values)
        left = left & ~missing & ~failing
        counts = ((filter_words(rule), int(failing.sum())), (missing_words, int(missing.sum())))
        steps.append(FilterStep(tuple(c for c in counts if c[1]), int(left.sum())))
    return Membership(population.label or name, left, tuple(steps))


def _values(
    rule: Filter, subjects: pd.DataFrame, baselines: pd.DataFrame, library: Library
) -> tuple[pd.Series, str]:
    """Return what the filter looks at, and the words for those in whom it is missing."""
    if rule.baseline is None:
        return subjects[rule.column], f"{rule.column} missing"
    instrument = library.get(rule.baseline).id
    words = f"no {rule.baseline} baseline"
    if instrument not in baselines:
        return baselines.reindex(columns=[instrument])[instrument], words
    return baselines[instrument], words


def _passes(rule: Filter, values: pd.Series) -> np.ndarray:
    known = values.notna().to_numpy()
    passes = known.copy()
    if rule.among is not None:
        passes &= values.isin(list(rule.among)).to_numpy(dtype=bool, na_value=False)
    if rule.not_in is not None:
        passes &= ~values.isin(list(rule.not_in)).to_numpy(dtype=bool, na_value=False)
    if rule.at_least is not None:
        passes &= values.ge(rule.at_least).to_numpy(dtype=bool, na_value=False)
    if rule.at_most is not None:
        passes &= values.le(rule.at_most).to_numpy(dtype=bool, na_value=False)
    return passes


def filter_words(rule: Filter) -> str:
    """Return how the flow diagram calls those whom a filter sets aside."""
    if rule.label is not None:
        return rule.label
    subject = f"{rule.baseline} baseline" if rule.baseline is not None else str(rule.column)
    tests = []
    if rule.among is not None:
        tests.append(f"not {_listed(rule.among)}")
    if rule.not_in is not None:
        tests.append(_listed(rule.not_in))
    if rule.at_least is not None:
        tests.append(f"below {rule.at_least:g}")
    if rule.at_most is not None:
        tests.append(f"above {rule.at_most:g}")
    return f"{subject} {' or '.join(tests)}"


def _listed(values: tuple) -> str:
    return " or ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)
