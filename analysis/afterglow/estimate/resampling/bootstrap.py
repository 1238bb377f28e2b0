"""The bootstrap of any statistic, subject by subject."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd

from afterglow.errors import AfterglowError, NotEstimable, UsageError
from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.options import check_level, check_word
from afterglow.estimate.resampling.draws import (
    CHUNK,
    Units,
    check_draws,
    chunks_of,
    draw_chunk,
    units_of,
)
from afterglow.estimate.resampling.limits import CONF_TYPES, bootstrap_limits
from afterglow.estimate.result import Result, said, said_interval
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    GROUP,
    METHOD,
    N_EVENTS,
    STD_ERROR,
    SUBJECT,
    TERM,
    WARNING,
    N,
)

BIAS: Final = "bias"
N_RESAMPLES: Final = "n_resamples"
MOST_LEFT_OUT: Final = 2000
ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
Statistic = Callable[[pd.DataFrame], Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bootstrap(Result):
    """Bootstrap limits.

    Attributes
    ----------
    terms : tuple of str
    estimate : array, shape (K,)
        The statistic of the data themselves.
    replicates : array, shape (B, K)
        Of the resamples; NaN where the statistic could not be had.
    """

    terms: tuple[str, ...]
    estimate: Floats
    replicates: Floats


def bootstrap(
    data: pd.DataFrame,
    statistic: Statistic,
    *,
    subject: str | None = SUBJECT,
    by: str | Sequence[str] | None = None,
    n_resamples: int = 2000,
    seed: int = 1,
    n_workers: int = 1,
    conf_type: str = "percentile",
    conf_level: float = 0.95,
) -> Bootstrap:
    """Give limits for any statistic by drawing subjects, with all their rows, again and again.

    Parameters
    ----------
    data : DataFrame
    statistic : callable
        Table -> number, array, or mapping or Series of numbers by name. In a resample a subject
        who was drawn twice is two subjects: the column `subject` holds the number of the draw.
        It may raise one of our errors where a resample does not allow it; those are counted. With
        several workers it must be a function that other processes can import.
    subject : str or None
        Who is drawn; None draws rows.
    by : str or list of str, optional
        Strata: as many subjects are drawn from each as it has.
    n_resamples, seed : int
        Resamples come in chunks of 50, each with a generator of its own from (seed, chunk): the
        numbers are the same for any number of workers, and whatever the order of the rows.
    n_workers : int
        Processes, with one thread of linear algebra each.
    conf_type : str
        ``percentile``, ``basic`` or ``bca`` (which also leaves out one subject at a time, or one
        block of subjects where there are more than 2,000).
    conf_level : float

    Returns
    -------
    Bootstrap
        `tidy()`: one row per number, with std_error and bias over the resamples.

    Raises
    ------
    UsageError
        An unknown word, a number that makes no sense, or subjects in several strata.
    NotEstimable
        No resample gave a value.

    References
    ----------
    Efron B, Tibshirani RJ (1993). An Introduction to the Bootstrap.
    Davison AC, Hinkley DV (1997). Bootstrap Methods and their Application (R's ``boot``).
    """
    check_word("conf_type", conf_type, CONF_TYPES)
    check_level(conf_level)
    check_draws(n_resamples, seed)
    if not isinstance(n_workers, int) or n_workers < 1:
        raise UsageError("n_workers is not a whole number of at least 1.")
    units = units_of(data, unit=subject, by=by)
    terms, estimate = _named(statistic(data))
    task = partial(_values, data, statistic, subject, units, len(estimate))
    sizes = chunks_of(n_resamples)
    draws = [(seed, chunk, size) for chunk, size in enumerate(sizes)]
    with worker_map(n_workers) as mapped:
        replicates = np.vstack(list(mapped(partial(_chunk, task, units), draws)))

        def without() -> Floats:
            blocks = np.array_split(np.arange(units.count), min(units.count, MOST_LEFT_OUT))
            parts = [blocks[i : i + CHUNK] for i in range(0, len(blocks), CHUNK)]
            return np.vstack(list(mapped(partial(_left_out, task, units), parts)))

        low, high = bootstrap_limits(
            replicates, estimate, conf_type=conf_type, conf_level=conf_level, jackknife=without
        )
    method = f"bootstrap of {n_resamples} resamples of subjects, {conf_type} limits"
    table = replicates_table(terms, estimate, replicates, (low, high), conf_level)
    described: dict[str, Any] = {GROUP: "", N: units.count, METHOD: method}
    table = table.assign(**described)
    return Bootstrap(
        table=table, sentence=_sentence(table, method), terms=terms, estimate=estimate,
        replicates=replicates,
    )  # fmt: skip


def _named(found: Any) -> tuple[tuple[str, ...], Floats]:
    if isinstance(found, pd.Series):
        found = found.to_dict()
    if isinstance(found, Mapping):
        return tuple(map(str, found)), np.array(list(found.values()), dtype=np.float64)
    values = np.atleast_1d(np.asarray(found, dtype=np.float64)).ravel()
    names = (
        ("statistic",)
        if len(values) == 1
        else tuple(f"statistic {k + 1}" for k in range(len(values)))
    )
    return names, values


def _values(
    data: pd.DataFrame, statistic: Statistic, subject: str | None, units: Units, count: int,
    drawn: Codes,
) -> Floats:  # fmt: skip
    """Return the statistic of one resample; NaN where it cannot be had."""
    rows, owner = units.rows_of(drawn)
    sample = data.iloc[rows].reset_index(drop=True)
    if subject is not None:
        sample[subject] = owner
    try:
        values = _named(statistic(sample))[1]
    except AfterglowError:
        return np.full(count, np.nan)
    if len(values) != count:
        raise UsageError("statistic gives more or fewer numbers on a resample than on the data.")
    return values


def _chunk(task: Callable[[Codes], Floats], units: Units, draw: tuple[int, int, int]) -> Floats:
    return np.array([task(drawn) for drawn in draw_chunk(units, *draw)])


def _left_out(task: Callable[[Codes], Floats], units: Units, blocks: Sequence[Codes]) -> Floats:
    everyone = np.arange(units.count)
    return np.array([task(np.delete(everyone, block)) for block in blocks])


@contextmanager
def worker_map(n_workers: int) -> Iterator[Callable]:
    """Hand out a `map`: the built-in one, or that of other processes with one thread each."""
    if n_workers == 1:
        yield map
        return
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        context = multiprocessing.get_context("forkserver")
        with ProcessPoolExecutor(n_workers, mp_context=context) as pool:
            yield pool.map
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def replicates_table(
    terms: Sequence[str],
    estimate: Floats,
    replicates: Floats,
    limits: tuple[Floats, Floats],
    conf_level: float,
) -> pd.DataFrame:
    """Return one row per statistic, with a warning where resamples gave no finite value."""
    finite = np.isfinite(replicates)
    if not finite.any():
        raise NotEstimable("No resample gave a value.\nLook at the statistic on one of them.")
    known = np.where(finite, replicates, np.nan)
    enough = finite.sum(axis=0) > 1
    safe = np.where(enough, known, 0.0)
    spread = np.where(enough & finite.all(axis=0), np.nanstd(safe, axis=0, ddof=1), np.nan)
    bias = np.where(finite.all(axis=0), np.nanmean(safe, axis=0) - estimate, np.nan)
    low, high = (np.where(np.isfinite(limit), limit, np.nan) for limit in limits)
    return pd.DataFrame(
        {
            TERM: list(terms),
            ESTIMATE: estimate,
            STD_ERROR: spread,
            CONF_LOW: low,
            CONF_HIGH: high,
            CONF_LEVEL: conf_level,
            N_EVENTS: np.nan,
            BIAS: bias,
            N_RESAMPLES: len(replicates),
            WARNING: [_missing(column) for column in finite.T],
        }
    )


def _missing(finite: np.ndarray) -> str:
    lost = int((~finite).sum())
    if not lost:
        return ""
    return f"{lost} of {len(finite)} resamples gave no finite value"


def _sentence(table: pd.DataFrame, method: str) -> str:
    parts = [
        f"{row[TERM]}: {said(row[ESTIMATE])}"
        f" ({said_interval(row[CONF_LOW], row[CONF_HIGH], row[CONF_LEVEL])})"
        for row in table.to_dict("records")
    ]
    return f"{'; '.join(parts)} ({method}, {table[N].iloc[0]} subjects)."
