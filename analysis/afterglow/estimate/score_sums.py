"""Observed and expected events of groups, and the variance of their difference."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.crossing import Crossing, crossings_of
from afterglow.estimate.log_rank_weights import Weighting
from afterglow.estimate.risktable import group_sizes
from afterglow.estimate.sample import Sample


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreSums:
    """Sums over event times and strata, one entry per group.

    Attributes
    ----------
    n, n_events : array, shape (K,)
        Subjects and events; weighted where weights are frequencies.
    observed, expected : array, shape (K,)
        Events, each counted with the weight of its time.
    covariance : array, shape (K, K)
        Of observed minus expected.
    """

    n: Floats
    n_events: Floats
    observed: Floats
    expected: Floats
    covariance: Floats


def score_sums(sample: Sample, weighting: Weighting) -> ScoreSums:
    """Return observed, expected and the covariance, summed over the strata."""
    crossings = crossings_of(sample)
    weights = weights_of_times(crossings, weighting)
    return ScoreSums(
        n=group_sizes(sample),
        n_events=events_by_group(sample, crossings),
        observed=_total(c.events @ w for c, w in zip(crossings, weights)),
        expected=_total(c.shares @ (w * c.events.sum(axis=0)) for c, w in zip(crossings, weights)),
        covariance=score_covariance(sample, crossings, weights, weights),
    )


def weights_of_times(crossings: Sequence[Crossing], weighting: Weighting) -> list[Floats]:
    """Return the weight of each event time, stratum by stratum."""
    return [
        weighting.of_times(crossing.at_risk.sum(axis=0), crossing.events.sum(axis=0))
        for crossing in crossings
    ]


def events_by_group(sample: Sample, crossings: Sequence[Crossing]) -> Floats:
    """Return the events of each group; weighted where weights are frequencies."""
    return _total(c.events.sum(axis=1) if sample.frequency else c.event_rows for c in crossings)


def score_covariance(
    sample: Sample,
    crossings: Sequence[Crossing],
    weights: Sequence[Floats],
    others: Sequence[Floats],
) -> Floats:
    """Return the covariance, shape (K, K), of the scores under two weightings of the times.

    Hypergeometric at each time, or the sums over clusters of the products of score residuals. The
    weights count as known, as they do under the hypothesis of one common hazard.
    """
    if not sample.robust:
        return _total(
            _hypergeometric(c, a * b) for c, a, b in zip(crossings, weights, others, strict=True)
        )
    left = _scores_by_cluster(crossings, weights)
    right = left if weights is others else _scores_by_cluster(crossings, others)
    return left.T @ right


def _total(parts) -> Floats:
    return np.sum(list(parts), axis=0)


def _hypergeometric(crossing: Crossing, weight: Floats) -> Floats:
    shares = crossing.shares
    n, d = crossing.at_risk.sum(axis=0), crossing.events.sum(axis=0)
    scale = np.divide(d * (n - d), n - 1.0, out=np.zeros_like(n), where=n > 1.0) * weight
    return np.diag(shares @ scale) - (shares * scale) @ shares.T


def _scores_by_cluster(crossings: Sequence[Crossing], weights: Sequence[Floats]) -> Floats:
    """Return the weighted score residuals of rows, or their sums over clusters across strata."""
    residual = np.concatenate([_score_residuals(c, w) for c, w in zip(crossings, weights)])
    cells = [crossing.cells for crossing in crossings]
    if cells[0].cluster is None:
        return residual * np.sqrt(np.concatenate([c.square for c in cells]))[:, None]
    weighted = residual * np.concatenate([c.weight for c in cells])[:, None]
    cluster = np.concatenate([c.cluster for c in cells])
    sums = np.zeros((int(cluster.max()) + 1, residual.shape[1]))
    np.add.at(sums, cluster, weighted)
    return sums


def _score_residuals(crossing: Crossing, weight: Floats) -> Floats:
    """Return w (1{group} − share) dM integrated over each cell's time at risk, per unit."""
    shares = crossing.shares
    size = len(shares)
    hazard = weight * crossing.events.sum(axis=0) / crossing.at_risk.sum(axis=0)
    own_group = np.eye(size)[crossing.group]
    total = np.concatenate([[0.0], np.cumsum(hazard)])
    shared = np.concatenate([np.zeros((1, size)), np.cumsum(shares * hazard, axis=1).T])
    begun, left = crossing.begun, crossing.left
    spent = (total[left] - total[begun])[:, None] * own_group - (shared[left] - shared[begun])
    ended = np.flatnonzero(crossing.cells.status == 1)
    at = left[ended] - 1
    spent[ended] -= weight[at][:, None] * (own_group[ended] - shares.T[at])
    return -spent
