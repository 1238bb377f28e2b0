"""Strategies of treatment compared as in a trial that was never run: clone, censor, weight."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.options import check_level
from afterglow.estimate.resampling.draws import Units, check_draws, chunks_of, draw_chunk
from afterglow.estimate.target_trial.adherence import Adherence, fit_adherence
from afterglow.estimate.target_trial.clones import Clones, clone, timing, truncated, weights
from afterglow.estimate.target_trial.curves import shares, survival
from afterglow.estimate.target_trial.days import Days, read_days
from afterglow.estimate.target_trial.result import TargetTrial, told
from afterglow.estimate.target_trial.strategies import Strategy
from afterglow.estimate.weighting.terms import ModelTerm, column_of
from afterglow.names import DAY, DAYS_SINCE_SESSION, EVENT, SUBJECT

TRUNCATE: Final = (0.0, 0.999)
RESAMPLES: Final = 500


def clone_censor_weight(
    data: pd.DataFrame,
    strategies: Sequence[Strategy],
    *,
    grace_days: float,
    model: Sequence[ModelTerm],
    horizon: int,
    subject: str = SUBJECT,
    day: str = DAY,
    treated: str = "treated",
    event: str = EVENT,
    since: str = DAYS_SINCE_SESSION,
    waiting: str | None = None,
    decided: str | None = None,
    state: str | None = None,
    rhythm: str | None = None,
    truncate: tuple[float, float] | None = TRUNCATE,
    resamples: int = RESAMPLES,
    seed: int = 1,
    workers: int = 1,
    conf_level: float = 0.95,
) -> TargetTrial:
    """Estimate what would follow under each strategy, had everybody kept to it from day 0.

    Every subject has one clone per strategy that it could still follow on day 0. A clone is
    censored on the day on which its subject does something else; those that go on are weighted so
    that they also stand for those like them who did not. A session is allowed on any day of the
    window, and due by its last; its timing within the window is that of the sessions given in time.

    Parameters
    ----------
    data : DataFrame, one row per subject and day
        Days 0 (time zero), 1, 2, … without gap, to the last day followed. The outcome of a day
        comes before the decision of that day. Missing values are errors but in `waiting`.
    strategies : sequence of Strategy
        With different names, two or more.
    grace_days : float
        How many days a session may be early or late (every_days), or may wait (when).
    model : list of str or Smooth
        Columns that the chance of a session depends on, as known on the day before the decision.
    horizon : int
        Days that are looked at.
    subject, day, treated, event, since : str
        Who; days since time zero; whether a session was begun on the day; whether the first event
        came on it; days since the session before.
    waiting : str, optional
        For `when`: days since the condition came to be known, negative once answered, NaN for none.
    decided : str, optional
        Whether a session could be begun on the day; default: always.
    state : str, optional
        0 or 1: in the state whose days are counted. Rows then go on after the event. The share in
        it is put together from those free of the event and those past it, by the curve.
    rhythm : str, optional
        Column within whose levels (sites, say) sessions come in a rhythm of their own: how usual a
        session is on a day, and when in a window it comes. Default: one for all.
    truncate : (low, high) or None
        Weights beyond these shares of a strategy's weights are brought to them.
    resamples, seed, workers : int
        Resamples of subjects with all their clones; model, timing and weights are estimated anew
        in each. 0 for none: then there are no limits.

    Returns
    -------
    TargetTrial
        `tidy()`, `at`, `difference`, `mean_days`; `follow_up`, `weights_at` and `chance_model` to
        judge by.

    Raises
    ------
    InvalidInput
        The columns break these rules, or there are no rows.
    UsageError
        Fewer than two strategies, a name twice, a number that makes no sense.

    Notes
    -----
    It rests on three things: what makes a session more likely and foretells the outcome is in
    `model`; at every value of it some do what the strategy asks (see `follow_up`); the model is
    right. A weight is the product over decisions of q / p (session) or (1 − q) / (1 − p) (none),
    with p the model's chance and q that of the strategy.

    References
    ----------
    Hernán MA, Robins JM (2016). Am J Epidemiol 183:758-764.
    Cain LE et al. (2010). Int J Biostat 6(2):18.
    Maringe C et al. (2020). Int J Epidemiol 49:1719-1729.
    """
    cuts = _checked(strategies, grace_days, horizon, truncate, resamples, seed, conf_level)
    days = read_days(
        data, subject=subject, day=day, treated=treated, event=event, since=since,
        waiting=waiting, decided=decided, state=state, rhythm=rhythm, horizon=horizon,
        model=[column_of(term) for term in model],
    )  # fmt: skip
    clones = [clone(days, one, grace_days) for one in strategies]
    adherence = fit_adherence(data, days, model) if days.decided.any() else None
    once = np.ones(days.subjects)
    weight = _weights(days, clones, adherence, once, cuts)
    curves = _curves(days, weight, once)
    replicates = np.empty((0, *curves.shape))
    if resamples:
        replicates = _resampled(days, clones, adherence, cuts, resamples, seed, workers)
    found = TargetTrial(
        table=pd.DataFrame(), sentence="", days=days, clones=tuple(clones), weight=weight,
        curves=curves, unweighted=_curves(days, _unweighted(clones), once), replicates=replicates,
        chance_model=None if adherence is None else adherence.table(conf_level),
        conf_level=conf_level,
    )  # fmt: skip
    return told(found)


def _checked(
    strategies: Sequence[Strategy], grace_days: float, horizon: int,
    truncate: tuple[float, float] | None, resamples: int, seed: int, conf_level: float,
) -> tuple[float, float]:  # fmt: skip
    check_level(conf_level)
    if resamples != 0:
        check_draws(resamples, seed)
    names = [one.name for one in strategies]
    if len(names) < 2 or len(set(names)) < len(names):
        raise UsageError("Give two strategies or more, with different names.")
    if not grace_days >= 0 or not isinstance(horizon, int) or horizon < 1:
        raise UsageError("grace_days is 0 or more, and horizon a whole number of at least 1.")
    low, high = truncate or (0.0, 1.0)
    if not 0.0 <= low < high <= 1.0:
        raise UsageError("truncate is not (low, high) with 0 <= low < high <= 1, nor None.")
    return float(low), float(high)


def _weights(
    days: Days, clones: Sequence[Clones], adherence: Adherence | None, drawn: Floats,
    cuts: tuple[float, float],
) -> list[Floats]:  # fmt: skip
    if adherence is None:
        return _unweighted(clones)
    chance = adherence.chances(None if (drawn == 1).all() else drawn)
    return [
        truncated(weights(days, one, chance, timing(days, one, drawn)), days, drawn, cuts)
        for one in clones
    ]


def _unweighted(clones: Sequence[Clones]) -> list[Floats]:
    return [one.adherent.astype(np.float64) for one in clones]


def _curves(days: Days, weight: Sequence[Floats], drawn: Floats) -> Floats:
    """Return survival and share in the state, shape (2, strategies, days)."""
    free = [survival(days, one, drawn) for one in weight]
    unknown = np.full(days.length, np.nan)
    inside = [shares(days, one, drawn, curve) if days.has_state else unknown
              for one, curve in zip(weight, free)]  # fmt: skip
    return np.array([free, inside])


def _resampled(
    days: Days, clones: Sequence[Clones], adherence: Adherence | None,
    cuts: tuple[float, float], resamples: int, seed: int, workers: int,
) -> Floats:  # fmt: skip
    """Return the curves of every resample, shape (B, 2, strategies, days)."""
    everybody = np.arange(days.subjects)
    units = Units(order=everybody, starts=np.arange(days.subjects + 1), strata=(everybody,))

    def chunk(task: tuple[int, int]) -> Floats:
        found = []
        for one in draw_chunk(units, seed, *task):
            drawn = np.bincount(one, minlength=days.subjects).astype(np.float64)
            found.append(_curves(days, _weights(days, clones, adherence, drawn, cuts), drawn))
        return np.array(found)

    tasks = list(enumerate(chunks_of(resamples)))
    if workers == 1 or len(tasks) == 1:
        return np.concatenate([chunk(task) for task in tasks])
    with ThreadPoolExecutor(workers) as pool:
        return np.concatenate(list(pool.map(chunk, tasks)))
