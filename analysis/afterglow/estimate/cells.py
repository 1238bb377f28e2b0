"""Rows that share group, cluster, entry, exit and status, counted together."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.counting import ordered_sum
from afterglow.estimate.sample import Sample

LARGEST_CODE: Final = 2**62
DENSE_CELLS_PER_ROW: Final = 8
SMALL_TABLE: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Counts of rows, in order of group, cluster, entry, exit and status.

    Attributes
    ----------
    group : array of int
        Stratum times the number of groups, plus group.
    entry, exit : array of int
        At risk at the times with index entry … exit, both included.
    status : array of int
        0 censored, k = event of cause k, one more than the causes = goes on in another row.
    weight, square : array
        Sum of the weights, and of what each row's squared influence is multiplied by (the weight
        itself for frequencies, its square for sampling weights).
    count : array of int
        Number of rows.
    cluster : array of int or None
    """

    group: Codes
    entry: Codes
    exit: Codes
    status: Codes
    weight: Floats
    square: Floats
    count: Codes
    cluster: Codes | None

    def taken(self, rows: Codes | slice) -> "Cells":
        """Return some of the cells."""
        cluster = None if self.cluster is None else self.cluster[rows]
        return Cells(
            group=self.group[rows], entry=self.entry[rows], exit=self.exit[rows],
            status=self.status[rows], weight=self.weight[rows], square=self.square[rows],
            count=self.count[rows], cluster=cluster,
        )  # fmt: skip


def cells_of(sample: Sample) -> Cells:
    """Count the rows of a sample; the order of the rows changes no bit of any sum."""
    groups = len(sample.groups)
    group = sample.group if not sample.stratum.any() else sample.stratum * groups + sample.group
    sizes = (int(group.max()) + 1, len(sample.times), len(sample.causes) + 2)
    simple = sample.entry is None and sample.cluster is None
    few = sizes[0] * sizes[1] * sizes[2] <= DENSE_CELLS_PER_ROW * len(group) + SMALL_TABLE
    square = sample.weight
    if sample.weight is not None and not sample.frequency:
        square = sample.weight**2
    if simple and few:
        return _dense(group, sample, sizes, square)
    return _sparse(group, sample, sizes, square)


def _dense(group: Codes, sample: Sample, sizes: tuple[int, int, int], square) -> Cells:
    _, times, statuses = sizes
    codes = sample.exit * statuses
    codes += sample.status
    if sizes[0] > 1:
        codes += group * (times * statuses)
    counts = np.bincount(codes)
    used = np.flatnonzero(counts)
    count = counts[used]
    weight = count.astype(np.float64)
    squared = weight
    if sample.weight is not None:
        weight = ordered_sum(codes, sample.weight, len(counts))[used]
        squared = weight if sample.frequency else ordered_sum(codes, square, len(counts))[used]
    return Cells(
        group=used // (times * statuses), exit=used // statuses % times, status=used % statuses,
        entry=np.zeros(len(used), dtype=np.int64), weight=weight, square=squared, count=count,
        cluster=None,
    )  # fmt: skip


def _sparse(group: Codes, sample: Sample, sizes: tuple[int, int, int], square) -> Cells:
    groups, times, statuses = sizes
    entry = np.zeros(len(group), dtype=np.int64) if sample.entry is None else sample.entry + 1
    layers = [(sample.exit, times), (sample.status, statuses)]
    if sample.entry is not None:
        layers.insert(0, (entry, times + 1))
    if sample.cluster is not None:
        layers.insert(0, (sample.cluster, int(sample.cluster.max()) + 1))
    codes = _composed([(group, groups), *layers])
    _, first, codes = np.unique(codes, return_index=True, return_inverse=True)
    weight = ordered_sum(codes, sample.weight, len(first))
    same = sample.weight is None or sample.frequency
    return Cells(
        group=group[first], entry=entry[first], exit=sample.exit[first],
        status=sample.status[first], weight=weight,
        square=weight if same else ordered_sum(codes, square, len(first)),
        count=np.bincount(codes), cluster=None if sample.cluster is None else sample.cluster[first],
    )  # fmt: skip


def _composed(layers: list[tuple[Codes, int]]) -> Codes:
    """Return one code for each combination, in the order of the layers, major first."""
    codes, size = layers[0]
    for minor, extent in layers[1:]:
        if size * extent >= LARGEST_CODE:
            distinct, codes = np.unique(codes, return_inverse=True)
            size = len(distinct)
        codes, size = codes * extent + minor, size * extent
    return codes
