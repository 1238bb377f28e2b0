"""Strategies of boosters in a plan, compared as a trial would that was never run."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from afterglow.plan.analysis import CensoringAnalysis
from afterglow.plan.base import NonNegativeDays, PositiveDays, Section
from afterglow.plan.clauses import Strategy, Term

PathColumn = Literal[
    "last_score", "day_of_a_visit", "time", "days_since_session", "sessions_so_far"
]
Part = Annotated[float, Field(ge=0, le=1)]
BOOSTER = "booster"


class BoosterStrategy(Section):
    """When boosters are given: every so many days, when an endpoint is reached, or never."""

    name: str = Field(min_length=1, description="how the report calls it")
    every_days: PositiveDays | None = Field(
        default=None, description="a booster so many days after the session before it"
    )
    when: str | None = Field(
        default=None, description="the relapse of the plan's path: a booster then, and not before"
    )
    never: bool = Field(default=False, description="no booster at all")

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        given = [self.every_days is not None, self.when is not None, self.never]
        if sum(given) != 1:
            raise ValueError(f"strategy '{self.name}' gives one of: every_days, when, never = true")
        return self


class TargetTrialAnalysis(CensoringAnalysis):
    """What would follow under strategies of boosters: each subject copied, censored, weighted."""

    IDLE: ClassVar[Mapping[str, Any]] = {
        "by": None, "reference": None, "strata": None, "cluster": None, "cycle": 1
    }  # fmt: skip
    IDLE_WHY: ClassVar[str] = "in a target trial, whose groups are the strategies"

    estimator: Literal["target_trial"] = Field(description="how the endpoint is estimated")
    strategies: tuple[BoosterStrategy, ...] = Field(
        min_length=2, description="what is compared; the first is the one compared with"
    )
    grace_days: NonNegativeDays = Field(
        default=3.0,
        description="days that a booster may be early or late, or that one in relapse may wait",
    )
    horizon_days: Annotated[int, Field(ge=1)] = Field(
        description="days since time zero that are looked at"
    )
    at_days: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        default=(), description="days since time zero to read the curves at"
    )
    relapse_days: bool = Field(
        default=False,
        description="also follow subjects after relapse, and count the days in it",
    )
    given: tuple[PathColumn, ...] = Field(
        default=("last_score", "day_of_a_visit", "time", "days_since_session", "sessions_so_far"),
        description="what is known on a day and decides on a booster, for the weights: the newest"
        " score, whether it is of that day, days since time zero or since the last session, and the"
        " number of sessions; scores and time have curves",
    )
    terms: tuple[Term, ...] = Field(
        default=(), description="what is known on day 0 and decides on a booster, for the weights"
    )
    rhythm_by: str | None = Field(
        default=None,
        description="a column of the subjects, such as the site: how usual a booster is on a day, "
        "and when within the grace it comes, is told within each level; default: for all together",
    )
    truncate: tuple[Part, Part] | None = Field(
        default=(0.0, 0.999),
        description="weights beyond these shares of a strategy's are brought to them",
    )
    resamples: Annotated[int, Field(ge=2, le=5000)] = Field(
        default=500, description="resamples of the subjects for the limits"
    )

    @model_validator(mode="before")
    @classmethod
    def _look_through_boosters(cls, given: Any) -> Any:
        """Boosters are what the strategies decide on: they end no row."""
        if not isinstance(given, dict) or not isinstance(given.get("strategy", {}), dict):
            return given
        own: dict[str, Strategy] = {BOOSTER: "ignore"}
        return {**given, "strategy": {**own, **given.get("strategy", {})}}

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if self.strategy[BOOSTER] != "ignore":
            raise ValueError("strategy: boosters are what is compared, so booster = 'ignore'")
        names = [one.name for one in self.strategies]
        if len(set(names)) < len(names):
            raise ValueError("strategies gives a name twice")
        for day in self.at_days:
            if day > self.horizon_days:
                raise ValueError(f"at_days goes beyond horizon_days: {day}")
        if self.truncate is not None and not self.truncate[0] < self.truncate[1]:
            raise ValueError("truncate is [low, high], as [0.0, 0.999]")
        kinds = {one.when is not None for one in self.strategies if one.every_days is None}
        if len(kinds) > 1 and not self.relapse_days:
            raise ValueError(
                "a booster on relapse and none at all are the same until relapse: say "
                "relapse_days = true, which follows subjects after it"
            )
        return self
