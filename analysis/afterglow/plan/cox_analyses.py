"""Cox regression in a plan."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from afterglow.plan.analysis import (
    CensoringAnalysis,
    CurveLimits,
    LandmarkAnalysis,
    RegressionAnalysis,
)
from afterglow.plan.base import Section
from afterglow.plan.later_words import ChangingColumn, is_status

Theta = Annotated[float, Field(gt=0)]
THETA = 1.0


class Changing(Section):
    """A covariate that changes while a subject is watched."""

    column: ChangingColumn = Field(
        description="a column of the path table; or endpoint:NAME or event:NAME, for whether it "
        "is known by then (event:booster for a booster)"
    )
    per: float = Field(default=1.0, gt=0, description="the ratio is for a change by so many units")

    @model_validator(mode="after")
    def _status_has_no_units(self) -> Self:
        if is_status(self.column) and self.per != 1:
            raise ValueError("per does nothing for what is either known or not")
        return self

    @property
    def label(self) -> str:
        """The name of its coefficient."""
        return self.column if self.per == 1 else f"{self.column}, per {self.per:g}"


class CoxAnalysis(RegressionAnalysis, CensoringAnalysis, LandmarkAnalysis):
    """Hazard ratios of covariates; refused where a competing cause exists, unless naive."""

    estimator: Literal["cox"] = Field(description="how the endpoint is estimated")
    changing: tuple[Changing, ...] = Field(
        default=(),
        description="covariates that change: the last score, sessions so far, days since the last "
        "one, or whether an endpoint or event is known by then",
    )
    ties: Literal["efron", "breslow", "exact"] = Field(
        default="efron", description="how events on one day are counted; exact is slow"
    )
    robust: bool = Field(
        default=False, description="robust variance, which clusters bring in any case"
    )
    penalty: Literal["firth", "ridge"] | None = Field(
        default=None, description="firth: finite ratios though a group has no events; ridge: shrunk"
    )
    ridge_theta: Theta = Field(default=THETA, description="how strongly ridge shrinks")
    limits: Literal["wald", "profile"] = Field(
        default="wald",
        description="profile: from the likelihood itself, better with few events",
    )
    proportional_hazards: Literal["km", "rank", "identity", "log"] = Field(
        default="km", description="transformation of time along which ratios may drift"
    )
    concordance: Literal["harrell", "uno"] = Field(
        default="harrell", description="how pairs are weighted"
    )
    curves_by: str | None = Field(
        default=None,
        description="a category among the terms: a curve for each level, other terms at their mean",
    )
    at_days: tuple[float, ...] = Field(
        default=(), description="days since the origin to read those curves at"
    )
    conf_type: CurveLimits = Field(
        default="log-log", description="scale on which the interval of those curves is made"
    )

    @model_validator(mode="after")
    def _options_go_together(self) -> Self:
        if self.ties == "exact" and (self.robust or self.cluster):
            raise ValueError("exact ties have no robust variance: leave out robust and cluster")
        if self.ties == "exact" and self.penalty == "firth":
            raise ValueError("Firth's penalty is not there for exact ties: use efron")
        if self.limits == "profile" and (self.robust or self.cluster or self.penalty == "ridge"):
            raise ValueError("profile limits are not there with robust, cluster or ridge")
        if self.ridge_theta != THETA and self.penalty != "ridge":
            raise ValueError("ridge_theta does nothing without penalty = 'ridge'")
        for key, default in (("at_days", ()), ("conf_type", "log-log")):
            if getattr(self, key) != default and self.curves_by is None:
                raise ValueError(f"{key} does nothing without curves_by")
        self._check_curves()
        return self

    def _check_curves(self) -> None:
        if self.curves_by is None:
            return
        if self.curves_by not in [term.column for term in self.terms if term.per == 1]:
            raise ValueError(f"curves_by = '{self.curves_by}' names none of the terms' columns")
        if self.changing:
            raise ValueError("curves_by has no curve where covariates change")
        if self.strata is not None:
            raise ValueError("curves_by has no one curve a level where there are strata")
        if any(self.curves_by in (term.interaction or ()) for term in self.terms):
            raise ValueError(
                f"curves_by = '{self.curves_by}' is part of an interaction, and other terms have"
                " no mean without it: leave one of them out"
            )
