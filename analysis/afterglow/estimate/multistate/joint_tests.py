"""Robust tests of the models of several moves at once: subjects link the moves that they make."""

from collections.abc import Sequence

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.cox.fit import score_residuals
from afterglow.estimate.cox.global_tests import ROBUST_SCORE, WALD, quadratic
from afterglow.estimate.cox.result import Cox


def joint_robust_tests(models: Sequence[Cox], clusters: Sequence[Codes]) -> dict[str, float]:
    """Return the chi-squares of the robust tests that all coefficients of all models are 0.

    Parameters
    ----------
    models : list of Cox, with a robust variance each
    clusters : list of array of int
        Whose each row of a model is; a code means the same in all of them.

    Returns
    -------
    dict
        "Wald" and "robust score"; R's ``summary(coxph(…, id = , istate = ))``. NaN where a model
        has no event.
    """
    if any(model.fit.n_events == 0 for model in models):
        return dict.fromkeys((WALD, ROBUST_SCORE), float("nan"))
    size = 1 + max(int(codes.max()) for codes in clusters)
    moved, scores = [], []
    for model, codes in zip(models, clusters):
        null = np.zeros(len(model.fit.beta))
        moved.append(_summed(model, codes, size) @ model.fit.variance)
        scores.append(_summed(model, codes, size, at=null))
    beta = np.concatenate([model.fit.beta for model in models])
    score = np.concatenate([model.fit.score_null for model in models])
    return {WALD: _test(beta, np.hstack(moved)), ROBUST_SCORE: _test(score, np.hstack(scores))}


def _summed(model: Cox, codes: Codes, size: int, *, at: Floats | None = None) -> Floats:
    rows = model.sample.rows
    weighted = score_residuals(rows, model.fit, at=at) * rows.weights[:, None]
    return np.array([np.bincount(codes, weights=column, minlength=size) for column in weighted.T]).T


def _test(values: Floats, influence: Floats) -> float:
    return quadratic(values, influence.T @ influence)
