"""Analyses of events that lie between visits in a plan: curves, tests, regressions."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from afterglow.plan.analysis import (
    CensoringAnalysis,
    GroupedAnalysis,
    LandmarkAnalysis,
    RegressionAnalysis,
    Share,
)

Resamples = Annotated[int, Field(ge=100, le=5000)]
DEFAULT_RESAMPLES = 200


class TurnbullAnalysis(CensoringAnalysis, LandmarkAnalysis):
    """Share still free of the endpoint when the event lies between visits (Turnbull's NPMLE)."""

    IDLE: ClassVar = {"strata": None, "reference": None}
    IDLE_WHY: ClassVar[str] = "for interval-censored curves: each group has a curve of its own"

    estimator: Literal["turnbull"] = Field(description="how the endpoint is estimated")
    at_days: tuple[float, ...] = Field(
        default=(), description="days since the origin to read the curve at"
    )
    quantiles: tuple[Share, ...] = Field(
        default=(0.5,), description="shares with the event, for the times; 0.5 is the median"
    )
    visit_dates: bool = Field(
        default=True,
        description="also show Kaplan-Meier by visit date and by midpoint, and how late they are",
    )
    resamples: Resamples = Field(
        default=DEFAULT_RESAMPLES, description="bootstrap resamples of the subjects for the limits"
    )


class IntervalTestAnalysis(GroupedAnalysis, CensoringAnalysis, LandmarkAnalysis):
    """Test that the groups' curves are equal when events lie between visits."""

    IDLE: ClassVar = {"reference": None, "cluster": None, "conf_level": 0.95}
    IDLE_WHY: ClassVar[str] = "in a permutation test, which compares all groups"

    estimator: Literal["interval_test"] = Field(description="how the endpoint is estimated")
    weighting: Literal["logrank", "finkelstein", "wilcoxon"] = Field(
        default="logrank", description="scores of the rows; wilcoxon: early events weigh more"
    )
    trend: bool = Field(default=False, description="also test for a trend over the groups' order")
    scores: tuple[float, ...] = Field(
        default=(), description="one number per group for that trend; default: 1, 2, …"
    )

    @model_validator(mode="after")
    def _scores_need_a_trend(self) -> Self:
        if self.scores and not self.trend:
            raise ValueError("scores does nothing without trend = true")
        return self


class IntervalRegressionAnalysis(RegressionAnalysis, CensoringAnalysis, LandmarkAnalysis):
    """Hazard or odds ratios when events lie between visits, with a baseline of any shape."""

    IDLE: ClassVar = {**RegressionAnalysis.IDLE, "strata": None}
    IDLE_WHY: ClassVar[str] = "in a regression on intervals: name the column in terms"

    estimator: Literal["interval_regression"] = Field(description="how the endpoint is estimated")
    model: Literal["proportional-hazards", "proportional-odds"] = Field(
        default="proportional-hazards", description="what the covariates multiply"
    )
    errors: Literal["profile", "bootstrap"] = Field(
        default="profile",
        description="standard errors: from the profile likelihood, or from resamples",
    )
    resamples: Resamples = Field(
        default=DEFAULT_RESAMPLES, description="bootstrap resamples for errors = 'bootstrap'"
    )

    @model_validator(mode="after")
    def _errors_fit(self) -> Self:
        if self.errors == "profile" and self.resamples != DEFAULT_RESAMPLES:
            raise ValueError("resamples does nothing without errors = 'bootstrap'")
        if self.errors == "profile" and self.cluster is not None:
            raise ValueError("cluster needs errors = 'bootstrap': whole clusters are drawn")
        return self
