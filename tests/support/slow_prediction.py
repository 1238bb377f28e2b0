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
