"""The curves of bootstrap resamples of the subjects, the same for any number of workers."""

from functools import partial
from typing import Final

import numpy as np

from afterglow.errors import UsageError
from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.interval.curve import BoxCurve, fitted
from afterglow.estimate.interval.sample import IntervalSample
from afterglow.estimate.resampling.bootstrap import worker_map
from afterglow.estimate.resampling.draws import (
    Units,
    check_draws,
    chunks_of,
    draw_chunk,
    units_of_codes,
)
from afterglow.estimate.resampling.limits import bootstrap_limits

WORKERS: Final = "n_workers is not a whole number of at least 1."


def check_resamples(n_resamples: object, seed: object, n_workers: object) -> None:
    """Raise UsageError unless these numbers make sense; no resamples at all is n_resamples = 0."""
    check_draws(n_resamples if n_resamples != 0 else 2, seed)
    if not isinstance(n_workers, int) or isinstance(n_workers, bool) or n_workers < 1:
        raise UsageError(f"{WORKERS}\nGive the number of processes.")


def drawable(
    sample: IntervalSample, by: Floats | None = None
) -> tuple[Codes, IntervalSample, Units]:
    """Return the rows in an order that their order in the data does not touch, and who is drawn.

    First where each row stands in the data, then the rows, then the units. Clusters are drawn
    whole. A row with a frequency weight is as many rows. The columns of `by` tell apart rows with
    the same interval.
    """
    entry = np.zeros(len(sample.lower)) if sample.entry is None else sample.entry
    others = () if by is None else tuple(by.T)
    keys = (*others, sample.weight, entry, sample.upper, sample.lower)
    order = np.lexsort(keys if sample.cluster is None else (*keys, sample.cluster))
    if sample.frequency:
        order = np.repeat(order, sample.weight[order].astype(np.int64))
    rows = sample.part(order)
    if sample.frequency:
        rows.weight[:] = 1.0
    who = np.arange(len(order))
    if rows.cluster is not None:
        who = np.unique(rows.cluster, return_inverse=True)[1].astype(np.int64)
    return order, rows, units_of_codes(who, np.zeros(len(who), dtype=np.int64), 1, "cluster")


def resampled_curves(
    sample: IntervalSample, *, n_resamples: int, seed: int, n_workers: int = 1
) -> tuple[BoxCurve, ...]:
    """Return one curve a resample of the subjects (or clusters) of one group."""
    if n_resamples == 0:
        return ()
    _, rows, units = drawable(sample)
    draws = [(seed, chunk, size) for chunk, size in enumerate(chunks_of(n_resamples))]
    with worker_map(n_workers) as mapped:
        chunks = mapped(partial(_chunk, rows, units), draws)
        return tuple(curve for chunk in chunks for curve in chunk)


def _chunk(rows: IntervalSample, units: Units, draw: tuple[int, int, int]) -> list[BoxCurve]:
    return [_refitted(rows, units, drawn) for drawn in draw_chunk(units, *draw)]


def _refitted(rows: IntervalSample, units: Units, drawn: Codes) -> BoxCurve:
    return fitted(rows.part(units.rows_of(drawn)[0]))[0]


def limits_at(
    curves: tuple[BoxCurve, ...], times: Floats, conf_level: float
) -> tuple[Floats, Floats]:
    """Return percentile limits of the curve: of its lowest values below, of its highest above."""
    if not curves:
        unknown = np.full(len(times), np.nan)
        return unknown, unknown
    ranges = np.array([curve.range_at(times) for curve in curves])
    return percentiles(ranges[:, 0], ranges[:, 1], conf_level)


def percentiles(lowest: Floats, highest: Floats, conf_level: float) -> tuple[Floats, Floats]:
    """Return the lower limit of the lowest and the upper limit of the highest values."""

    def limits(values: Floats) -> tuple[Floats, Floats]:
        return bootstrap_limits(
            values, values[0], conf_type="percentile", conf_level=conf_level,
            jackknife=lambda: values,
        )  # fmt: skip

    return limits(lowest)[0], limits(highest)[1]
