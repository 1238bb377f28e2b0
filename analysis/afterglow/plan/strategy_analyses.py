"""The analysis of a plan that shows one endpoint under every strategy, side by side."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from afterglow.names import STRATEGY
from afterglow.plan.analysis import AnalysisBase, CurveLimits
from afterglow.plan.base import PositiveDays

COMPETING = "competing"
VARY = "vary"
DEFAULT_VARIED = ("booster",)


class StrategyComparisonAnalysis(AnalysisBase):
    """Share free of the endpoint under every strategy, with best and worst case and other rules."""

    IDLE: ClassVar = {"by": None, "reference": None, "strata": None}
    IDLE_WHY: ClassVar[str] = (
        "where strategies are compared: give each group a population and an analysis of its own"
    )

    estimator: Literal["strategy_comparison"] = Field(description="how the endpoint is estimated")
    vary: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        default=DEFAULT_VARIED,
        description="intercurrent events whose strategy is varied; others keep their own",
    )
    weighted: str | None = Field(
        default=None,
        description="a weighted_kaplan_meier analysis of the same endpoint and population, "
        "to stand among the strategies; default: none",
    )
    at_days: Annotated[tuple[PositiveDays, ...], Field(min_length=1)] = Field(
        description="days since the origin to read the curves at"
    )
    conf_type: CurveLimits = Field(
        default="log-log", description="scale on which the interval is made"
    )

    @model_validator(mode="before")
    @classmethod
    def _complete_strategies(cls, given: Any) -> Any:
        """Let what is varied compete: every strategy's rows are made of those."""
        if not isinstance(given, dict):
            return given
        own, varied = given.get(STRATEGY, {}), given.get(VARY, DEFAULT_VARIED)
        if not isinstance(own, dict) or not isinstance(varied, list | tuple):
            return given
        kinds = [kind for kind in varied if isinstance(kind, str)]
        return {**given, STRATEGY: {**dict.fromkeys(kinds, COMPETING), **own}}

    @model_validator(mode="after")
    def _compares(self) -> Self:
        fixed = [kind for kind in self.vary if self.strategy.get(kind) != COMPETING]
        if fixed:
            raise ValueError(
                f"strategy names '{fixed[0]}', which is varied: leave it out of strategy or of vary"
            )
        if self.role == "primary":
            raise ValueError(
                "a comparison of strategies has no single result: make the strategy that is meant "
                "an analysis of its own with role = 'primary'; the comparison marks it"
            )
        return self
