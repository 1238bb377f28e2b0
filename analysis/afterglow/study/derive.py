"""Derive a plan's endpoints from a cohort: facts first, then rows under any strategy."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from afterglow.cohort.model import Cohort, OpenCohort
from afterglow.endpoints.rules import Status, WalkRules
from afterglow.endpoints.strategies import apply_strategies
from afterglow.endpoints.walk import walk_subjects
from afterglow.errors import UsageError
from afterglow.instruments.registry import Library, load_library
from afterglow.names import (
    CAUSE,
    CYCLE,
    DURATION,
    ENDPOINT,
    ENTRY,
    EVENT,
    LOWER,
    ORIGIN_DAY,
    ORIGIN_LOWER_DAY,
    REASON,
    RISK_ENTRY,
    SUBJECT,
    UPPER,
)
from afterglow.plan.model import Plan
from afterglow.study.arguments import check_study
from afterglow.study.batches import Batch, Connected, connected, moment_batches
from afterglow.study.coded import (
    cause_places,
    cause_words,
    reason_words,
    status_places,
    status_words,
)
from afterglow.study.rules import strategy_table, walk_rules

if TYPE_CHECKING:
    import pandas as pd

CALL = "derive(cohort, given.plan, given.library)"


@dataclass(frozen=True, eq=False)
class Derived:
    """The facts of every endpoint, and the rows that strategies make of them.

    Attributes
    ----------
    plan : Plan
    rules : WalkRules
    subjects : array of str
        Identifiers by the number that `facts.subject` holds.
    facts, intercurrents : record arrays of FACT and INTERCURRENT
    declared : record array of ROW
        Rows under the plan's own strategies, one per fact.
    """

    plan: Plan
    rules: WalkRules
    subjects: np.ndarray
    facts: np.recarray
    intercurrents: np.recarray
    declared: np.recarray

    @cached_property
    def rows(self) -> "pd.DataFrame":
        """One row per subject, cycle and endpoint, under the plan's own strategies."""
        return self._frame(self.declared)

    @cached_property
    def set_aside(self) -> "pd.DataFrame":
        """One row per subject and endpoint without a row: subject_id, endpoint, cycle, reason."""
        return self._set_aside(self.declared)

    def endpoint(
        self,
        name: str,
        *,
        cycle: int = 1,
        strategies: Mapping[str, str] | None = None,
        subjects: "pd.DataFrame | None" = None,
    ) -> "pd.DataFrame":
        """Return the rows of one endpoint in one cycle, ready for an estimator.

        Parameters
        ----------
        name : str
            An endpoint of the plan.
        cycle : int
            1 is the course, 2 the first booster block, …
        strategies : mapping of event to strategy, optional
            Where they differ from the endpoint's own.
        subjects : DataFrame, optional
            Covariates to put beside the rows, by subject_id.

        Returns
        -------
        DataFrame
            The columns of `rows`, then `risk_entry_days` for an estimator's `entry`: entry_days
            where entry is delayed, minus infinity where the subject is at risk from the origin on.

        Raises
        ------
        UsageError
            The plan has no endpoint of that name.
        """
        if name not in self.rules.names:
            raise UsageError.unknown_option("endpoint", name, self.rules.names)
        rows = self.rows if strategies is None else self.rows_under({name: strategies})
        rows = rows[(rows[ENDPOINT] == name) & (rows[CYCLE] == cycle)]
        entry = np.where(rows[ENTRY] > 0, rows[ENTRY], -np.inf)
        rows = rows.assign(**{RISK_ENTRY: entry}).reset_index(drop=True)
        if subjects is None:
            return rows
        covariates = subjects.astype({SUBJECT: object})
        return rows.merge(covariates, on=SUBJECT, how="left", validate="many_to_one")

    def _repr_html_(self) -> str:
        first = self.rows[self.rows[CYCLE] == 1]
        counts = first.groupby(ENDPOINT)[EVENT].agg(["size", "sum"])
        aside = self.set_aside.groupby(ENDPOINT).size()
        counts = counts.reindex(list(self.plan.endpoint)).fillna(0).astype(int)
        counts["set aside"] = aside.reindex(counts.index).fillna(0).astype(int)
        counts = counts.rename(columns={"size": "subjects", "sum": "events"})
        return f"<p>Endpoints in the first cycle</p>{counts.to_html(border=0)}"

    def rows_under(self, strategies: Mapping[str, Mapping[str, str]]) -> "pd.DataFrame":
        """Return rows under other strategies (endpoint -> event -> strategy), as `rows`."""
        return self._frame(self._resolved(strategies))

    def set_aside_under(self, strategies: Mapping[str, Mapping[str, str]]) -> "pd.DataFrame":
        """Return who has no row under other strategies, as `set_aside`."""
        return self._set_aside(self._resolved(strategies))

    def under_choice(self, endpoint: str, rule: str, choice: int) -> "Derived":
        """Return the same facts with another choice of a rule that only the rows depend on.

        Parameters
        ----------
        endpoint : str
            The endpoint whose rows change; those that follow it keep their origins.
        rule : {"unconfirmed", "pending"}
        choice : int
            A value of `Unconfirmed` or `Pending`.
        """
        endpoints = self.rules.endpoints.copy()
        endpoints[rule][self.rules.names.index(endpoint)] = choice
        rules = replace(self.rules, endpoints=endpoints)
        return replace(self, rules=rules, declared=self._applied(endpoints, rules.strategies))

    def _resolved(self, strategies: Mapping[str, Mapping[str, str]]) -> np.recarray:
        changes = {name: dict(words) for name, words in strategies.items()}
        table = strategy_table(self.plan, self.rules.names, self.rules.kinds, changes)
        return self._applied(self.rules.endpoints, table)

    def _applied(self, endpoints: np.ndarray, strategies: np.ndarray) -> np.recarray:
        facts, intercurrents = np.asarray(self.facts), np.asarray(self.intercurrents)
        unseen = self.plan.follow_up.max_unseen_days
        rows = apply_strategies(facts, intercurrents, endpoints, strategies, unseen)
        return rows.view(np.recarray)

    def _frame(self, rows: np.recarray) -> "pd.DataFrame":
        import pandas as pd

        kept = np.flatnonzero(rows.status == Status.INCLUDED)
        facts = self.facts
        names = np.array(self.rules.names, dtype=object)
        causes = np.array(cause_words(self.rules), dtype=object)
        reasons = np.array(reason_words(self.rules), dtype=object)
        columns = {
            SUBJECT: self.subjects[facts.subject[kept]],
            ENDPOINT: names[facts.endpoint[kept]],
            CYCLE: facts.cycle[kept].astype(np.int64),
            ORIGIN_DAY: facts.origin_day[kept],
            ORIGIN_LOWER_DAY: facts.origin_lower_day[kept],
            ENTRY: rows.entry[kept],
            DURATION: rows.duration[kept],
            LOWER: rows.lower[kept],
            UPPER: rows.upper[kept],
            EVENT: rows.event[kept],
            CAUSE: causes[cause_places(self.rules, rows.cause[kept], facts.endpoint[kept])],
            REASON: reasons[rows.reason[kept]],
        }
        return pd.DataFrame(columns)

    def _set_aside(self, rows: np.recarray) -> "pd.DataFrame":
        import pandas as pd

        first_cycle = self.facts.cycle == 1
        out = np.flatnonzero((rows.status != Status.INCLUDED) & first_cycle)
        facts, names = self.facts, self.rules.names
        words = np.array(status_words(self.rules), dtype=object)
        places = status_places(self.rules, rows.status[out], facts.status_detail[out])
        return pd.DataFrame(
            {
                SUBJECT: self.subjects[facts.subject[out]],
                ENDPOINT: np.array(names, dtype=object)[facts.endpoint[out]],
                CYCLE: facts.cycle[out].astype(np.int64),
                REASON: words[places],
            }
        )


def derive(cohort: Cohort | OpenCohort, plan: Plan, library: Library | None = None) -> Derived:
    """Derive every endpoint of the plan, for every subject and cycle.

    Parameters
    ----------
    cohort : Cohort or OpenCohort
        Validated tables, in memory or behind a connection.
    plan : Plan
    library : Library, optional
        Instruments; default: those shipped.

    Returns
    -------
    Derived

    Raises
    ------
    UsageError
        An argument is something else: a path, a frame, one of the others.
    """
    check_study(CALL, plan, cohort, library, Cohort, OpenCohort)
    library = library or load_library(plan.instruments_dir)
    with connected(cohort) as within:
        rules = walk_rules(plan, library, has_sessions="sessions" in within.tables)
        batches = moment_batches(within, rules, chosen_raters(plan, library))
        return derive_batches(batches, subject_names(within), rules, plan)


def derive_batches(
    batches: Iterable[Batch], subjects: np.ndarray, rules: WalkRules, plan: Plan
) -> Derived:
    """Derive every endpoint from moments that are already sorted; see `derive`.

    Parameters
    ----------
    batches : iterable of Batch
        Made for rules with the same instruments, events and columns.
    subjects : array of str
        Identifiers in the order of the batches.
    rules : WalkRules
    plan : Plan
        The plan that `rules` were compiled from.
    """
    parts = [(batch.first, *walk_subjects(batch.moments, rules)) for batch in batches]
    facts, intercurrents, rows = _joined(parts)
    return Derived(plan, rules, subjects, facts, intercurrents, rows)


def subject_names(cohort: Connected) -> np.ndarray:
    """Return the identifiers of a connected cohort in the order of its batches."""
    names = cohort.identifiers.to_numpy(zero_copy_only=False)
    return np.asarray(names, dtype=object)


def chosen_raters(plan: Plan, library: Library) -> dict[str, str]:
    """Return the rater that the plan chose, per instrument."""
    chosen = {library.get(name).id: choice.rater for name, choice in plan.instrument.items()}
    return {name: rater for name, rater in chosen.items() if rater is not None}


def _joined(parts: list) -> tuple[np.recarray, np.recarray, np.recarray]:
    """Put batches behind each other; positions in them become positions in the whole."""
    offset = 0
    for first_number, facts, intercurrents, _ in parts:
        facts["subject"] += first_number
        facts["first_intercurrent"] += offset
        offset += len(intercurrents)
    facts, intercurrents, rows = (np.concatenate(column) for column in list(zip(*parts))[1:])
    return facts.view(np.recarray), intercurrents.view(np.recarray), rows.view(np.recarray)
