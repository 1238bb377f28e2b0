"""Cox regression with a frailty that the rows of a subject or cluster share."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.checks import Codes, ColumnReader
from afterglow.estimate.cox.fit import EXACT, fit_cox
from afterglow.estimate.cox.fit import TIES as COX_TIES
from afterglow.estimate.cox.sample import Columns, CoxColumns, cox_sample
from afterglow.estimate.options import check_level, check_word, normal_quantile
from afterglow.estimate.recurrent.frailty_fit import fit_frailty
from afterglow.estimate.recurrent.frailty_laws import GAMMA, LAWS
from afterglow.estimate.recurrent.frailty_result import SharedFrailty, frailty_result
from afterglow.names import EVENT, START_DAY, STOP_DAY, SUBJECT

TIES: Final = tuple(word for word in COX_TIES if word != EXACT)


def frailty(
    data: pd.DataFrame,
    formula: str | Sequence[str],
    *,
    subject: str | None = None,
    cluster: str | None = None,
    start: str | None = None,
    stop: str | None = None,
    duration: str | None = None,
    entry: str | None = None,
    event: str = EVENT,
    strata: Columns = None,
    distribution: str = GAMMA,
    theta: float | None = None,
    ties: str = "efron",
    conf_level: float = 0.95,
) -> SharedFrailty:
    """Estimate hazard ratios within subjects whose rates differ by more than the covariates.

    Every subject (or cluster) has a frailty of mean 1 that multiplies its hazard throughout.
    Equals R's ``coxph(Surv(start, stop, event) ~ x + frailty(id, distribution =))`` at full
    convergence: R's default stops once the likelihood changes by less than 1e-5 of itself,
    where theta and with it the coefficients are right to two or three digits only; agree with
    ``frailty(id, eps = 1e-11)``, or give R's theta.

    Parameters
    ----------
    data : DataFrame, one row per stretch at risk
        Missing values anywhere in the named columns are errors.
    formula : str or list of str
        As in `cox`.
    subject : str, optional
        Whose rows share a frailty; they may not overlap. "subject_id" by default.
    cluster : str, optional
        Who shares a frailty instead, such as a site; rows of one cluster may overlap.
    start, stop : str, optional
        Rows at risk over (start, stop] of recurrent events; the canonical columns by default.
    duration, entry : str, optional
        Instead of them, as in `cox`: times from one origin, such as one row per subject of a site.
    event : str
        Whether the row ends with the event (bool or 0/1).
    strata : str or list of str, optional
        Rows are compared within a stratum only.
    distribution : str
        ``gamma``: theta is the frailty's variance, estimated by maximum likelihood.
        ``gaussian``: theta is the variance of its logarithm, estimated by the penalized
        likelihood's REML equation.
    theta : float, optional
        Take this variance as known (above 0).
    ties : str
        ``efron`` or ``breslow``.
    conf_level : float

    Returns
    -------
    SharedFrailty
        `tidy()`: one row per covariate (estimate, hazard_ratio with limits, std_error), then the
        frailty variance with, for gamma, profile-likelihood limits and the likelihood-ratio test
        of theta = 0, whose statistic is half 0 and half chi-square (1 df) as theta lies on its
        bound.

    Raises
    ------
    InvalidInput
        The columns break the rules above; every problem is listed.
    NotEstimable
        One cluster only; a covariate that is constant or collinear.
    UsageError
        An unknown word, or options that exclude each other.

    Notes
    -----
    The hazard ratio compares two subjects of the same frailty, not two populations: it is
    further from 1 than that of `recurrent_cox`. Errors of coefficients take theta as known, and,
    for more than five clusters, only the diagonal of the frailties' curvature, both as in R.

    References
    ----------
    Therneau TM, Grambsch PM, Pankratz VS (2003). J Comput Graph Stat 12:156-175.
    Nielsen GG, Gill RD, Andersen PK, Sørensen TIA (1992). Scand J Stat 19:25-43.
    """
    check_word("distribution", distribution, LAWS)
    check_word("ties", ties, TIES)
    check_level(conf_level)
    if theta is not None and not 0.0 < theta < np.inf:
        raise UsageError("theta is not above 0.\nGive a variance, or leave it out.")
    begin, end = _clock(start, stop, duration, entry)
    whose = SUBJECT if subject is None and cluster is None else subject
    columns = CoxColumns(duration=end, event=event, entry=begin, strata=strata, subject=whose)
    sample = cox_sample(data, formula, columns, robust=False)
    names, codes = _clusters(data, str(cluster or whose))
    plain = fit_cox(sample.rows, ties=ties, terms=sample.design.terms)
    fit = None
    if not plain.warning:
        drop = normal_quantile(conf_level) ** 2 / 2.0
        fit = fit_frailty(
            sample.rows, codes, plain, distribution=distribution, theta=theta, drop=drop
        )
    return frailty_result(
        sample, plain, fit, names, distribution=distribution, known=theta is not None,
        conf_level=conf_level,
    )  # fmt: skip


def _clock(
    start: str | None, stop: str | None, duration: str | None, entry: str | None
) -> tuple[str | None, str]:
    if duration is None and entry is None:
        return start or START_DAY, stop or STOP_DAY
    if start is not None or stop is not None:
        raise UsageError(
            "start=, stop= and duration=, entry= are two ways to say when rows are at risk.\n"
            "Give one of them."
        )
    if duration is None:
        raise UsageError("entry= needs duration=.\nGive the time at which rows end.")
    return entry, duration


def _clusters(data: pd.DataFrame, column: str) -> tuple[list[object], Codes]:
    read = ColumnReader(data, column)
    codes, names = read.codes(column)
    read.finish()
    if len(names) < 2:
        raise NotEstimable(
            f"{column} has one value only: a frailty needs several clusters.\n"
            "Use cox(), or another column."
        )
    return names, codes
