"""Curves of resamples of subjects, the models of censoring estimated anew in each."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.resampling.draws import Units, chunks_of, draw_chunk
from afterglow.estimate.weighting.model import ModelFit
from afterglow.estimate.weighting.passes import resampled
from afterglow.estimate.weighting.rows import WeightRows

NEAR = 1e-7


def resampled_curves(
    rows: WeightRows, censoring: ModelFit, numerator: ModelFit, shares: tuple[float, float], *,
    resamples: int, seed: int, workers: int,
) -> Floats:  # fmt: skip
    """Return the curves of every resample, shape (B, groups, times).

    Units are drawn within their groups where each is in one; the generator of a chunk of 50 is of
    (seed, chunk), so that the numbers are the same for any number of workers.
    """
    units, sequence = _units(rows), rows.sequence

    def chunk(task: tuple[int, int]) -> Floats:
        place, size = task
        drawn = draw_chunk(units, seed, place, size)
        counts = np.stack([np.bincount(one, minlength=rows.units) for one in drawn])
        survival = np.full((size, len(rows.groups), len(rows.times)), np.nan)
        x, z = censoring.cells, numerator.cells
        resampled(
            counts.astype(np.float64), rows.unit[sequence], rows.starts, rows.group[sequence],
            rows.entry, rows.exit, rows.event, rows.tries, rows.ended, rows.start,
            rows.stop, x.of_row, z.of_row,
            x.x, x.bounds, x.active, censoring.beta, z.x, z.bounds, z.active, numerator.beta,
            rows.stabilized, np.array(shares), NEAR, survival,
        )  # fmt: skip
        return survival

    tasks = list(enumerate(chunks_of(resamples)))
    if workers == 1 or len(tasks) == 1:
        return np.concatenate([chunk(task) for task in tasks])
    with ThreadPoolExecutor(workers) as pool:
        return np.concatenate(list(pool.map(chunk, tasks)))


def _units(rows: WeightRows) -> Units:
    everybody = np.arange(rows.units)
    strata: tuple = (everybody,)
    if rows.nested:
        group = np.empty(rows.units, dtype=np.int64)
        group[rows.unit] = rows.group
        strata = tuple(np.flatnonzero(group == code) for code in np.unique(group))
    return Units(order=everybody, starts=np.arange(rows.units + 1), strata=strata)
