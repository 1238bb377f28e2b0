"""Duration of response where neither its beginning nor its end was seen: multiple imputation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import ColumnReader, Floats
from afterglow.estimate.interval.doubly_result import (
    DoublyCensored,
    DoublySettings,
    ImputedGroup,
    doubly_censored_result,
)
from afterglow.estimate.interval.durations import Curve, durations
from afterglow.estimate.interval.incidence_sample import incidence_sample
from afterglow.estimate.interval.onset import FIXED, RULES, Onsets
from afterglow.estimate.interval.resamples import check_resamples, drawable
from afterglow.estimate.interval.sample import IntervalSample, interval_sample
from afterglow.estimate.options import check_level, check_word
from afterglow.names import DURATION, LOWER, ORIGIN_DAY, ORIGIN_LOWER_DAY, UPPER

MISSED: Final = ("level-hazard", "none")


@dataclass(frozen=True, slots=True, eq=False)
class How:
    """How often what is drawn, and on which days it is read."""

    rule: str
    m: int
    n_resamples: int
    seed: int
    corrected: bool
    days: Floats


def doubly_censored(
    data: pd.DataFrame,
    *,
    at: Sequence[float],
    origin: str = ORIGIN_DAY,
    origin_lower: str = ORIGIN_LOWER_DAY,
    lower: str = LOWER,
    upper: str = UPPER,
    duration: str = DURATION,
    cause: str | None = None,
    endpoint: str | None = None,
    missed: str = "level-hazard",
    imputation: str = "npmle",
    m: int = 10,
    n_resamples: int = 20,
    cluster: str | None = None,
    by: str | Sequence[str] | None = None,
    conf_level: float = 0.95,
    seed: int = 1,
) -> DoublyCensored:
    """Estimate how long a response lasts, from its unseen beginning to its unseen end.

    A response first seen at a visit began somewhere after the visit before; counted from the visit
    it lasts too short at its beginning, and by visit dates too long at its end. Each imputation
    draws a beginning for everybody, counts all days from it, and estimates the curve from the
    intervals that then hold the ends (`turnbull`, or `interval_incidence` with `cause`). The
    imputations are pooled by Rubin's rules on the log-log scale of the probability still free.
    Where every beginning is known exactly it is `turnbull`.

    Parameters
    ----------
    data : DataFrame, one row per subject
        Missing values anywhere in the named columns are errors.
    at : sequence of float
        Days since the beginning of the response on which the curve is wanted.
    origin, origin_lower : str
        The response began in (origin_lower, origin], on one clock for all (days since the first
        session); equal ends: known.
    lower, upper, duration, cause, endpoint
        As in `interval_incidence`, in days from `origin`. Without `cause`, as in `turnbull`.
    missed : {"level-hazard", "none"}
        A response is only known because it lasted until a visit: one that ended before is in no
        table. ``level-hazard``: their share is estimated, with the hazard of the first gap after
        the visit taken for that before it, and added. ``none``: there are none.
    imputation : {"npmle", "uniform", "midpoint", "earliest", "latest"}
        Where in its interval a response began: from the non-parametric estimate of the beginnings
        (anew from a resample for every imputation), evenly, or at a fixed place.
    m : int
        Number of imputations; a rule that draws nothing has one.
    n_resamples : int
        Bootstrap resamples of the subjects within each imputation, for the variance within; 0
        gives no limits.
    cluster, by, conf_level, seed
        As in `turnbull`.

    Returns
    -------
    DoublyCensored
        `tidy()`: one row per group and day of `at`, and the median, each with the variance within
        and between imputations.

    Raises
    ------
    InvalidInput
        The columns break the rules above; a response begins after it was seen.
    UsageError
        An unknown word or a number that makes no sense.

    Notes
    -----
    Visits cannot tell how many responses begin and end between two of them, and the correction for
    them is an assumption, small where responses last much longer than the gap: `missed` gives both
    answers. The beginnings are drawn without regard to how long the response lasted.

    References
    ----------
    De Gruttola V, Lagakos SW (1989). Biometrics 45:1-11.
    Rubin DB (1987). Multiple Imputation for Nonresponse in Surveys.
    Sun J (2006). The Statistical Analysis of Interval-censored Failure Time Data, ch. 8.
    """
    check_level(conf_level)
    check_word("imputation", imputation, RULES)
    check_word("missed", missed, MISSED)
    check_resamples(n_resamples, seed, 1)
    days = _days(at)
    m = _imputations(m, imputation)
    onset = _onsets(data, origin, origin_lower)
    sample, curve, name = _sample(
        data, lower=lower, upper=upper, duration=duration, cause=cause, endpoint=endpoint,
        cluster=cluster, by=by,
    )  # fmt: skip
    how = How(imputation, m, n_resamples, seed, corrected=missed == "level-hazard", days=days)
    groups = [
        _group(label, sample.group == code, sample, onset, curve, how)
        for code, label in enumerate(sample.groups)
    ]
    settings = DoublySettings(
        conf_level=conf_level, imputation=imputation, m=m, n_resamples=n_resamples, seed=seed,
        missed=missed, drawn="clusters" if cluster is not None else "subjects",
        cause=name, days=tuple(days.tolist()),
    )  # fmt: skip
    return doubly_censored_result(groups, settings)


def _days(at: Sequence[float]) -> Floats:
    days = np.unique(np.atleast_1d(np.asarray(at, dtype=np.float64)))
    if not len(days) or not np.isfinite(days).all() or (days < 0.0).any():
        raise UsageError("at names no days, or some that are no finite numbers from 0 on.")
    return days


def _imputations(m: int, imputation: str) -> int:
    if not isinstance(m, int) or isinstance(m, bool) or m < 2:
        raise UsageError("m is not a whole number of at least 2.\nGive, say, 10.")
    return 1 if imputation in FIXED else m


def _onsets(data: pd.DataFrame, origin: str, origin_lower: str) -> Onsets:
    read = ColumnReader(data, origin, origin_lower)
    last, first = read.number(origin), read.number(origin_lower)
    remedy = "Give the last day not yet in response and the first day seen in it."
    read.forbid(origin_lower, first > last, "lies after the day of the origin", remedy)
    read.finish()
    return Onsets(lower=first, upper=last)


def _sample(
    data: pd.DataFrame, *, cause: str | None, endpoint: str | None, duration: str, **columns
) -> tuple[IntervalSample, Curve, str]:
    if cause is None:
        return interval_sample(data, **columns), Curve(), ""
    found = incidence_sample(data, cause=cause, endpoint=endpoint, duration=duration, **columns)
    if found.endpoint not in found.causes:
        raise UsageError(
            "No cause has intervals, or several do.\nName the one asked for: endpoint=."
        )
    place = found.causes.index(found.endpoint)
    return found.rows, Curve(found.cause_of, place, len(found.causes)), found.endpoint


def _group(
    label: str, mine: np.ndarray, sample: IntervalSample, onset: Onsets, curve: Curve, how: How
) -> ImputedGroup:
    part = sample.part(mine)
    ends = np.column_stack([part.stratum, onset.lower[mine], onset.upper[mine]])
    order, rows, units = drawable(part, ends)
    begun = Onsets(lower=onset.lower[mine][order], upper=onset.upper[mine][order])
    grid = _grid(rows, begun)
    values, replicates, curves, shares = [], [], [], []
    for k in range(how.m):
        random = np.random.default_rng([how.seed, k])
        gap = begun.upper - begun.drawn(how.rule, random)
        estimated = durations(rows, gap, curve, corrected=how.corrected)
        values.append(estimated.at(how.days))
        curves.append(estimated.range_at(grid))
        shares.append(estimated.share_seen)
        drawn = random.integers(0, units.count, (how.n_resamples, units.count))
        picked = [units.rows_of(one)[0] for one in drawn]
        found = [
            durations(rows.part(one), gap[one], curve, corrected=how.corrected).at(how.days)
            for one in picked
        ]
        replicates.append(np.array(found).reshape(how.n_resamples, 2 * len(how.days) + 2))
    return ImputedGroup(
        label=label, n=part.n, n_events=_events(part, curve), values=np.array(values),
        replicates=np.array(replicates), grid=grid, curve=np.mean(curves, axis=0),
        width=begun.mean_width, longest=float((begun.upper - begun.lower).max()),
        share_seen=float(np.mean(shares)),
    )  # fmt: skip


def _events(part: IntervalSample, curve: Curve) -> float:
    if curve.cause_of is None:
        return part.n_events
    ended = part.stratum > 0
    return float((curve.cause_of[part.stratum[ended] - 1] == curve.place).sum())


def _grid(rows: IntervalSample, begun: Onsets) -> Floats:
    """Return whole days up to the last on which the end of a response can be known."""
    ends = np.concatenate([rows.lower, rows.upper[np.isfinite(rows.upper)]])
    return np.arange(np.floor(ends.max() + (begun.upper - begun.lower).max()) + 1.0)
