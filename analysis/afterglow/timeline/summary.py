"""What the timeline says of each subject: baselines, the course, how many boosters followed."""

from typing import NamedTuple

import numpy as np

from afterglow.kernel import kernel
from afterglow.timeline.moments import Moments
from afterglow.timeline.subject import course_unfinished, new_scratch, open_subject


class Summary(NamedTuple):
    """One entry per subject, in the order of the moments.

    Attributes
    ----------
    treated : bool array
        Whether there is a session at all (everybody, where the cohort has no sessions).
    n_sessions, n_course_sessions, n_blocks : int64 arrays
        Sessions up to the end of follow-up, those of the course, booster blocks after it.
    course_end_day : float64 array
        Day of the course's last session; NaN without one.
    unfinished : bool array
        Follow-up stopped before the course could be known to have ended (rule 3).
    baseline : float64 array of shape (subjects, instruments)
        Baseline score (rule 2); NaN where there is none.
    """

    treated: np.ndarray
    n_sessions: np.ndarray
    n_course_sessions: np.ndarray
    n_blocks: np.ndarray
    course_end_day: np.ndarray
    unfinished: np.ndarray
    baseline: np.ndarray


def _new_summary(n: int, n_instruments: int) -> Summary:
    return Summary(
        np.zeros(n, np.bool_),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.full(n, np.nan),
        np.zeros(n, np.bool_),
        np.full((n, n_instruments), np.nan),
    )


@kernel
def _summarise(moments, timeline, scratch, summary):
    for i in range(len(moments.end_day)):
        subject = open_subject(moments, i, timeline, scratch)
        if subject.n_cycles == 0:
            continue
        summary.treated[i] = True
        for instrument in range(summary.baseline.shape[1]):
            summary.baseline[i, instrument] = subject.baseline[0, instrument]
        if timeline.has_sessions:
            summary.n_sessions[i] = len(subject.session_day)
            summary.n_course_sessions[i] = subject.last_session[0]
            summary.n_blocks[i] = subject.n_cycles - 1
            summary.course_end_day[i] = subject.session_day[subject.last_session[0] - 1]
            summary.unfinished[i] = course_unfinished(subject, timeline)


def summarise(moments: Moments, timeline: np.record, n_instruments: int) -> Summary:
    """Summarise the timeline of every subject.

    Parameters
    ----------
    moments : Moments
        n subjects, sorted.
    timeline : record of `TIMELINE_RULE`
    n_instruments : int
        How many instruments the moments tell apart.
    """
    summary = _new_summary(len(moments.end_day), n_instruments)
    scratch = new_scratch(moments, n_instruments)
    _summarise(moments, np.array([timeline])[0], scratch, summary)
    return summary
