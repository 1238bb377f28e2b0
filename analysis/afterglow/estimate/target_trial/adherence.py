"""The chance that a session is begun on a day, given what is known on it; anew in each resample."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Floats
from afterglow.estimate.target_trial.days import Days
from afterglow.estimate.target_trial.habit import habit
from afterglow.estimate.weighting.model import ModelFit, coefficients, fit_model
from afterglow.estimate.weighting.passes import fit_strata, totals
from afterglow.estimate.weighting.rows import WeightRows, weight_rows
from afterglow.estimate.weighting.terms import ModelTerm

NEAR = 1e-7
ROW, ZERO, BEGUN, ENDED = "row", "zero", "begun", "ended"
USUAL = "usual on such a day (log odds)"
NEVER_SURE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Adherence:
    """A pooled logistic model of beginning a session on a day on which one could be begun.

    Attributes
    ----------
    rows : WeightRows
        One row per decision.
    fit : ModelFit
    place : array of int, shape (decisions,)
        Where each decision stands in a flattened array of subject-days.
    shape : (subjects, days)
    """

    rows: WeightRows
    fit: ModelFit
    place: np.ndarray
    shape: tuple[int, int]

    def chances(self, drawn: Floats | None = None) -> Floats:
        """Return the chance on each subject-day, NaN without a decision.

        With `drawn`, how often each subject was drawn, the model is fitted anew to those.
        """
        cells = self.fit.cells
        log_left = self.fit.log_left
        if drawn is not None:
            log_left = self._again(drawn[self.place // self.shape[1]])
        found = np.full(self.shape[0] * self.shape[1], np.nan)
        chance = -np.expm1(log_left[cells.of_row])
        found[self.place] = np.clip(chance, NEVER_SURE, 1.0 - NEVER_SURE)
        return found.reshape(self.shape)

    def _again(self, drawn: Floats) -> Floats:
        cells, size = self.fit.cells, len(self.fit.cells.x)
        trials, ended, log_left = np.zeros(size), np.zeros(size), np.zeros(size)
        totals(drawn, cells.of_row, self.rows.tries, self.rows.ended, trials, ended)
        fit_strata(
            cells.x, cells.bounds, trials, ended, cells.active, self.fit.beta.copy(),
            np.zeros_like(self.fit.information), np.zeros_like(self.fit.promised), log_left, NEAR,
        )  # fmt: skip
        return log_left

    def table(self, conf_level: float) -> pd.DataFrame:
        """Return the model's coefficients (log odds of a session on a day), with limits."""
        return coefficients(self.fit, self.rows.strata, conf_level)


def fit_adherence(data: pd.DataFrame, days: Days, terms: Sequence[ModelTerm]) -> Adherence:
    """Fit the model to all days on which a session could be begun, each subject once."""
    flat = days.decided.ravel()
    known = days.place >= 0
    chosen = np.zeros(len(data), dtype=bool)
    chosen[known] = flat[days.place[known]]
    part = data.loc[chosen].reset_index(drop=True)
    place = days.place[chosen]
    begun = days.treated.ravel()[place]
    columns: dict[str, Any] = {
        ROW: np.arange(len(part)), ZERO: 0.0, BEGUN: begun, ENDED: False,
        USUAL: habit(days).ravel()[place],
    }  # fmt: skip
    part = part.assign(**columns)
    rows = weight_rows(
        part, censoring=(*terms, USUAL), numerator=(), stabilized=False, subject=ROW, by=None,
        strata=None, start=ZERO, stop=ZERO, event=ENDED, censored=BEGUN, trials=None, order=None,
    )  # fmt: skip
    fit = fit_model(rows, rows.censoring)
    return Adherence(rows=rows, fit=fit, place=place[rows.place], shape=days.followed.shape)
