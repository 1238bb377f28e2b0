"""The waits of an analysis, and those that the confirmation of a relapse hides from it."""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from afterglow.endpoints.rules import Status
from afterglow.names import (
    CYCLE,
    DURATION,
    ENDPOINT,
    ENTRY,
    EVENT_NAME,
    GROUP,
    REASON,
    SUBJECT,
)
from afterglow.plan.cycle_analyses import BoosterLatencyAnalysis
from afterglow.plan.endpoints import Durability, Relapse
from afterglow.study.analysed import Analysed, endpoint_rows, rows_of_cycles
from afterglow.study.facts_table import intercurrent_table
from afterglow.study.groups import CLUSTER
from afterglow.study.setting import Setting
from afterglow.study.wait_table import with_kinds

WAIT: Final = "wait_days"
BOOSTER: Final = "booster"


@dataclass(frozen=True, slots=True, eq=False)
class Waits:
    """What the wait for a booster is estimated from.

    Attributes
    ----------
    rows : DataFrame
        One row per relapse analysed: the endpoint's columns, group, cluster (of rows that depend
        on each other; missing column: none do), kind and cause_by_kind as in `wait_table`.
    hidden : DataFrame
        subject_id, group, cycle, `WAIT`: boosters given while a run waited for its confirmation, in
        any cycle, and the days since that run's first visit.
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
    rows = with_kinds(rows, setting.cohort, setting.derived)
    if CLUSTER not in rows and not first:
        rows = rows.assign(**{CLUSTER: rows[SUBJECT]})
    if analysis.clock == "confirmed":
        rows[DURATION], rows[ENTRY] = rows[DURATION] - rows[ENTRY], 0.0
    everybody = found.population[[SUBJECT, GROUP]]
    hidden = pd.merge(everybody, _hidden(analysis, setting), on=SUBJECT, how="inner")
    lost = pd.merge(everybody, _unwatched(analysis, setting), on=SUBJECT, how="inner")
    unwatched = lost.groupby(lost[GROUP].astype(object)).size()
    return Waits(rows, hidden, unwatched)


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
    waited = both["day"] - both["open_day"]
    return pd.DataFrame({SUBJECT: both[SUBJECT], CYCLE: both[CYCLE], WAIT: waited})


def _unwatched(analysis: BoosterLatencyAnalysis, setting: Setting) -> pd.DataFrame:
    """Return who was in a relapse that was not watched beyond its confirmation."""
    derived = setting.derived
    facts = derived.facts
    mine = facts.endpoint == derived.rules.names.index(analysis.endpoint)
    ended = mine & (derived.declared.status == Status.ENDED_BEFORE_AT_RISK)
    return pd.DataFrame({SUBJECT: derived.subjects[facts.subject[ended]]})
