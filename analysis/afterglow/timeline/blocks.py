"""Where each cycle begins: the course and the booster blocks of every subject."""

from typing import Final

import numpy as np

from afterglow.kernel import kernel
from afterglow.timeline.moments import Moments
from afterglow.timeline.subject import count_cycles, new_scratch, open_subject

BLOCK: Final = np.dtype(
    [
        ("subject", "i8"),
        ("cycle", "i8"),
        ("first_session", "i8"),
        ("last_session", "i8"),
        ("first_day", "f8"),
        ("last_day", "f8"),
        ("risk_day", "f8"),
    ]
)
"""One row per subject and cycle.

subject, cycle
    Number of the subject; 1 is the course, 2 the first booster block, …
first_session, last_session
    Numbers (from 1) of its sessions up to the end of follow-up.
first_day, last_day
    Days of these.
risk_day
    From when the next booster is possible (rules 3, 4).
"""


@kernel
def _count(moments, timeline, scratch):
    n = np.int64(0)
    for i in range(len(moments.end_day)):
        n += count_cycles(moments, i, timeline, scratch)
    return n


@kernel
def _list(moments, timeline, scratch, blocks):
    n = np.int64(0)
    for i in range(len(moments.end_day)):
        subject = open_subject(moments, i, timeline, scratch)
        for c in range(subject.n_cycles):
            block = blocks[n]
            block.subject = i
            block.cycle = c + 1
            block.first_session = subject.first_session[c]
            block.last_session = subject.last_session[c]
            block.first_day = subject.session_day[subject.first_session[c] - 1]
            block.last_day = subject.session_day[subject.last_session[c] - 1]
            block.risk_day = subject.risk_day[c]
            n += 1


def list_blocks(moments: Moments, timeline: np.record, n_instruments: int) -> np.ndarray:
    """Return the course and the booster blocks of every subject, by subject and cycle.

    Parameters
    ----------
    moments : Moments
        n subjects, sorted.
    timeline : record of `TIMELINE_RULE`
    n_instruments : int
        How many instruments the moments tell apart.

    Returns
    -------
    array of BLOCK
        Nothing for subjects without a session.
    """
    scratch = new_scratch(moments, n_instruments)
    rule = np.array([timeline])[0]
    blocks = np.zeros(int(_count(moments, rule, scratch)), BLOCK)
    _list(moments, rule, scratch, blocks)
    return blocks
