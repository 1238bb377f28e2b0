"""Where the course ends, what a booster is, and from when one is possible (3, 4)."""

from afterglow.kernel import kernel
from afterglow.timeline.moments import EPSILON, LATER_PHASE, NO_PHASE


@kernel
def course_length(session_day, session_phase, rule):
    """Count the sessions of the course, the first run of sessions."""
    n = len(session_day)
    length = 1 if n > 0 else 0
    while length < n:
        gap = session_day[length] - session_day[length - 1]
        if gap > rule.max_gap_days + EPSILON:
            break
        if rule.max_sessions > 0 and length == rule.max_sessions:
            break
        if session_day[length] > rule.max_days + EPSILON:
            break
        if rule.use_phase and session_phase[length] == LATER_PHASE:
            break
        length += 1
    return length


@kernel
def block_length(session_day, first, rule):
    """Count the boosters of the block that starts at session index `first`."""
    length = 1
    while first + length < len(session_day):
        gap = session_day[first + length] - session_day[first + length - 1]
        if gap > rule.block_gap_days + EPSILON:
            break
        length += 1
    return length


@kernel
def _every_session_has_a_phase(session_phase):
    for phase in session_phase:  # noqa: SIM110 (numba compiles the loop, not all())
        if phase == NO_PHASE:
            return False
    return True


@kernel
def booster_risk_day(session_day, session_phase, length, rule):
    """Return the first day on which a session would have been a booster, not part of the course.

    A course ended by a gap is known to have ended only when the gap has passed.
    """
    end = session_day[length - 1]
    if rule.max_sessions > 0 and length == rule.max_sessions:
        return end
    if rule.use_phase and _every_session_has_a_phase(session_phase):
        return end
    return min(end + rule.max_gap_days, max(rule.max_days, end))
