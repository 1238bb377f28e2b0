"""Parametric models and regressions on pseudo-values in a plan."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from afterglow.plan.analysis import (
    AnalysisBase,
    CensoringAnalysis,
    LandmarkAnalysis,
    RegressionAnalysis,
)

Days = Annotated[float, Field(gt=0)]


class ParametricAnalysis(AnalysisBase):
    """A model of the time itself, which has to be told where events lie between visits."""

    intervals: bool = Field(
        default=True,
        description="an event lies between the last visit known free and the one that shows it",
    )
    zero_as_days: Days | None = Field(
        default=None, description="days that a time of 0 stands for; without it 0 is refused"
    )


class AftAnalysis(RegressionAnalysis, CensoringAnalysis, ParametricAnalysis, LandmarkAnalysis):
    """Ratios of times (accelerated failure); refused where a cause competes, unless naive."""

    estimator: Literal["aft"] = Field(description="how the endpoint is estimated")
    distribution: Literal["weibull", "exponential", "rayleigh", "lognormal", "loglogistic"] = Field(
        default="weibull", description="of the times, given the covariates"
    )

    @model_validator(mode="after")
    def _scale_can_vary(self) -> Self:
        if self.strata is not None and self.distribution in ("exponential", "rayleigh"):
            raise ValueError(f"{self.distribution} has no scale that could differ between strata")
        return self


class FlexibleParametricAnalysis(CensoringAnalysis, ParametricAnalysis, LandmarkAnalysis):
    """Smooth hazard of each group; refused where a competing cause exists, unless naive."""

    IDLE: ClassVar = {"strata": None, "reference": None}
    IDLE_WHY: ClassVar[str] = "for smooth hazards: each group has a curve of its own"

    estimator: Literal["flexible_parametric"] = Field(description="how the endpoint is estimated")
    df: Annotated[int, Field(ge=1, le=10)] = Field(
        default=3, description="degrees of freedom of the spline; 1 is a Weibull model"
    )
    at_days: tuple[float, ...] = Field(
        default=(), description="days since the origin to read hazard and survival at"
    )

    @model_validator(mode="after")
    def _after_the_origin(self) -> Self:
        if any(day <= 0 for day in self.at_days):
            raise ValueError("at_days must be above 0: a smooth hazard has no value at 0")
        return self


class PseudoValuesAnalysis(RegressionAnalysis, LandmarkAnalysis):
    """Regression of the incidence at stated days, or of the mean time, on covariates."""

    IDLE: ClassVar = {**RegressionAnalysis.IDLE, "strata": None}
    IDLE_WHY: ClassVar[str] = "in a regression on pseudo-values: name the column in terms"

    estimator: Literal["pseudo_values"] = Field(description="how the endpoint is estimated")
    measure: Literal["incidence", "restricted_mean"] = Field(
        default="incidence", description="what is regressed"
    )
    at_days: tuple[Days, ...] = Field(
        default=(), description="days of the incidence; with several, one effect for all of them"
    )
    tau_days: Days | None = Field(
        default=None, description="days up to which the restricted mean counts time"
    )
    link: Literal["identity", "log", "logit", "cloglog"] = Field(
        default="identity",
        description="differences, ratios, odds ratios, or ratios of subdistribution hazards",
    )

    @model_validator(mode="after")
    def _measure_has_its_days(self) -> Self:
        if self.measure == "incidence" and (not self.at_days or self.tau_days is not None):
            raise ValueError("an incidence needs at_days, and no tau_days")
        if self.measure == "restricted_mean":
            if self.tau_days is None or self.at_days:
                raise ValueError("a restricted mean needs tau_days, and no at_days")
            if self.link in ("logit", "cloglog"):
                raise ValueError(f"{self.link} is for an incidence: use identity or log")
        return self
