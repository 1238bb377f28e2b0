"""The table that weights are made from: a subject's decisions and time at risk, in order."""

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
import pandas as pd

from afterglow.cohort.model import Cohort, OpenCohort
from afterglow.endpoints.decisions import DECISION as RECORD
from afterglow.endpoints.decisions import NOBODY, SCORED, walk_decisions
from afterglow.endpoints.strategies import apply_strategies
from afterglow.endpoints.walk import as_walk
from afterglow.errors import UsageError
from afterglow.instruments.registry import Library, load_library
from afterglow.names import (
    CENSORED,
    DAYS_SINCE_SESSION,
    DECISION,
    DECISION_ORDER,
    EVENT,
    LAST_SCORE,
    SESSIONS_SO_FAR,
    START_DAY,
    STOP_DAY,
    SUBJECT,
    TRIALS,
)
from afterglow.plan.clauses import Strategy
from afterglow.study.arguments import check_argument, check_study
from afterglow.study.batches import connected, moment_batches
from afterglow.study.derive import Derived, chosen_raters
from afterglow.study.rules import strategy_table

CALL: Final = "weight_table(cohort, derived, endpoint)"
AT_VISIT: Final = "day of a visit"
BETWEEN: Final = "days between visits"
BOOSTER: Final = ("booster",)
CENSOR: Final[Strategy] = "censor"


def weight_table(
    cohort: Cohort | OpenCohort,
    derived: Derived,
    endpoint: str,
    *,
    kinds: Collection[str] = BOOSTER,
    strategies: Mapping[str, str] | None = None,
    cycle: int = 1,
    library: Library | None = None,
) -> pd.DataFrame:
    """Return every decision to boost somebody at risk of an endpoint, and the time at risk.

    The rows of a subject, in their order, are what `weighted_kaplan_meier` multiplies up. A row
    with trials is a decision, on the score known then:

    - the day of a visit: the newest score is of that day, as a visit comes before the session of
      its day unless it is tagged otherwise;
    - the days from there to the day before the next visit, a week at most in one row; `trials`
      counts them, and where it was not to be, the booster came on the last of them.

    A row without trials is time at risk, cut at the visits. It stands behind the decisions on
    which it depends that its end is known: those before the visit that ends it, or, where a run
    waits for confirmation, before the visit that confirms or breaks it. A decision starts the day
    a booster first counts as one (after a gap that ends the course), never before the subject is
    at risk.

    Parameters
    ----------
    cohort : Cohort or OpenCohort
        The cohort that `derived` came from.
    derived : Derived
    endpoint : str
        A response, remission, relapse or durability of the plan.
    kinds : collection of str
        Intercurrent events that are decided on and censor; others keep their strategy.
    strategies : mapping of event to strategy, optional
        Where others differ from the endpoint's own.
    cycle : int
        1 is the course, 2 the first booster block, …
    library : Library, optional
        Instruments; default: those of the plan.

    Returns
    -------
    DataFrame
        subject_id; decision_order; decision ("day of a visit", "days between visits"); trials;
        censored (on the last of them); start_day and stop_day (days since the endpoint's origin,
        at risk in (start, stop], −inf from the start on; equal in decisions), event; last_score
        (points), sessions_so_far, days_since_session. Who was boosted before anything was known of
        them has decisions only.

    Raises
    ------
    UsageError
        The plan has no such endpoint, or it is none that is seen in scores.
    """
    check_argument(CALL, "derived", derived, Derived)
    check_study(CALL, derived.plan, cohort, library, Cohort, OpenCohort)
    rules = derived.rules
    if endpoint not in rules.names:
        raise UsageError.unknown_option("endpoint", endpoint, rules.names)
    k = rules.names.index(endpoint)
    if rules.endpoints["kind"][k] not in SCORED:
        raise UsageError(
            f"{endpoint} is not seen in scores at visits, on which a booster is decided.\n"
            "Name a response, remission, relapse or durability."
        )
    changes = {endpoint: {**(strategies or {}), **dict.fromkeys(kinds, CENSOR)}}
    table = strategy_table(derived.plan, rules.names, rules.kinds, changes)
    weighted = np.array([kind in kinds for kind in rules.kinds])
    records = _records(
        cohort,
        derived,
        k,
        cycle,
        weighted,
        table,
        library or load_library(derived.plan.instruments_dir),
    )
    return _frame(records, derived.subjects)


def _records(
    cohort: Cohort | OpenCohort, derived: Derived, k: int, cycle: int, weighted: np.ndarray,
    strategies: np.ndarray, library: Library,
) -> np.ndarray:  # fmt: skip
    rules = derived.rules
    facts, intercurrents = np.asarray(derived.facts), np.asarray(derived.intercurrents)
    unseen = derived.plan.follow_up.max_unseen_days
    rows = apply_strategies(facts, intercurrents, rules.endpoints, strategies, unseen)
    own = np.flatnonzero((facts["endpoint"] == k) & (facts["cycle"] == cycle))
    place = np.full(len(derived.subjects), NOBODY, dtype=np.int64)
    place[facts["subject"][own]] = own
    walk = as_walk(rules)._replace(strategies=strategies)
    parts = [np.empty(0, RECORD)]
    with connected(cohort) as within:
        for batch in moment_batches(within, rules, chosen_raters(derived.plan, library)):
            mine = place[batch.first : batch.first + len(batch.moments.end_day)]
            part = walk_decisions(
                batch.moments, walk, k, weighted, mine, facts, intercurrents, rows
            )
            part["subject"] += batch.first
            parts.append(part)
    return np.concatenate(parts)


def _frame(records: np.ndarray, subjects: np.ndarray) -> pd.DataFrame:
    records = records[np.lexsort((records["stop"], records["moment"], records["subject"]))]
    words = np.array([BETWEEN, AT_VISIT], dtype=object)
    decided = records["trials"] > 0
    return pd.DataFrame(
        {
            SUBJECT: subjects[records["subject"]],
            DECISION_ORDER: records["moment"],
            DECISION: words[records["at_visit"].astype(np.int64)],
            TRIALS: records["trials"],
            CENSORED: records["ended"],
            START_DAY: records["start"],
            STOP_DAY: records["stop"],
            EVENT: records["event"],
            LAST_SCORE: records["last_score"],
            SESSIONS_SO_FAR: np.where(decided, records["sessions_so_far"], 0),
            DAYS_SINCE_SESSION: records["days_since_session"],
        }
    )
