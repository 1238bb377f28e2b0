"""The facts that a walk writes down: when the event, when each intercurrent event, no strategy."""

from typing import Final

import numpy as np

from afterglow.kernel import kernel

FACT: Final = np.dtype(
    [
        ("subject", "i4"),
        ("endpoint", "i2"),
        ("cycle", "i2"),
        ("status", "i2"),
        ("status_detail", "i2"),
        ("reason", "i2"),
        ("confirm_position", "i2"),
        ("clinical_code", "i2"),
        ("n_intercurrent", "i2"),
        ("first_intercurrent", "i8"),
        ("origin_day", "f8"),
        ("origin_lower_day", "f8"),
        ("at_risk_day", "f8"),
        ("event_day", "f8"),
        ("event_lower_day", "f8"),
        ("confirm_day", "f8"),
        ("clinical_day", "f8"),
        ("free_day", "f8"),
        ("open_day", "f8"),
        ("last_visit_day", "f8"),
        ("last_seen_day", "f8"),
        ("end_day", "f8"),
    ],
    align=True,
)
"""One row per subject, cycle and endpoint; days since the first session, NaN where there is none.

subject, endpoint, cycle
    Number of the subject, place of the endpoint in the rules; 1, 2, …
status, status_detail
    Why there is no row (`Status`), and the endpoint, event or column that it speaks of.
origin_day, origin_lower_day, at_risk_day
    Where the clock starts; last day known before it; from when the subject is at risk.
event_day, event_lower_day, confirm_day, confirm_position
    Date of the score event or session, last day known free before it, day it was confirmed,
    sessions before the confirming visit (for a session: its number).
clinical_day, clinical_code
    First clinical event that is the endpoint's own.
free_day, open_day
    At the end of observation: last day known free; first visit of a run still open.
last_visit_day, last_seen_day, end_day
    Last usable visit after the origin; the same or the origin; last day of exact events.
reason
    What was seen at a visit (rapid, sustained or maintained response), else -1.
first_intercurrent, n_intercurrent
    Where the row's intercurrent events stand.
"""

INTERCURRENT: Final = np.dtype(
    [
        ("code", "i2"),
        ("position", "i2"),
        ("open_confirmed", "?"),
        ("day", "f8"),
        ("free_day", "f8"),
        ("open_day", "f8"),
    ],
    align=True,
)
"""First occurrence of each kind of intercurrent event after the origin of a fact.

code, day
    Place of the kind in the rules; when.
position
    Number of the session, for a booster; else 0.
free_day, open_day
    Last day known free before it; first visit of the run that was open at it, NaN if none.
open_confirmed
    Whether a later visit confirmed that run, had the event been looked through.
"""

ROW: Final = np.dtype(
    [
        ("status", "i2"),
        ("cause", "i2"),
        ("reason", "i2"),
        ("event", "?"),
        ("entry", "f8"),
        ("duration", "f8"),
        ("lower", "f8"),
        ("upper", "f8"),
    ],
    align=True,
)
"""What strategies make of a fact; days since its origin.

status
    As in the fact, or that the row ended before it was at risk.
entry, duration, lower, upper, event
    As in the endpoint table.
cause
    OWN_EVENT, CENSORED, or the place of the competing kind.
reason
    `Reason`, or FIRST_EVENT plus the place of a kind.
"""

OWN_EVENT: Final = np.int64(-2)
CENSORED: Final = np.int64(-1)
NOTHING: Final = np.int64(-1)


@kernel
def clear_fact(facts, n, endpoint, used):
    """Make place n new: a later cycle without a row leaves it to the next fact."""
    fact = facts[n]
    fact.endpoint = endpoint
    fact.status_detail = NOTHING
    fact.reason = NOTHING
    fact.confirm_position = 0
    fact.clinical_code = NOTHING
    fact.n_intercurrent = 0
    fact.first_intercurrent = used
    fact.origin_day = np.nan
    fact.origin_lower_day = np.nan
    fact.at_risk_day = np.nan
    fact.event_day = np.nan
    fact.event_lower_day = np.nan
    fact.confirm_day = np.nan
    fact.clinical_day = np.nan
    fact.free_day = np.nan
    fact.open_day = np.nan
    fact.last_visit_day = np.nan
    fact.last_seen_day = np.nan
    fact.end_day = np.nan


@kernel
def clear_row(rows, m):
    """Make row m new: censored at 0 until a strategy says otherwise."""
    row = rows[m]
    row.status = 0
    row.cause = CENSORED
    row.reason = 0
    row.event = False
    row.entry = 0.0
    row.duration = np.nan
    row.lower = np.nan
    row.upper = np.inf
