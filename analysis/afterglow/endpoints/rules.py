"""The plan's rules as numbers: what the walk obeys, one record per endpoint."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np


class Kind(IntEnum):
    """What an endpoint is."""

    REACHED = 0
    LOST = 1
    RAPID = 2
    SUSTAINED = 3
    BOOSTER = 4
    LATENCY = 5


class Condition(IntEnum):
    """What a visit must show."""

    NONE = 0
    IMPROVEMENT_AT_LEAST = 1
    IMPROVEMENT_BELOW = 2
    RETURNS_TO = 3
    SCORE_AT_MOST = 4
    SCORE_AT_LEAST = 5


class Clock(IntEnum):
    """Where a clock starts."""

    NONE = -1
    FIRST_SESSION = 0
    COURSE_END = 1
    ENDPOINT = 2
    EVENT = 3
    COLUMN = 4


class Strategy(IntEnum):
    """What an intercurrent event does to a row (rule 11)."""

    IGNORE = 0
    COMPETING = 1
    CENSOR = 2
    EVENT = 3


class Unconfirmed(IntEnum):
    """What a run still open at the end does (rule 7)."""

    CENSOR = 0
    CENSOR_AT_VISIT = 1
    EVENT = 2


class Pending(IntEnum):
    """What a booster does while a run waits for confirmation (rule 8)."""

    BOOSTER = 0
    RELAPSE = 1
    LOOK_THROUGH = 2


class Status(IntEnum):
    """Why a subject has no row for an endpoint; 0 where there is one."""

    INCLUDED = 0
    NO_SESSION = 1
    NO_BASELINE = 2
    BELOW_SEVERITY = 3
    BASELINE_AT_BEST = 4
    COURSE_UNFINISHED = 5
    BLOCK_UNFINISHED = 6
    NOT_REACHED = 7
    NO_EVENT = 8
    NO_COLUMN = 9
    NO_QUALIFYING_VISIT = 10
    DID_NOT_QUALIFY = 11
    ENDED_BEFORE_AT_RISK = 12


class Reason(IntEnum):
    """Why follow-up ended in a row; intercurrent events follow at FIRST_EVENT + code."""

    SCORE = 0
    MAINTAINED = 1
    BOOSTER_CONFIRMED = 2
    UNCONFIRMED = 3
    LAST_VISIT = 4
    NO_LATER_VISIT = 5
    END_OF_FOLLOW_UP = 6
    NO_VISIT_IN_WINDOW = 7
    CONDITION_NOT_MET = 8
    NOT_BY_START = 9
    LOST_AGAIN = 10
    NOT_SEEN_TO_THE_END = 11
    SESSION = 12
    FIRST_EVENT = 13


REASON_WORDS: Final = {
    Reason.SCORE: "score",
    Reason.MAINTAINED: "maintained",
    Reason.BOOSTER_CONFIRMED: "booster confirmed",
    Reason.UNCONFIRMED: "unconfirmed",
    Reason.LAST_VISIT: "last visit",
    Reason.NO_LATER_VISIT: "no later visit",
    Reason.END_OF_FOLLOW_UP: "end of follow-up",
    Reason.NO_VISIT_IN_WINDOW: "no visit in window",
    Reason.CONDITION_NOT_MET: "condition not met",
    Reason.NOT_BY_START: "not by the start day",
    Reason.LOST_AGAIN: "lost",
    Reason.NOT_SEEN_TO_THE_END: "not seen to the end",
    Reason.SESSION: "session",
}
STATUS_WORDS: Final = {
    Status.NO_SESSION: "no session",
    Status.NO_BASELINE: "no baseline",
    Status.BELOW_SEVERITY: "below entry severity",
    Status.BASELINE_AT_BEST: "baseline at best score",
    Status.COURSE_UNFINISHED: "course unfinished",
    Status.BLOCK_UNFINISHED: "block unfinished",
    Status.NOT_REACHED: "{} not reached",
    Status.NO_EVENT: "no {} event",
    Status.NO_COLUMN: "no {}",
    Status.NO_QUALIFYING_VISIT: "no visit in the qualifying window",
    Status.DID_NOT_QUALIFY: "did not qualify",
    Status.ENDED_BEFORE_AT_RISK: "ended before at risk",
}
UNFINISHED: Final = (Status.COURSE_UNFINISHED, Status.BLOCK_UNFINISHED)

BOOSTER_CODE: Final = 0
FIRST_KINDS: Final = ("booster", "switch", "ect", "death", "withdrawal", "lost")
RESPONSE_REGAINED: Final = "response_regained"
MAX_KINDS: Final = 60

TIMELINE_RULE: Final = np.dtype(
    [
        ("baseline_first", "f8"),
        ("baseline_last", "f8"),
        ("max_gap_days", "f8"),
        ("max_sessions", "i8"),
        ("max_days", "f8"),
        ("use_phase", "?"),
        ("block_gap_days", "f8"),
        ("pre_block_baseline", "?"),
        ("max_unseen_days", "f8"),
        ("has_sessions", "?"),
    ]
)

ENDPOINT_RULE: Final = np.dtype(
    [
        ("kind", "i8"),
        ("instrument", "i8"),
        ("timings", "i8"),
        ("condition", "i8"),
        ("threshold", "f8"),
        ("confirm_visits", "i8"),
        ("confirm_first", "f8"),
        ("confirm_last", "f8"),
        ("date_confirming", "?"),
        ("first_cycle_only", "?"),
        ("needs_baseline", "?"),
        ("origin", "i8"),
        ("origin_target", "i8"),
        ("at_risk", "i8"),
        ("at_risk_target", "i8"),
        ("qualify", "i8"),
        ("qualify_clock", "i8"),
        ("qualify_first", "f8"),
        ("qualify_last", "f8"),
        ("until_clock", "i8"),
        ("until_days", "f8"),
        ("until_day", "f8"),
        ("or_events", "u8"),
        ("unconfirmed", "i8"),
        ("pending", "i8"),
        ("regained", "i8"),
        ("any_session", "?"),
        ("at_day", "f8"),
        ("window", "f8"),
        ("start_by_day", "f8"),
        ("excursions", "i8"),
        ("excursion_percent", "f8"),
    ]
)
EVERY_TIMING: Final = 0b1111
NO_ENDPOINT: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WalkRules:
    """All that the walk needs to know of a plan, in the order in which endpoints are derived.

    Attributes
    ----------
    timeline : record of `TIMELINE_RULE`
    endpoints : array of `ENDPOINT_RULE`
        An endpoint stands after those it refers to.
    strategies : int8 array of shape (endpoints, kinds)
        `Strategy` of each intercurrent event.
    names, instruments, kinds, columns : tuple of str
        What the positions mean; kinds are the intercurrent and clinical events.
    best, sign, minimum : float64 arrays, one entry per instrument
        Best score; +1 where higher is worse, else -1; entry severity, NaN for none.
    """

    timeline: np.record
    endpoints: np.ndarray
    strategies: np.ndarray
    names: tuple[str, ...]
    instruments: tuple[str, ...]
    kinds: tuple[str, ...]
    columns: tuple[str, ...]
    best: np.ndarray
    sign: np.ndarray
    minimum: np.ndarray
