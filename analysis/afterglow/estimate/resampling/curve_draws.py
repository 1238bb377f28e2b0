"""Curves of every group in many resamples of the subjects of one sample."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.resampling.curve_replicates import resampled_curves
from afterglow.estimate.resampling.draws import Units, chunks_of, draw_chunk
from afterglow.estimate.sample import Sample
from afterglow.estimate.timegrid import near_index

MOST_LEFT_OUT: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curves:
    """Statistics of curves, one row per resample.

    Attributes
    ----------
    survival : array, shape (B, groups, times)
    area : array, shape (B, groups)
        Restricted means.
    median : array, shape (B, groups)
        Infinite where not reached.
    """

    survival: Floats
    area: Floats
    median: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurveDraws:
    """A sample laid out for resampling; one unit more than there are, without rows, fills gaps.

    Attributes
    ----------
    sample : Sample
    units : Units
        Of rows; clusters where there are any, subjects else.
    copies : array of int
        The unit of each one that may be drawn: frequencies count as that many subjects.
    drawn_from : Units
        The ones that may be drawn, and their strata.
    times : array
        Asked times.
    tau : float
        0 for no restricted mean.
    """

    sample: Sample
    units: Units
    copies: Codes
    drawn_from: Units
    times: Floats
    tau: float

    def whole(self) -> Curves:
        """Return the statistics of the sample itself."""
        return self._curves(self.copies[None, :])

    def resampled(self, n_resamples: int, seed: int) -> Curves:
        """Return the statistics of resamples; the generator of a chunk is of (seed, chunk)."""
        parts = [
            self._curves(self.copies[draw_chunk(self.drawn_from, seed, chunk, size)])
            for chunk, size in enumerate(chunks_of(n_resamples))
        ]
        return Curves(
            survival=np.concatenate([part.survival for part in parts]),
            area=np.concatenate([part.area for part in parts]),
            median=np.concatenate([part.median for part in parts]),
        )

    def left_out(self) -> Curves:
        """Return the statistics without each unit, or without blocks of many."""
        count = len(self.copies)
        blocks = np.array_split(np.arange(count), min(count, MOST_LEFT_OUT))
        drawn = np.full((len(blocks), count), self.units.count)
        for place, block in enumerate(blocks):
            drawn[place, : count - len(block)] = np.delete(self.copies, block)
        return self._curves(drawn)

    def _curves(self, drawn: Codes) -> Curves:
        sample, order = self.sample, self.units.order
        groups = len(sample.groups)
        entry = np.zeros(len(order), dtype=np.int64) if sample.entry is None else sample.entry + 1
        counted = sample.frequency and sample.cluster is None
        weight = np.ones(len(order)) if sample.weight is None or counted else sample.weight
        found = Curves(
            survival=np.empty((len(drawn), groups, len(self.times))),
            area=np.empty((len(drawn), groups)),
            median=np.empty((len(drawn), groups)),
        )
        resampled_curves(
            np.ascontiguousarray(drawn), np.append(self.units.starts, len(order)),
            sample.group[order], entry[order], sample.exit[order],
            (sample.status[order] == 1).astype(np.int64), weight[order].astype(np.float64),
            sample.times, groups, near_index(sample.times, self.times, side="right"), self.tau,
            found.survival, found.area, found.median,
        )  # fmt: skip
        return found


def curve_draws(sample: Sample, *, times: Floats, tau: float) -> CurveDraws:
    """Lay a sample out: clusters are drawn whole, else subjects within their groups.

    Subjects are put in the order of what is known of them, so that neither the order of the rows
    nor a label changes a number. Clusters that lie in several groups are drawn from all of them.
    """
    who, nested = _who(sample)
    units = Units(
        order=np.argsort(who, kind="stable"),
        starts=np.concatenate([[0], np.cumsum(np.bincount(who))]),
        strata=(),
    )
    first = units.order[units.starts[:-1]]
    copies = np.arange(units.count)
    if sample.frequency and sample.weight is not None and sample.cluster is None:
        copies = np.repeat(copies, sample.weight[first].astype(np.int64))
    stratum = sample.group[first][copies] if nested else np.zeros(len(copies), dtype=np.int64)
    strata = tuple(np.flatnonzero(stratum == code) for code in np.unique(stratum))
    drawn_from = Units(
        order=np.arange(len(copies)), starts=np.arange(len(copies) + 1), strata=strata
    )
    return CurveDraws(
        sample=sample, units=units, copies=copies, drawn_from=drawn_from, times=times, tau=tau
    )


def _who(sample: Sample) -> tuple[Codes, bool]:
    """Return each row's unit, and whether every unit lies in one group."""
    codes = sample.cluster if sample.cluster is not None else sample.subject
    if codes is not None:
        _, who = np.unique(codes, return_inverse=True)
        group = np.full(int(who.max()) + 1, -1)
        group[who] = sample.group
        return who, bool((group[who] == sample.group).all())
    entry = np.zeros_like(sample.exit) if sample.entry is None else sample.entry
    weight = np.ones(len(entry)) if sample.weight is None else sample.weight
    order = np.lexsort((weight, entry, sample.status, sample.exit, sample.group))
    who = np.empty(len(order), dtype=np.int64)
    who[order] = np.arange(len(order))
    return who, True
