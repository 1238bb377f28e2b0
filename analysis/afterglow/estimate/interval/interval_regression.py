"""Regression of events that lie between visits, with a baseline of any shape."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.cox.design import design
from afterglow.estimate.interval.links import LINKS
from afterglow.estimate.interval.regression_fit import RegressionFit, fit_regression
from afterglow.estimate.interval.regression_result import IntervalRegression, regression_result
from afterglow.estimate.interval.resamples import check_resamples, drawable
from afterglow.estimate.interval.sample import IntervalSample, interval_sample
from afterglow.estimate.interval.support import Support, support_of
from afterglow.estimate.interval.transformation import ModelRows
from afterglow.estimate.options import check_level, check_word
from afterglow.estimate.resampling.bootstrap import worker_map
from afterglow.estimate.resampling.draws import Units, chunks_of, draw_chunk
from afterglow.names import LOWER, UPPER

NO_EVENT = (
    "No event was seen: nothing can be estimated.\nFollow up for longer, or take another endpoint."
)


def interval_regression(
    data: pd.DataFrame,
    formula: str | Sequence[str],
    *,
    lower: str = LOWER,
    upper: str = UPPER,
    model: str = "proportional-hazards",
    weights: str | None = None,
    subject: str | None = None,
    cluster: str | None = None,
    conf_level: float = 0.95,
    n_resamples: int = 0,
    seed: int = 1,
    n_workers: int = 1,
) -> IntervalRegression:
    """Fit a semi-parametric regression to intervals; the baseline is an NPMLE.

    Coefficients and baseline are estimated together by maximum likelihood. Equals R's
    ``icenReg::ic_sp(cbind(lower, upper) ~ …, model = "ph")`` (or ``"po"``).

    Parameters
    ----------
    data : DataFrame, one row per subject
        Missing values anywhere in the named columns are errors.
    formula : str or list of str
        As in `cox`: a right-hand side, or column names taken as main effects.
    lower, upper, subject : str
        As in `turnbull`.
    model : str
        ``proportional-hazards``: S(t | x) = S0(t)^exp(xβ); exp(β) is a hazard ratio, above 1 for
        earlier events. ``proportional-odds``: the odds of being free, S / (1 − S), are multiplied
        by exp(xβ), above 1 for later events, as icenReg has it.
    weights : str, optional
        Whole numbers: so many identical rows.
    cluster : str, optional
        Whole clusters are drawn for the bootstrap.
    n_resamples, seed : int
        Standard errors from so many bootstrap resamples of the subjects (or clusters). 0: from
        the curvature of the profile likelihood, the support held as found (no use with clusters).
    n_workers : int
        Processes for the resamples; the numbers do not depend on it.

    Returns
    -------
    IntervalRegression
        `tidy()`: one row per term, with the ratio and its limits (normal, on the log scale).

    Raises
    ------
    InvalidInput
        The columns break the rules of `turnbull` or `cox`.
    NotEstimable
        No event, or a constant or collinear covariate.
    UsageError
        An unknown word, weights that are not whole, or clusters without resamples.

    References
    ----------
    Finkelstein DM (1986). Biometrics 42:845-854.
    Huang J, Wellner JA (1997). In: Proceedings of the First Seattle Symposium in Biostatistics.
    Anderson-Bergman C (2017). J Stat Softw 81(12):1-23 (icenReg).
    Murphy SA, van der Vaart AW (2000). J Am Stat Assoc 95:449-465 (profile likelihood).
    """
    check_word("model", model, LINKS)
    check_level(conf_level)
    check_resamples(n_resamples, seed, n_workers)
    sample = interval_sample(
        data, lower=lower, upper=upper, weights=weights, subject=subject, cluster=cluster
    )
    _check_rows(sample, n_resamples)
    coded = design(data, formula)
    fit = _fit(sample, coded.matrix, model)
    replicates = _replicates(sample, coded.matrix, model, n_resamples, seed, n_workers)
    return regression_result(
        fit, replicates, coded, sample, model=model, conf_level=conf_level,
        means=_means(sample, coded.matrix), support=support_of(sample.lower, sample.upper),
    )  # fmt: skip


def _check_rows(sample: IntervalSample, n_resamples: int) -> None:
    if not sample.frequency:
        raise UsageError("weights are not whole numbers.\nGive how often each row stands.")
    if sample.cluster is not None and n_resamples == 0:
        raise UsageError(
            "cluster needs resamples: only they know that rows depend on each other.\n"
            "Give n_resamples = 500, say, or leave cluster out."
        )
    if not np.isfinite(sample.upper).any():
        raise NotEstimable(NO_EVENT)


def _means(sample: IntervalSample, x: Floats) -> Floats:
    return np.average(x, axis=0, weights=sample.weight)


def _fit(sample: IntervalSample, x: Floats, model: str) -> RegressionFit:
    support = support_of(sample.lower, sample.upper)
    return fit_regression(support, _rows(support, sample, x - _means(sample, x), model))


def _rows(support: Support, sample: IntervalSample, x: Floats, model: str) -> ModelRows:
    return ModelRows(
        a=support.first, b=support.last, weight=sample.weight, x=x, jumps=len(support.lower),
        link=LINKS[model],
    )  # fmt: skip


def _replicates(
    sample: IntervalSample, x: Floats, model: str, n_resamples: int, seed: int, n_workers: int
) -> Floats:
    """Return the coefficients of the resamples, NaN where there are none, shape (B, p)."""
    if n_resamples == 0:
        return np.zeros((0, x.shape[1]))
    order, rows, units = drawable(sample, by=x)
    draws = [(seed, chunk, size) for chunk, size in enumerate(chunks_of(n_resamples))]
    with worker_map(n_workers) as mapped:
        return np.vstack(list(mapped(partial(_chunk, rows, x[order], units, model), draws)))


def _chunk(
    rows: IntervalSample, x: Floats, units: Units, model: str, draw: tuple[int, int, int]
) -> Floats:
    return np.array([_refitted(rows, x, units.rows_of(drawn)[0], model)
                     for drawn in draw_chunk(units, *draw)])  # fmt: skip


def _refitted(rows: IntervalSample, x: Floats, drawn: np.ndarray, model: str) -> Floats:
    own = rows.part(drawn)
    varies = np.linalg.matrix_rank(x[drawn] - x[drawn].mean(axis=0)) == x.shape[1]
    if not varies or not np.isfinite(own.upper).any():
        return np.full(x.shape[1], np.nan)
    fit = _fit(own, x[drawn], model)
    return fit.beta if fit.converged else np.full(x.shape[1], np.nan)
