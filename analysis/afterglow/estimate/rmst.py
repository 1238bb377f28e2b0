"""Restricted mean survival times of groups: their differences and ratios."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.checks import spell
from afterglow.estimate.curve_contrasts import CurveStatistic, contrast_rows
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.milestone import said_contrasts
from afterglow.estimate.options import chosen_reference, contrasts
from afterglow.estimate.result import Result
from afterglow.estimate.survival_curve import SurvivalCurve, as_count
from afterglow.estimate.timegrid import TIE_TOLERANCE
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

MEAN: Final = "restricted mean"
LOST: Final = "restricted mean time lost"
DIFFERENCE: Final = "restricted mean difference"
RATIO: Final = "restricted mean ratio"
LOST_RATIO: Final = "restricted mean time lost ratio"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RestrictedMeans(Result):
    """Restricted means, and their contrasts.

    Attributes
    ----------
    groups : DataFrame
        One row per group: the restricted mean and the mean time lost, with limits.
    contrasts : DataFrame
        Per pair ("A vs B"): difference A − B, ratio A / B, and the ratio of the times lost.
    """

    groups: pd.DataFrame
    contrasts: pd.DataFrame

    def plot(self, ax=None):
        """Draw the differences with their limits and return the axes."""
        from afterglow.figures.forest import draw_forest

        rows = self.contrasts[self.contrasts[TERM] == DIFFERENCE].reset_index(drop=True)
        label = "Difference of restricted means (days)"
        return draw_forest(rows, label=GROUP, null=0.0, xlabel=label, ax=ax)


def rmst_difference(
    data: pd.DataFrame,
    *,
    by: str | Sequence[str],
    tau: float | None = None,
    duration: str = DURATION,
    event: str = EVENT,
    entry: str | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    subject: str | None = None,
    cluster: str | None = None,
    reference: object | None = None,
    pairwise: bool = False,
    conf_level: float = 0.95,
) -> RestrictedMeans:
    """Compare the mean event-free time within the first `tau` days between groups.

    The restricted mean of a group is the area under its Kaplan–Meier curve from 0 to `tau`; its
    variance is Σ A(t)² d / (n (n − d)), A(t) the area from t to `tau` (with sampling weights or
    clusters the infinitesimal jackknife). Equals R's ``survRM2::rmst2(time, status, arm, tau)``
    without covariates, and ``summary(survfit(...), rmean = tau)`` for each group.

    Parameters
    ----------
    data, by, duration, event, entry, weights, weights_kind, subject, cluster
        As in `kaplan_meier`; at least two groups.
    tau : float, optional
        Days; chosen before looking at the curves. It may not lie beyond the last observed time of
        a group whose curve has not reached 0, as in survRM2: the area would rest on nothing. By
        default the last time up to which every group is known.
    reference : optional
        The group that the others are compared with; the first in natural order by default.
    pairwise : bool
        Every pair instead.
    conf_level : float
        Of normal limits; those of ratios are normal on the log scale.

    Returns
    -------
    RestrictedMeans
        `tidy()`: two rows per group (terms "restricted mean", "restricted mean time lost"), three
        per pair ("restricted mean difference", "… ratio", "restricted mean time lost ratio").
        `std_error` of a ratio is that of its logarithm.

    Raises
    ------
    InvalidInput
        The columns break the rules of `kaplan_meier`.
    NotEstimable
        `tau` lies beyond a group's follow-up.
    UsageError
        One group only, or a `tau` that is not above 0.

    References
    ----------
    Uno H et al (2014). J Clin Oncol 32:2380-2385.
    Royston P, Parmar MKB (2013). BMC Med Res Methodol 13:152.
    """
    if tau is not None and (not np.isfinite(tau) or tau <= 0):
        raise UsageError("tau is not a time after 0.\nGive a number of days.")
    curves = kaplan_meier(
        data, duration=duration, event=event, entry=entry, weights=weights,
        weights_kind=weights_kind, subject=subject, cluster=cluster, by=by, conf_level=conf_level,
        conf_type="plain",
    ).curves  # fmt: skip
    labels = [curve.label for curve in curves]
    if len(labels) < 2:
        raise UsageError("by names one group only.\nA difference needs at least two.")
    tau = _last_known(curves) if tau is None else float(tau)
    _check_followed(curves, tau)
    base = chosen_reference(labels, reference, spell)
    found = {curve.label: _mean(curve, tau) for curve in curves}
    groups = pd.DataFrame([row for label in labels for row in _group_rows(found[label])])
    rows = [
        row
        for a, b in contrasts(labels, base, pairwise=pairwise)
        for row in _contrasts(found[a], found[b])
    ]
    pairs = pd.DataFrame(rows)
    kept = [row for row in rows if row[TERM] == DIFFERENCE]
    return RestrictedMeans(
        table=pd.concat([groups, pairs], ignore_index=True),
        sentence=f"Difference of restricted mean time to day {tau:g}: {said_contrasts(kept)}.",
        groups=groups,
        contrasts=pairs,
    )


def _last_known(curves: Sequence[SurvivalCurve]) -> float:
    """Return the last time up to which no group's curve is unknown."""
    ends = [float(curve.counts.times[-1]) for curve in curves if curve.survival[-1] > 0.0]
    return min(ends) if ends else max(float(curve.counts.times[-1]) for curve in curves)


def _check_followed(curves: Sequence[SurvivalCurve], tau: float) -> None:
    short = [
        curve.label
        for curve in curves
        if curve.survival[-1] > 0.0
        and tau > curve.counts.times[-1] + TIE_TOLERANCE * max(1.0, abs(tau))
    ]
    if short:
        raise NotEstimable(
            f"tau = {tau:g} lies beyond the last observed time of: {', '.join(short)}.\n"
            "Their curves have not reached 0, so the area to tau rests on no data: choose a smaller"
            " tau."
        )


def _mean(curve: SurvivalCurve, tau: float) -> CurveStatistic:
    area, variance = curve.restricted_mean(tau)
    return CurveStatistic(
        curve=curve, time=tau, value=area, variance=variance,
        influence=lambda: curve.area_influence(tau),
    )  # fmt: skip


def _lost(mean: CurveStatistic) -> CurveStatistic:
    return replace(mean, value=mean.time - mean.value, influence=lambda: -mean.influence())


def _group_rows(mean: CurveStatistic) -> list[dict[str, object]]:
    return [_group_row(mean, MEAN), _group_row(_lost(mean), LOST)]


def _group_row(found: CurveStatistic, term: str) -> dict[str, object]:
    half = found.half_width()
    counts = found.curve.counts
    variance = "infinitesimal-jackknife" if found.curve.options.robust else "Greenwood"
    return {
        TERM: term,
        GROUP: found.curve.label,
        TIME: found.time,
        ESTIMATE: found.value,
        STD_ERROR: found.std_error(),
        CONF_LOW: found.value - half,
        CONF_HIGH: found.value + half,
        CONF_LEVEL: found.curve.options.conf_level,
        N: as_count(counts.n),
        N_EVENTS: as_count(counts.n_events),
        METHOD: f"area under the Kaplan-Meier curve, {variance} variance, normal limits",
        WARNING: "",
    }


def _contrasts(one: CurveStatistic, other: CurveStatistic) -> list[dict[str, object]]:
    ratios = contrast_rows(_lost(one), _lost(other), ratio=LOST_RATIO)
    return [*contrast_rows(one, other, difference=DIFFERENCE, ratio=RATIO), *ratios]
