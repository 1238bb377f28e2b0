"""The `waits` table: one row per relapse, with the kind of the session that ended the wait."""

from typing import Final

import numpy as np
import pandas as pd

from afterglow.cohort.model import Cohort
from afterglow.endpoints.rules import BOOSTER_CODE
from afterglow.errors import UsageError
from afterglow.names import (
    CAUSE,
    CYCLE,
    ENDPOINT,
    ENTRY,
    EVENT,
    KIND,
    RISK_ENTRY,
    SUBJECT,
)
from afterglow.plan.endpoints import Latency
from afterglow.study.arguments import check_argument, check_study
from afterglow.study.blocks import NUMBER, UNKNOWN, numbered
from afterglow.study.derive import Derived

CALL: Final = "wait_table(cohort, derived, 'relapse_to_booster')"
KIND_CAUSE: Final = "cause_by_kind"
CAUSES: Final = {
    "scheduled": "scheduled_{until}",
    "triggered": "triggered_{until}",
    UNKNOWN: "{until}_of_unknown_kind",
}
OF_UNKNOWN: Final = "_of_unknown"


def wait_table(cohort: Cohort, derived: Derived, endpoint: str) -> pd.DataFrame:
    """Return every wait of a latency endpoint, such as those from relapse to the next booster.

    Parameters
    ----------
    cohort : Cohort
        The cohort that `derived` came from; its sessions tell their kind.
    derived : Derived
    endpoint : str
        An endpoint of kind latency.

    Returns
    -------
    DataFrame, one row per subject and cycle with a relapse
        The columns of `Derived.rows`; kind, the kind of the session that ended the wait
        (scheduled, triggered or unknown), "" where none did; cause_by_kind, `cause` with that kind
        in its name; risk_entry_days for an estimator's `entry`: a relapse is at risk once it is
        confirmed. Several relapses of a subject are one cluster.

    Raises
    ------
    UsageError
        No endpoint of that name, or of another kind; another argument is something else.
    """
    check_argument(CALL, "derived", derived, Derived)
    check_study(CALL, derived.plan, cohort, None, Cohort)
    known = [name for name, one in derived.plan.endpoint.items() if isinstance(one, Latency)]
    if endpoint not in known:
        raise UsageError.unknown_option("endpoint", endpoint, known or ["none of kind latency"])
    rows = derived.rows[derived.rows[ENDPOINT] == endpoint].reset_index(drop=True)
    entry = np.where(rows[ENTRY] > 0, rows[ENTRY], -np.inf)
    return with_kinds(rows, cohort, derived).assign(**{RISK_ENTRY: entry})


def with_kinds(rows: pd.DataFrame, cohort: Cohort, derived: Derived) -> pd.DataFrame:
    """Return rows of one latency endpoint with the kind of the session that ended the wait."""
    if not len(rows):
        return rows.assign(**{KIND: "", KIND_CAUSE: ""})
    name = str(rows[ENDPOINT].iloc[0])
    until = getattr(derived.plan.endpoint[name], "until", derived.rules.kinds[BOOSTER_CODE])
    words = {kind: words.format(until=until) for kind, words in CAUSES.items()}
    kinds = _session_kinds(name, cohort, derived)
    keys = pd.MultiIndex.from_frame(rows[[SUBJECT, CYCLE]])
    known = pd.Series(kinds.reindex(keys).to_numpy(), index=rows.index, dtype=object)
    told = known.where(known.isin(list(words)), UNKNOWN)
    ended = rows[EVENT].astype(bool)
    named = told.map(words).where(ended, rows[CAUSE])
    return rows.assign(**{KIND: told.where(ended, ""), KIND_CAUSE: named})


def _session_kinds(endpoint: str, cohort: Cohort, derived: Derived) -> pd.Series:
    """Return the kind of the session that ended each wait, by subject and cycle."""
    facts = derived.facts
    mine = (facts.endpoint == derived.rules.names.index(endpoint)) & ~np.isnan(facts.event_day)
    ended = pd.DataFrame(
        {
            SUBJECT: derived.subjects[facts.subject[mine]],
            CYCLE: facts.cycle[mine].astype(np.int64),
            NUMBER: facts.confirm_position[mine].astype(np.int64),
        }
    )
    if cohort.sessions is None:
        return pd.Series([], index=pd.MultiIndex.from_arrays([[], []]), dtype=object)
    every = numbered(cohort.sessions).reindex(columns=[SUBJECT, NUMBER, KIND])
    found = pd.merge(ended, every, on=[SUBJECT, NUMBER], how="left", validate="many_to_one")
    return found.set_index([SUBJECT, CYCLE])[KIND].astype(object)
