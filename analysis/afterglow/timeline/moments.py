"""The arrays the walk reads: whole subjects, each table sorted by subject and day."""

from typing import Final, NamedTuple

import numpy as np

UNTAGGED: Final = 0
PRE_DOSE: Final = 1
POST_DOSE: Final = 2
OFF_DOSE: Final = 3
TIMINGS: Final = {
    "untagged": UNTAGGED,
    "pre-dose": PRE_DOSE,
    "post-dose": POST_DOSE,
    "off-dose": OFF_DOSE,
}

NO_PHASE: Final = 0
INDUCTION: Final = 1
LATER_PHASE: Final = 2

EPSILON: Final = 1e-9


class Moments(NamedTuple):
    """Visits, sessions and events of n subjects; the rows of subject i are start[i]:start[i+1].

    Attributes
    ----------
    visit_start, session_start, event_start : int64 arrays of length n + 1
    visit_day, visit_score : float64 arrays
        Days since the first session; scores without missing values.
    visit_instrument, visit_timing : int8 arrays
        Position of the instrument in the rules; one of `TIMINGS`.
    session_day : float64 array
    session_phase : int8 array
        `NO_PHASE`, `INDUCTION` or `LATER_PHASE`.
    event_day : float64 array
    event_code : int16 array
        Position of the event's name in the rules.
    end_day : float64 array of length n
        Last day of follow-up.
    end_code : int16 array of length n
        The event that ended follow-up, -1 where none did.
    column_day : float64 array of shape (n, columns)
        Days that the plan takes from columns of the subjects; NaN where missing.
    """

    visit_start: np.ndarray
    visit_day: np.ndarray
    visit_score: np.ndarray
    visit_instrument: np.ndarray
    visit_timing: np.ndarray
    session_start: np.ndarray
    session_day: np.ndarray
    session_phase: np.ndarray
    event_start: np.ndarray
    event_day: np.ndarray
    event_code: np.ndarray
    end_day: np.ndarray
    end_code: np.ndarray
    column_day: np.ndarray
