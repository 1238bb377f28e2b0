"""The places where the likelihood of competing causes can put probability, in one order."""

from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import summed
from afterglow.estimate.interval.support import EXACT, OPEN, PLACES, RIGHT, coded_ends


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Jumps:
    """Support intervals of all causes, in the order of their left ends.

    Attributes
    ----------
    cause : array of int, shape (J,)
        Counted from 0; the number of causes where it is not known (after the last look).
    lower, upper : array, shape (J,)
        Mass lies in (lower, upper]; lower = upper is a single time.
    causes : int
    """

    cause: Codes
    lower: Floats
    upper: Floats
    causes: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """Distinct rows as levels of the total and as ranges of the causes' own jumps.

    After l jumps of all causes the total has level l. A row at risk from level e on contributes
    −log S_e; one that is censored at level c log S_c; one with an event the logarithm of the mass
    within its range of jumps.

    Attributes
    ----------
    own : array of int, shape (J,)
        The jumps, cause by cause, each cause's in order.
    first, last : array of int, shape (R,)
        Rows with an event: places first … last − 1 in `own`.
    weight : array, shape (R,)
    censored, entered : array, shape (J + 1,)
        Weight of the rows that are censored at a level, and at risk from it on.
    """

    own: Codes
    first: Codes
    last: Codes
    weight: Floats
    censored: Floats
    entered: Floats

    @property
    def total(self) -> float:
        """Weight of all rows."""
        return float(self.entered.sum())

    @property
    def jumps(self) -> int:
        """Number of jumps."""
        return len(self.own)

    def on(self, chosen: Codes) -> "Seen":
        """Return the rows as seen by a curve that jumps only at the `chosen` jumps (in order)."""
        kept = np.zeros(self.jumps, dtype=bool)
        kept[chosen] = True
        level = np.append(0, np.cumsum(kept))
        place = np.append(0, np.cumsum(kept[self.own]))
        size = len(chosen) + 1
        return Seen(
            own=level[self.own[kept[self.own]]], first=place[self.first], last=place[self.last],
            weight=self.weight, censored=summed(level, self.censored, size),
            entered=summed(level, self.entered, size),
        )  # fmt: skip


def jumps_of(
    lower: Floats, upper: Floats, cause: Codes, causes: int, entry: Floats | None, weight: Floats
) -> tuple[Jumps, Seen]:
    """Return the support intervals of each cause, and the rows on them.

    A support interval of a cause begins at the left end of a row with that cause, or of a censored
    row, and ends at the next right end of a row with that cause, or at an entry (Hudgens, Satten
    and Longini 2001). What follows the last look at anyone still free belongs to no cause.

    Parameters
    ----------
    lower, upper : array, shape (n,)
        lower = upper: known exactly; upper = inf: censored.
    cause : array of int, shape (n,)
        1, 2, … in the order of the causes; 0 where censored.
    causes : int
    entry : array or None
    weight : array, shape (n,)
    """
    times, left, right, begin = coded_ends(lower, upper, entry)
    lefts = PLACES * left + np.where(left == right, EXACT, OPEN)
    rights = PLACES * right + RIGHT
    begins = PLACES * begin + RIGHT
    free = cause == 0
    late = begins[begin >= 0]
    parts, ranges = [], []
    for code in range(1, causes + 1):
        mine = cause == code
        inner = _innermost(
            np.concatenate([lefts[mine], lefts[free]]), np.concatenate([rights[mine], late])
        )
        first = np.searchsorted(inner[0], lefts[mine])
        last = np.searchsorted(inner[1], rights[mine], side="right")
        covered = np.cumsum(
            summed(first, None, len(inner[0]) + 1) - summed(last, None, len(inner[0]) + 1)
        )[:-1]
        kept = covered > 0
        place = np.append(0, np.cumsum(kept))
        parts.append((inner[0][kept], inner[1][kept], np.full(int(kept.sum()), code - 1)))
        ranges.append((place[first], place[last], weight[mine]))
    ends = max([int(part[1].max()) for part in parts if len(part[1])], default=-PLACES)
    if free.any() and lefts[free].max() > ends:
        parts.append((lefts[free].max()[None], np.array([PLACES * len(times)]), np.array([causes])))
    return _joined(parts, ranges, times, causes, (lefts[free], weight[free]), (begins, weight))


def _innermost(lefts: Codes, rights: Codes) -> tuple[Codes, Codes]:
    if not len(lefts) or not len(rights):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    starts, ends = np.unique(lefts), np.unique(rights)
    place = np.searchsorted(starts, ends) - 1
    before = np.concatenate([[-PLACES], ends[:-1]])
    inner = (place >= 0) & (starts[place] > before)
    return starts[place][inner], ends[inner]


def _joined(
    parts: list[tuple[Codes, Codes, Codes]],
    ranges: list[tuple[Codes, Codes, Floats]],
    times: Floats,
    causes: int,
    free: tuple[Codes, Floats],
    begun: tuple[Codes, Floats],
) -> tuple[Jumps, Seen]:
    left, right, cause = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((cause, left))
    size = len(order) + 1
    own = np.argsort(order, kind="stable")
    finite = np.append(times, np.inf)
    jumps = Jumps(
        cause=cause[order].astype(np.int64), causes=causes,
        lower=np.where(left < 0, 0.0, finite[left // PLACES])[order],
        upper=finite[right // PLACES][order],
    )  # fmt: skip
    starts = np.cumsum([0, *(len(part[0]) for part in parts)])
    first = np.concatenate([row[0] + start for row, start in zip(ranges, starts, strict=False)])
    last = np.concatenate([row[1] + start for row, start in zip(ranges, starts, strict=False)])
    pairs, rows = np.unique(first * size + last, return_inverse=True)
    weight = np.concatenate([row[2] for row in ranges])
    seen = Seen(
        own=own, first=pairs // size, last=pairs % size,
        weight=summed(rows, weight, len(pairs)),
        censored=summed(np.searchsorted(left[order], free[0]), free[1], size),
        entered=summed(np.searchsorted(left[order], begun[0]), begun[1], size),
    )  # fmt: skip
    return jumps, seen
