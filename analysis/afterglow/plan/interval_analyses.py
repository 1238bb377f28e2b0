"""Analyses of events that lie between visits in a plan: curves, tests, regressions."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from afterglow.plan.analysis import (
    AnalysisBase,
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


class IntervalIncidenceAnalysis(AnalysisBase):
    """Incidence of an endpoint that lies between visits, against causes on exact days."""

    IDLE: ClassVar = {"strata": None, "reference": None}
    IDLE_WHY: ClassVar[str] = "for interval-censored incidences: each group has one of its own"

    estimator: Literal["interval_incidence"] = Field(description="how the endpoint is estimated")
    at_days: tuple[float, ...] = Field(
        default=(), description="days since the origin to read the incidence at"
    )
    quantiles: tuple[Share, ...] = Field(
        default=(), description="shares with the endpoint, for the times by which they had it"
    )
    mixed: Literal["apart", "together"] = Field(
        default="apart",
        description="exact days of the endpoint beside its intervals: a kind apart, or one with it",
    )
    hidden_bound: bool = Field(
        default=True,
        description="also show it if all with another cause after a gap without visits had had it",
    )
    visit_dates: bool = Field(
        default=True, description="also show Aalen-Johansen with the endpoint on visit dates"
    )
    resamples: Resamples = Field(
        default=DEFAULT_RESAMPLES, description="bootstrap resamples of the subjects for the limits"
    )


class DoublyCensoredAnalysis(AnalysisBase):
    """How long a state lasts when visits show neither its beginning nor its end."""

    IDLE: ClassVar = {"strata": None, "reference": None}
    IDLE_WHY: ClassVar[str] = "for imputed durations: each group has a curve of its own"

    estimator: Literal["doubly_censored"] = Field(description="how the endpoint is estimated")
    at_days: tuple[float, ...] = Field(
        min_length=1, description="days since the beginning to read the curve at"
    )
    imputation: Literal["npmle", "uniform"] = Field(
        default="npmle",
        description="where a beginning lies: as the estimate of all beginnings, or evenly",
    )
    imputations: Annotated[int, Field(ge=2, le=200)] = Field(
        default=10, description="how many times the beginnings are drawn"
    )
    missed: Literal["level-hazard", "none"] = Field(
        default="level-hazard",
        description="those that ended before a visit: their share from a level hazard, or none",
    )
    other_rules: bool = Field(
        default=True, description="also show it under every other rule of imputation"
    )
    resamples: Annotated[int, Field(ge=10, le=2000)] = Field(
        default=20, description="bootstrap resamples of the subjects within each imputation"
    )
