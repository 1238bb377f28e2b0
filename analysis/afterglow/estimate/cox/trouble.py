"""Why a Cox model has no estimate, in words, with the way out."""

from collections.abc import Sequence
from typing import Final

from afterglow.estimate.cox.newton import CONVERGED, DIVERGED, Maximum

NO_EVENT: Final = (
    "no event: nothing can be estimated; follow up for longer, or choose another endpoint"
)


def trouble(found: Maximum, names: Sequence[str]) -> str:
    """Return in words why there is no maximum, or ""."""
    if found.state == CONVERGED:
        return ""
    moving = ", ".join(name for name, still in zip(names, found.drifting) if still)
    if found.state == DIVERGED:
        return (
            f"the coefficient of {moving} has no finite estimate (separation: among those at risk"
            " together the events all lie on one side of it): its estimate, error and p-value"
            " mean nothing; use penalty='firth', or merge groups"
        )
    return (
        f"not converged after {found.steps} steps (still moving: {moving or 'none'}): the numbers"
        " are not the estimate; rescale the covariates or leave some out"
    )
