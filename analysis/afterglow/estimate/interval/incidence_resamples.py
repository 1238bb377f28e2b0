"""The incidences of bootstrap resamples of the subjects, the same for any number of workers."""

from functools import partial

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.interval.incidence_boxes import BoxIncidence, fitted_incidence
from afterglow.estimate.interval.resamples import drawable
from afterglow.estimate.interval.sample import IntervalSample
from afterglow.estimate.resampling.bootstrap import worker_map
from afterglow.estimate.resampling.draws import Units, chunks_of, draw_chunk


def resampled_incidences(
    sample: IntervalSample,
    cause_of: Codes,
    causes: int,
    *,
    level: bool,
    n_resamples: int,
    seed: int,
    n_workers: int = 1,
) -> tuple[BoxIncidence, ...]:
    """Return the incidences of each resample of the subjects (or clusters) of one group."""
    if n_resamples == 0:
        return ()
    _, rows, units = drawable(sample, kind_column(sample))
    draws = [(seed, chunk, size) for chunk, size in enumerate(chunks_of(n_resamples))]
    with worker_map(n_workers) as mapped:
        chunks = mapped(partial(_chunk, rows, units, (cause_of, causes, level)), draws)
        return tuple(curve for chunk in chunks for curve in chunk)


def kind_column(sample: IntervalSample) -> Floats:
    """Return the kind of each row's end as a column that tells rows apart."""
    return sample.stratum.astype(np.float64)[:, None]


def _chunk(
    rows: IntervalSample,
    units: Units,
    how: tuple[Codes, int, bool],
    draw: tuple[int, int, int],
) -> list[BoxIncidence]:
    cause_of, causes, level = how
    return [
        fitted_incidence(rows.part(units.rows_of(drawn)[0]), cause_of, causes, level=level)[0]
        for drawn in draw_chunk(units, *draw)
    ]
