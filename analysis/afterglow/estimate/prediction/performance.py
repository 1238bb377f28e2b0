"""How well predictions of a stack of landmarks do, all landmarks together and each alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Floats
from afterglow.estimate.prediction.calibration import Calibration, Scored, calibration_of
from afterglow.estimate.prediction.measures import (
    Ratio,
    discrimination,
    pair_order,
    squared_error,
)
from afterglow.estimate.prediction.stack import Stack, Window

BRIER: Final = "brier"
SCALED_BRIER: Final = "scaled_brier"
AUC: Final = "auc"
CONCORDANCE: Final = "concordance"
SLOPE: Final = "calibration_slope"
INTERCEPT: Final = "calibration_intercept"
ICI: Final = "ici"
E50: Final = "e50"
E90: Final = "e90"
MEASURES: Final = (BRIER, AUC, CONCORDANCE, INTERCEPT, SLOPE, ICI, E50, E90)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Performance:
    """Measures of one set of predictions.

    Attributes
    ----------
    values : mapping of measure to number
        `MEASURES`; NaN where a measure has no value.
    errors : mapping of measure to standard error
        Of brier, auc and calibration_slope, summed over subjects.
    loss_influence : array, shape (subjects,)
        Of each subject on the Brier score, for differences between models.
    n, events : float
        Rows, and weighted events among them.
    """

    values: dict[str, float]
    errors: dict[str, float]
    loss_influence: Floats
    n: float
    events: float


def performance_of(
    windows: Sequence[Window], stack: Stack, predicted: Floats, *, days: bool
) -> Performance:
    """Measure predictions on all landmarks together.

    Losses are averaged over rows; for the areas under the curve and the concordance a subject is
    compared with the others of the same landmark only, all pairs together.
    """
    found = ratios_of(windows, predicted, days=days)
    sums = {name: together(own) for name, own in found.items()}
    scored = scored_of(windows, stack, predicted, days=days)
    calibration = calibration_of(scored)
    loss, area = sums[BRIER], sums[AUC]
    influence = _by_subject(windows, stack, found[BRIER], degree=1)
    spread = _by_subject(windows, stack, found[AUC], degree=2)
    return Performance(
        values={**shares_of(sums), **calibration_values(calibration)},
        errors={
            BRIER: _error(influence / loss[1], stack) if loss[1] > 0 else np.nan,
            AUC: _error(spread / area[1], stack) if area[1] > 0 else np.nan,
            SLOPE: calibration.slope_error,
        },
        loss_influence=influence / loss[1] if loss[1] > 0 else influence,
        n=float(scored.count.sum()),
        events=float(sum(w.known.case @ w.known.count for w in windows)),
    )  # fmt: skip


def scored_of(windows: Sequence[Window], stack: Stack, predicted: Floats, *, days: bool) -> Scored:
    """Return predictions and outcomes of the windows behind each other."""
    rows = np.concatenate([w.rows for w in windows]) if windows else np.zeros(0, dtype=np.int64)
    parts = [(w.outcome, w.known.weight * w.known.count, w.known.count) for w in windows]
    outcome, weight, count = (
        (np.concatenate(own) for own in zip(*parts)) if parts else (np.zeros(0),) * 3
    )
    return Scored(
        subject=stack.subject[rows], outcome=outcome, predicted=predicted[rows], weight=weight,
        count=count, days=days,
    )  # fmt: skip


def calibration_values(found: Calibration) -> dict[str, float]:
    """Return the measures of calibration under their names."""
    return {
        INTERCEPT: float(found.intercept), SLOPE: float(found.slope), ICI: found.ici,
        E50: found.e50, E90: found.e90,
    }  # fmt: skip


def loss_difference_error(one: Performance, other: Performance) -> float:
    """Return the standard error of the difference of two Brier scores of the same subjects."""
    apart = one.loss_influence - other.loss_influence
    size = len(apart)
    return float(np.sqrt(np.sum(apart**2) * size / (size - 1))) if size > 1 else float("nan")


def ratios_of(
    windows: Sequence[Window], predicted: Floats, *, days: bool
) -> dict[str, list[Ratio]]:
    """Return of each window its Brier score, area under the curve and concordance.

    Expected days have no area under the curve, and are concordant where fewer go with sooner.
    """
    risk = -predicted if days else predicted
    return {
        BRIER: [squared_error(w.known, w.outcome, predicted[w.rows]) for w in windows],
        AUC: [] if days else [discrimination(w.known, risk[w.rows]) for w in windows],
        CONCORDANCE: [pair_order(w.known, risk[w.rows]) for w in windows],
    }


def together(found: Sequence[Ratio]) -> tuple[float, float]:
    """Return the sums of several windows' tops and bottoms."""
    return sum(one.top for one in found), sum(one.bottom for one in found)


def shares_of(sums: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """Return tops over bottoms; NaN where there is nothing to compare."""
    return {
        name: top / bottom if bottom > 0 else float("nan") for name, (top, bottom) in sums.items()
    }


def _by_subject(
    windows: Sequence[Window], stack: Stack, found: Sequence[Ratio], *, degree: int
) -> Floats:
    """Return each subject's influence on the sum of the tops less the measure times the bottoms.

    `degree` says whether a landmark's sums run over rows or over pairs of rows: how much more they
    weigh where one row more is at risk.
    """
    total = np.zeros(stack.subjects)
    top, bottom = together(found)
    if bottom <= 0:
        return total
    for window, one in zip(windows, found):
        if not len(one.part):
            continue
        moved = window.known.influence(one.part) / window.known.n
        away = degree * (one.top - one.bottom * top / bottom) / window.known.n
        np.add.at(total, stack.subject[window.rows], moved + away)
    return total


def _error(influence: Floats, stack: Stack) -> float:
    size = stack.subjects
    return float(np.sqrt(np.sum(influence**2) * size / (size - 1))) if size > 1 else float("nan")
