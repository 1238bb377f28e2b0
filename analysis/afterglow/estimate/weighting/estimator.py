"""Kaplan–Meier curves weighted by the inverse chance of having remained uncensored."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.intervals import CONF_TYPES
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.options import check_level, check_word
from afterglow.estimate.resampling.draws import check_draws
from afterglow.estimate.survival_result import KaplanMeier
from afterglow.estimate.weighting.diagnostics import event_times, weights_by_time
from afterglow.estimate.weighting.model import coefficients, fit_model, row_weights
from afterglow.estimate.weighting.positivity import positivity
from afterglow.estimate.weighting.resamples import resampled_curves
from afterglow.estimate.weighting.result import PERCENTILE, WeightedSurvival, told
from afterglow.estimate.weighting.rows import WeightRows, weight_rows
from afterglow.estimate.weighting.terms import ModelTerm
from afterglow.names import (
    CENSORED,
    EVENT,
    GROUP,
    START_DAY,
    STOP_DAY,
    SUBJECT,
)
from afterglow.rounding import trimmed

RESAMPLES: Final = 500
SEQUENCE: Final = "sequence"
UNIT: Final = "unit"
WEIGHT: Final = "weight"


def weighted_kaplan_meier(
    data: pd.DataFrame,
    *,
    censoring: Sequence[ModelTerm],
    numerator: Sequence[ModelTerm] | None = None,
    subject: str = SUBJECT,
    by: str | Sequence[str] | None = None,
    strata: str | Sequence[str] | None = None,
    fit_by: str | Sequence[str] | None = None,
    start: str = START_DAY,
    stop: str = STOP_DAY,
    event: str = EVENT,
    censored: str = CENSORED,
    trials: str | None = None,
    order: str | None = None,
    truncate: tuple[float, float] | None = None,
    resamples: int = RESAMPLES,
    seed: int = 1,
    workers: int = 1,
    conf_level: float = 0.95,
    conf_type: str = "log-log",
) -> WeightedSurvival:
    """Estimate S(t) had nobody been censored artificially, by inverse probability weights.

    Whoever goes on uncensored also stands for those like them who did not: a row weighs the
    inverse of the chance to have come so far, from a pooled logistic model of "censored now, given
    not yet". With given weights the curve is R's ``survfit(Surv(start, stop, event), weights =,
    id =)``.

    Parameters
    ----------
    data : DataFrame, one row per period of a subject
        Rows of one subject and group, in order, are multiplied up; a row weighs the product over
        itself and those before it of (chance to remain by `numerator`) / (chance to remain by
        `censoring`), each to the power of `trials`. Missing values are errors.
    censoring : list of str or Smooth
        Columns that the chance of being censored depends on, as known when the row began: numbers;
        text, categories and bool (against their first level); `Smooth` numbers.
    numerator : list of str or Smooth, optional
        Columns that stabilise the weights, such as time and group only; an empty list for the
        overall chance. Where all rows end on the same days this cancels but for truncation; where
        they do not, rows at risk at one time have numerators of different days. Default: none.
    subject : str
        Who is drawn by the bootstrap, with all rows. Clones of one may be in several groups.
    by : str or list of str, optional
        Groups, or arms: one curve each.
    strata : str or list of str, optional
        A model of its own for the rows of each level.
    fit_by : str or list of str, optional
        Columns of groups, such as sites, in each of which those censored are held against the
        number that the model expects (`positivity`).
    start, stop, event : str
        At risk in (start, stop] (days; start may be −inf: from the beginning), with the event at
        `stop` or not. A row with start = stop has no time at risk: a decision only.
    censored : str
        Whether the row ended in artificial censoring. Such a row has no time at risk, as nobody
        saw what would have followed; later rows do not count.
    trials : str, optional
        How often the row could have ended in censoring, such as its days; 0 for time at risk
        without a decision. Default: once.
    order : str, optional
        What puts a subject's rows in order. Default: start, then stop.
    truncate : (low, high) or None
        Weights beyond these shares of the weights of all rows at risk are brought to them: steadier
        and more biased, as those who stand for many are those whose like were all boosted.
    resamples, seed, workers : int
        Resamples of subjects, models estimated anew in each; 0 for none: then the limits take the
        weights as known. Workers are threads; their number changes nothing.
    conf_type : str
        ``log-log``, ``log``, ``plain``, ``logit``, ``arcsin``: normal limits on that scale with
        the bootstrap's standard error; or ``percentile``.

    Returns
    -------
    WeightedSurvival
        `tidy()`, `at`, `quantile`, `median`, `difference`; the curve without weights as `naive`;
        `weights`, `censoring_model` and `positivity` to judge it by.

    Raises
    ------
    InvalidInput
        The columns break these rules; every problem is listed.
    UsageError
        An unknown word or a number that makes no sense.
    NotEstimable
        Nobody has time at risk.

    Notes
    -----
    It rests on three things: whatever makes censoring more likely and also foretells the event is
    among the columns; at every value of them some remain uncensored (`positivity` looks); and the
    model is right. A coefficient's limits are model-based; those of the curve are not.

    References
    ----------
    Robins JM, Finkelstein DM (2000). Biometrics 56:779-788.
    Cole SR, Hernán MA (2008). Am J Epidemiol 168:656-664.
    """
    shares = _checked(truncate, resamples, seed, workers, conf_level, conf_type)
    rows = weight_rows(
        data, censoring=censoring, numerator=numerator or (), stabilized=numerator is not None,
        subject=subject, by=by, strata=strata, start=start, stop=stop, event=event,
        censored=censored, trials=trials, order=order,
    )  # fmt: skip
    if not rows.at_risk.any():
        raise NotEstimable("Nobody has time at risk.\nGive rows with a start before their stop.")
    models = fit_model(rows, rows.censoring), fit_model(rows, rows.numerator)
    weight = row_weights(rows, *models, shares)
    scale = "log-log" if conf_type == PERCENTILE else conf_type
    weighted, naive = (_curve(rows, one, conf_level, scale) for one in (weight, None))
    replicates = np.empty((0, len(rows.groups), len(rows.times)))
    if resamples:
        replicates = resampled_curves(
            rows, *models, shares, resamples=resamples, seed=seed, workers=workers
        )
    by_time = weights_by_time(rows, weight, event_times(rows))
    looked_at = positivity(data, rows, models[0], censoring, by_time, fit_by)
    table = coefficients(models[0], rows.strata, conf_level)
    found = WeightedSurvival(
        table=pd.DataFrame(), sentence="", curve=weighted, naive=naive,
        weights=by_time, censoring_model=table, positivity=looked_at,
        row_weights=_in_place(rows, weight, len(data)), rows=rows, times=rows.times,
        replicates=replicates, conf_type=conf_type, conf_level=conf_level,
    )  # fmt: skip
    return told(found, _method(rows, shares, resamples, conf_type))


def _checked(
    truncate: tuple[float, float] | None, resamples: int, seed: int, workers: int,
    conf_level: float, conf_type: str,
) -> tuple[float, float]:  # fmt: skip
    check_word("conf_type", conf_type, (*CONF_TYPES, PERCENTILE))
    check_level(conf_level)
    if resamples != 0:
        check_draws(resamples, seed)
    elif conf_type == PERCENTILE:
        raise UsageError("conf_type = 'percentile' needs resamples.\nGive, say, 500.")
    if not isinstance(workers, int) or workers < 1:
        raise UsageError("workers is not a whole number of at least 1.")
    low, high = truncate or (0.0, 1.0)
    if not 0.0 <= low < high <= 1.0:
        raise UsageError("truncate is not (low, high) with 0 <= low < high <= 1, nor None.")
    return float(low), float(high)


def _curve(
    rows: WeightRows, weight: Floats | None, conf_level: float, conf_type: str
) -> KaplanMeier:
    kept = rows.at_risk
    sequence = rows.sequence[kept]
    labels = pd.Categorical.from_codes(
        rows.group[sequence], categories=pd.Index(rows.groups, dtype=object)
    )
    table = pd.DataFrame(
        {
            START_DAY: rows.start[kept],
            STOP_DAY: rows.stop[kept],
            EVENT: rows.event[kept] > 0,
            GROUP: labels,
            SEQUENCE: sequence,
            UNIT: rows.unit[sequence],
            WEIGHT: 1.0 if weight is None else weight[kept],
        }
    )
    entry = START_DAY if np.isfinite(rows.start[kept]).any() else None
    return kaplan_meier(
        table, duration=STOP_DAY, event=EVENT, entry=entry, subject=SEQUENCE, by=GROUP,
        weights=None if weight is None else WEIGHT, weights_kind="sampling",
        cluster=None if weight is None and rows.nested else UNIT,
        conf_level=conf_level, conf_type=conf_type,
    )  # fmt: skip


def _in_place(rows: WeightRows, weight: Floats, size: int) -> Floats:
    found = np.full(size, np.nan)
    found[rows.place[rows.at_risk]] = weight[rows.at_risk]
    return found


def _method(rows: WeightRows, shares: tuple[float, float], resamples: int, conf_type: str) -> str:
    words = ["stabilised" if rows.stabilized else "unstabilised"]
    if shares != (0.0, 1.0):
        words.append(
            f"truncated at the {trimmed(100 * shares[0])} and {trimmed(100 * shares[1])} % points"
        )
    limits = f"bootstrap of {resamples} resamples of subjects" if resamples else "weights as known"
    return f"weighted kaplan-meier, {', '.join(words)}; {limits}, {conf_type} limits"
