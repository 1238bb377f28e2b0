"""Regression on the cumulative incidence of a cause: Fine and Gray's subdistribution hazards."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.competing.fine_gray_result import FineGray, fine_gray_result
from afterglow.estimate.competing.fit import fit_subdistribution
from afterglow.estimate.competing.followed import COMPETING, GOES_ON, OWN
from afterglow.estimate.competing.gray import chosen_causes
from afterglow.estimate.competing.rows import CompetingRows, competing_rows
from afterglow.estimate.competing.subdistribution import SubdistributionRows
from afterglow.estimate.cox.data import CoxRows
from afterglow.estimate.cox.design import design
from afterglow.estimate.options import check_level, check_word
from afterglow.names import CAUSE, DURATION

CRR: Final = "crr"
FINEGRAY: Final = "finegray"
FINEGRAY_EFRON: Final = "finegray-efron"
TIES: Final = (CRR, FINEGRAY, FINEGRAY_EFRON)


def fine_gray(
    data: pd.DataFrame,
    formula: str | Sequence[str],
    *,
    of: str,
    duration: str = DURATION,
    cause: str = CAUSE,
    ties: str = CRR,
    entry: str | None = None,
    strata: str | Sequence[str] | None = None,
    censoring_groups: str | Sequence[str] | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    subject: str | None = None,
    cluster: str | None = None,
    robust: bool = True,
    conf_level: float = 0.95,
) -> FineGray:
    """Fit a proportional subdistribution hazards model for the cause `of`.

    A positive coefficient means a higher cumulative incidence. Those with another event stay in
    the risk set, each by the chance of still being followed, so the ratios are about incidences,
    not about the hazards of those still at risk. Equals R's ``cmprsk::crr(duration, cause, x,
    cengroup)``, or ``coxph(..., weights = fgwt, ties = "breslow", cluster = id)`` on
    ``survival::finegray()``.

    Parameters
    ----------
    data : DataFrame, one row per subject (or per piece of a subject's time at risk)
    formula : str or list of str
        As in `cox`.
    of : str
        The cause whose incidence is modelled.
    duration, cause : str
        As in `aalen_johansen`.
    ties : str
        ``crr``: those with an event at t were still at risk of being censored at t, and the
        variance allows for the estimated chance of being followed. ``finegray``: events come
        before censorings at a tie, and the variance takes the chance as known; the two differ in
        the third digit under heavy ties and not without. ``finegray-efron``: the same with
        Efron's ties.
    entry, subject : str, optional
        Delayed entry, and whose piece a row is; with ties = "finegray" only (Geskus's weights).
    strata : str or list of str, optional
        Strata with baselines of their own.
    censoring_groups : str or list of str, optional
        Groups within which the chance of being followed is estimated; default: all together. As
        crr's cengroup: a group's chance goes on to the last event of all (``finegray`` with
        ``strata()`` takes the group's own out after its last time).
    weights, weights_kind, cluster : str
        As in `cox`. The chance of being followed counts frequencies, not sampling weights.
    robust : bool
        False: the inverse of the information in place of the sandwich.
    conf_level : float

    Returns
    -------
    FineGray
        `tidy()`: per term the log subdistribution hazard ratio with its limits, the ratio, and
        the standard error that the inverse of the information gives. `predict` gives cumulative
        incidences.

    Raises
    ------
    InvalidInput
        The columns break the rules of `aalen_johansen`.
    NotEstimable
        No row has a cause, or a covariate is constant or collinear.
    UsageError
        An unknown word, a cause that no row has, delayed entry with ties = "crr".

    References
    ----------
    Fine JP, Gray RJ (1999). J Am Stat Assoc 94:496-509.
    Geskus RB (2011). Biometrics 67:39-49.
    """
    check_word("ties", ties, TIES)
    check_level(conf_level)
    if ties == CRR and (entry is not None or subject is not None):
        raise UsageError(
            "ties = 'crr' has neither delayed entry nor several rows of one subject.\n"
            f"Use ties = {FINEGRAY!r}, whose weights allow for both."
        )
    covariates = design(data, formula)
    read = competing_rows(
        data, covariates.matrix, duration=duration, cause=cause, entry=entry, weights=weights,
        weights_kind=weights_kind, subject=subject, cluster=cluster, strata=strata,
        groups=censoring_groups,
    )  # fmt: skip
    code = next(iter(chosen_causes(read.causes, of).values()))
    fit = fit_subdistribution(
        subdistribution_rows(read, code), crr=ties == CRR, efron=ties == FINEGRAY_EFRON,
        terms=covariates.terms,
    )  # fmt: skip
    return fine_gray_result(
        fit, read, covariates, of=of, ties=ties, strata=strata, robust=robust,
        conf_level=conf_level,
    )  # fmt: skip


def subdistribution_rows(read: CompetingRows, code: int) -> SubdistributionRows:
    """Return the rows as seen from the cause with the code `code`."""
    rows = read.rows
    status = np.where(read.cause == 0, 0, COMPETING)
    status[read.cause == code] = OWN
    status[read.cause == read.goes_on] = GOES_ON
    own = CoxRows(
        x=rows.x, times=rows.times, exit=rows.exit, entry=rows.entry, event=status == OWN,
        stratum=rows.stratum, weight=rows.weight, frequency=rows.frequency,
        cluster=read.subject if rows.cluster is None else rows.cluster, offset=None,
    )  # fmt: skip
    return SubdistributionRows(rows=own, status=status, group=read.group, arrives=read.arrives)
