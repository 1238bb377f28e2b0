"""Landmark prediction in a plan."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import Field, model_validator

from afterglow.plan.analysis import RegressionAnalysis, Share
from afterglow.plan.base import NonNegativeDays, PositiveDays
from afterglow.plan.clauses import Term

RELAPSE: Final = "relapse"
BEFORE_BOOSTER: Final = "relapse_before_booster"
DAYS_TO_RELAPSE: Final = "days_to_relapse"
CROSS_VALIDATED: Final = "cross-validated"
THRESHOLDS: Final = (0.1, 0.2, 0.3, 0.4, 0.5)
Predictor = Literal[
    "last_score",
    "change_from_baseline",
    "slope",
    "days_since_score",
    "days_since_session",
    "sessions_so_far",
    "weeks_since_course_end",
]
PREDICTORS: Final[tuple[Predictor, ...]] = (
    "last_score",
    "change_from_baseline",
    "slope",
    "days_since_score",
    "sessions_so_far",
)


class LandmarkPredictionAnalysis(RegressionAnalysis):
    """The relapse of one subject, foretold on a day from the scores and sessions so far."""

    IDLE: ClassVar[Mapping[str, Any]] = {
        "by": None,
        "reference": None,
        "strata": None,
        "cluster": None,
    }
    IDLE_WHY: ClassVar[str] = "in a prediction: name what predicts in terms and predictors"

    estimator: Literal["landmark_prediction"] = Field(description="how the endpoint is estimated")
    target: Literal["relapse", "relapse_before_booster", "days_to_relapse"] = Field(
        description="what is predicted: relapse: its risk were no booster given (boosters censor); "
        "relapse_before_booster: its risk in care as it is (boosters compete); days_to_relapse: "
        "expected days before it, at most the horizon, were no booster given"
    )
    horizon_days: PositiveDays = Field(description="how far ahead, from the day of prediction")
    prediction_days: tuple[NonNegativeDays, ...] = Field(
        min_length=1,
        description="landmarks: days since the origin from which one predicts, of those at risk",
    )
    predictors: tuple[Predictor, ...] = Field(
        default=PREDICTORS, description="what is known of the course by each of these days"
    )
    terms: tuple[Term, ...] = Field(
        default=(), description="what is known at baseline; a model of these alone is a rival"
    )
    penalty: Literal["cross-validated"] | Annotated[float, Field(gt=0)] = Field(
        default=CROSS_VALIDATED,
        description="how strongly ridge shrinks, per event; default: chosen by cross-validation",
    )
    folds: int = Field(default=5, ge=2, le=20, description="parts of that cross-validation")
    resamples: int = Field(
        default=200,
        ge=0,
        description="bootstrap resamples of subjects, the whole procedure anew in each; 0: none",
    )
    leave_out: str | None = Field(
        default=None,
        description="a column of the subjects, such as site_id: each group is predicted by the "
        "others",
    )
    thresholds: tuple[Share, ...] = Field(
        default=THRESHOLDS,
        description="risks at or above which one would act, for the decision curve",
    )

    @model_validator(mode="after")
    def _options_go_together(self) -> Self:
        if not self.terms and not self.predictors:
            raise ValueError("predictors and terms are both empty: name what predicts")
        if (
            self.penalty != CROSS_VALIDATED
            and self.folds != type(self).model_fields["folds"].default
        ):
            raise ValueError("folds does nothing with a penalty of your own: leave it out")
        if self.target == DAYS_TO_RELAPSE and self.thresholds != THRESHOLDS:
            raise ValueError("thresholds does nothing for days_to_relapse, which is no risk")
        if self.resamples == 1:
            raise ValueError("one resample says nothing: give 0, or 2 and more")
        return self
