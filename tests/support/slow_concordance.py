"""Concordance by looking at every pair, in fractions: slow, exact and obvious."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple


class Row(NamedTuple):
    entry: float
    time: float
    event: bool
    score: float
    stratum: object
    weight: Fraction


def compared(event: Row, other: Row) -> bool:
    """Say whether somebody is at risk after the event of a row."""
    if not event.event or event.stratum != other.stratum or other.entry >= event.time:
        return False
    return other.time > event.time or (other.time == event.time and not other.event)


def at_risk(rows: Sequence[Row], stratum: object, time: float) -> Fraction:
    return sum((r.weight for r in rows if r.stratum == stratum and r.entry < time <= r.time),
               Fraction(0))  # fmt: skip


def left(rows: Sequence[Row], stratum: object, time: float, event: bool) -> Fraction:
    return sum((r.weight for r in rows
                if r.stratum == stratum and r.time == time and r.event == event), Fraction(0))  # fmt: skip


def survival_before(rows: Sequence[Row], stratum: object, time: float) -> Fraction:
    value = Fraction(1)
    for t in sorted({r.time for r in rows if r.stratum == stratum and r.event and r.time < time}):
        value *= 1 - left(rows, stratum, t, True) / at_risk(rows, stratum, t)
    return value


def uncensored_before(rows: Sequence[Row], stratum: object, time: float) -> Fraction:
    value = Fraction(1)
    for t in sorted({r.time for r in rows if r.stratum == stratum and r.time < time}):
        remaining = at_risk(rows, stratum, t) - left(rows, stratum, t, True)
        if remaining:
            value *= 1 - left(rows, stratum, t, False) / remaining
    return value


TimeWeight = Callable[[Sequence[Row], object, float], Fraction]
TIME_WEIGHTS: dict[str, TimeWeight] = {
    "harrell": lambda rows, s, t: Fraction(1),
    "uno": lambda rows, s, t: 1 / uncensored_before(rows, s, t) ** 2,
    "peto": lambda rows, s, t: whole(rows, s) * survival_before(rows, s, t) / at_risk(rows, s, t),
    "schemper": lambda rows, s, t: (
        whole(rows, s) * survival_before(rows, s, t)
        / (uncensored_before(rows, s, t) * at_risk(rows, s, t))
    ),
    "logrank": lambda rows, s, t: 1 / at_risk(rows, s, t),
}  # fmt: skip


def whole(rows: Sequence[Row], stratum: object) -> Fraction:
    return sum((r.weight for r in rows if r.stratum == stratum), Fraction(0))


def scaled(rows: Sequence[Row], word: str) -> list[Fraction]:
    """Return the weight of each row's time, 0 without an event."""
    weight = TIME_WEIGHTS[word]
    return [weight(rows, r.stratum, r.time) if r.event else Fraction(0) for r in rows]


def pairs(rows: Sequence[Row], scale: Sequence[Fraction]) -> tuple[Fraction, Fraction, Fraction]:
    """Return the weights of the pairs concordant, discordant and tied in score."""
    sums = {1: Fraction(0), -1: Fraction(0), 0: Fraction(0)}
    for event, times in zip(rows, scale):
        for other in rows:
            if compared(event, other):
                sign = (event.score > other.score) - (event.score < other.score)
                sums[sign] += times * event.weight * other.weight
    return sums[1], sums[-1], sums[0]


def concordance(rows: Sequence[Row], scale: Sequence[Fraction]) -> Fraction:
    concordant, discordant, tied = pairs(rows, scale)
    return (concordant + tied / 2) / (concordant + discordant + tied)


def influence(rows: Sequence[Row], scale: Sequence[Fraction], which: int) -> Fraction:
    """Return d concordance / d weight of one row, the weights of times held, by the quotient rule."""
    c, d, t = pairs(rows, scale)
    own = [Fraction(0), Fraction(0), Fraction(0)]
    me, mine = rows[which], scale[which]
    for other, theirs in zip(rows, scale):
        for first, second, times in ((me, other, mine), (other, me, theirs)):
            if compared(first, second):
                sign = (first.score > second.score) - (first.score < second.score)
                own[{1: 0, -1: 1, 0: 2}[sign]] += times * other.weight
    total, gained = c + d + t, own[0] + own[2] / 2
    return (gained * total - (c + t / 2) * sum(own)) / total**2
