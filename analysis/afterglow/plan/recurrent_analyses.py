"""Analyses of events that recur, in a plan."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from afterglow.plan.analysis import AnalysisBase, RegressionAnalysis

NUMBERED = ("pwp-total", "pwp-gap", "wlw")
TimeAtRisk = Literal["exposed", "followed"]
AT_RISK_WORDS = (
    "exposed: while the event could come; followed: from the first such day to the end of "
    "observation"
)


class MeanCumulativeFunctionAnalysis(AnalysisBase):
    """Mean number of the endpoint's events of a subject by each day, over all cycles."""

    IDLE: ClassVar[Mapping[str, Any]] = {"cycle": 1, "strata": None}
    IDLE_WHY: ClassVar[str] = "where the events of all cycles are counted"
    ALL_CYCLES: ClassVar[bool] = True

    estimator: Literal["mean_cumulative_function"] = Field(
        description="how the endpoint is estimated"
    )
    at_days: tuple[float, ...] = Field(
        default=(), description="days since the origin to read the curve at"
    )
    conf_type: Literal["log", "plain"] = Field(
        default="log", description="scale on which the interval is made"
    )
    test_weighting: Literal["constant", "linear"] = Field(
        default="constant", description="whether early differences between groups weigh more"
    )
    variance: Literal["robust", "naive"] = Field(
        default="robust",
        description="naive: as if a subject's events did not go together; only to compare with it",
    )

    @model_validator(mode="after")
    def _options_go_together(self) -> Self:
        if self.variance == "naive" and self.cluster is not None:
            raise ValueError("a cluster brings the robust variance: leave out one of them")
        return self


class RecurrentRegression(RegressionAnalysis):
    """A regression on the events of all cycles."""

    IDLE: ClassVar[Mapping[str, Any]] = {**RegressionAnalysis.IDLE, "cycle": 1}
    IDLE_WHY: ClassVar[str] = "in a regression on the events of all cycles: name terms instead"
    ALL_CYCLES: ClassVar[bool] = True

    time_at_risk: TimeAtRisk = Field(default="exposed", description=AT_RISK_WORDS)
    ties: Literal["efron", "breslow"] = Field(
        default="efron", description="how events on one day are counted"
    )


class RecurrentCoxAnalysis(RecurrentRegression):
    """Ratios of the rates at which the endpoint comes again."""

    estimator: Literal["recurrent_cox"] = Field(description="how the endpoint is estimated")
    model: Literal["andersen-gill", "pwp-total", "pwp-gap", "wlw", "lwyy"] = Field(
        description="which events are compared, and on which clock"
    )
    event_specific: bool | tuple[str, ...] = Field(
        default=False,
        description="a ratio for the first event, for the second …: of every term, or of those "
        "named",
    )
    max_event: int | None = Field(
        default=None,
        ge=1,
        description="pwp: later events count with this one; wlw: they do not; default: all apart",
    )
    robust: bool = Field(default=True, description="variance by subject, or by cluster")

    @model_validator(mode="after")
    def _options_go_together(self) -> Self:
        given = self.model_fields_set
        if self.model not in NUMBERED:
            for key in ("event_specific", "max_event"):
                if key in given and getattr(self, key):
                    raise ValueError(
                        f"{key} has no meaning for {self.model}, which does not tell the first "
                        f"event from later ones: use {', '.join(NUMBERED)}, or leave it out"
                    )
        names = [term.name for term in self.terms]
        for name in self.event_specific if isinstance(self.event_specific, tuple) else ():
            if name not in names:
                raise ValueError(f"event_specific names '{name}', which is not among the terms")
        if not self.robust and self.model in ("wlw", "lwyy"):
            raise ValueError(f"{self.model} holds with a robust variance only: leave robust out")
        if not self.robust and self.cluster is not None:
            raise ValueError("a cluster brings the robust variance: leave one of them out")
        return self


class FrailtyAnalysis(RecurrentRegression):
    """Ratios among subjects, or clusters, whose rates differ by more than the terms."""

    estimator: Literal["frailty"] = Field(description="how the endpoint is estimated")
    cluster: str | None = Field(
        default=None,
        description="a column of the subjects: who shares a frailty; default: each has its own",
    )
    distribution: Literal["gamma", "gaussian"] = Field(
        default="gamma", description="of the frailty, or of its logarithm"
    )
    clock: Literal["total", "gap"] = Field(
        default="total",
        description="days since the origin; or since the first day at risk after the event before",
    )
    theta: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="that variance, where it is known; default: it is estimated"
    )

    @model_validator(mode="after")
    def _gaps_are_exposed(self) -> Self:
        if self.clock == "gap" and self.time_at_risk == "followed":
            raise ValueError(
                "clock = 'gap' needs time_at_risk = 'exposed': a gap begins when the event can come"
            )
        return self
