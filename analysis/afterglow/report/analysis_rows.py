"""The result rows of one analysis, found by what they say."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from afterglow.names import ANALYSIS, GROUP, STATISTIC_NAME, TERM, TIME
from afterglow.plan.analysis import ALL_SUBJECTS
from afterglow.plan.endpoints import Endpoint
from afterglow.report.words import anchor, endpoint_label, spelled, upper_first
from afterglow.study.results import LEVEL, SECTION

if TYPE_CHECKING:
    import pandas as pd

    from afterglow.study.run import Study

SESSIONS: Final = "sessions"
COUNT_STATISTIC: Final = "n_remaining"
Key = tuple[str, str, str, str, str, float | None]


@dataclass(frozen=True, eq=False)
class AnalysisRows:
    """One analysis of the plan with its rows.

    Attributes
    ----------
    name : str
        The plan's key.
    place : int
        1 for the plan's first analysis.
    analysis : Analysis
        Of the class that its estimator has.
    endpoint : Endpoint
    study : Study
    """

    name: str
    place: int
    analysis: Any
    endpoint: Endpoint
    study: "Study"

    @property
    def label(self) -> str:
        """What the report calls the analysis."""
        return self.analysis.label or upper_first(spelled(self.name))

    @property
    def endpoint_label(self) -> str:
        """What the report calls its endpoint."""
        return endpoint_label(self.analysis.endpoint, self.endpoint)

    @property
    def population_label(self) -> str:
        """What the report calls its population."""
        return population_label(self.study, self.analysis.population)

    @property
    def anchor(self) -> str:
        """A name that no other analysis has, for anchors and files."""
        twins = [name for name in self.study.plan.analysis if anchor(name) == anchor(self.name)]
        return anchor("analysis", self.name, *([str(self.place)] if len(twins) > 1 else []))

    @cached_property
    def table(self) -> "pd.DataFrame":
        """All rows of the analysis."""
        table = self.study.results.table
        return table[table[ANALYSIS] == self.name]

    @cached_property
    def _found(self) -> dict[Key, Any]:
        return {
            (
                row.section,
                row.statistic_name,
                row.group,
                row.term,
                row.level,
                None if math.isnan(row.time_days) else row.time_days,
            ): row
            for row in records(self.table)
        }

    def one(
        self,
        statistic: str,
        *,
        group: str = "",
        term: str = "",
        level: str = "",
        day: float | None = None,
        section: str = "analysis",
    ) -> Any:
        """Return the one row that says this, with every column as an attribute, or None."""
        return self._found.get((section, statistic, group, term, level, day))

    def value(self, statistic: str, **where: Any) -> float:
        """Return the estimate of the one row that says this, NaN where there is none."""
        row = self.one(statistic, **where)
        return math.nan if row is None else float(row.estimate)

    def rows(self, statistic: str, section: str = "analysis") -> "pd.DataFrame":
        """Return the rows of one statistic in one section."""
        mine = self.table
        return mine[(mine[SECTION] == section) & (mine[STATISTIC_NAME] == statistic)]

    @cached_property
    def groups(self) -> list[str]:
        """The groups, in natural order; [""] where everybody is one group."""
        counted = self.table[self.table[SECTION] == "analysis"]
        counted = counted[counted[STATISTIC_NAME].isin(("n", "n_treated", "rate"))]
        return list(dict.fromkeys(counted[GROUP].tolist())) or [""]

    @cached_property
    def contrasts(self) -> list[str]:
        """The comparisons, as "A vs B"."""
        return list(dict.fromkeys(self.rows("difference")[GROUP].tolist()))

    @cached_property
    def days(self) -> list[float]:
        """The days asked for, in rising order."""
        mine = self.table[self.table[SECTION] == "analysis"]
        return sorted({float(day) for day in mine[TIME].dropna()})

    @cached_property
    def terms(self) -> list[str]:
        """The causes, the endpoint's own first, or the rules for missing scores in their order."""
        wanted = ("incidence", "rate")
        mine = self.table[self.table[STATISTIC_NAME].isin(wanted)]
        mine = mine[mine[SECTION].isin(("analysis", "curve"))]
        found = dict.fromkeys(mine[TERM].tolist())
        return sorted(found, key=lambda term: term != self.analysis.endpoint)

    @property
    def level(self) -> float:
        """The coverage of its intervals."""
        return self.analysis.conf_level

    def n(self, group: str) -> float:
        """Return how many of a group are analysed."""
        return self.value("n", group=group)

    @property
    def n_analysed(self) -> float:
        """How many are analysed in all."""
        return self.value(COUNT_STATISTIC, term="analysed", section="flow")

    def set_aside(self) -> list[tuple[str, float]]:
        """Return why subjects of the population are not analysed, and how many."""
        mine = self.rows("n_set_aside", "flow")
        mine = mine[mine[GROUP] == ""]
        return list(zip(mine[LEVEL].tolist(), mine["estimate"].tolist(), strict=True))


def records(frame: "pd.DataFrame") -> Iterator[Any]:
    """Yield the rows of a frame in order, with its columns as attributes."""
    yield from frame.itertuples(index=False)


def all_analyses(study: "Study") -> tuple[AnalysisRows, ...]:
    """Return the analyses of a study in the plan's order."""
    plan = study.plan
    return tuple(
        AnalysisRows(name, place, analysis, plan.endpoint[analysis.endpoint], study)
        for place, (name, analysis) in enumerate(plan.analysis.items(), start=1)
    )


def with_role(study: "Study", role: str) -> tuple[AnalysisRows, ...]:
    """Return the analyses of one role."""
    return tuple(one for one in all_analyses(study) if one.analysis.role == role)


def population_label(study: "Study", name: str) -> str:
    """Return what the report calls a population."""
    if name in study.plan.population:
        return study.plan.population[name].label or upper_first(spelled(name))
    return "All subjects" if name == ALL_SUBJECTS else upper_first(spelled(name))


def has_table(study: "Study", name: str) -> bool:
    """Say whether the cohort has a table."""
    return name in study.cohort.account.tables()


def competing_causes(rows: AnalysisRows) -> Iterator[str]:
    """Yield the causes that ended rows in place of the endpoint."""
    yield from dict.fromkeys(rows.rows("n_competing")[LEVEL].tolist())
