"""The score test of coefficients that drift with time, and residuals that show the drift."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.cox.event_sums import add_events
from afterglow.estimate.cox.newton import aliased, inverse
from afterglow.estimate.cox.partial import symmetric, weighted_products
from afterglow.estimate.cox.residuals import FittedRows, exposure, schoenfeld
from afterglow.estimate.cox.sums import add_tied_means

Columns = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drift:
    """Score and information of the model β + θ g(t) at θ = 0.

    Attributes
    ----------
    score : array, shape (p,)
        Derivative of the log partial likelihood by θ.
    information : array, shape (2p, 2p)
        Of β and θ.
    """

    score: Floats
    information: Floats

    def statistic(self, columns: Sequence[int]) -> float:
        """Return the chi-square statistic of θ = 0 for some covariates; NaN where singular."""
        size = len(self.score)
        kept = [*range(size), *(size + column for column in columns)]
        information = self.information[np.ix_(kept, kept)]
        if aliased(information).any():
            return float("nan")
        score = np.concatenate([np.zeros(size), self.score[list(columns)]])
        return float(score @ inverse(information) @ score)


def drift(model: FittedRows, path: Floats) -> Drift:
    """Return score and information for g(t) = `path`, one number for each event time (C,)."""
    rows, likelihood = model.rows, model.likelihood
    observed = np.zeros(rows.x.shape[1])
    weight = np.ones(1) if rows.weight is None else rows.weight
    last = likelihood.cells.leave
    add_events(rows.x.T, likelihood.center, rows.event, last, weight, path, observed)
    expected, mixed = _moments(model, path)
    squared = _moments(model, path**2)[1]
    plain = model.here.information
    return Drift(
        score=observed - expected, information=np.block([[plain, mixed], [mixed, squared]])
    )


def _moments(model: FittedRows, factor: Floats) -> tuple[Floats, Floats]:
    """Sum the risk sets' means and variances of x over the events, times `factor`."""
    rows, likelihood, here = model.rows, model.likelihood, model.here
    hazard, own_hazard = (values * factor for values in likelihood.hazards(here.powers))
    products = weighted_products(rows.x, likelihood.center, exposure(model, hazard, own_hazard))
    size = rows.x.shape[1]
    means, squares = np.zeros(size), np.zeros((size, size))
    add_tied_means(here.staying, here.dying, likelihood.share * factor, here.powers, means, squares)
    return means, symmetric(products - squares)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DriftResiduals:
    """Scaled Schoenfeld residuals of terms: about each term's coefficient at each event.

    Attributes
    ----------
    events : array of int, shape (E,)
        Rows with events by stratum and time.
    values : array, shape (E, terms)
        A term of several columns counts as one covariate, its linear predictor, whose coefficient
        is 1. NaN in strata in which the term does not vary.
    variance : array, shape (terms,)
        Of one residual.
    """

    events: Codes
    values: Floats
    variance: Floats


def drift_residuals(model: FittedRows, terms: Sequence[Columns]) -> DriftResiduals:
    """Return what ``plot(cox.zph)`` shows for terms, each given by its columns of x."""
    beta, rows = model.fit.beta, model.rows
    events, values = schoenfeld(model)
    used = _events_where_it_varies(model)
    for term in terms:
        used[:, term] = used[:, term].max(axis=1, keepdims=True)
    pairs = np.minimum(used[:, :, None], used[:, None, :]).sum(axis=0)
    mean = model.here.information / np.where(pairs > 0, pairs, 1)
    combined = np.zeros((len(beta), len(terms)))
    for i, term in enumerate(terms):
        combined[list(term), i] = 1.0 if len(term) == 1 else beta[list(term)]
    values, mean = values @ combined, combined.T @ mean @ combined
    used = used[:, [term[0] for term in terms]]
    levels = np.array([beta[term[0]] if len(term) == 1 else 1.0 for term in terms])
    scaled = np.full(values.shape, np.nan)
    patterns, which = np.unique(used > 0, axis=0, return_inverse=True)
    which = which.reshape(-1)[rows.stratum[events]]
    for k, pattern in enumerate(patterns):
        here, varying = np.flatnonzero(which == k), np.flatnonzero(pattern)
        part = values[np.ix_(here, varying)] @ inverse(mean[np.ix_(varying, varying)])
        scaled[np.ix_(here, varying)] = part + levels[varying]
    return DriftResiduals(events=events, values=scaled, variance=np.diag(inverse(mean)))


def _events_where_it_varies(model: FittedRows) -> Floats:
    """Return the events of each stratum for the covariates that vary in it, else 0."""
    rows = model.rows
    strata = int(rows.stratum.max()) + 1
    copies = np.bincount(
        model.likelihood.cells.stratum, weights=model.likelihood.copies, minlength=strata
    )
    some = np.zeros(strata, dtype=np.int64)
    some[rows.stratum] = np.arange(rows.n)
    varies = np.array([
        np.bincount(rows.stratum, weights=column != column[some][rows.stratum], minlength=strata)
        for column in rows.x.T
    ]).T  # fmt: skip
    return np.where(varies > 0, copies[:, None], 0.0)
