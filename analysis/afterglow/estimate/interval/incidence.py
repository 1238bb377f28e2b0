"""Cumulative incidences where the endpoint lies between visits and its rivals on exact days."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from afterglow.errors import NotEstimable
from afterglow.estimate.interval.incidence_boxes import IncidenceBoxCurve, fitted_incidence
from afterglow.estimate.interval.incidence_resamples import resampled_incidences
from afterglow.estimate.interval.incidence_result import (
    IncidenceSettings,
    IntervalIncidence,
    interval_incidence_result,
)
from afterglow.estimate.interval.incidence_sample import IncidenceSample, incidence_sample
from afterglow.estimate.interval.resamples import check_resamples
from afterglow.estimate.options import check_level, check_word
from afterglow.names import CAUSE, DURATION, LOWER, UPPER

LATE_ENTRY: Final = ("conditional", "level-hazard")


def interval_incidence(
    data: pd.DataFrame,
    *,
    lower: str = LOWER,
    upper: str = UPPER,
    duration: str = DURATION,
    cause: str = CAUSE,
    endpoint: str | None = None,
    hidden: str = "none",
    mixed: str = "apart",
    entry: str | None = None,
    late_entry: str = "conditional",
    weights: str | None = None,
    weights_kind: str = "frequency",
    subject: str | None = None,
    cluster: str | None = None,
    by: str | Sequence[str] | None = None,
    conf_level: float = 0.95,
    n_resamples: int = 0,
    seed: int = 1,
    n_workers: int = 1,
) -> IntervalIncidence:
    """Estimate P(T <= t, cause k) where some causes lie between visits and others on a day.

    The non-parametric maximum-likelihood estimate of competing causes: a relapse lies anywhere
    after the last visit known free and up to the visit that showed it, a booster on its day. Each
    cause has support intervals of its own, and within them only the total is known, so an
    incidence has a lowest and a highest value at each time. With exact days alone it is the
    Aalen–Johansen estimate; with one cause it is 1 − `turnbull`.

    What is estimated is the relapse that a visit shows before anything else has ended the watch.
    A booster ends it on its day, whatever had come unseen by then: a subject boosted between two
    visits may have relapsed since the first of them. ``hidden`` gives the bounds: ``none`` of them
    had relapsed (each booster counts as one), or ``all`` who were boosted after a gap without a
    visit had (each lies in (lower, duration] as a relapse). Nothing in such data tells where
    between the bounds the truth is; closer visits, and a score taken at the booster itself, do.

    Parameters
    ----------
    data : DataFrame, one row per subject
        Missing values anywhere in the named columns are errors.
    lower, upper : str
        The cause of a row with a finite upper end lies in (lower, upper], in days from the origin.
        Of a row without (inf), `lower` is the last day known free of the endpoint.
    duration : str
        The exact day of the cause, where upper = inf and there is a cause; read there only.
    cause : str
        What ended the row; "" where it is censored (at `lower`).
    endpoint : str, optional
        The cause that visits show; default: the only one with intervals.
    hidden : {"none", "all"}
        Whether an unseen relapse is taken to have come before the other causes; see above.
    mixed : {"apart", "together"}
        A cause with exact days and intervals (relapse by score or by admission): ``apart``
        estimates both as kinds of it and adds them; ``together`` as one, and then the likelihood
        puts the unseen events of an interval on the exact days within it.
    entry : str, optional
        Time from which a row is at risk (delayed entry), known free until then; −inf from the
        start.
    late_entry : {"conditional", "level-hazard"}
        What is done with it. ``conditional``: the likelihood is conditional on the entry; just
        after the first entry few are at risk, an event that may lie there is put there, and a few
        events can decide the whole curve. ``level-hazard``: the curve of those who entered, and
        beside it the share that had an event before, with the hazard of the days after entry
        taken for those before it (see `doubly_censored`); when before the last entry these came
        is left open. Better where all enter soon after the origin.
    weights, weights_kind, subject, cluster, by
        As in `turnbull`.
    conf_level, n_resamples, seed, n_workers
        As in `turnbull`: bootstrap percentiles, of the lowest incidence below and of the highest
        above.

    Returns
    -------
    IntervalIncidence
        `tidy()`: one row per group, cause and support interval, and the event-free probability.

    Raises
    ------
    InvalidInput
        The columns break the rules above; every problem is listed.
    NotEstimable
        No row has a cause.
    UsageError
        An unknown word or a number that makes no sense.

    Notes
    -----
    Self-consistency (EM) steps and constrained Newton steps until the Karush–Kuhn–Tucker
    conditions hold to 1e-6 per subject at least (usually 1e-10): `gap` is the certificate. Without
    delayed entry the likelihood is concave, and the masses of the support intervals are unique;
    with it the conditions are of first order, and other curves may fit equally well.

    Where another cause may come between a relapse and the visit that would show it, relapses close
    to their visit are shown more often, and the intervals are a little informative: in simulations
    with a booster in 60 days the estimate was 0.3 points high with weekly visits and 1.4 points
    with visits every 28 days, where the curve by visit dates was 3 and 10 points low.

    References
    ----------
    Hudgens MG, Satten GA, Longini IM (2001). Biometrics 57:74-80.
    Turnbull BW (1976). J R Stat Soc B 38:290-295.
    Wang Y (2008). Comput Stat Data Anal 52:2388-2402.
    """
    check_level(conf_level)
    check_resamples(n_resamples, seed, n_workers)
    check_word("late_entry", late_entry, LATE_ENTRY)
    sample = incidence_sample(
        data, lower=lower, upper=upper, duration=duration, cause=cause, endpoint=endpoint,
        hidden=hidden, mixed=mixed, entry=entry, weights=weights, weights_kind=weights_kind,
        subject=subject, cluster=cluster, by=by,
    )  # fmt: skip
    if not sample.causes:
        raise NotEstimable("No row has a cause: there is no incidence to estimate.\nSee `cause`.")
    level = late_entry == "level-hazard"
    curves = [
        _curve(sample, code, level, n_resamples, seed, n_workers)
        for code in range(len(sample.rows.groups))
    ]
    settings = IncidenceSettings(
        conf_level=conf_level, n_resamples=n_resamples,
        late_entry=late_entry if entry is not None else "",
        drawn="clusters" if cluster is not None else "subjects", hidden=hidden,
        n_hidden=sample.hidden, endpoint=sample.endpoint, causes=sample.causes,
    )  # fmt: skip
    return interval_incidence_result(curves, settings)


def _curve(
    sample: IncidenceSample, code: int, level: bool, n_resamples: int, seed: int, n_workers: int
) -> IncidenceBoxCurve:
    part = sample.rows.part(sample.rows.group == code)
    causes = len(sample.causes)
    boxes, fit = fitted_incidence(part, sample.cause_of, causes, level=level)
    weight = part.weight if part.frequency else (part.weight > 0.0).astype(float)
    ended = part.stratum > 0
    own = sample.cause_of[part.stratum[ended] - 1]
    return IncidenceBoxCurve(
        label=sample.rows.groups[code], boxes=boxes, fit=fit, n=part.n,
        events=tuple(float(weight[ended][own == cause].sum()) for cause in range(causes)),
        resampled=resampled_incidences(
            part, sample.cause_of, causes, level=level, n_resamples=n_resamples, seed=seed,
            n_workers=n_workers,
        ),
    )  # fmt: skip
