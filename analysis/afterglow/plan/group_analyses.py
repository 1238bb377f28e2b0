"""Comparisons of groups in a plan: log-rank tests, max-combo tests, restricted mean times."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from afterglow.plan.analysis import CensoringAnalysis, GroupedAnalysis, LandmarkAnalysis

Weighting = Literal[
    "logrank",
    "peto",
    "gehan",
    "tarone-ware",
    "peto-peto",
    "modified-peto-peto",
    "fleming-harrington",
]
Adjustment = Literal["holm", "bonferroni", "hochberg", "hommel", "bh", "by", "none"]
Power = Annotated[float, Field(ge=0)]
Horizon = Annotated[float, Field(gt=0)]
NO_POWERS = (0.0, 0.0)


class PairedAnalysis(GroupedAnalysis, CensoringAnalysis, LandmarkAnalysis):
    """A test between groups that can be made pair by pair."""

    pairs: bool = Field(
        default=False,
        description="also test pairs: each group with the reference, every pair without one",
    )
    adjust: Adjustment = Field(
        default="holm", description="how p values of several pairs are adjusted"
    )

    @model_validator(mode="after")
    def _adjusts_something(self) -> Self:
        if self.adjust != "holm" and not self.pairs:
            raise ValueError("adjust does nothing without pairs = true")
        return self


class LogrankAnalysis(PairedAnalysis):
    """Test that the groups' hazards are equal."""

    estimator: Literal["logrank"] = Field(description="how the endpoint is estimated")
    weighting: Weighting = Field(
        default="logrank", description="how much each event time counts; logrank: all alike"
    )
    powers: tuple[Power, Power] = Field(
        default=NO_POWERS, description="p and q of the weights S^p (1 - S)^q of fleming-harrington"
    )
    trend: bool = Field(default=False, description="also test for a trend over the groups' order")
    scores: tuple[float, ...] = Field(
        default=(), description="one number per group for that trend; default: 1, 2, …"
    )

    @model_validator(mode="after")
    def _options_go_together(self) -> Self:
        weighted = self.weighting == "fleming-harrington"
        if weighted != (self.powers != NO_POWERS):
            raise ValueError(
                "fleming-harrington needs powers, not both 0"
                if weighted
                else "powers does nothing without weighting = 'fleming-harrington'"
            )
        if self.scores and not self.trend:
            raise ValueError("scores does nothing without trend = true")
        return self


class MaxComboAnalysis(PairedAnalysis):
    """Test of equal hazards by the largest of several weighted log-rank tests."""

    estimator: Literal["max_combo"] = Field(description="how the endpoint is estimated")
    pairs: bool = Field(
        default=True, description="every pair is tested; with a reference, each group with it"
    )
    alternative: Literal["two-sided", "less", "greater"] = Field(
        default="two-sided", description="less: a lower hazard than the reference"
    )


class RmstAnalysis(GroupedAnalysis, CensoringAnalysis, LandmarkAnalysis):
    """Mean time without the endpoint up to a day; refused where a cause competes, unless naive."""

    estimator: Literal["rmst"] = Field(description="how the endpoint is estimated")
    tau_days: Horizon = Field(description="days since the origin up to which time is counted")
    medians: bool = Field(
        default=False, description="also compare median times, with bootstrap limits"
    )
    resamples: Annotated[int, Field(ge=100, le=20_000)] = Field(
        default=2000, description="resamples of the subjects for those limits"
    )

    @model_validator(mode="after")
    def _resamples_something(self) -> Self:
        if self.resamples != 2000 and not self.medians:
            raise ValueError("resamples does nothing without medians = true")
        return self
