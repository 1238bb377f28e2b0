"""The clock-reset model by plain loops over weighted stays: slow and obvious."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache

Stretch = tuple[str, int, int, str, str]  # subject, start, stop, from, to; joined, whole days


def clock_reset(
    rows: Sequence[Stretch], weights: Mapping[str, Fraction], until: int
) -> dict[str, Fraction]:
    """Return the share in each state on day `until`; every subject begins on day 0."""
    states = sorted({name for row in rows for name in row[3:] if name})

    def hazard(source: str, target: str, age: int) -> Fraction:
        there = [row for row in rows if row[3] == source and row[2] - row[1] >= age]
        moved = [row for row in there if row[2] - row[1] == age and row[4] == target]
        total = sum((weights[row[0]] for row in there), Fraction(0))
        return (
            sum((weights[row[0]] for row in moved), Fraction(0)) / total if there else Fraction(0)
        )

    @cache
    def ahead(state: str, age: int, days: int) -> dict[str, Fraction]:
        """Where somebody will be `days` on, who has been in a state for `age` days."""
        if days == 0:
            return {name: Fraction(name == state) for name in states}
        found = dict.fromkeys(states, Fraction(0))
        stays = Fraction(1)
        for target in states:
            chance = hazard(state, target, age + 1)
            stays -= chance
            if chance:
                for name, share in ahead(target, 0, days - 1).items():
                    found[name] += chance * share
        for name, share in ahead(state, age + 1, days - 1).items():
            found[name] += stays * share
        return found

    first = [row for row in rows if row[1] == 0]
    total = sum(weights[row[0]] for row in first)
    result = dict.fromkeys(states, Fraction(0))
    for row in first:
        for name, share in ahead(row[3], 0, until).items():
            result[name] += weights[row[0]] / total * share
    return result
