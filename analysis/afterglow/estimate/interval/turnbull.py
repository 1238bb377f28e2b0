"""The survival curve of events that are only known to lie between two visits."""

from collections.abc import Sequence

import pandas as pd

from afterglow.estimate.interval.curve import IntervalCurve, fitted
from afterglow.estimate.interval.resamples import check_resamples, resampled_curves
from afterglow.estimate.interval.sample import IntervalSample, interval_sample
from afterglow.estimate.interval.turnbull_result import CurveSettings, Turnbull, turnbull_result
from afterglow.estimate.options import check_level
from afterglow.names import LOWER, UPPER


def turnbull(
    data: pd.DataFrame,
    *,
    lower: str = LOWER,
    upper: str = UPPER,
    entry: str | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    subject: str | None = None,
    cluster: str | None = None,
    by: str | Sequence[str] | None = None,
    conf_level: float = 0.95,
    n_resamples: int = 0,
    seed: int = 1,
    n_workers: int = 1,
) -> Turnbull:
    """Estimate S(t), the probability of being free of the event beyond t, from intervals.

    The non-parametric maximum-likelihood estimate (NPMLE): no assumption about where in its
    interval an event lies. The data decide how far the curve falls within each support interval
    (Turnbull's innermost intervals) but not where in it, so the curve is a box there. Equals R's
    ``icenReg::ic_np(cbind(lower, upper))`` and ``interval::icfit``; with exact and right-censored
    times alone it is the Kaplan–Meier estimate.

    Parameters
    ----------
    data : DataFrame, one row per subject
        Missing values anywhere in the named columns are errors.
    lower, upper : str
        The event lies in (lower, upper], in days from the origin. lower = upper: known exactly;
        upper = inf: not seen by `lower` (right-censored); lower = 0 or −inf: before the first
        look (left-censored).
    entry : str, optional
        Time from which a row is at risk (delayed entry), known free until then; −inf means from
        the start. The likelihood of a row is then conditional on S(entry); several curves can
        fit equally well, and one of them is given.
    weights, weights_kind : str, optional
        ``frequency``: a weight w is w identical rows. ``sampling``: rows weigh as much.
    subject : str, optional
        Whose row it is, to be checked: each subject has one.
    cluster : str, optional
        Whole clusters are drawn for the bootstrap.
    by : str or list of str, optional
        Groups, in natural order; each has its own curve.
    n_resamples, seed : int
        Bootstrap limits from so many resamples of the subjects (or clusters); 0 gives none, as
        no formula for them exists. They are percentiles, of the lowest curve below and of the
        highest above. Where visits are spread continuously they are only a rough guide (the
        estimate converges slowly there); with visits on few days they are as usual.
    n_workers : int
        Processes for the resamples; the numbers do not depend on it.

    Returns
    -------
    Turnbull
        `tidy()`: one row per group and support interval with its mass, and the curve after it.

    Raises
    ------
    InvalidInput
        The columns break the rules above; every problem is listed.
    UsageError
        An unknown word or a number that makes no sense.

    Notes
    -----
    Found by EM and constrained Newton steps until the Kuhn–Tucker conditions hold to 1e-6 per
    subject at least (usually 1e-10), so the result does not depend on where it was started.

    References
    ----------
    Turnbull BW (1976). J R Stat Soc B 38:290-295.
    Gentleman R, Geyer CJ (1994). Biometrika 81:618-623.
    Wellner JA, Zhan Y (1997). J Am Stat Assoc 92:945-959.
    Wang Y (2008). Comput Stat Data Anal 52:2388-2402.
    Alioum A, Commenges D (1996). Biometrics 52:512-524 (delayed entry).
    """
    check_level(conf_level)
    check_resamples(n_resamples, seed, n_workers)
    sample = interval_sample(
        data, lower=lower, upper=upper, entry=entry, weights=weights, weights_kind=weights_kind,
        subject=subject, cluster=cluster, by=by,
    )  # fmt: skip
    curves = [
        _curve(label, sample.part(sample.group == code), n_resamples, seed, n_workers)
        for code, label in enumerate(sample.groups)
    ]
    settings = CurveSettings(
        conf_level=conf_level, n_resamples=n_resamples, truncated=entry is not None,
        drawn="clusters" if cluster is not None else "subjects",
    )  # fmt: skip
    return turnbull_result(curves, settings)


def _curve(
    label: str, part: IntervalSample, n_resamples: int, seed: int, n_workers: int
) -> IntervalCurve:
    boxes, fit = fitted(part)
    return IntervalCurve(
        label=label, boxes=boxes, fit=fit, n=part.n, n_events=part.n_events,
        resampled=resampled_curves(
            part, n_resamples=n_resamples, seed=seed, n_workers=n_workers
        ),
    )  # fmt: skip
