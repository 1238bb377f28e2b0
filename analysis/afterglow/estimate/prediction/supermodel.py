"""The landmark supermodel: one model for all landmark days, fitted to arrays."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.prediction.censoring import OTHER, TARGET
from afterglow.estimate.prediction.hazards import (
    Hazard,
    cross_validated,
    design_of,
    fit_hazard,
    rows_of,
)
from afterglow.estimate.prediction.stack import Stack, landmark_terms
from afterglow.estimate.timegrid import near_index

SMALL: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recipe:
    """How a model is fitted, the choice of its penalty included.

    Attributes
    ----------
    theta : float or None
        The penalty per event; None chooses it by cross-validation.
    folds : array of int, shape (subjects,)
        Which part of the cross-validation a subject belongs to.
    days : bool
        Whether expected days are predicted, and not a risk.
    """

    theta: float | None
    folds: Codes
    days: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Supermodel:
    """Hazards of the target and of what competes with it.

    Attributes
    ----------
    hazards : tuple of Hazard
        Of the target, then of all that competes, where something does.
    landmarks : array
        The landmark days; predictions are for days from the first to the last.
    horizon : float
    days : bool
    tried : tuple of lists
        Of each hazard the penalties tried, with their cross-validated log likelihood.
    """

    hazards: tuple[Hazard, ...]
    landmarks: Floats
    horizon: float
    days: bool
    tried: tuple[list[tuple[float, float]], ...]

    def predict(self, x: Floats, day: Floats) -> Floats:
        """Return the prediction of each row: its risk within the horizon, or its expected days."""
        found = np.empty(len(day))
        whole = np.hstack([x, landmark_terms(day, self.landmarks)[0]])
        for landmark in np.unique(day):
            own = day == landmark
            found[own] = self._from(whole[own], float(landmark))
        return found

    def _from(self, x: Floats, landmark: float) -> Floats:
        """Follow the rows of one landmark through the steps of its window."""
        ratios = [hazard.ratio(x) for hazard in self.hazards]
        until = landmark + self.horizon
        window = np.array([landmark, until])
        inside = [slice(*near_index(one.times, window, side="right")) for one in self.hazards]
        times = np.unique(np.concatenate([h.times[k] for h, k in zip(self.hazards, inside)]))
        steps = np.zeros((len(self.hazards), len(times)))
        for place, (hazard, own) in enumerate(zip(self.hazards, inside)):
            steps[place, np.searchsorted(times, hazard.times[own])] = hazard.steps[own]
        target = np.outer(ratios[0], steps[0])
        total = target + (np.outer(ratios[1], steps[1]) if len(ratios) > 1 else 0.0)
        before = np.exp(-(np.cumsum(total, axis=1) - total))
        share = np.divide(-np.expm1(-total), total, out=np.ones_like(total), where=total > SMALL)
        gained = before * share * target
        if self.days:
            return self.horizon - gained @ (until - times)
        return gained.sum(axis=1)


def fit_supermodel(stack: Stack, count: Floats, recipe: Recipe) -> Supermodel:
    """Fit the hazards to the rows that count, the penalty chosen anew.

    A hazard in days since the origin, common to all landmarks, times the ratios of the predictors
    and of the landmark's week and its square (van Houwelingen & Putter's ipl*): those at risk at
    landmark s enter at s and are censored at s + horizon.
    """
    landmarks = stack.landmarks
    x = design_of(stack, landmarks)
    hazards, tried = [], []
    for code in (TARGET, OTHER) if stack.other else (TARGET,):
        rows = rows_of(stack, x, code, count)
        theta, path = _penalty(stack, x, code, count, recipe, rows.weights[rows.event].sum())
        hazards.append(fit_hazard(rows, stack.x.shape[1], theta))
        tried.append(path)
    return Supermodel(
        hazards=tuple(hazards), landmarks=landmarks, horizon=stack.horizon, days=recipe.days,
        tried=tuple(tried),
    )  # fmt: skip


def _penalty(
    stack: Stack, x: Floats, code: int, count: Floats, recipe: Recipe, events: float
) -> tuple[float, list[tuple[float, float]]]:
    if recipe.theta is not None:
        return max(recipe.theta * float(events), SMALL), []
    return cross_validated(stack, x, code, count, recipe.folds)


def fold_of(subjects: int, folds: int, seed: int) -> Codes:
    """Return which of `folds` parts each subject belongs to, at random by `seed`."""
    return np.random.default_rng([seed, 0]).permutation(subjects) % folds
