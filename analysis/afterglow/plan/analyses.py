"""The plan's analyses: one model per estimator, each applied to one endpoint in one population."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from afterglow.plan.base import NonNegativeDays, Section
from afterglow.plan.clauses import Strategy, Timing

ConfLevel = Annotated[float, Field(gt=0.5, lt=1)]
ProportionMethod = Literal["wilson", "clopper-pearson", "jeffreys", "agresti-coull", "wald"]
DifferenceMethod = Literal["miettinen-nurminen", "mee", "newcombe", "wald", "agresti-caffo"]
MissingRule = Literal["observed", "non-responder", "last-observation", "best-case", "worst-case"]
CurveLimits = Literal["log-log", "log", "plain", "logit", "arcsin"]

ALL_SUBJECTS = "all"


class _Analysis(Section):
    role: Literal["primary", "secondary", "sensitivity", "exploratory"] = Field(
        default="secondary", description="its weight in the report; a variant's is sensitivity"
    )
    label: str | None = Field(default=None, description="how the report calls it")
    of: str | None = Field(
        default=None,
        description="the analysis that this one varies; every key not given is inherited",
    )
    endpoint: str = Field(description="name of the endpoint that is analysed")
    population: str = Field(
        default=ALL_SUBJECTS, description="'all' is everybody in the subjects table"
    )
    by: str | None = Field(
        default=None, description="a column of the subjects that forms groups; default: one group"
    )
    reference: str | None = Field(
        default=None,
        description="group that the others are compared with; default: the first in order",
    )
    strata: str | None = Field(
        default=None,
        description="a column of the subjects; tests are stratified by it; default: no strata",
    )
    cluster: str | None = Field(
        default=None,
        description="a column of the subjects; robust variance; default: subjects are independent",
    )
    cycle: int = Field(default=1, ge=1, description="1 is the course, 2 the first booster block, …")
    strategy: dict[str, Strategy] = Field(
        default_factory=dict, description="strategies that differ from the endpoint's own"
    )
    conf_level: ConfLevel = Field(default=0.95, description="coverage of the intervals")


class ProportionAnalysis(_Analysis):
    """Response rates: the share of subjects who meet the endpoint, at days or at all."""

    estimator: Literal["proportion"] = Field(description="how the endpoint is estimated")
    at_days: tuple[float, ...] = Field(
        default=(), description="days since the first session; empty: the endpoint at any time"
    )
    window_days: NonNegativeDays = Field(
        default=3.0, description="the score nearest to the day, this near"
    )
    timing: tuple[Timing, ...] | None = Field(
        default=None, description="only scores with this timing; default: all"
    )
    missing: tuple[MissingRule, ...] = Field(
        default=("observed", "non-responder"),
        description="how subjects without a score are counted",
    )
    method: ProportionMethod = Field(
        default="wilson", description="interval of one group's proportion"
    )
    difference: DifferenceMethod = Field(
        default="miettinen-nurminen", description="interval of a difference from the reference"
    )


class _CurveAnalysis(_Analysis):
    at_days: tuple[float, ...] = Field(
        default=(), description="days since the origin to read the curve at"
    )
    conf_type: CurveLimits = Field(
        default="log-log", description="scale on which the interval is made"
    )


class KaplanMeierAnalysis(_CurveAnalysis):
    """Share still free of the endpoint; refused where a competing cause exists, unless naive."""

    estimator: Literal["kaplan_meier"] = Field(description="how the endpoint is estimated")
    naive: bool = Field(
        default=False, description="treat competing events as censoring, and label it so"
    )
    quantiles: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = Field(
        default=(0.5,), description="shares with the event, for the times; 0.5 is the median"
    )


class LogrankAnalysis(_Analysis):
    """Test that the groups' hazards are equal."""

    estimator: Literal["logrank"] = Field(description="how the endpoint is estimated")
    naive: bool = Field(
        default=False, description="treat competing events as censoring, and label it so"
    )

    @model_validator(mode="after")
    def _has_groups(self) -> Self:
        if self.by is None:
            raise ValueError("a log-rank test compares groups: name the column in 'by'")
        return self


class AalenJohansenAnalysis(_CurveAnalysis):
    """Cumulative incidence of the endpoint and of each competing cause."""

    estimator: Literal["aalen_johansen"] = Field(description="how the endpoint is estimated")
    naive_overlay: bool = Field(
        default=True, description="show 1 - Kaplan-Meier beside it, labelled naive"
    )


Analysis = Annotated[
    ProportionAnalysis | KaplanMeierAnalysis | LogrankAnalysis | AalenJohansenAnalysis,
    Field(discriminator="estimator"),
]
AVAILABLE_ESTIMATORS = ("proportion", "kaplan_meier", "logrank", "aalen_johansen")
LATER_ESTIMATORS = (
    "cox",
    "rmst",
    "aft",
    "turnbull",
    "interval_test",
    "interval_regression",
    "gray_test",
    "fine_gray",
    "cause_specific_cox",
    "mean_cumulative_function",
    "recurrent_cox",
    "frailty",
    "multistate",
    "pseudo_values",
    "mmrm",
    "gee",
)
