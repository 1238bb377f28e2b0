"""Tables of how variables are spread: one column per group, with what is missing."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from afterglow.names import GROUP, TERM
from afterglow.report.analysis_rows import records
from afterglow.report.words import group_label, variable_label
from afterglow.study.results import LEVEL
from afterglow.tables import format as fmt
from afterglow.tables import parts
from afterglow.tables.table import Column, Row

if TYPE_CHECKING:
    import pandas as pd

YES = ("yes", "True", "true")
YES_NO = {*YES, "no", "False", "false"}
NOTHING_MISSING = "Where no line says so, nothing is missing."


@dataclass(frozen=True, eq=False)
class Spread:
    """The rows of one descriptive section.

    Attributes
    ----------
    table : DataFrame
        Rows of the results, of one section.
    """

    table: "pd.DataFrame"

    @cached_property
    def _found(self) -> dict[tuple[str, str, str, str], Any]:
        return {
            (row.term, row.statistic_name, row.group, row.level): row for row in records(self.table)
        }

    @property
    def groups(self) -> list[str]:
        """The groups, everybody first."""
        return list(dict.fromkeys(self.table[GROUP].tolist()))

    @property
    def terms(self) -> list[str]:
        """The variables in their order."""
        return [term for term in dict.fromkeys(self.table[TERM].tolist()) if term]

    def value(self, term: str, statistic: str, group: str, level: str = "") -> float:
        """Return one number, NaN where there is none."""
        row = self._found.get((term, statistic, group, level))
        return math.nan if row is None else float(row.estimate)

    def has(self, term: str, statistic: str) -> bool:
        """Say whether a variable has a statistic in some group."""
        return any((term, statistic, group, "") in self._found for group in self.groups)

    def levels(self, term: str) -> list[str]:
        """The categories of a variable in their order."""
        mine = self.table[(self.table[TERM] == term) & (self.table["statistic_name"] == "share")]
        return list(dict.fromkeys(mine[LEVEL].tolist()))

    def shares(self, term: str, level: str) -> list[Any]:
        """Return count and percentage of a category in every group."""
        found = [self._found.get((term, "share", group, level)) for group in self.groups]
        return [
            fmt.MISSING if row is None else parts.count_percent(row.n_events, row.estimate)
            for row in found
        ]

    def whole(self, term: str, level: str, group: str) -> float:
        """Return the denominator of a share, NaN where there is none."""
        row = self._found.get((term, "share", group, level))
        return math.nan if row is None else float(row.n)

    def numbers(self, term: str, *statistics: str) -> list[list[float]]:
        """Return some statistics of a variable in every group."""
        return [[self.value(term, name, group) for name in statistics] for group in self.groups]

    def columns(self, head: str, sizes: Sequence[float] = ()) -> tuple[Column, ...]:
        """Return the columns: names, then one per group, with its size where given."""
        units = [f"n{fmt.NBSP}={fmt.NBSP}{fmt.count(n)}" for n in sizes] or [""] * len(self.groups)
        return (
            Column(header=head),
            *(
                Column(header=group_label(group), unit=unit, show=fmt.count)
                for group, unit in zip(self.groups, units, strict=True)
            ),
        )


def variable_rows(spread: Spread, terms: Iterable[str], *, assessed: bool = False) -> list[Row]:
    """Return the rows of some variables.

    Parameters
    ----------
    spread : Spread
    terms : iterable of str
    assessed : bool
        Also say how many values there are.
    """
    rows: list[Row] = []
    for term in terms:
        rows += _number_rows(spread, term) if spread.has(term, "mean") else _levels(spread, term)
        if assessed:
            known = [n for (n,) in spread.numbers(term, "n")]
            rows.append(Row(cells=("recorded, n", *known), indent=1))
        missing = [n for (n,) in spread.numbers(term, "n_missing")]
        if any(n > 0 for n in missing):
            rows.append(Row(cells=("missing, n", *missing), indent=1))
    return rows


def _number_rows(spread: Spread, term: str) -> list[Row]:
    means = [parts.mean_sd(*pair) for pair in spread.numbers(term, "mean", "sd")]
    middles = [
        parts.median_quartiles(*triple) for triple in spread.numbers(term, "median", "q1", "q3")
    ]
    label = variable_label(term)
    return [
        Row(cells=(f"{label}: mean (SD)", *means)),
        Row(cells=("median (quartiles)", *middles), indent=1),
    ]


def _levels(spread: Spread, term: str) -> list[Row]:
    levels = spread.levels(term)
    label = variable_label(term)
    yes = [level for level in levels if level in YES]
    if yes and set(levels) <= YES_NO:
        return [Row(cells=(f"{label}, n (%)", *spread.shares(term, yes[0])))]
    blank = [""] * len(spread.groups)
    if not levels:
        return [Row(cells=(f"{label}: too many categories to list", *blank))]
    return [
        Row(cells=(f"{label}, n (%)", *blank)),
        *(Row(cells=(level, *spread.shares(term, level)), indent=1) for level in levels),
    ]
