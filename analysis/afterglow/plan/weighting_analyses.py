"""The analysis of a plan that weights by the inverse chance of having gone without a booster."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from afterglow.names import STRATEGY
from afterglow.plan.analysis import CensoringAnalysis, Share
from afterglow.plan.base import NonNegativeDays, Section
from afterglow.plan.clauses import Term

CENSOR = "censor"
WEIGHT_FOR = "weight_for"
DEFAULT_KINDS = ("booster",)
CURVED = 3
Known = Literal[
    "last_score", "change_from_baseline", "time", "days_since_session", "sessions_so_far"
]
Limits = Literal["log-log", "log", "plain", "logit", "arcsin", "percentile"]
Percentile = Annotated[float, Field(ge=0, le=100)]


class WeightTerm(Section):
    """What the chance of a booster depends on: something known that day, or on day 0."""

    known: Known | None = Field(
        default=None,
        description="known on the day: the newest score, its change from baseline, days since the"
        " origin (time) or since the last session, or the number of sessions",
    )
    column: str | None = Field(default=None, description="a column of the subjects table")
    baseline: str | None = Field(default=None, description="an instrument, for its baseline score")
    curve: int = Field(
        default=1,
        ge=1,
        le=6,
        description="pieces of a smooth curve (a natural cubic spline); 1 is a straight line",
    )

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        if sum(name is not None for name in (self.known, self.column, self.baseline)) != 1:
            raise ValueError("a weight term names one of: known, column, baseline")
        return self

    @property
    def name(self) -> str:
        """What is known, the column or the instrument."""
        return str(self.known or self.column or self.baseline)


DEFAULT_TERMS = (
    WeightTerm(known="last_score", curve=CURVED),
    WeightTerm(known="time", curve=CURVED),
)


class WeightedKaplanMeierAnalysis(CensoringAnalysis):
    """Share still free of the endpoint had nobody been boosted, by censoring weights."""

    IDLE: ClassVar = {"strata": None, "cluster": None}
    IDLE_WHY: ClassVar[str] = "here: subjects are resampled whole, within their groups"

    estimator: Literal["weighted_kaplan_meier"] = Field(description="how the endpoint is estimated")
    weight_for: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        default=DEFAULT_KINDS,
        description="intercurrent events that censor and are weighted for; others keep their own"
        " strategy",
    )
    weight_terms: Annotated[tuple[WeightTerm, ...], Field(min_length=1)] = Field(
        default_factory=lambda: DEFAULT_TERMS,
        description="what the chance of such an event depends on; default: curves of the newest"
        " score and of time",
    )
    stabilized: bool = Field(
        default=False,
        description="multiply by the chance at that time in that group, whatever the score; it"
        " cancels where all are seen on the same days, and blurs where they are not",
    )
    truncate_percentiles: tuple[Percentile, Percentile] | None = Field(
        default=None,
        description="weights beyond these percentiles are brought to them, [1, 99] say; default:"
        " none, and the curve truncated at [1, 99] is shown beside",
    )
    resamples: Annotated[int, Field(ge=100, le=5000)] = Field(
        default=500,
        description="resamples of the subjects for the limits, the weights estimated anew in each",
    )
    at_days: tuple[NonNegativeDays, ...] = Field(
        default=(), description="days since the origin to read the curve at"
    )
    quantiles: tuple[Share, ...] = Field(
        default=(0.5,), description="shares with the event, for the times; 0.5 is the median"
    )
    conf_type: Limits = Field(
        default="log-log",
        description="scale on which the bootstrap's standard error makes the interval, or"
        " percentile",
    )

    @model_validator(mode="before")
    @classmethod
    def _censor_what_is_weighted(cls, given: Any) -> Any:
        """Let what is weighted for censor: that is what the weights undo."""
        if not isinstance(given, dict):
            return given
        own, kinds = given.get(STRATEGY, {}), given.get(WEIGHT_FOR, DEFAULT_KINDS)
        if not isinstance(own, dict) or not isinstance(kinds, list | tuple):
            return given
        named = [kind for kind in kinds if isinstance(kind, str)]
        return {**given, STRATEGY: {**dict.fromkeys(named, CENSOR), **own}}

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        other = [kind for kind in self.weight_for if self.strategy.get(kind) != CENSOR]
        if other:
            raise ValueError(
                f"strategy makes '{other[0]}' something else than censoring, and weight_for weights"
                " for it: leave it out of one of them"
            )
        names = [term.name for term in self.weight_terms]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise ValueError(f"weight_terms names '{twice[0]}' twice")
        if self.truncate_percentiles is not None:
            low, high = self.truncate_percentiles
            if not low < high:
                raise ValueError("truncate_percentiles must be [lower, higher]")
        return self

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms that are known on day 0, as a regression's."""
        return tuple(
            Term(column=term.column, baseline=term.baseline)
            for term in self.weight_terms
            if term.known is None
        )
