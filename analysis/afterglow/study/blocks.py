"""The `blocks` table: the sessions that begin each cycle, and what they were."""

from typing import Final

import numpy as np
import pandas as pd

from afterglow.cohort.model import Cohort
from afterglow.instruments.registry import Library, load_library
from afterglow.names import (
    CYCLE,
    DAY,
    DOSE_MG,
    DOSE_MG_PER_KG,
    DRUG,
    ENDPOINT,
    EVENT,
    KIND,
    ROUTE,
    SESSION_NO,
    SUBJECT,
)
from afterglow.study.arguments import check_argument, check_study
from afterglow.study.batches import connected, moment_batches
from afterglow.study.derive import Derived, chosen_raters
from afterglow.study.path import state_endpoints
from afterglow.timeline.blocks import list_blocks

CALL: Final = "block_table(cohort, derived, given.library)"
FIRST_SESSION: Final = "first_session"
FIRST_DAY: Final = "first_day"
LAST_DAY: Final = "last_day"
RISK_DAY: Final = "risk_day"
NUMBER: Final = "number"
SESSIONS_IN_BLOCK: Final = "sessions_in_block"
PREVIOUS_GAP: Final = "previous_gap_days"
PREVIOUS_RESPONSE: Final = "previous_response"
UNKNOWN: Final = "unknown"
WORDS: Final = (ROUTE, DRUG, KIND)
DOSES: Final = (DOSE_MG, DOSE_MG_PER_KG)
COLUMNS: Final = (
    SUBJECT,
    CYCLE,
    FIRST_DAY,
    LAST_DAY,
    RISK_DAY,
    NUMBER,
    SESSIONS_IN_BLOCK,
    *DOSES,
    *WORDS,
    PREVIOUS_GAP,
    PREVIOUS_RESPONSE,
)


def block_table(cohort: Cohort, derived: Derived, library: Library | None = None) -> pd.DataFrame:
    """Return the course and every booster block of every subject: what begins each cycle.

    Parameters
    ----------
    cohort : Cohort
        The cohort that `derived` came from.
    derived : Derived
    library : Library, optional
        Instruments; default: those of the plan.

    Returns
    -------
    DataFrame, one row per subject and cycle
        subject_id; cycle and number (1 is the course, 2 the first booster block); first_day and
        last_day of its sessions, and risk_day, from which the next booster is possible (days since
        the first session); sessions_in_block; dose_mg and dose_mg_per_kg, means over those of its
        sessions that tell one; route, drug and kind of its first session, missing where not told
        (an unknown kind is "unknown"); previous_gap_days, from the end of the course or block
        before it, missing in cycle 1; previous_response, "yes" or "no": whether the plan's response
        was there in the cycle before, missing where that was not judged. A cohort without a
        sessions table has an empty one.

    Raises
    ------
    UsageError
        An argument is something else.
    """
    check_argument(CALL, "derived", derived, Derived)
    check_study(CALL, derived.plan, cohort, library, Cohort)
    library = library or load_library(derived.plan.instruments_dir)
    if cohort.sessions is None:
        words = (SUBJECT, *WORDS, PREVIOUS_RESPONSE)
        kinds = {name: object if name in words else np.float64 for name in COLUMNS}
        return pd.DataFrame({name: np.array([], dtype=kind) for name, kind in kinds.items()})
    blocks = _blocks(cohort, derived, library)
    table = pd.merge(blocks, _given(blocks, numbered(cohort.sessions)), on=[SUBJECT, CYCLE])
    ended = table.groupby(SUBJECT)[LAST_DAY].shift()
    table[PREVIOUS_GAP] = table[FIRST_DAY] - ended
    keys = pd.MultiIndex.from_arrays([table[SUBJECT], table[CYCLE] - 1])
    table[PREVIOUS_RESPONSE] = _responses(derived).reindex(keys).to_numpy()
    return table[list(COLUMNS)]


def numbered(sessions: pd.DataFrame) -> pd.DataFrame:
    """Return the sessions in order; `number` counts those of a subject from 1."""
    ordered = sessions.sort_values([SUBJECT, DAY, SESSION_NO], kind="stable")
    number = ordered.groupby(SUBJECT).cumcount() + 1
    return ordered.assign(**{SUBJECT: ordered[SUBJECT].astype(object), NUMBER: number})


def _blocks(cohort: Cohort, derived: Derived, library: Library) -> pd.DataFrame:
    rules = derived.rules
    parts = []
    with connected(cohort) as within:
        for batch in moment_batches(within, rules, chosen_raters(derived.plan, library)):
            part = list_blocks(batch.moments, rules.timeline, len(rules.best))
            part["subject"] += batch.first
            parts.append(part)
    found = np.concatenate(parts)
    return pd.DataFrame(
        {
            SUBJECT: derived.subjects[found["subject"]],
            CYCLE: found["cycle"],
            FIRST_DAY: found["first_day"],
            LAST_DAY: found["last_day"],
            RISK_DAY: found["risk_day"],
            NUMBER: found["cycle"],
            SESSIONS_IN_BLOCK: found["last_session"] - found["first_session"] + 1,
            FIRST_SESSION: found["first_session"],
        }
    )


def _given(blocks: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """Return dose, route, drug and kind of each block."""
    keys = blocks[[SUBJECT, CYCLE, FIRST_SESSION, SESSIONS_IN_BLOCK]]
    every = keys.loc[np.repeat(keys.index, keys[SESSIONS_IN_BLOCK])]
    place = every.groupby([SUBJECT, CYCLE]).cumcount()
    every = every.assign(**{NUMBER: every[FIRST_SESSION] + place})
    known = sessions.reindex(columns=[SUBJECT, NUMBER, *DOSES, *WORDS])
    every = pd.merge(every, known, on=[SUBJECT, NUMBER], how="left", validate="one_to_one")
    words = {name: every[name].astype(object).where(every[name].notna(), "") for name in WORDS}
    every = every.assign(**words)
    of_block = every.groupby([SUBJECT, CYCLE], as_index=False)
    found = of_block.agg({**dict.fromkeys(DOSES, "mean"), **dict.fromkeys(WORDS, "first")})
    told = {name: found[name].astype(object).where(found[name] != "", None) for name in WORDS}
    told[KIND] = told[KIND].where(told[KIND].notna(), UNKNOWN)
    return found.assign(**told)


def _responses(derived: Derived) -> pd.Series:
    """Return "yes" or "no" by subject and cycle, from the response that the plan's path names."""
    place, _, _ = state_endpoints(derived.plan, derived.rules)
    name = derived.rules.names[place] if place >= 0 else ""
    mine = derived.rows[derived.rows[ENDPOINT] == name]
    words = np.where(mine[EVENT].to_numpy(dtype=bool), "yes", "no")
    return pd.Series(words, index=pd.MultiIndex.from_frame(mine[[SUBJECT, CYCLE]]), dtype=object)
