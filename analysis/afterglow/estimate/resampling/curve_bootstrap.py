"""Bootstrap limits of survival, restricted means and medians, and of their differences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats, spell
from afterglow.estimate.options import check_level, check_word, chosen_reference, contrasts
from afterglow.estimate.resampling.bootstrap import BIAS, N_RESAMPLES
from afterglow.estimate.resampling.curve_draws import CurveDraws, Curves, curve_draws
from afterglow.estimate.resampling.draws import check_draws
from afterglow.estimate.resampling.limits import CONF_TYPES, bootstrap_limits
from afterglow.estimate.result import Result, said, said_interval
from afterglow.estimate.risktable import group_sizes
from afterglow.estimate.sample import Sample, survival_sample
from afterglow.estimate.survival_curve import as_count
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    DURATION,
    ESTIMATE,
    EVENT,
    GROUP,
    METHOD,
    N_EVENTS,
    STD_ERROR,
    TERM,
    TIME,
    WARNING,
    N,
)

SURVIVAL: Final = "survival"
MEAN: Final = "restricted mean"
MEDIAN: Final = "median"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurveBootstrap(Result):
    """Bootstrap limits of curves.

    Attributes
    ----------
    replicates : array, shape (B, rows of `tidy()`)
        What each resample gave; infinite where a median was not reached.
    """

    replicates: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Wanted:
    """One row: how to take it from curves, and its head."""

    head: dict[str, object]
    taken: Callable[[Curves], Floats]


def bootstrap_curves(
    data: pd.DataFrame,
    *,
    times: float | Sequence[float] | None = None,
    tau: float | None = None,
    median: bool = True,
    by: str | Sequence[str] | None = None,
    duration: str = DURATION,
    event: str = EVENT,
    entry: str | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    subject: str | None = None,
    cluster: str | None = None,
    reference: object | None = None,
    pairwise: bool = False,
    n_resamples: int = 2000,
    seed: int = 1,
    conf_type: str = "percentile",
    conf_level: float = 0.95,
) -> CurveBootstrap:
    """Give bootstrap limits for Kaplan–Meier curves: at times, of restricted means, of medians.

    Subjects are drawn within their groups (clusters whole); the curves of all resamples are
    counted on one grid of times by compiled code. With `by` the differences between groups get
    limits too, which is how medians are compared.

    Parameters
    ----------
    data, duration, event, entry, weights, weights_kind, subject, cluster, by
        As in `kaplan_meier`. Frequencies are that many subjects to draw; sampling weights stay
        with their subject.
    times : float or list of float, optional
        Days at which S is wanted.
    tau : float, optional
        Days to which the restricted mean is wanted.
    median : bool
        Whether the medians are wanted.
    reference, pairwise
        Which groups are compared, as in `rmst_difference`.
    n_resamples, seed, conf_type, conf_level
        As in `bootstrap`.

    Returns
    -------
    CurveBootstrap
        `tidy()`: per group "survival" at each time, "restricted mean" and "median"; per pair ("A
        vs B") their differences A − B. A median that a resample does not reach counts as later
        than all; where both of a pair do not, the difference could be anything, and each limit
        takes it for the worse. A limit that is not reached is missing.

    Raises
    ------
    InvalidInput, UsageError
        As `kaplan_meier` and `bootstrap`; nothing asked for.

    References
    ----------
    Efron B (1981). J Am Stat Assoc 76:312-319.
    """
    check_word("conf_type", conf_type, CONF_TYPES)
    check_level(conf_level)
    check_draws(n_resamples, seed)
    asked, horizon = _asked(times, tau, median)
    sample = survival_sample(
        data, duration=duration, event=event, entry=entry, weights=weights,
        weights_kind=weights_kind, subject=subject, cluster=cluster, by=by,
    )  # fmt: skip
    wanted = _group_rows(sample, asked, horizon, median)
    if len(sample.groups) > 1:
        base = chosen_reference(sample.groups, reference, spell)
        pairs = contrasts(sample.groups, base, pairwise=pairwise)
        wanted += _pair_rows(sample, asked, horizon, median, pairs)
    draws = curve_draws(sample, times=asked, tau=horizon)
    method = f"bootstrap of {n_resamples} resamples of subjects, {conf_type} limits"
    return _result(draws, wanted, n_resamples, seed, conf_type, conf_level, method)


def median_difference(data: pd.DataFrame, *, by: str | Sequence[str], **options) -> CurveBootstrap:
    """Compare the median times of groups, with bootstrap limits.

    Everything as in `bootstrap_curves`, whose `median` rows these are. The median is that of
    `kaplan_meier`: the first time with S <= 0.5, the midpoint of a plateau at 0.5.
    """
    for word in ("times", "tau", "median"):
        if word in options:
            raise UsageError(f"{word} has no meaning for medians.\nUse bootstrap_curves.")
    result = bootstrap_curves(data, by=by, median=True, **options)
    if not result.table[TERM].str.contains("difference").any():
        raise UsageError("by names one group only.\nA difference needs at least two.")
    return result


def _asked(
    times: float | Sequence[float] | None, tau: float | None, median: bool
) -> tuple[Floats, float]:
    asked = np.unique(np.asarray([] if times is None else times, dtype=np.float64))
    if not np.isfinite(asked).all() or (tau is not None and (not np.isfinite(tau) or tau <= 0)):
        raise UsageError("times and tau are numbers of days; tau lies after 0.")
    if not len(asked) and tau is None and not median:
        raise UsageError("Nothing is asked for.\nGive times=, tau= or median=True.")
    return asked, 0.0 if tau is None else float(tau)


def _group_rows(sample: Sample, times: Floats, tau: float, median: bool) -> list[_Wanted]:
    rows = []
    sizes = group_sizes(sample)
    events = _events(sample)
    for g, label in enumerate(sample.groups):
        head = {GROUP: label, N: as_count(float(sizes[g])), N_EVENTS: as_count(float(events[g]))}
        for term, time, taken in _taken(times, tau, median):
            rows.append(
                _Wanted(head={TERM: term, **head, TIME: time},
                        taken=partial(taken, g=g))
            )  # fmt: skip
    return rows


def _pair_rows(
    sample: Sample, times: Floats, tau: float, median: bool, pairs: Sequence[tuple[str, str]]
) -> list[_Wanted]:
    rows = []
    sizes, events = group_sizes(sample), _events(sample)
    for one, other in pairs:
        a, b = sample.groups.index(one), sample.groups.index(other)
        head = {GROUP: f"{one} vs {other}", N: as_count(float(sizes[a] + sizes[b])),
                N_EVENTS: as_count(float(events[a] + events[b]))}  # fmt: skip
        for term, time, taken in _taken(times, tau, median):
            rows.append(
                _Wanted(
                    head={TERM: f"{term} difference", **head, TIME: time},
                    taken=partial(_difference, taken, a, b),
                )
            )
    return rows


def _difference(taken: Callable[..., Floats], a: int, b: int, curves: Curves) -> Floats:
    with np.errstate(invalid="ignore"):  # neither median is reached
        return taken(curves, g=a) - taken(curves, g=b)


def _taken(times: Floats, tau: float, median: bool):
    """Yield (term, time, how to take it from curves and a group)."""
    for m, time in enumerate(times):
        yield SURVIVAL, time, lambda curves, g, m=m: curves.survival[:, g, m]
    if tau:
        yield MEAN, tau, lambda curves, g: curves.area[:, g]
    if median:
        yield MEDIAN, np.nan, lambda curves, g: curves.median[:, g]


def _events(sample: Sample) -> Floats:
    own = sample.status == 1
    weight = sample.weight[own] if sample.frequency and sample.weight is not None else None
    return np.bincount(sample.group[own], weights=weight, minlength=len(sample.groups)).astype(
        float
    )


def _result(
    draws: CurveDraws, wanted: Sequence[_Wanted], n_resamples: int, seed: int, conf_type: str,
    conf_level: float, method: str,
) -> CurveBootstrap:  # fmt: skip
    def columns(curves: Curves) -> Floats:
        return np.column_stack([row.taken(curves) for row in wanted])

    estimate = columns(draws.whole())[0]
    values = columns(draws.resampled(n_resamples, seed))

    def limits(undefined: float) -> tuple[Floats, Floats]:
        return bootstrap_limits(
            np.where(np.isnan(values), undefined, values), estimate, conf_type=conf_type,
            conf_level=conf_level, jackknife=lambda: columns(draws.left_out()),
        )  # fmt: skip

    low, high = limits(-np.inf)[0], limits(np.inf)[1]
    finite = np.isfinite(values)
    every = finite.all(axis=0)
    safe = np.where(every, np.where(finite, values, 0.0), np.nan)
    table = pd.DataFrame([row.head for row in wanted])
    table = table.assign(
        **{
            ESTIMATE: np.where(np.isfinite(estimate), estimate, np.nan),
            STD_ERROR: safe.std(axis=0, ddof=1),
            CONF_LOW: np.where(np.isfinite(low), low, np.nan),
            CONF_HIGH: np.where(np.isfinite(high), high, np.nan),
            CONF_LEVEL: conf_level,
            BIAS: safe.mean(axis=0) - np.where(every, estimate, np.nan),
            N_RESAMPLES: len(values),
            METHOD: method,
            WARNING: [_unreached(column) for column in finite.T],
        }
    )
    return CurveBootstrap(table=table, sentence=_sentence(table, method), replicates=values)


def _unreached(finite: np.ndarray) -> str:
    lost = int((~finite).sum())
    return f"not reached in {lost} of {len(finite)} resamples" if lost else ""


def _sentence(table: pd.DataFrame, method: str) -> str:
    rows = table[table[TERM].str.contains("difference")]
    rows = table if rows.empty else rows
    parts = [
        f"{row[TERM]} {row[GROUP]}: {said(row[ESTIMATE])}"
        f" ({said_interval(row[CONF_LOW], row[CONF_HIGH], row[CONF_LEVEL])})"
        for row in rows.to_dict("records")
    ]
    return f"{'; '.join(parts)} ({method})."
