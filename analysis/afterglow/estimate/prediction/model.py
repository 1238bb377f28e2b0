"""Landmark prediction of one subject's risk, or expected days, from what is known on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.checks import ColumnReader
from afterglow.estimate.options import check_level, check_word
from afterglow.estimate.prediction.censoring import TARGET
from afterglow.estimate.prediction.model_table import (
    OTHER_CAUSE,
    OWN_CAUSE,
    model_sentence,
    model_table,
)
from afterglow.estimate.prediction.stack import Stack, landmark_terms, read_stack
from afterglow.estimate.prediction.supermodel import Recipe, Supermodel, fit_supermodel, fold_of
from afterglow.estimate.prediction.validated import Validation, validated
from afterglow.estimate.result import Result
from afterglow.names import (
    CAUSE,
    DURATION,
    ESTIMATE,
    EVENT,
    GROUP,
    LANDMARK,
    SUBJECT,
    TERM,
    TIME,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RISK: Final = "risk"
DAYS: Final = "days"
TARGETS: Final = (RISK, DAYS)
CROSS_VALIDATED: Final = "cross-validated"
CENTER: Final = "mean"
BASELINE: Final = "baseline hazard"
COEFFICIENT: Final = "coefficient"
PART: Final = "part"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LandmarkPrediction(Result):
    """A fitted landmark model; `tidy()` has one row per cause and coefficient.

    Attributes
    ----------
    model : Supermodel
        Coefficients and baseline hazards as arrays.
    stack : Stack
    recipe : Recipe
    at_baseline : tuple of str
        The predictors that the baseline-only rival has.
    conf_level : float
    """

    model: Supermodel
    stack: Stack
    recipe: Recipe
    at_baseline: tuple[str, ...]
    conf_level: float

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the baseline hazards, summed over days since the origin, and return the axes."""
        from afterglow.figures.lines import draw_lines

        rows = self.equation()
        rows = rows[rows[PART] == BASELINE].rename(columns={CAUSE: GROUP})
        rows = rows.assign(**{ESTIMATE: rows.groupby(GROUP)[ESTIMATE].cumsum()})
        return draw_lines(rows, ylabel="Cumulative baseline hazard", ax=ax)

    def predict(self, newdata: pd.DataFrame, day: float | str = LANDMARK) -> pd.DataFrame:
        """Predict for new rows.

        Parameters
        ----------
        newdata : DataFrame
            The predictors, as in the data of the fit; missing values are errors.
        day : float or str
            Days since the origin on which the predictors are known and the subject is still at
            risk, or a column of them; from the first to the last landmark.

        Returns
        -------
        DataFrame
            landmark_day, time_days (the end of the horizon), estimate: the probability (0 to 1)
            of the event by then, or the expected days before it.

        Raises
        ------
        UsageError
            A day before the first or after the last landmark.
        """
        column = day if isinstance(day, str) else None
        read = ColumnReader(newdata, column, *self.stack.terms)
        values = [read.number(name) for name in self.stack.terms]
        days = np.full(len(newdata), float(day)) if column is None else read.number(column)
        read.finish()
        first, last = self.model.landmarks[[0, -1]]
        if (days < first).any() or (days > last).any():
            raise UsageError(
                f"The model predicts from day {first:g} to day {last:g}, its landmarks.\n"
                "Give a day between them, or fit with other landmarks."
            )
        x = np.column_stack(values) if values else np.empty((len(newdata), 0))
        return pd.DataFrame(
            {LANDMARK: days, TIME: days + self.model.horizon, ESTIMATE: self.model.predict(x, days)}
        )

    def equation(self) -> pd.DataFrame:
        """Return all that a prediction needs, one row per number.

        `part` is mean (of a predictor), coefficient (log hazard ratio per unit above that mean),
        or baseline hazard (its step at time_days, days since the origin, at the means); `cause` the
        event or what competes with it. The hazard at time t of a subject at day s is the step
        times exp(sum of coefficient × (value − mean)), landmark terms included.
        """
        rows: list[dict[str, Any]] = []
        for cause, hazard in zip((OWN_CAUSE, OTHER_CAUSE), self.model.hazards):
            for name, center, beta in zip(self._terms(), hazard.center, hazard.beta):
                rows.append({PART: CENTER, CAUSE: cause, TERM: name, ESTIMATE: center})
                rows.append({PART: COEFFICIENT, CAUSE: cause, TERM: name, ESTIMATE: beta})
            for time, step in zip(hazard.times, hazard.steps):
                rows.append({PART: BASELINE, CAUSE: cause, TERM: "", TIME: time, ESTIMATE: step})
        return pd.DataFrame(rows, columns=[PART, CAUSE, TERM, TIME, ESTIMATE])

    def validate(
        self,
        *,
        resamples: int = 200,
        seed: int = 1,
        leave_out: str | None = None,
        data: pd.DataFrame | None = None,
        thresholds: Sequence[float] | None = None,
    ) -> Validation:
        """Measure the model and its rivals: as fitted, corrected for optimism, sites left out.

        Parameters
        ----------
        resamples : int
            Bootstrap resamples of subjects; in each the whole procedure is repeated, the choice
            of the penalty included. 0 leaves them out.
        seed : int
        leave_out : str, optional
            A column of `data` (the data of the fit, rows in the same order): each of its values
            is predicted by models of all the others.
        thresholds : sequence of float, optional
            Risks at which one would act, for the decision curve; default 5 to 50 %.

        Returns
        -------
        Validation
        """
        sites = None
        if leave_out is not None:
            if data is None:
                raise UsageError("leave_out names a column, and data is missing.\nGive data=.")
            read = ColumnReader(data, leave_out)
            codes, labels = read.label(leave_out)
            read.finish()
            sites = (codes[self.stack.place], labels)
        return validated(self, resamples=resamples, seed=seed, sites=sites, thresholds=thresholds)

    def _terms(self) -> tuple[str, ...]:
        return (*self.stack.terms, *landmark_terms(np.zeros(1), self.model.landmarks)[1])


def landmark_prediction(
    data: pd.DataFrame,
    predictors: Sequence[str],
    *,
    horizon_days: float,
    target: str = RISK,
    at_baseline: Sequence[str] = (),
    landmark: str = LANDMARK,
    duration: str = DURATION,
    event: str = EVENT,
    cause: str | None = None,
    of_cause: str | None = None,
    subject: str = SUBJECT,
    penalty: str | float = CROSS_VALIDATED,
    folds: int = 5,
    seed: int = 1,
    conf_level: float = 0.95,
) -> LandmarkPrediction:
    """Fit a landmark supermodel: the risk of an event within a horizon, from any landmark day.

    Parameters
    ----------
    data : DataFrame, one row per subject and landmark day on which the subject is at risk
        Missing values in the named columns are errors.
    predictors : sequence of str
        Numeric columns: what was known on the landmark day.
    horizon_days : float
        How far ahead one predicts.
    target : str
        ``risk``: the probability of the event within the horizon; where causes compete, of the
        event before any other. ``days``: expected days before the event, at most the horizon;
        who has another event first counts as never having this one.
    at_baseline : sequence of str
        Predictors already known at baseline; a model of these alone is one of the rivals.
    landmark, duration : str
        Days since one origin: of the landmark, and of the subject's exit, which is later.
    event : str
        Whether the exit was the event (bool or 0/1).
    cause, of_cause : str, optional
        A column of causes ("" where censored) in place of `event`, and the one predicted.
    subject : str
        Whose each row is: resampling and cross-validation keep a subject's rows together.
    penalty : "cross-validated" or float
        The ridge penalty per event, ½ θ Σ var(x) β² with θ = penalty × events; or chosen from
        0.02 to 100 by cross-validated partial likelihood, for each cause.
    folds, seed : int
        Parts of that cross-validation, and what they are drawn by.

    Returns
    -------
    LandmarkPrediction
        `predict(newdata, day)`, `equation()`, `validate()`; `tidy()`: term, cause, estimate (log
        hazard ratio per unit, shrunk), hazard_ratio. There are no standard errors: shrunken
        coefficients are for prediction.

    Raises
    ------
    InvalidInput
        The columns break the rules above.
    NotEstimable
        No event within any window.
    UsageError
        An unknown word or cause, a penalty or a number of folds that makes no sense.

    Notes
    -----
    Rows enter at their landmark and are censored at its horizon. All landmarks share one baseline
    hazard in days since the origin, times exp(γ₁ week + γ₂ week²) of the landmark (ipl* of the
    first reference). Where causes compete, the event and all others have a hazard each, and the
    risk is the incidence that both imply, so that the risks of all ends sum to at most 1; a
    Fine–Gray model would need weights of its own at every landmark, and would not say what the
    competing risk is.

    References
    ----------
    van Houwelingen HC, Putter H (2012). Dynamic Prediction in Clinical Survival Analysis. CRC.
    Verweij PJM, van Houwelingen HC (1994). Stat Med 13:2427-2436.
    Nicolaie MA, van Houwelingen JC, de Witte TM, Putter H (2013). Stat Med 32:2031-2047.
    """
    check_word("target", target, TARGETS)
    check_level(conf_level)
    theta = _theta(penalty)
    unknown = [name for name in at_baseline if name not in predictors]
    if unknown:
        raise UsageError.unknown_option("at_baseline", unknown[0], predictors)
    stack = read_stack(
        data, list(predictors), float(horizon_days), landmark=landmark, duration=duration,
        event=event, cause=cause, of_cause=of_cause, subject=subject,
    )  # fmt: skip
    if not (stack.within == TARGET).any():
        raise NotEstimable("No event lies within a window.\nName a longer horizon.")
    if not 2 <= folds <= stack.subjects:
        raise UsageError(f"folds = {folds} cannot part {stack.subjects} subjects.\nGive 5, say.")
    recipe = Recipe(theta=theta, folds=fold_of(stack.subjects, folds, seed), days=target == DAYS)
    model = fit_supermodel(stack, np.ones(len(stack.landmark)), recipe)
    table = model_table(stack, model)
    return LandmarkPrediction(
        table=table, sentence=model_sentence(stack, model), model=model, stack=stack, recipe=recipe,
        at_baseline=tuple(at_baseline), conf_level=conf_level,
    )  # fmt: skip


def _theta(penalty: str | float) -> float | None:
    if isinstance(penalty, str):
        check_word("penalty", penalty, (CROSS_VALIDATED, "a number above 0"))
        return None
    if not 0.0 < penalty < np.inf:
        raise UsageError("penalty is not above 0.\nGive 1.0, say, or 'cross-validated'.")
    return float(penalty)
