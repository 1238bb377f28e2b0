"""Covariates of the cycle: what began it, beside every stretch of a subject's time at risk."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from afterglow.names import CYCLE, EVENT, START_DAY, SUBJECT
from afterglow.plan.analysis import RegressionAnalysis
from afterglow.plan.clauses import Term
from afterglow.study.blocks import PREVIOUS_GAP, PREVIOUS_RESPONSE
from afterglow.study.covariates import of_cycles, term_columns, term_products
from afterglow.study.regressions import Material, is_empty_category
from afterglow.study.results import LEVEL, Row
from afterglow.study.rows import statistic
from afterglow.study.setting import Setting

NUMBER: Final = "event_number"
N_LEFT_OUT: Final = "n_cycles_left_out"
N_EVENTS_LEFT_OUT: Final = "n_events_left_out"
NO_EARLIER: Final = "no cycle before it"
NOT_TOLD: Final = "{what} not known"
OF_THE_ONE_BEFORE: Final = (PREVIOUS_GAP, PREVIOUS_RESPONSE)


@dataclass(frozen=True, slots=True, eq=False)
class CycleMaterial:
    """What a regression on cycles is fitted to.

    Attributes
    ----------
    table : DataFrame
        The stretches with every covariate known, and `NUMBER`: for which event of the subject each
        is at risk, those left out counted too.
    terms : mapping of column to term
        In the plan's order.
    empty : mapping of column to term
        Categories that no stretch has.
    left_out : DataFrame
        Reason (`LEVEL`) and event of each stretch without a covariate.
    """

    table: pd.DataFrame
    terms: dict[str, str]
    empty: dict[str, str]
    left_out: pd.DataFrame


def has_cycle_terms(analysis: Any) -> bool:
    """Say whether a term of an analysis says what began a cycle."""
    return any(term.cycle is not None for term in getattr(analysis, "terms", ()))


def with_cycle_terms(
    table: pd.DataFrame, given: Material, analysis: RegressionAnalysis, setting: Setting
) -> CycleMaterial:
    """Return the stretches with the covariates of their cycle.

    Parameters
    ----------
    table : DataFrame
        subject_id, cycle, start_day, event, and the covariates of subjects.
    given : Material
        The covariates of subjects.

    Returns
    -------
    CycleMaterial
        Without a term of the cycle, the table as it is.
    """
    if not has_cycle_terms(analysis):
        nobody = pd.DataFrame({LEVEL: [], EVENT: []})
        return CycleMaterial(table, given.terms, given.empty, nobody)
    rows = table.sort_values([SUBJECT, START_DAY], kind="stable").reset_index(drop=True)
    event = rows[EVENT].astype(np.int64)
    rows[NUMBER] = event.groupby(rows[SUBJECT]).cumsum() - event + 1
    keys = rows[[SUBJECT, CYCLE]].astype({SUBJECT: object})
    blocks = pd.merge(keys, setting.blocks, on=[SUBJECT, CYCLE], how="left", validate="one_to_one")
    found: dict[str, dict[str, pd.Series]] = {
        name: {c: rows[c] for c, term in given.terms.items() if term == name}
        for name in given.terms.values()
    }
    why = np.full(len(rows), "", dtype=object)
    for term in of_cycles(analysis.terms):
        found[term.name] = _columns(term, blocks, found)
        if term.cycle is not None:
            unknown = blocks[term.cycle].isna().to_numpy()
            for column in found[term.name].values():
                unknown = unknown | column.isna().to_numpy()
            why[unknown & (why == "")] = NOT_TOLD.format(what=term.cycle)
            first = unknown & (rows[CYCLE] == 1).to_numpy()
            if term.cycle in OF_THE_ONE_BEFORE:
                why[first] = NO_EARLIER
    rows = rows.assign(**{c: v for part in found.values() for c, v in part.items()})
    kept = rows[why == ""].reset_index(drop=True)
    terms = {c: t.name for t in analysis.terms for c in found.get(t.name, {})}
    empty = {c: name for c, name in terms.items() if is_empty_category(kept, c)}
    left_out = pd.DataFrame({LEVEL: why, EVENT: rows[EVENT]})[why != ""]
    terms = {column: name for column, name in terms.items() if column not in empty}
    return CycleMaterial(kept, terms, {**given.empty, **empty}, left_out)


def _columns(
    term: Term, blocks: pd.DataFrame, found: dict[str, dict[str, pd.Series]]
) -> dict[str, pd.Series]:
    if term.interaction is not None:
        return term_products([found[part] for part in term.interaction])
    values: Any = blocks[str(term.cycle)]
    return term_columns(term, values)


def left_out_rows(head: Row, material: CycleMaterial) -> list[Row]:
    """Return how many cycles were left out and why, and the events in them."""
    rows = []
    for reason, mine in material.left_out.groupby(LEVEL):
        words = {LEVEL: str(reason)}
        rows.append(statistic(head, N_LEFT_OUT, float(len(mine)), **words))
        rows.append(statistic(head, N_EVENTS_LEFT_OUT, float(mine[EVENT].sum()), **words))
    return rows
