"""The plan's endpoints: one model per kind, each key a named rule."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from afterglow.plan.base import NonNegativeDays, Percent, Section
from afterglow.plan.clauses import (
    COMPOSITE,
    RESPONSE_REGAINED,
    WHILE_ON_TREATMENT,
    Clock,
    Confirmation,
    Qualify,
    Strategies,
    Timing,
    Until,
)

CLOCK_WORDS = "first_session, course_end, endpoint:NAME, event:NAME or column:NAME"
KIND = "which rule derives the endpoint"
CONFIRM = "the run of visits that confirms it; default: one visit is enough"


class _Endpoint(Section):
    label: str | None = Field(default=None, description="how the report calls it")
    cycles: Literal["first", "all"] = Field(
        default="all", description="derive the first cycle only, or all"
    )
    intercurrent: Strategies = Field(
        default_factory=dict,
        description="strategy per intercurrent event, over the defaults of the kind",
    )
    _defaults: ClassVar[Strategies] = WHILE_ON_TREATMENT

    @model_validator(mode="before")
    @classmethod
    def _complete_strategies(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {
            **given,
            "intercurrent": {**cls.strategies_of(given), **given.get("intercurrent", {})},
        }

    @classmethod
    def strategies_of(cls, given: dict[str, Any]) -> Strategies:
        """Return the strategies of the kind, for an endpoint with these keys."""
        return cls._defaults


class _Clocked(_Endpoint):
    origin: Clock = Field(
        default="first_session", description=f"where the clock starts: {CLOCK_WORDS}"
    )
    at_risk_from: Clock | None = Field(
        default=None, description="from when an event can count; default: the origin"
    )
    qualify: Qualify | None = Field(
        default=None,
        description="only subjects who meet another endpoint in a window; default: all subjects",
    )
    until_day: float | None = Field(
        default=None,
        gt=0,
        description="observation ends so many days after the origin; default: the end of follow-up",
    )


class _Scored(_Endpoint):
    instrument: str = Field(description="the scale: an id or alias of `afterglow instruments`")
    timing: tuple[Timing, ...] | None = Field(
        default=None, description="only visits with this timing; default: all"
    )


class _Threshold(_Scored):
    improvement_at_least_percent: Percent | None = Field(
        default=None, description="percent of the way from the baseline to the best score"
    )
    score_at_most: float | None = Field(default=None, description="points, this or lower")
    score_at_least: float | None = Field(default=None, description="points, this or higher")
    confirm: Confirmation = Field(default=Confirmation(), description=CONFIRM)

    @property
    def condition(self) -> tuple[str, float]:
        """The name of the one condition given, and its number."""
        return _only(self, "improvement_at_least_percent", "score_at_most", "score_at_least")


def _only(rule: Section, *names: str) -> tuple[str, float]:
    given = [(name, getattr(rule, name)) for name in names if getattr(rule, name) is not None]
    if len(given) != 1:
        raise ValueError(f"give exactly one of: {', '.join(names)}")
    return given[0]


class _Reached(_Threshold, _Clocked):
    until: Until | Literal["none"] | None = Field(
        default=None,
        description="last day on which it counts, or 'none'; default: 14 days after the course, "
        "or none where there are no sessions",
    )

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        _ = self.condition
        return self


class Response(_Reached):
    """First visit after the first dose at which the subject is so much better (rule 6)."""

    kind: Literal["response"] = Field(description=KIND)


class Remission(_Reached):
    """First visit after the first dose with a score at or beyond the cut-off (rule 6)."""

    kind: Literal["remission"] = Field(description=KIND)


class RapidResponse(_Threshold):
    """The condition at the visit nearest to so many hours after the first dose."""

    kind: Literal["rapid_response"] = Field(description=KIND)
    at_hours: float = Field(gt=0, description="hours after the first dose")
    window_hours: float = Field(ge=0, description="hours: the nearest visit, this near")

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        _ = self.condition
        return self


class SustainedResponse(_Threshold):
    """The condition from an early visit to a last day, with few excursions allowed."""

    kind: Literal["sustained_response"] = Field(description=KIND)
    start_by_day: float = Field(gt=0, description="days: the condition must be met by then")
    through_day: float = Field(gt=0, description="days: and must last until then")
    window_days: NonNegativeDays = Field(
        default=3.0, description="a visit this near to through_day shows that it lasted"
    )
    excursions: int = Field(default=0, ge=0, description="visits that may miss the condition")
    excursion_improvement_at_least_percent: Percent = Field(
        default=0.0, description="but must still be so much better"
    )

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        _ = self.condition
        if self.through_day <= self.start_by_day:
            raise ValueError("through_day must lie after start_by_day")
        return self


class _Lost(_Scored, _Clocked):
    origin: Clock = Field(
        default="endpoint:response", description=f"where the clock starts: {CLOCK_WORDS}"
    )
    score_at_least: float | None = Field(default=None, description="points, this or higher")
    score_at_most: float | None = Field(default=None, description="points, this or lower")
    improvement_below_percent: Percent | None = Field(
        default=None, description="percent: the response is lost below this improvement"
    )
    returns_to_percent_of_baseline: Percent | None = Field(
        default=None, description="percent: this share of the baseline's severity is back"
    )
    confirm: Confirmation = Field(default=Confirmation(), description=CONFIRM)
    or_events: tuple[str, ...] = Field(
        default=(), description="clinical events that count as well, whichever comes first"
    )
    unconfirmed: Literal["censor", "censor-at-visit", "event"] = Field(
        default="censor",
        description="a run still open at the end: censored at the last visit known free, "
        "at its own first visit, or an event",
    )
    session_while_pending: Literal["booster", "relapse", "look-through"] = Field(
        default="booster",
        description="a session while a run waits for confirmation: ends the row as a booster, "
        "confirms the relapse, or is looked through",
    )

    @property
    def condition(self) -> tuple[str, float]:
        """The name of the one condition given, and its number."""
        return _only(
            self,
            "score_at_least",
            "score_at_most",
            "improvement_below_percent",
            "returns_to_percent_of_baseline",
        )

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        _ = self.condition
        return self


class Relapse(_Lost):
    """The first confirmed run that meets the condition, or a clinical event (rules 7, 8)."""

    kind: Literal["relapse"] = Field(description=KIND)


class Durability(_Lost):
    """Relapse or whatever else ends the response: booster, switch, ECT, death (composite)."""

    kind: Literal["durability"] = Field(description=KIND)
    _defaults: ClassVar[Strategies] = COMPOSITE


class Booster(_Clocked):
    """From the end of the course or block to the next booster, an exact time (rule 4)."""

    kind: Literal["booster"] = Field(description=KIND)
    origin: Clock = Field(
        default="course_end", description=f"where the clock starts: {CLOCK_WORDS}"
    )


class Latency(_Clocked):
    """From an endpoint to the next booster or session, against what ends the wait (rule 12)."""

    kind: Literal["latency"] = Field(description=KIND)
    origin: Clock = Field(
        default="endpoint:relapse", description=f"where the clock starts: {CLOCK_WORDS}"
    )
    until: Literal["booster", "session"] = Field(
        default="booster", description="the next booster, or the next session of any kind"
    )
    competing: tuple[str, ...] = Field(
        default=(RESPONSE_REGAINED, "switch", "ect", "withdrawal", "death"),
        description="what ends the wait instead; other events are ignored, loss censors",
    )
    regained: str | None = Field(
        default=None,
        description="endpoint whose condition ends the wait; default: the one the relapse follows",
    )

    @classmethod
    def strategies_of(cls, given: dict[str, Any]) -> Strategies:
        """Return `competing` for the words listed; the wait looks through other events."""
        words = given.get("competing", cls.model_fields["competing"].default)
        unlisted: Strategies = {**dict.fromkeys(WHILE_ON_TREATMENT, "ignore"), "lost": "censor"}
        return {**unlisted, **dict.fromkeys(words, "competing")}


Endpoint = Annotated[
    Response
    | Remission
    | RapidResponse
    | SustainedResponse
    | Relapse
    | Durability
    | Booster
    | Latency,
    Field(discriminator="kind"),
]


def default_strategies(endpoint: Endpoint) -> Strategies:
    """Return the strategies that the endpoint has where the plan names none."""
    return type(endpoint).strategies_of(endpoint.model_dump())
