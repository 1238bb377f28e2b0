"""The waits from relapse to the next session: one row per relapse, with the kind of the session."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.endpoints.rules import Status
from afterglow.names import (
    CAUSE,
    CYCLE,
    DURATION,
    ENDPOINT,
    ENTRY,
    EVENT,
    EVENT_NAME,
    GROUP,
    KIND,
    REASON,
    SUBJECT,
)
from afterglow.plan.cycle_analyses import BoosterLatencyAnalysis
from afterglow.plan.endpoints import Durability, Latency, Relapse
from afterglow.study.analysed import Analysed, endpoint_rows, rows_of_cycles
from afterglow.study.blocks import NUMBER, UNKNOWN, numbered
from afterglow.study.facts_table import intercurrent_table
from afterglow.study.groups import CLUSTER
from afterglow.study.setting import Setting

WAIT: Final = "wait_days"
KIND_CAUSE: Final = "kind_cause"
CAUSES: Final = {
    "scheduled": "scheduled_{until}",
    "triggered": "triggered_{until}",
    UNKNOWN: "{until}_of_unknown_kind",
}
OF_UNKNOWN: Final = "_of_unknown"
BOOSTER: Final = "booster"


@dataclass(frozen=True, slots=True, eq=False)
class Waits:
    """What the wait for a booster is estimated from.

    Attributes
    ----------
    rows : DataFrame
        One row per relapse analysed: the endpoint's columns, group, cluster (of rows that depend
        on each other; missing column: none do), `KIND_CAUSE`: the cause with the kind of the
        session in its name.
    hidden : DataFrame
        subject_id, group, `WAIT`: boosters given while a run waited for its confirmation, and the
        days since that run's first visit.
    unwatched : Series
        By group, the relapses that nobody watched after they were confirmed: the wait had ended
        by then, or observation had.
    """

    rows: pd.DataFrame
    hidden: pd.DataFrame
    unwatched: pd.Series


def waits_of(found: Analysed, analysis: BoosterLatencyAnalysis, setting: Setting) -> Waits:
    """Return the waits of those analysed, and what confirmation hid from them."""
    first = analysis.relapses == "first"
    rows = endpoint_rows(analysis, setting) if first else rows_of_cycles(analysis, setting)
    kept = [column for column in (GROUP, CLUSTER) if column in found.rows]
    rows = rows.merge(found.rows[[SUBJECT, *kept]], on=SUBJECT, how="inner",
                      validate="many_to_one")  # fmt: skip
    rows = _with_kinds(rows, analysis, setting)
    if CLUSTER not in rows and not first:
        rows = rows.assign(**{CLUSTER: rows[SUBJECT]})
    if analysis.clock == "confirmed":
        rows[DURATION], rows[ENTRY] = rows[DURATION] - rows[ENTRY], 0.0
    everybody = found.population[[SUBJECT, GROUP]]
    hidden = pd.merge(everybody, _hidden(analysis, setting), on=SUBJECT, how="inner")
    lost = pd.merge(everybody, _unwatched(analysis, setting), on=SUBJECT, how="inner")
    unwatched = lost.groupby(lost[GROUP].astype(object)).size()
    return Waits(rows, hidden, unwatched)


def _with_kinds(
    rows: pd.DataFrame, analysis: BoosterLatencyAnalysis, setting: Setting
) -> pd.DataFrame:
    """Name the cause of rows that end at a session after its kind."""
    endpoint = setting.plan.endpoint[analysis.endpoint]
    until = endpoint.until if isinstance(endpoint, Latency) else BOOSTER
    words = {kind: words.format(until=until) for kind, words in CAUSES.items()}
    kinds = _session_kinds(analysis.endpoint, setting)
    keys = pd.MultiIndex.from_frame(rows[[SUBJECT, CYCLE]])
    known = pd.Series(kinds.reindex(keys).to_numpy(), index=rows.index, dtype=object)
    named = known.where(known.isin(list(words)), UNKNOWN).map(words)
    return rows.assign(**{KIND_CAUSE: named.where(rows[EVENT].astype(bool), rows[CAUSE])})


def _session_kinds(endpoint: str, setting: Setting) -> pd.Series:
    """Return the kind of the session that ended each wait, by subject and cycle."""
    derived, sessions = setting.derived, setting.cohort.sessions
    facts = derived.facts
    mine = (facts.endpoint == derived.rules.names.index(endpoint)) & ~np.isnan(facts.event_day)
    ended = pd.DataFrame(
        {
            SUBJECT: derived.subjects[facts.subject[mine]],
            CYCLE: facts.cycle[mine].astype(np.int64),
            NUMBER: facts.confirm_position[mine].astype(np.int64),
        }
    )
    if sessions is None:
        return pd.Series([], index=pd.MultiIndex.from_arrays([[], []]), dtype=object)
    every = numbered(sessions).reindex(columns=[SUBJECT, NUMBER, KIND])
    found = pd.merge(ended, every, on=[SUBJECT, NUMBER], how="left", validate="many_to_one")
    return found.set_index([SUBJECT, CYCLE])[KIND].astype(object)


def relapse_of(analysis: BoosterLatencyAnalysis, setting: Setting) -> str | None:
    """Return the relapse that the clock starts at, None where it is none."""
    origin = getattr(setting.plan.endpoint[analysis.endpoint], "origin", "")
    name = origin.removeprefix("endpoint:")
    endpoint = setting.plan.endpoint.get(name)
    return name if isinstance(endpoint, Relapse | Durability) else None


def _hidden(analysis: BoosterLatencyAnalysis, setting: Setting) -> pd.DataFrame:
    """Return the boosters that ended a run while it waited for confirmation, of all cycles.

    Where the plan takes such a session as confirming the relapse, none is hidden.
    """
    relapse, derived = relapse_of(analysis, setting), setting.derived
    rows = derived.rows
    mine = rows[(rows[ENDPOINT] == relapse) & (rows[REASON] == BOOSTER)]
    events = intercurrent_table(derived)
    open_run = (events[ENDPOINT] == relapse) & (events[EVENT_NAME] == BOOSTER)
    events = events[open_run & events["open_day"].notna()]
    both = pd.merge(mine[[SUBJECT, CYCLE]], events, on=[SUBJECT, CYCLE], how="inner")
    return pd.DataFrame({SUBJECT: both[SUBJECT], WAIT: both["day"] - both["open_day"]})


def _unwatched(analysis: BoosterLatencyAnalysis, setting: Setting) -> pd.DataFrame:
    """Return who was in a relapse that was not watched beyond its confirmation."""
    derived = setting.derived
    facts = derived.facts
    mine = facts.endpoint == derived.rules.names.index(analysis.endpoint)
    ended = mine & (derived.declared.status == Status.ENDED_BEFORE_AT_RISK)
    return pd.DataFrame({SUBJECT: derived.subjects[facts.subject[ended]]})
