"""Analyses of competing causes in a plan: Gray's test, and regressions on incidences or hazards."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from afterglow.plan.analysis import (
    CurveLimits,
    GroupedAnalysis,
    LandmarkAnalysis,
    RegressionAnalysis,
)


class GrayTestAnalysis(GroupedAnalysis, LandmarkAnalysis):
    """Test that the groups have the same cumulative incidence, of each cause."""

    IDLE: ClassVar[Mapping[str, Any]] = {"reference": None, "cluster": None, "conf_level": 0.95}
    IDLE_WHY: ClassVar[str] = "in Gray's test, which compares all groups and has no interval"

    estimator: Literal["gray_test"] = Field(description="how the endpoint is estimated")
    rho: float = Field(
        default=0.0, description="above 0, early differences count more; 0: all times alike"
    )
    every_cause: bool = Field(
        default=True, description="also test each competing cause; false: the endpoint alone"
    )


class IncidenceRegression(RegressionAnalysis, LandmarkAnalysis):
    """A regression from which incidences are predicted."""

    curves_by: str | None = Field(
        default=None,
        description="a category among the terms: incidences of each level, other terms at their "
        "mean",
    )
    at_days: tuple[float, ...] = Field(
        default=(), description="days since the origin to read those incidences at"
    )
    conf_type: CurveLimits = Field(
        default="log-log", description="scale on which the interval of those incidences is made"
    )

    @model_validator(mode="after")
    def _curves_can_be_drawn(self) -> Self:
        for key, default in (("at_days", ()), ("conf_type", "log-log")):
            if getattr(self, key) != default and self.curves_by is None:
                raise ValueError(f"{key} does nothing without curves_by")
        if self.curves_by is None:
            return self
        if self.curves_by not in [term.column for term in self.terms if term.per == 1]:
            raise ValueError(f"curves_by = '{self.curves_by}' names none of the terms' columns")
        if self.strata is not None:
            raise ValueError("curves_by has no one curve a level where there are strata")
        if any(self.curves_by in (term.interaction or ()) for term in self.terms):
            raise ValueError(
                f"curves_by = '{self.curves_by}' is part of an interaction, and other terms have"
                " no mean without it: leave one of them out"
            )
        return self


class FineGrayAnalysis(IncidenceRegression):
    """Ratios of subdistribution hazards: what goes with a higher incidence of the endpoint."""

    estimator: Literal["fine_gray"] = Field(description="how the endpoint is estimated")
    ties: Literal["crr", "finegray", "finegray-efron"] | None = Field(
        default=None,
        description="crr: at a tie those with an event could still be censored; finegray: events "
        "come first, and subjects may enter late; default: crr, or finegray where somebody does",
    )
    robust: bool = Field(default=True, description="sandwich variance; false: the model's")

    @model_validator(mode="after")
    def _clusters_need_it(self) -> Self:
        if self.cluster is not None and not self.robust:
            raise ValueError("a cluster brings the robust variance: leave one of them out")
        return self


class CauseSpecificCoxAnalysis(IncidenceRegression):
    """Hazard ratios of the endpoint and of each competing cause, and their joint incidences."""

    estimator: Literal["cause_specific_cox"] = Field(description="how the endpoint is estimated")
    ties: Literal["efron", "breslow"] = Field(
        default="efron", description="how events on one day are counted"
    )
    robust: bool = Field(
        default=False, description="robust variance, which clusters bring in any case"
    )
