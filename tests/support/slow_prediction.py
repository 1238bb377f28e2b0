"""Scores of predictions pair by pair in fractions, and landmark rows subject by subject."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

CENSORED, TARGET, OTHER = 0, 1, 2


class Seen(NamedTuple):
    time: Fraction
    status: int
    risk: Fraction


def uncensored_before(rows: Sequence[Seen], time: Fraction) -> Fraction:
    """The Kaplan–Meier probability of not being censored before `time`; events leave first."""
    value = Fraction(1)
    for day in sorted({row.time for row in rows if row.time < time}):
        there = [row for row in rows if row.time >= day]
        events = sum(row.time == day and row.status != CENSORED for row in there)
        lost = sum(row.time == day and row.status == CENSORED for row in there)
        if lost:
            value *= 1 - Fraction(lost, len(there) - events)
    return value


def weight(rows: Sequence[Seen], row: Seen, horizon: Fraction) -> Fraction:
    """One over the probability that the outcome of a row is known by the horizon, or 0."""
    if row.time > horizon:
        just_after = min((one.time for one in rows if one.time > horizon), default=horizon)
        return 1 / uncensored_before(rows, just_after)
    return 1 / uncensored_before(rows, row.time) if row.status != CENSORED else Fraction(0)


def had(row: Seen, horizon: Fraction) -> bool:
    return row.time <= horizon and row.status == TARGET


def slow_brier(rows: Sequence[Seen], horizon: Fraction) -> Fraction:
    losses = (weight(rows, row, horizon) * (had(row, horizon) - row.risk) ** 2 for row in rows)
    return sum(losses, Fraction(0)) / len(rows)


def slow_auc(rows: Sequence[Seen], horizon: Fraction) -> Fraction | None:
    top = bottom = Fraction(0)
    for case in rows:
        for control in rows:
            if not had(case, horizon) or had(control, horizon):
                continue
            pair = weight(rows, case, horizon) * weight(rows, control, horizon)
            bottom += pair
            if case.risk >= control.risk:
                top += pair if case.risk > control.risk else pair / 2
    return top / bottom if bottom else None


def slow_concordance(rows: Sequence[Seen], horizon: Fraction) -> Fraction | None:
    """Uno's concordance up to the horizon, Wolbers' where others compete."""
    top = bottom = Fraction(0)
    for place, case in enumerate(rows):
        for other_place, other in enumerate(rows):
            if not had(case, horizon) or place == other_place:
                continue
            before = uncensored_before(rows, case.time)
            lasts = other.time > case.time or (other.time == case.time and other.status == CENSORED)
            if lasts:
                pair = 1 / before**2
            elif other.status == OTHER:
                pair = 1 / (before * uncensored_before(rows, other.time))
            else:
                continue
            bottom += pair
            if case.risk >= other.risk:
                top += pair if case.risk > other.risk else pair / 2
    return top / bottom if bottom else None


class Course(NamedTuple):
    """One subject's days since the first session, in order."""

    scores: list[tuple[float, float]]
    sessions: list[float]


def slow_at_risk(course: Course, day: float, *, gap: float = 10.0) -> float | None:
    """The last score of a subject at risk `day` days after the course, None where it is not.

    For relapse at 22 or more, confirmed 5 to 15 days later, from the end of the course: by the
    whole story, then by what was known on the day.
    """
    end = course.sessions[0]
    for session in course.sessions[1:]:
        if session - end > gap:
            break
        end = session
    boosters = [session for session in course.sessions if session > end]
    today = end + day
    if boosters and boosters[0] <= today:
        return None
    later = [(when, score) for when, score in course.scores if when > end]
    for place, (when, score) in enumerate(later):
        confirmed = any(
            5 <= other - when <= 15 and all(value >= 22 for _, value in later[place : k + 1])
            for k, (other, _) in enumerate(later)
            if k > place
        )
        if score >= 22 and confirmed and when <= today:
            return None
    free = [when for when, score in later if score < 22]
    seen = [when for when, _ in later]
    last = max(free, default=end) if later and later[-1][1] >= 22 else max(seen, default=end)
    confirmed_later = any(score >= 22 for _, score in later[:-1])
    if not boosters and not confirmed_later and last <= today:
        return None
    known = [score for when, score in course.scores if when <= today]
    return None if known[-1] >= 22 else known[-1]
