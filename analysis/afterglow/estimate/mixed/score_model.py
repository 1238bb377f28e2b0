"""A model of the score within a cycle: how it moves in the days after the last session."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.checks import Codes, ColumnReader, Floats
from afterglow.estimate.mixed.reml import MixedFit, fit_mixed
from afterglow.estimate.mixed.score_result import (
    FIRST,
    LATER,
    Basis,
    ScoreWithinCycle,
    score_result,
)
from afterglow.estimate.options import check_level
from afterglow.names import BASELINE_SCORE, CYCLE, DAYS_SINCE_SESSION, SCORE, SUBJECT

SLOPE_ALONE: Final = 3
NO_SLOPE: Final = (
    "each subject has an intercept of its own only: with a slope of its own as well, {why}"
)
AT_ITS_BOUND: Final = "a variance is at its bound of 0"
NOT_AT_REST: Final = "the search did not come to rest"
TOO_FEW_SCORES: Final = "too few subjects have three scores or more"


def score_within_cycle(
    data: pd.DataFrame,
    *,
    score: str = SCORE,
    days: str = DAYS_SINCE_SESSION,
    cycle: str = CYCLE,
    subject: str = SUBJECT,
    baseline: str | None = BASELINE_SCORE,
    knots: Sequence[float] = (14.0,),
    parallel: bool = False,
    random_slope: bool = True,
    robust: bool = True,
    conf_level: float = 0.95,
) -> ScoreWithinCycle:
    """Estimate the mean score by days since the last session, in the first and later cycles.

    A linear mixed model by restricted maximum likelihood, R's ``lme4::lmer(score ~ pieces * later +
    baseline + (1 + days | subject))``: straight lines between the knots, an intercept and a slope
    of each subject's own.

    Parameters
    ----------
    data : DataFrame, one row per score
        Missing values in the named columns are errors.
    score : str
        Points of an instrument.
    days : str
        Days since the last session, 0 or more.
    cycle : str
        1 for the cycle that the course begins, 2 and more for those that a booster begins.
    subject : str
    baseline : str, optional
        The subject's baseline score; it enters about its mean over the subjects. None: left out.
    knots : list of float
        Days at which the mean may change its slope; none for one straight line.
    parallel : bool
        Let later cycles be shifted by a constant only; else they have slopes of their own.
    random_slope : bool
        Give subjects a slope of their own, where the data carry one; `warning` says if not.
    robust : bool
        Limits from the sandwich variance over subjects, which holds though the scores of one
        cycle are more alike than the model says; else those of the model.
    conf_level : float

    Returns
    -------
    ScoreWithinCycle
        `tidy()`: one row per coefficient, then the standard deviations; n counts subjects,
        n_scores their scores (there are no events). `predict(days)`, `crossing(threshold)`.

    Raises
    ------
    InvalidInput
        The columns break the rules above.
    NotEstimable
        Fewer than two subjects with two scores, or coefficients that the data cannot tell apart.
    UsageError
        Knots that are not days after 0 in rising order.

    Notes
    -----
    Scores are seen at visits, and a booster ends a cycle because of the score: those still
    without a booster on a late day are those who could wait. The model's mean is that of the
    subjects as if the missing scores followed the model (missing at random), no causal course.

    References
    ----------
    Laird NM, Ware JH (1982). Biometrics 38:963-974.
    Bates D, Mächler M, Bolker B, Walker S (2015). J Stat Softw 67(1):1-48.
    """
    check_level(conf_level)
    places = _knots(knots)
    read = ColumnReader(data, score, days, cycle, subject, baseline)
    y, d = read.number(score), read.duration(days)
    later = (read.positive(cycle) > 1).astype(np.float64)
    who, names = read.codes(subject)
    start = None if baseline is None else read.number(baseline)
    read.finish()
    _check_subjects(who, len(names))
    basis = _basis(places, d, later, start, who, parallel=parallel)
    x = basis.rows(d, later, start)
    _check_rank(x, basis.terms)
    fit, warning = _fitted(x, d, y, who, basis.scale, wanted=random_slope)
    return score_result(
        fit, basis, n=len(names), n_scores=len(y), last_day=float(d.max()), robust=robust,
        conf_level=conf_level, warning=warning,
    )  # fmt: skip


def _knots(knots: Sequence[float]) -> tuple[float, ...]:
    places = tuple(float(knot) for knot in knots)
    if any(not 0.0 < knot < np.inf for knot in places) or list(places) != sorted(set(places)):
        raise UsageError(
            "knots are not days after 0 in rising order.\nGive days such as [7, 28], or none."
        )
    return places


def _check_subjects(who: Codes, n: int) -> None:
    if n < 2 or (np.bincount(who) > 1).sum() < 2:
        raise NotEstimable(
            "Fewer than two subjects have two scores: what differs between subjects cannot be"
            " told from what differs within them.\nUse more subjects or visits."
        )


def _basis(
    knots: tuple[float, ...],
    d: Floats,
    later: Floats,
    start: Floats | None,
    who: Codes,
    *,
    parallel: bool,
) -> Basis:
    """Return the columns of the model; what nobody's scores can tell is left out."""
    inside = tuple(knot for knot in knots if d.min() < knot < d.max())
    first = np.unique(who, return_index=True)[1]
    centre = 0.0 if start is None else float(start[first].mean())
    both = bool(0 < later.sum() < len(later))
    varies = start is not None and bool(np.ptp(start) > 0)
    return Basis(
        knots=inside,
        groups=(FIRST, LATER) if both else (LATER,) if later.all() else (FIRST,),
        parallel=parallel,
        centre=centre,
        baseline=varies,
        scale=max(float(d.max()), 1.0),
    )


def _check_rank(x: Floats, terms: tuple[str, ...]) -> None:
    sizes = np.sqrt((x**2).sum(axis=0))
    scaled = x / np.where(sizes > 0, sizes, 1.0)
    if len(x) <= len(terms) or np.linalg.matrix_rank(scaled) < len(terms):
        raise NotEstimable(
            f"{len(x)} scores cannot tell {len(terms)} coefficients apart.\n"
            "Leave out knots, or let the cycles be parallel."
        )


def _fitted(
    x: Floats, d: Floats, y: Floats, who: Codes, scale: float, *, wanted: bool
) -> tuple[MixedFit, str]:
    """Return the fit with a slope of each subject's own, or without one and why."""
    alone = np.ones((len(y), 1))
    plain = fit_mixed(x, alone, y, who)
    if not plain.converged:
        raise NotEstimable(
            "The search for the variances did not come to rest.\nUse more scores, or fewer knots."
        )
    if not wanted:
        return plain, ""
    if (np.bincount(who) >= SLOPE_ALONE).sum() < 2:
        return plain, NO_SLOPE.format(why=TOO_FEW_SCORES)
    own = fit_mixed(x, np.column_stack([alone[:, 0], d / scale]), y, who)
    if own.singular or not own.converged:
        why = AT_ITS_BOUND if own.converged else NOT_AT_REST
        return plain, NO_SLOPE.format(why=why)
    return own, ""
