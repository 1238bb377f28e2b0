"""What every analysis of a plan says: its role, endpoint, population, groups and strategies."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from afterglow.plan.base import NonNegativeDays, Section
from afterglow.plan.clauses import Strategy, Term
from afterglow.plan.later_words import WORDS

ConfLevel = Annotated[float, Field(gt=0.5, lt=1)]
CurveLimits = Literal["log-log", "log", "plain", "logit", "arcsin"]
Share = Annotated[float, Field(gt=0, lt=1)]

ALL_SUBJECTS = "all"


class AnalysisBase(Section):
    """The keys of every analysis.

    Attributes
    ----------
    IDLE : mapping of key to default
        Keys that change nothing in analyses of this class; setting one is a fault.
    IDLE_WHY : str
        Why not, as the end of the sentence "by does nothing …".
    ALL_CYCLES : bool
        Whether the events of all cycles count, whatever `cycle` says.
    ANY_CYCLE : bool
        Whether a subject is analysed whose only row is of a later cycle.
    """

    IDLE: ClassVar[Mapping[str, Any]] = {}
    IDLE_WHY: ClassVar[str] = ""
    ALL_CYCLES: ClassVar[bool] = False
    ANY_CYCLE: ClassVar[bool] = False

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
        default=None,
        description="a column of the subjects that forms groups, or, with landmark_days, "
        f"{WORDS}; default: one group",
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


class LandmarkAnalysis(AnalysisBase):
    """An analysis that can start its clocks at a day by which groups have formed."""

    landmark_days: NonNegativeDays | None = Field(
        default=None,
        description="days after the origin: groups are formed by what is known then, clocks start "
        "there, and those whose event or end came before are set aside",
    )


class CurveAnalysis(AnalysisBase):
    """An analysis that estimates a curve."""

    at_days: tuple[float, ...] = Field(
        default=(), description="days since the origin to read the curve at"
    )
    conf_type: CurveLimits = Field(
        default="log-log", description="scale on which the interval is made"
    )


class CensoringAnalysis(AnalysisBase):
    """An analysis that knows one event only: competing causes have to be said to be censored."""

    naive: bool = Field(
        default=False, description="treat competing events as censoring, and label it so"
    )


class GroupedAnalysis(AnalysisBase):
    """An analysis that compares groups, and so needs some."""

    @model_validator(mode="after")
    def _has_groups(self) -> Self:
        if self.by is None:
            raise ValueError("it compares groups: name their column in 'by'")
        return self


class RegressionAnalysis(AnalysisBase):
    """A regression on what is known of the subjects on day 0."""

    IDLE: ClassVar[Mapping[str, Any]] = {"by": None, "reference": None}
    IDLE_WHY: ClassVar[str] = "in a regression: name the column, and its reference, in terms"

    terms: tuple[Term, ...] = Field(
        min_length=1, description="what the hazard or the time is regressed on"
    )
