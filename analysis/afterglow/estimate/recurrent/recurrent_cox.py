"""Regression on recurrent events: rates, event by event, and marginal models."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Codes, ColumnReader, Floats
from afterglow.estimate.cox.data import CoxRows
from afterglow.estimate.cox.design import Design, design
from afterglow.estimate.cox.fit import EXACT, fit_cox, robust_variance
from afterglow.estimate.cox.fit import TIES as COX_TIES
from afterglow.estimate.cox.result import Cox, cox_table
from afterglow.estimate.cox.sample import CASE, KINDS, Columns, CoxColumns, CoxSample
from afterglow.estimate.options import check_level, check_word
from afterglow.estimate.recurrent.episodes import (
    LWYY,
    MODELS,
    NUMBERED,
    PWP_GAP,
    PWP_TOTAL,
    WLW,
    Episodes,
)
from afterglow.estimate.recurrent.recurrent_result import RecurrentCox, recurrent_cox_result
from afterglow.estimate.recurrent.rows import (
    RecurrentRows,
    dense,
    each_subject,
    numbered,
    recurrent_rows,
)
from afterglow.estimate.sample import named
from afterglow.names import EVENT, START_DAY, STOP_DAY, SUBJECT

TIES: Final = tuple(word for word in COX_TIES if word != EXACT)
Specific = bool | Sequence[str]


def recurrent_cox(
    data: pd.DataFrame,
    formula: str | Sequence[str],
    *,
    model: str,
    subject: str = SUBJECT,
    start: str = START_DAY,
    stop: str = STOP_DAY,
    event: str = EVENT,
    number: str | None = None,
    event_specific: Specific = False,
    max_event: int | None = None,
    strata: Columns = None,
    cluster: str | None = None,
    weights: str | None = None,
    weights_kind: str = CASE,
    ties: str = "efron",
    robust: bool = True,
    conf_level: float = 0.95,
) -> RecurrentCox:
    """Estimate how covariates multiply the rate at which an event comes again.

    Parameters
    ----------
    data : DataFrame, one row per stretch (start, stop] of a subject's time at risk
        As in `mean_cumulative_function`; covariates may change from row to row.
    formula : str or list of str
        As in `cox`.
    model : str
        ``andersen-gill``: the rate of any event, R's ``coxph(Surv(start, stop, event) ~ x,
        cluster = id)``. ``lwyy``: the same estimate read as a ratio of mean (cumulative) numbers
        of events, which needs no more than proportional rates; its variance is always robust.
        ``pwp-total`` and ``pwp-gap``: the rate of the k-th event among those who had k − 1, on
        the clock of the data or since the first row after the event before, R's
        ``coxph(Surv(start, stop, event) ~ x + strata(k))`` and ``coxph(Surv(stop - start, event)
        ~ x + strata(k))``. ``wlw``: the time to the k-th event, everybody at risk for it from
        their start, R's ``coxph(Surv(stop, event) ~ x + strata(k), cluster = id)`` on one record
        per subject and k; always robust.
    subject, start, stop, event : str
        As in `mean_cumulative_function`.
    number : str, optional
        For which event of the subject a row is at risk, 1, 2, …, where rows that held earlier ones
        were left out (``pwp-total``, ``pwp-gap``); counted from the rows by default.
    event_specific : bool or list of str
        Whether effects differ from event to event: all of them, or the named terms or columns
        (``pwp-total``, ``pwp-gap``, ``wlw``). Terms then read "x: event 2".
    max_event : int, optional
        ``pwp-…``: later events share the stratum of this one, of which too few might be left;
        ``wlw``: later events are not analysed. All events by default.
    strata : str or list of str, optional
        Rows are compared within a stratum only, besides the event's number.
    cluster : str, optional
        What is independent, where that is more than the subject.
    weights, weights_kind : str, optional
        As in `cox`; a frequency is that of subjects.
    ties : str
        ``efron`` or ``breslow``.
    robust : bool
        The Lin–Wei variance, score residuals summed by subject or cluster. Events of one subject
        are rarely independent: without it the errors are usually too small.
    conf_level : float

    Returns
    -------
    RecurrentCox
        `tidy()` as `cox`: estimate (log ratio), hazard_ratio (of rates) with limits, std_error
        (model-based), robust_std_error.

    Raises
    ------
    InvalidInput
        The columns break the rules above; every problem is listed.
    NotEstimable
        A covariate is constant or collinear, overall or among those at risk together.
    UsageError
        An unknown word, or options that exclude each other.

    References
    ----------
    Andersen PK, Gill RD (1982). Ann Stat 10:1100-1120.
    Prentice RL, Williams BJ, Peterson AV (1981). Biometrika 68:373-379.
    Wei LJ, Lin DY, Weissfeld L (1989). J Am Stat Assoc 84:1065-1073.
    Lin DY, Wei LJ, Yang I, Ying Z (2000). J R Stat Soc B 62:711-730.
    """
    check_word("model", model, MODELS)
    check_word("ties", ties, TIES)
    check_word("weights_kind", weights_kind, KINDS)
    check_level(conf_level)
    _check_options(model, event_specific, max_event, robust)
    _check_number(model, number)
    rows = recurrent_rows(
        data, subject=subject, start=start, stop=stop, event=event, weights=weights,
        weights_kind="sampling" if weights_kind == CASE else weights_kind, cluster=cluster,
    )  # fmt: skip
    rows = each_subject(numbered(data, rows, number))
    episodes = MODELS[model](rows, max_event)
    covariates = design(data, formula)
    source = _source(rows, episodes)
    stratum, labels = _strata(data, strata, source, episodes)
    here = _expanded(covariates, source, episodes, event_specific)
    cells = _cox_rows(rows, episodes, here.matrix, stratum)
    sample = _sample(rows, here, cells, labels, robust=robust)
    fit = fit_cox(cells, ties=ties, terms=here.terms)
    known = robust and bool(np.isfinite(fit.beta).all())
    variance = robust_variance(cells, fit) if known else fit.variance
    columns = CoxColumns(duration=stop, event=event, entry=start, strata=strata, subject=subject)
    table, sentence = cox_table(sample, fit, variance, conf_level)
    fitted = Cox(
        table=table, sentence=sentence, sample=sample, columns=columns, fit=fit,
        variance=variance, conf_level=conf_level,
    )  # fmt: skip
    parts = (["event"] if model in NUMBERED else []) + named(strata)
    return recurrent_cox_result(
        fitted, model, unit="subject" if cluster is None else "cluster", strata=" and ".join(parts)
    )


def _check_options(
    model: str, event_specific: Specific, max_event: int | None, robust: bool
) -> None:
    if model not in NUMBERED and (event_specific or max_event is not None):
        option = "event_specific" if event_specific else "max_event"
        raise UsageError(
            f"{option} has no meaning for model = {model!r}, which does not tell the first event "
            f"from later ones.\nLeave it out, or use one of: {', '.join(NUMBERED)}."
        )
    if max_event is not None and max_event < 1:
        raise UsageError("max_event is less than 1.\nGive the number of the last event to tell.")
    if not robust and model in (WLW, LWYY):
        raise UsageError(
            f"model = {model!r} holds with a robust variance only.\nLeave robust=False out."
        )


def _check_number(model: str, number: str | None) -> None:
    if number is not None and model not in (PWP_TOTAL, PWP_GAP):
        raise UsageError(
            f"number has no meaning for model = {model!r}.\n"
            f"Leave it out, or use one of: {PWP_TOTAL}, {PWP_GAP}."
        )


def _source(rows: RecurrentRows, episodes: Episodes) -> Codes | None:
    """Return which row of the user's table each compared row is made of; None if it is those."""
    if rows.position is None or episodes.source is None:
        return episodes.source if rows.position is None else rows.position
    return rows.position[episodes.source]


def _strata(
    data: pd.DataFrame, strata: Columns, source: Codes | None, episodes: Episodes
) -> tuple[Codes | None, tuple[str, ...]]:
    """Return the strata of the rows and their labels: the event's number, and the caller's."""
    if strata is None and episodes.number is None:
        return None, ("",)
    read = ColumnReader(data, *named(strata))
    codes, names = read.label(strata)
    read.finish()
    codes = codes if source is None else codes[source]
    if episodes.number is None:
        return codes, names
    largest = int(episodes.number.max())
    combined = codes * largest + episodes.number - 1
    present, stratum = np.unique(combined, return_inverse=True)
    labels = [
        ", ".join(part for part in (names[code // largest], f"event {code % largest + 1}") if part)
        for code in present
    ]
    return stratum.astype(np.int64), tuple(labels)


def _expanded(
    covariates: Design, source: Codes | None, episodes: Episodes, event_specific: Specific
) -> Design:
    """Return the covariates of the model's rows, cut by event where effects are event's own."""
    matrix = covariates.matrix if source is None else covariates.matrix[source]
    if event_specific is False or episodes.number is None:
        return replace(covariates, matrix=np.asfortranarray(matrix))
    own = _own_columns(covariates, event_specific)
    numbers = np.unique(episodes.number[episodes.event]) if episodes.event.any() else [1]
    terms: list[str] = []
    columns: list[Floats] = []
    for j, term in enumerate(covariates.terms):
        for number in numbers if j in own else [None]:
            terms.append(term if number is None else f"{term}: event {number}")
            chosen = 1.0 if number is None else episodes.number == number
            columns.append(matrix[:, j] * chosen)
    return Design(
        terms=tuple(terms), matrix=np.asfortranarray(np.column_stack(columns)),
        warning=covariates.warning, coding=dict.fromkeys(terms),
    )  # fmt: skip


def _own_columns(covariates: Design, event_specific: Specific) -> set[int]:
    if isinstance(event_specific, bool):
        return set(range(len(covariates.terms)))
    wanted = [event_specific] if isinstance(event_specific, str) else list(event_specific)
    groups = covariates.groups
    places = {term: (j,) for j, term in enumerate(covariates.terms)} | groups
    for name in wanted:
        if name not in places:
            raise UsageError.unknown_option("event_specific", name, places)
    return {j for name in wanted for j in places[name]}


def _cox_rows(
    rows: RecurrentRows, episodes: Episodes, matrix: Floats, stratum: Codes | None
) -> CoxRows:
    size = len(episodes.exit)
    source = slice(None) if episodes.source is None else episodes.source
    return CoxRows(
        x=matrix, times=episodes.times, exit=episodes.exit, entry=episodes.entry,
        event=episodes.event,
        stratum=np.zeros(size, np.int32) if stratum is None else stratum.astype(np.int32),
        weight=None if rows.weight is None else rows.weight[source], frequency=False,
        cluster=dense(rows.unit)[source], offset=None,
    )  # fmt: skip


def _sample(
    rows: RecurrentRows, here: Design, cells: CoxRows, labels: tuple[str, ...], *, robust: bool
) -> CoxSample:
    return CoxSample(
        design=here, rows=cells, strata=labels, subject=cells.cluster,
        n=float(rows.first.sum()), n_events=float(cells.event.sum()), robust=robust,
    )  # fmt: skip
