"""Analyses of the wait for a booster, the gaps between boosters, and scores within a cycle."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from afterglow.plan.analysis import AnalysisBase, CurveAnalysis, CurveLimits, Share
from afterglow.plan.base import PositiveDays

SMALLEST = Field(
    default=5, ge=1, description="fewer subjects than this are counted, but not estimated from"
)
QUARTILES = (0.25, 0.5, 0.75)


class BoosterLatencyAnalysis(AnalysisBase):
    """How long those in relapse wait for a booster, and what comes in its place."""

    IDLE: ClassVar[Mapping[str, Any]] = {"cycle": 1, "strata": None}
    IDLE_WHY: ClassVar[str] = "where the relapses of any cycle count: see relapses"
    ALL_CYCLES: ClassVar[bool] = True
    ANY_CYCLE: ClassVar[bool] = True

    estimator: Literal["booster_latency"] = Field(description="how the endpoint is estimated")
    relapses: Literal["all", "first"] = Field(
        default="all",
        description="every relapse of a subject (variance by subject), or each subject's first",
    )
    clock: Literal["relapse", "confirmed"] = Field(
        default="relapse",
        description="days since the endpoint's origin, at risk once it was confirmed; or days "
        "since it was confirmed",
    )
    within_days: tuple[PositiveDays, ...] = Field(
        default=(7.0, 14.0, 28.0), description="days to read the shares with a booster at"
    )
    quantiles: tuple[Share, ...] = Field(
        default=QUARTILES, description="shares with a booster, for the times; 0.5 is the median"
    )
    by_kind: bool = Field(
        default=True, description="scheduled, triggered and unknown sessions apart"
    )
    smallest_group: int = SMALLEST
    conf_type: CurveLimits = Field(
        default="log-log", description="scale on which the interval is made"
    )


class CycleSummaryAnalysis(CurveAnalysis):
    """Gap to the next booster, response and relapse, cycle by cycle."""

    IDLE: ClassVar[Mapping[str, Any]] = {
        "cycle": 1,
        "by": None,
        "reference": None,
        "strata": None,
    }
    IDLE_WHY: ClassVar[str] = "where the cycles are the groups: filter the population instead"
    ALL_CYCLES: ClassVar[bool] = True

    estimator: Literal["cycle_summary"] = Field(description="how the endpoint is estimated")
    pooled_from: int = Field(
        default=4, ge=2, description="this cycle and all later ones are one group"
    )
    quantiles: tuple[Share, ...] = Field(
        default=QUARTILES, description="shares with the next booster, for the gap times"
    )
    response: str | None = Field(
        default=None, description="endpoint of a response; default: the path's"
    )
    relapse: str | None = Field(
        default=None, description="endpoint of a relapse; default: the path's"
    )
    smallest_group: int = SMALLEST


class ScoreWithinCycleAnalysis(AnalysisBase):
    """Mean score by days since the last session, after the course and after boosters."""

    IDLE: ClassVar[Mapping[str, Any]] = {
        "cycle": 1,
        "reference": None,
        "strata": None,
        "cluster": None,
    }
    IDLE_WHY: ClassVar[str] = "in a model of the scores of all cycles, with effects of each subject"
    ALL_CYCLES: ClassVar[bool] = True

    estimator: Literal["score_within_cycle"] = Field(description="how the endpoint is estimated")
    at_days: tuple[float, ...] = Field(
        default=(0.0, 7.0, 14.0, 28.0), description="days since the last session to predict at"
    )
    knots: tuple[PositiveDays, ...] = Field(
        default=(14.0,), description="days at which the mean may change its slope"
    )
    until_days: PositiveDays = Field(
        default=56.0, description="scores later than this after a session are left out"
    )
    parallel: bool = Field(
        default=False, description="later cycles are shifted by a constant and share the slopes"
    )
    random_slope: bool = Field(
        default=True, description="a slope of each subject's own, where the data carry one"
    )
    robust: bool = Field(default=True, description="limits from the sandwich variance by subject")
    relapse: str | None = Field(
        default=None,
        description="endpoint whose threshold the mean may reach; default: the path's relapse",
    )
    smallest_group: int = SMALLEST

    @model_validator(mode="after")
    def _days_fit(self) -> Self:
        if list(self.knots) != sorted(set(self.knots)):
            raise ValueError("knots must rise")
        if any(knot >= self.until_days for knot in self.knots):
            raise ValueError("knots must lie before until_days")
        if any(day > self.until_days for day in self.at_days):
            raise ValueError("at_days must not lie after until_days: no such scores are used")
        return self
