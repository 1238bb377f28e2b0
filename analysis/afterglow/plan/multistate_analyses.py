"""Analyses of the path through states in a plan."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from afterglow.plan.analysis import CurveAnalysis
from afterglow.plan.base import PositiveDays


class MultistateAnalysis(CurveAnalysis):
    """Shares of subjects who are symptomatic, in response, in relapse and so on, by day."""

    IDLE: ClassVar[Mapping[str, Any]] = {"cycle": 1, "strata": None, "reference": None}
    IDLE_WHY: ClassVar[str] = "where subjects are followed through all states and cycles"

    estimator: Literal["multistate"] = Field(description="how the endpoint is estimated")
    until_day: PositiveDays | None = Field(
        default=None,
        description="expected days in each state are counted to this day; default: the last of "
        "at_days",
    )
    markov_test: bool = Field(
        default=True, description="test whether leaving a state depends on when it was entered"
    )
