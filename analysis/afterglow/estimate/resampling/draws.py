"""Which subjects each resample draws: the same numbers for any number of workers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Codes, ColumnReader
from afterglow.estimate.sample import named

CHUNK: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Units:
    """Who is drawn, with all rows.

    Attributes
    ----------
    order : array of int
        Rows of the data, unit by unit.
    starts : array of int, shape (U + 1,)
        Where each unit's rows begin in `order`.
    strata : tuple of array of int
        The units of each stratum; as many are drawn from a stratum as it has.
    """

    order: Codes
    starts: Codes
    strata: tuple[Codes, ...]

    @property
    def count(self) -> int:
        """Number of units."""
        return len(self.starts) - 1

    def rows_of(self, drawn: Codes) -> tuple[Codes, Codes]:
        """Return the rows of the units drawn, and which draw each row belongs to."""
        sizes = np.diff(self.starts)[drawn]
        owner = np.repeat(np.arange(len(drawn)), sizes)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return self.order[self.starts[drawn][owner] + within], owner


def units_of(data: pd.DataFrame, *, unit: str | None, by: str | Sequence[str] | None) -> Units:
    """Return the units of `data`: the rows of one value of `unit` each, or single rows.

    Raises
    ------
    InvalidInput
        A column is absent or has missing values.
    UsageError
        A unit has rows in several strata.
    """
    read = ColumnReader(data, unit, *named(by))
    who = np.arange(len(data)) if unit is None else read.label(unit)[0]
    stratum, labels = read.label(by)
    read.finish()
    return units_of_codes(who, stratum, len(labels), unit)


def units_of_codes(who: Codes, stratum: Codes, strata: int, name: str | None) -> Units:
    """Return the units with these codes (0, 1, … without gaps), each in one stratum."""
    order = np.argsort(who, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(who))])
    first = stratum[order][starts[:-1]]
    if (stratum != first[who]).any():
        raise UsageError(
            f"by parts the rows of one {name}: whoever is drawn is drawn whole.\n"
            "Draw without strata, or by a column that is the same in all rows of one."
        )
    members = tuple(np.flatnonzero(first == code) for code in range(strata))
    return Units(order=order, starts=starts, strata=members)


def check_draws(n_resamples: object, seed: object) -> None:
    """Raise UsageError unless these are whole numbers that make sense."""
    if not isinstance(n_resamples, int) or isinstance(n_resamples, bool) or n_resamples < 2:
        raise UsageError("n_resamples is not a whole number of at least 2.\nGive, say, 2000.")
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise UsageError("seed is not a whole number of at least 0.")


def chunks_of(n_resamples: int) -> list[int]:
    """Return the numbers of resamples in each chunk."""
    whole, rest = divmod(n_resamples, CHUNK)
    return [CHUNK] * whole + [rest] * bool(rest)


def draw_chunk(units: Units, seed: int, chunk: int, size: int) -> Codes:
    """Return the units that the resamples of one chunk draw, shape (size, units)."""
    random = np.random.default_rng([seed, chunk])
    return np.hstack([own[random.integers(0, len(own), (size, len(own)))] for own in units.strata])
