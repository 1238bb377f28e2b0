"""The facts of a derivation as tables: what was seen of every endpoint, before any strategy."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from afterglow.names import CYCLE, ENDPOINT, EVENT_NAME, SUBJECT
from afterglow.study.coded import status_places, status_words
from afterglow.study.derive import Derived

if TYPE_CHECKING:
    import pandas as pd

STATUS: Final = "status"
CLINICAL_EVENT: Final = "clinical_event"
DAYS: Final = (
    "origin_day",
    "origin_lower_day",
    "at_risk_day",
    "event_day",
    "event_lower_day",
    "confirm_day",
    "clinical_day",
    "free_day",
    "open_day",
    "last_visit_day",
    "last_seen_day",
    "end_day",
)
OF_INTERCURRENTS: Final = ("day", "free_day", "open_day", "open_confirmed")


def facts_table(derived: Derived) -> "pd.DataFrame":
    """Return one row per subject, cycle and endpoint, those without a row of the endpoint included.

    Returns
    -------
    DataFrame
        subject_id, endpoint, cycle, status ("included" or why not), then days since the first
        session as `FACT` describes them (missing where there is none), and `clinical_event`,
        the event that `clinical_day` is the day of.
    """
    import pandas as pd

    facts = derived.facts
    statuses = np.array(status_words(derived.rules), dtype=object)
    kinds = np.array([*derived.rules.kinds, ""], dtype=object)
    days = {name: getattr(facts, name) for name in DAYS}
    return pd.DataFrame(
        {
            **_keys(derived, facts),
            STATUS: statuses[status_places(derived.rules, facts.status, facts.status_detail)],
            **days,
            CLINICAL_EVENT: kinds[np.where(np.isnan(facts.clinical_day), -1, facts.clinical_code)],
        }
    )


def intercurrent_table(derived: Derived) -> "pd.DataFrame":
    """Return one row per fact and kind of intercurrent event: the first after the origin.

    Returns
    -------
    DataFrame
        subject_id, endpoint, cycle, event, then as `INTERCURRENT`: `day`, last day known free
        before it, first visit of a run open at it, and whether a later visit confirmed that run.
    """
    import pandas as pd

    facts, events = derived.facts, derived.intercurrents
    counts = facts.n_intercurrent.astype(np.int64)
    owner = np.repeat(np.arange(len(counts)), counts)
    before = np.cumsum(counts) - counts
    place = facts.first_intercurrent[owner] + np.arange(len(owner)) - before[owner]
    kinds = np.array(derived.rules.kinds, dtype=object)
    return pd.DataFrame(
        {
            **{name: values[owner] for name, values in _keys(derived, facts).items()},
            EVENT_NAME: kinds[events.code[place]],
            **{name: getattr(events, name)[place] for name in OF_INTERCURRENTS},
        }
    )


def _keys(derived: Derived, facts: np.recarray) -> dict[str, Any]:
    return {
        SUBJECT: derived.subjects[facts.subject],
        ENDPOINT: np.array(derived.rules.names, dtype=object)[facts.endpoint],
        CYCLE: facts.cycle.astype(np.int64),
    }
