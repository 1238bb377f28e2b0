"""Multi-state occupancy by plain loops over weighted stretches: slow and obvious."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

Stretch = tuple[str, float, float, str, str]  # subject, start, stop, from, to


def occupancy(
    rows: Sequence[Stretch], weights: Mapping[str, Fraction], until: float
) -> dict[str, Fraction]:
    """Return the share in each state just after `until`."""
    states = sorted({s for row in rows for s in row[3:] if s})
    moves = sorted({stop for _, _, stop, source, to in rows if to and to != source})
    first = moves[0] if moves else max(stop for _, _, stop, _, _ in rows)
    there = [(row, weights[row[0]]) for row in rows if row[1] < first <= row[2]]
    total = sum(w for _, w in there)
    now = {s: sum((w for row, w in there if row[3] == s), Fraction(0)) / total for s in states}
    for day in (d for d in moves if d <= until):
        after = dict(now)
        for source in states:
            here = [row for row in rows if row[3] == source and row[1] < day <= row[2]]
            present = sum(weights[row[0]] for row in here)
            for who, _, stop, _, to in here:
                if stop == day and to not in ("", source):
                    moved = now[source] * weights[who] / present
                    after[source] -= moved
                    after[to] += moved
        now = after
    return now


def jackknife(rows: Sequence[Stretch], until: float) -> dict[str, Fraction]:
    """Return the infinitesimal-jackknife variance: squared derivatives by subjects' weights."""
    subjects = sorted({row[0] for row in rows})
    step, total = Fraction(1, 10**9), {}
    for who in subjects:
        ends = []
        for sign in (1, -1):
            weights = {s: Fraction(1) + (sign * step if s == who else 0) for s in subjects}
            ends.append(occupancy(rows, weights, until))
        for state in ends[0]:
            slope = (ends[0][state] - ends[1][state]) / (2 * step)
            total[state] = total.get(state, Fraction(0)) + slope**2
    return total
