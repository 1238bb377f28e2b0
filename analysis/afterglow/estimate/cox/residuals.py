"""Residuals of a fitted Cox model: of rows, of events, and what each row does to the estimate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.checks import Codes, Floats, factorized, spell
from afterglow.estimate.cox.data import CoxRows
from afterglow.estimate.cox.fit import CoxFit, cluster_sums, score_residuals
from afterglow.estimate.cox.partial import (
    Evaluation,
    PartialLikelihood,
    partial_likelihood,
    running,
)
from afterglow.estimate.cox.sums import expose
from afterglow.estimate.options import check_word
from afterglow.names import GROUP, TIME

ROW: Final = "row"
STRATUM: Final = "stratum"
EXACT: Final = "exact"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FittedRows:
    """Rows, their fit, and the sums over risk sets at its coefficients.

    Attributes
    ----------
    rows : CoxRows
    fit : CoxFit
    likelihood : PartialLikelihood
        With Efron's ties where the fit has them, Breslow's otherwise.
    here : Evaluation
        At the fit's coefficients.
    """

    rows: CoxRows
    fit: CoxFit
    likelihood: PartialLikelihood
    here: Evaluation


def fitted_rows(rows: CoxRows, fit: CoxFit) -> FittedRows:
    """Evaluate the partial likelihood of `rows` at the coefficients of `fit`.

    Raises
    ------
    NotEstimable
        There was no event, and so there are no coefficients.
    """
    if not fit.n_events:
        raise NotEstimable(
            "There is no event, so nothing was estimated that could have residuals.\n"
            "Follow up for longer, or choose another endpoint."
        )
    likelihood = partial_likelihood(rows, efron=fit.ties == "efron")
    return FittedRows(rows=rows, fit=fit, likelihood=likelihood, here=likelihood.at(fit.beta))


def cox_residuals(
    rows: CoxRows,
    fit: CoxFit,
    kind: str,
    *,
    terms: Sequence[str],
    collapse: Sequence[object] | NDArray | pd.Series | None = None,
    weighted: bool | None = None,
) -> pd.DataFrame:
    """Return residuals of a fit, one row per row of the data or per event.

    Equals R's ``residuals(fit, type =, collapse =, weighted =)``.

    Parameters
    ----------
    rows, fit
        What was fitted, and the fit.
    kind : str
        ``martingale``: event minus the cumulative hazard that the row went through.
        ``deviance``: the same, made symmetric about 0.
        ``score``: each row's part of the score, one column per term.
        ``dfbeta``: about how much each coefficient falls when the row is left out.
        ``dfbetas``: the same in standard errors.
        ``schoenfeld``: per event, its covariates minus their mean over the risk set.
        ``scaled-schoenfeld``: those times the variance and the number of events, plus the
        coefficients: about the coefficient at that time.
    terms : sequence of str
        Names of the coefficients.
    collapse : sequence, optional
        A label for each row: residuals are summed over the rows of one label, as over the pieces
        of one subject. Not for residuals of events.
    weighted : bool, optional
        Multiply by the row's weight; dfbeta and dfbetas are unless told otherwise.

    Returns
    -------
    DataFrame
        ``row`` (its position in the data, from 1) or ``group`` (the label); for events ``stratum``
        (its number, from 1), time_days and ``row``; then "martingale" or "deviance", or one column
        per term.

    Raises
    ------
    UsageError
        An unknown word, labels that do not fit, or residuals that the exact partial likelihood
        does not have (R has none either): all but martingale and deviance.
    """
    check_word("kind", kind, (*ROW_KINDS, *EVENT_KINDS))
    if fit.ties == EXACT and kind not in ONE_COLUMN:
        raise UsageError(
            f"kind = {kind!r} does not exist for exact ties.\nFit with ties = 'efron', or ask for"
            " 'martingale' or 'deviance'."
        )
    model = fitted_rows(rows, fit)
    if kind in EVENT_KINDS:
        if collapse is not None:
            raise UsageError(f"kind = {kind!r} is per event and has no rows to sum over.\n"
                             "Leave collapse out.")  # fmt: skip
        return _of_events(model, kind, terms, weighted=bool(weighted))
    scale = rows.weights if (kind in WEIGHTED if weighted is None else weighted) else None
    labels, codes = _labels(rows, collapse)
    values = ROW_KINDS[kind](model, _summing(codes, len(labels), scale))
    names = [kind] if kind in ONE_COLUMN else list(terms)
    table = pd.DataFrame(values.reshape(len(labels), -1), columns=names)
    table.insert(0, ROW if codes is None else GROUP, labels)
    return table


Summing = Callable[[Floats], Floats]
"""From values per row, shape (n,) or (n, p), to weighted sums per label."""


def _labels(rows: CoxRows, collapse: object) -> tuple[list[object], Codes | None]:
    if collapse is None:
        return list(range(1, rows.n + 1)), None
    series = pd.Series(np.asarray(collapse))
    if len(series) != rows.n or series.isna().any():
        raise UsageError(
            f"collapse holds {len(series)} labels, {int(series.isna().sum())} of them missing, for"
            f" {rows.n} rows.\nGive one label for each row of the data."
        )
    codes, values = factorized(series)
    return [spell(value) for value in values], codes


def _summing(codes: Codes | None, size: int, weight: Floats | None) -> Summing:
    def summed(values: Floats) -> Floats:
        columns = values.reshape(len(values), -1)
        if weight is not None:
            columns = columns * weight[:, None]
        total = columns if codes is None else cluster_sums(columns, codes)
        return total.reshape(size, *values.shape[1:])

    return summed


def exposure(model: FittedRows, hazard: Floats, own_hazard: Floats) -> Floats:
    """Return each row's risk times the hazard over its time at risk, shape (n,).

    `hazard` and `own_hazard`, shape (C,), are each event time's steps for those who stay and for
    those who have the event there.
    """
    rows, cells = model.rows, model.likelihood.cells
    total = running(hazard, cells.first)
    exposed = np.empty(rows.n)
    expose(
        model.here.risk, rows.event, cells.leave, cells.begin, total,
        total - hazard + own_hazard, cells.first, exposed,
    )  # fmt: skip
    return exposed


def martingale(model: FittedRows) -> Floats:
    """Return 1{event} minus the cumulative hazard over each row's time at risk, shape (n,)."""
    exposed = exposure(model, *model.likelihood.hazards(model.here.powers))
    weight = model.rows.weight
    return model.rows.event - (exposed if weight is None else exposed / weight)


def schoenfeld(model: FittedRows) -> tuple[Codes, Floats]:
    """Return the rows with events, by stratum and time, and x minus its mean over the risk set.

    Shapes (events,) and (events, p); events of one time come in the order of the rows.
    """
    likelihood, here = model.likelihood, model.here
    events = np.flatnonzero(model.rows.event)
    events = events[np.argsort(likelihood.cells.leave[events], kind="stable")]
    p0, p1 = here.powers[:, [0]], here.powers[:, [1]]
    means = (p0 * here.staying[:, 1:] + p1 * here.dying[:, 1:]) / likelihood.copies[:, None]
    cell = likelihood.cells.leave[events]
    return events, model.rows.x[events] - likelihood.center - means[cell]


def _of_events(
    model: FittedRows, kind: str, terms: Sequence[str], *, weighted: bool
) -> pd.DataFrame:
    rows, fit = model.rows, model.fit
    events, values = schoenfeld(model)
    if weighted:
        values = values * rows.weights[events][:, None]
    if kind == "scaled-schoenfeld":
        values = values @ fit.variance * model.likelihood.copies.sum() + fit.beta
    table = pd.DataFrame(values, columns=list(terms))
    table.insert(0, STRATUM, rows.stratum[events] + 1)
    table.insert(1, TIME, rows.times[rows.exit[events]])
    table.insert(2, ROW, events + 1)
    return table


def _martingale(model: FittedRows, summed: Summing) -> Floats:
    return summed(martingale(model))


def _deviance(model: FittedRows, summed: Summing) -> Floats:
    """Return sign(M) √(−2 (M + d log((d − M)/d))), with M and the events d summed first.

    R leaves the last division out, which makes no difference up to one event and NaN above.
    """
    m, d = summed(martingale(model)), summed(model.rows.event.astype(np.float64))
    some = d > 0.0
    logs = d * np.log(np.where(some, d - m, 1.0) / np.where(some, d, 1.0))
    return np.sign(m) * np.sqrt(np.maximum(-2.0 * (m + logs), 0.0))


def _score(model: FittedRows, summed: Summing) -> Floats:
    return summed(score_residuals(model.rows, model.fit))


def _dfbeta(model: FittedRows, summed: Summing) -> Floats:
    return summed(score_residuals(model.rows, model.fit) @ model.fit.variance)


def _dfbetas(model: FittedRows, summed: Summing) -> Floats:
    return _dfbeta(model, summed) / np.sqrt(np.diag(model.fit.variance))


ROW_KINDS: Final[dict[str, Callable[[FittedRows, Summing], Floats]]] = {
    "martingale": _martingale,
    "deviance": _deviance,
    "score": _score,
    "dfbeta": _dfbeta,
    "dfbetas": _dfbetas,
}
EVENT_KINDS: Final = ("schoenfeld", "scaled-schoenfeld")
ONE_COLUMN: Final = ("martingale", "deviance")
WEIGHTED: Final = ("dfbeta", "dfbetas")
