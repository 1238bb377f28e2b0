"""The members of a batch: one part of the cohort per value of a column, small ones pooled."""

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from afterglow.canonical import TABLES
from afterglow.cohort.account import Account, Step
from afterglow.cohort.model import Cohort
from afterglow.errors import UsageError, did_you_mean
from afterglow.names import SITE, SUBJECT

if TYPE_CHECKING:
    import pandas as pd

NOT_STATED: Final = "not stated"
POOLED: Final = "pooled"
WORDS: Final = {SITE: "sites"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One part of a cohort.

    Attributes
    ----------
    label : str
        Value of the column, or "pooled sites".
    folder : str
        Name for files: lower-case letters, digits and hyphens; unique in its batch.
    values : tuple of str
        Values of the column that are in it, in order.
    n_subjects : int
    """

    label: str
    folder: str
    values: tuple[str, ...]
    n_subjects: int


def find_members(cohort: Cohort, column: str, *, minimum: int) -> tuple[Member, ...]:
    """Split the subjects by a column.

    Parameters
    ----------
    cohort : Cohort
    column : str
        A column of the subjects table. Subjects without a value form a part "not stated".
    minimum : int
        Parts with fewer subjects are pooled; where the pool stays smaller still, the smallest
        other part joins it, so that no small part can be read off as a difference.

    Returns
    -------
    tuple of Member
        In the natural order of the values, the pool last.

    Raises
    ------
    UsageError
        The subjects have no such column.
    """
    counts = _values(cohort, column).value_counts()
    ordered = sorted(counts.index, key=lambda value: (value == NOT_STATED, _natural(value)))
    pool = _pool({value: int(counts[value]) for value in ordered}, minimum)
    taken: set[str] = set()
    members = []
    for value in ordered:
        if value not in pool:
            members.append(_member(value, (value,), int(counts[value]), taken))
    if pool:
        values = tuple(value for value in ordered if value in pool)
        label = f"{POOLED} {WORDS.get(column, column)}"
        members.append(_member(label, values, sum(int(counts[v]) for v in values), taken))
    return tuple(members)


def _values(cohort: Cohort, column: str) -> "pd.Series[str]":
    """Return the column as words, one per subject."""
    known = [str(name) for name in cohort.subjects.columns if name != SUBJECT]
    if column not in known:
        raise UsageError(
            f"--by: the subjects have no column '{column}'.{did_you_mean(column, known)}\n"
            f"Columns: {', '.join(known)}."
        )
    return cohort.subjects[column].map(_word, na_action=None)


def _word(value: Any) -> str:
    import pandas as pd

    if pd.isna(value) or str(value) == "":
        return NOT_STATED
    return f"{value:g}" if isinstance(value, float) else str(value)


def _natural(value: str) -> tuple[bool, float, str]:
    """Order numbers by size, before words."""
    try:
        return False, float(value), value
    except ValueError:
        return True, 0.0, value


def _pool(counts: dict[str, int], minimum: int) -> set[str]:
    pool = {value for value, n in counts.items() if n < minimum}
    others = sorted((n, value) for value, n in counts.items() if n >= minimum)
    while pool and others and sum(counts[value] for value in pool) < minimum:
        pool.add(others.pop(0)[1])
    return pool


def _member(label: str, values: tuple[str, ...], n: int, taken: set[str]) -> Member:
    wanted = folder_name(label) or "part"
    folder, number = wanted, 1
    while folder in taken:
        number += 1
        folder = f"{wanted}-{number}"
    taken.add(folder)
    return Member(label=label, folder=folder, values=values, n_subjects=n)


def folder_name(label: str) -> str:
    """Return a label in plain letters and digits for a folder: Köln, Süd is koln-sud."""
    bare = unicodedata.normalize("NFKD", label.casefold())
    letters = [letter for letter in bare if not unicodedata.combining(letter)]
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in letters)
    return "-".join(words.split())


def part_of(cohort: Cohort, column: str, member: Member) -> Cohort:
    """Return the cohort with the subjects of one member; the account sets the others aside."""
    chosen = _values(cohort, column).isin(member.values)
    subjects = set(cohort.subjects.loc[chosen, SUBJECT])
    tables = {name: _rows_of(getattr(cohort, name), subjects) for name in TABLES}
    steps = [step for old in cohort.account.steps for step in _split(old, tables, column)]
    follow_up = tables["follow_up"]
    return Cohort(
        metadata=cohort.metadata,
        account=Account(tuple(steps)),
        hashes=cohort.hashes,
        follow_up_assumed=bool(follow_up["assumed"].any()),
        ignored=cohort.ignored,
        **tables,
    )


def _rows_of(table: "pd.DataFrame | None", subjects: set[Any]) -> Any:
    if table is None:
        return None
    return table[table[SUBJECT].isin(subjects)].reset_index(drop=True)


def _split(step: Step, tables: dict[str, Any], column: str) -> list[Step]:
    """Return a step of the account; of the rows used, those of other parts are set aside."""
    kept = tables.get(step.table)
    if step.step != "used" or kept is None:
        return [step]
    subjects = kept[SUBJECT].nunique()
    away = Step(
        step.table,
        "aside",
        f"another {column}",
        step.n_rows - len(kept),
        step.n_subjects - subjects,
    )
    return [away, Step(step.table, "used", step.reason, len(kept), subjects)]
