"""Why a Cox model has no estimate, in words, with the way out."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from afterglow.estimate.cox.newton import CONVERGED, DIVERGED, Maximum
from afterglow.estimate.cox.sample import CoxSample

NO_EVENT: Final = (
    "no event, so nothing can be estimated: follow up for longer, or choose another endpoint"
)


def trouble(found: Maximum, names: Sequence[str]) -> str:
    """Return in words why there is no maximum, or ""."""
    if found.state == CONVERGED:
        return ""
    moving = ", ".join(name for name, still in zip(names, found.drifting) if still)
    if found.state == DIVERGED:
        return (
            f"the coefficient of {moving} has no finite estimate (separation: among those at risk"
            " together the events all lie on one side of it), so its estimate, error and p-value"
            " mean nothing: merge its groups, leave it out, or, where the model takes a penalty,"
            ' set penalty = "firth"'
        )
    return (
        f"not converged after {found.steps} steps (still moving: {moving or 'none'}), so the"
        " numbers are not the estimate: rescale the covariates or leave some out"
    )


def few_clusters(sample: CoxSample) -> str:
    """Return in words that there are too few clusters for a robust variance, or ""."""
    cluster, size = sample.rows.cluster, len(sample.design.terms)
    if not sample.robust or cluster is None:
        return ""
    found = int((np.bincount(cluster) > 0).sum())
    if found > size:
        return ""
    return (
        f"{found} cluster{'s' if found > 1 else ''} for {size} coefficient"
        f"{'s' if size > 1 else ''}, so the robust variance is too small and its tests mean"
        " nothing: take the model-based variance, or fewer covariates"
    )


def join_words(*warnings: str) -> str:
    """Return several warnings as one."""
    return "; ".join(warning for warning in warnings if warning)
