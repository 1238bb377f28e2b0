"""All that is known of how well a landmark model predicts, beside its rivals, as one result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Codes, Floats
from afterglow.estimate.options import normal_quantile
from afterglow.estimate.prediction.calibration import Scored
from afterglow.estimate.prediction.calibration_points import (
    binned_points,
    calibration_points,
)
from afterglow.estimate.prediction.decision import default_thresholds
from afterglow.estimate.prediction.performance import (
    AUC,
    BRIER,
    CONCORDANCE,
    E50,
    E90,
    ICI,
    INTERCEPT,
    SCALED_BRIER,
    SLOPE,
    Performance,
    loss_difference_error,
    performance_of,
    scored_of,
)
from afterglow.estimate.prediction.stack import WITHOUT, Stack, windows_of
from afterglow.estimate.prediction.supermodel import Recipe, fit_supermodel
from afterglow.estimate.prediction.validation import (
    LeftOutSite,
    Optimism,
    Procedure,
    flat,
    leave_out,
    optimism,
)
from afterglow.estimate.resampling.draws import check_draws
from afterglow.estimate.result import Result, said
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    GROUP,
    METHOD,
    N_EVENTS,
    STATISTIC_NAME,
    STD_ERROR,
    TERM,
    TIME,
    WARNING,
    N,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from afterglow.estimate.prediction.model import LandmarkPrediction

MODEL: Final = "model"
BASELINE_ONLY: Final = "baseline only"
VALIDATION: Final = "validation"
APPARENT: Final = "apparent"
CORRECTED: Final = "optimism-corrected"
LEFT_OUT_SUBJECTS: Final = "left-out subjects"
LEFT_OUT_SITES: Final = "left-out sites"
UNSEEN: Final = (CORRECTED, LEFT_OUT_SUBJECTS)
SHOWN: Final = (BRIER, SCALED_BRIER, AUC, CONCORDANCE, INTERCEPT, SLOPE, ICI, E50, E90)
OF_LOSS: Final = (BRIER, SCALED_BRIER)
RANGE: Final = {BRIER: (0.0, np.inf), SCALED_BRIER: (-np.inf, 1.0), AUC: (0.0, 1.0)}
METHOD_WORDS: Final = "inverse probability of censoring weights, Kaplan–Meier at each landmark"
NO_RESAMPLE: Final = "no resample gave a model: name a longer horizon, or fewer landmarks"
NO_CHANGE: Final = "the predictions or the outcomes do not vary"
FEWEST_WITH_EVENT: Final = 10
NEED_EVENTS: Final = (AUC, CONCORDANCE, SLOPE)
TOO_FEW_EVENTS: Final = f"fewer than {FEWEST_WITH_EVENT} subjects left out had the event"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Validation(Result):
    """Performance of a landmark model; `tidy()` has one row per measure, model and validation.

    Attributes
    ----------
    apparent : mapping of model to Performance
        In the data of the fit.
    optimism : mapping of model to Optimism
        Empty without resamples.
    sites : list of LeftOutSite
        All together first; empty without sites.
    by_landmark : mapping of landmark to mapping of model to Performance
    scored : Scored
        The model's predictions and outcomes in the data of the fit.
    thresholds : array
    """

    apparent: dict[str, Performance]
    optimism: dict[str, Optimism]
    sites: list[LeftOutSite]
    by_landmark: dict[float, dict[str, Performance]]
    scored: Scored
    thresholds: Floats

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw observed against predicted, as fitted and in those left out; return the axes."""
        from afterglow.figures.calibration import draw_calibration

        level = float(self.table[CONF_LEVEL].iloc[0])
        curves, bins = calibration_points(self.unseen), binned_points(self.unseen, level)
        unit = "days" if self.scored.days else "%"
        return draw_calibration(
            curves, bins, xlabel=f"Predicted ({unit})", ylabel=f"Observed ({unit})",
            share=not self.scored.days, ax=ax,
        )  # fmt: skip

    @property
    def unseen(self) -> dict[str, Scored]:
        """Predictions and outcomes by validation: apparent, left-out subjects, left-out sites."""
        found = {APPARENT: self.scored}
        own = self.optimism.get(MODEL)
        if own is not None and own.scored is not None:
            found[LEFT_OUT_SUBJECTS] = own.scored
        if self.sites:
            found[LEFT_OUT_SITES] = self.sites[0].scored[MODEL]
        return found


def validated(
    fitted: "LandmarkPrediction", *, resamples: int, seed: int,
    sites: tuple[Codes, tuple[str, ...]] | None, thresholds: Sequence[float] | None,
) -> Validation:  # fmt: skip
    """Return the performance of a model; see `LandmarkPrediction.validate`."""
    if resamples:
        check_draws(resamples, seed)
    asked = _thresholds(thresholds)
    stack, days = fitted.stack, fitted.recipe.days
    whole = np.ones(len(stack.landmark))
    procedures = rivals(stack, fitted.recipe, fitted.at_baseline)
    predicted = {name: procedure(stack, whole)(stack) for name, procedure in procedures.items()}
    windows = windows_of(stack, whole, days=days)
    apparent = {
        name: performance_of(windows, stack, values, days=days)
        for name, values in predicted.items()
    }
    by_landmark = {
        w.landmark: {
            name: performance_of([w], stack, values, days=days)
            for name, values in predicted.items()
        }
        for w in windows
    }
    found = (
        optimism(stack, procedures, apparent, days=days, resamples=resamples, seed=seed)
        if resamples
        else {}
    )
    left = leave_out(stack, *sites, procedures, days=days) if sites and len(sites[1]) > 1 else []
    result = Validation(
        table=pd.DataFrame(), sentence="", apparent=apparent, optimism=found, sites=left,
        by_landmark=by_landmark, scored=scored_of(windows, stack, predicted[MODEL], days=days),
        thresholds=asked,
    )  # fmt: skip
    table = pd.DataFrame(_rows(result, fitted.conf_level, stack))
    return replace(result, table=table, sentence=_sentence(table))


def rivals(stack: Stack, recipe: Recipe, at_baseline: Sequence[str]) -> dict[str, Procedure]:
    """Return the model and its rivals: baseline predictors only, and the curve without any."""
    every = {MODEL: _fitting(recipe, list(range(len(stack.terms))))}
    own = [stack.terms.index(name) for name in at_baseline]
    if own and len(own) < len(stack.terms):
        every[BASELINE_ONLY] = _fitting(recipe, own)
    return {**every, WITHOUT: flat(days=recipe.days)}


def _fitting(recipe: Recipe, columns: list[int]) -> Procedure:
    def fit(stack: Stack, count: Floats) -> Callable[[Stack], Floats]:
        terms = tuple(stack.terms[place] for place in columns)
        model = fit_supermodel(replace(stack, x=stack.x[:, columns], terms=terms), count, recipe)
        return lambda new: model.predict(new.x[:, columns], new.landmark)

    return fit


def _thresholds(asked: Sequence[float] | None) -> Floats:
    found = default_thresholds() if asked is None else np.sort(np.asarray(asked, dtype=np.float64))
    if not ((found > 0) & (found < 1)).all():
        raise UsageError("thresholds holds a risk that is not between 0 and 1.\nGive shares.")
    return found


def _rows(found: Validation, level: float, stack: Stack) -> list[dict[str, Any]]:
    quantile = normal_quantile(level)
    rows = []
    null = found.apparent[WITHOUT]
    for name, own in found.apparent.items():
        errors = own.errors | {SCALED_BRIER: _scaled_error(own, null)}
        counts = {N: float(stack.subjects), N_EVENTS: own.events}
        rows += _measures(name, APPARENT, own.values, null.values, errors, quantile, counts)
        if name in found.optimism:
            more = found.optimism[name]
            rows += _measures(
                name, CORRECTED, more.corrected, found.optimism[WITHOUT].corrected, errors,
                quantile, counts,
            )  # fmt: skip
            rows += _measures(
                name, LEFT_OUT_SUBJECTS, more.left_out, found.optimism[WITHOUT].left_out, {},
                quantile, counts,
            )  # fmt: skip
            if not more.resamples:
                rows = [r | {WARNING: NO_RESAMPLE} if r[VALIDATION] in UNSEEN else r for r in rows]
    for site in found.sites:
        counts = {N: site.subjects, N_EVENTS: site.events}
        for name, values in site.performance.items():
            null_values = site.performance[WITHOUT]
            more_rows = _measures(name, LEFT_OUT_SITES, values, null_values, {}, quantile, counts)
            rows += [_of_site(row, site) for row in more_rows]
    for landmark, models in found.by_landmark.items():
        for name, own in models.items():
            counts = {N: own.n, N_EVENTS: own.events}
            errors = own.errors | {SCALED_BRIER: _scaled_error(own, models[WITHOUT])}
            more_rows = _measures(
                name, APPARENT, own.values, models[WITHOUT].values, errors, quantile, counts
            )
            rows += [row | {TIME: landmark} for row in more_rows]
    return [{CONF_LEVEL: level, METHOD: METHOD_WORDS, **row} for row in rows]


def _of_site(row: dict[str, Any], site: LeftOutSite) -> dict[str, Any]:
    """Return the row of a site; what needs more subjects with the event than it has says so."""
    few = row[STATISTIC_NAME] in NEED_EVENTS and site.with_event < FEWEST_WITH_EVENT
    warning = row[WARNING] or (TOO_FEW_EVENTS if few else "")
    return row | {GROUP: site.label, WARNING: warning}


def _scaled_error(own: Performance, null: Performance) -> float:
    below = null.values[BRIER]
    return loss_difference_error(own, null) / below if below > 0 else float("nan")


def _measures(
    name: str, kind: str, values: dict[str, float], null: dict[str, float],
    errors: dict[str, float], quantile: float, counts: dict[str, float],
) -> list[dict[str, Any]]:  # fmt: skip
    """Return one row per measure.

    The curve without predictors does not tell subjects apart, and has nothing to be calibrated.
    """
    below = null[BRIER]
    scaled = 1.0 - values[BRIER] / below if below > 0 else float("nan")
    rows = []
    for measure in SHOWN:
        if name == WITHOUT and measure not in OF_LOSS:
            continue
        value = scaled if measure == SCALED_BRIER else values[measure]
        error = errors.get(measure, np.nan)
        low, high = RANGE.get(measure, (-np.inf, np.inf))
        half = quantile * error
        limits = (max(low, value - half), min(high, value + half))
        row: dict[str, Any] = {
            STATISTIC_NAME: measure,
            TERM: name,
            VALIDATION: kind,
            GROUP: "",
            TIME: np.nan,
        }
        row |= {ESTIMATE: value, STD_ERROR: error, WARNING: "" if np.isfinite(value) else NO_CHANGE}
        row |= dict(zip((CONF_LOW, CONF_HIGH), limits if np.isfinite(half) else (np.nan, np.nan)))
        rows.append(row | counts)
    return rows


def _sentence(table: pd.DataFrame) -> str:
    best = CORRECTED if (table[VALIDATION] == CORRECTED).any() else APPARENT
    own = table[(table[VALIDATION] == best) & (table[TERM] == MODEL) & (table[GROUP] == "")]
    own = own[own[TIME].isna()]
    values = dict(zip(own[STATISTIC_NAME].tolist(), own[ESTIMATE].tolist()))
    return (
        f"{best.capitalize()}: scaled Brier score {said(values[SCALED_BRIER])},"
        f" concordance {said(values[CONCORDANCE])}, calibration slope {said(values[SLOPE])},"
        f" integrated calibration index {said(values[ICI])}."
    )
