"""The plan's endpoints: one model per kind, each key a named rule."""

import re
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from afterglow.errors import did_you_mean
from afterglow.plan.base import NonNegativeDays, Percent, Section

Strategy = Literal["competing", "censor", "event", "ignore"]
Timing = Literal["pre-dose", "post-dose", "off-dose", "untagged"]
CLOCKS = ("first_session", "course_end", "endpoint:", "event:", "column:")
CLOCK_PATTERN = r"^(first_session|course_end|(endpoint|event|column):[A-Za-z][A-Za-z0-9_]*)$"


def _check_clock(words: str) -> str:
    if re.fullmatch(CLOCK_PATTERN, words):
        return words
    raise ValueError(
        f"'{words}' is no clock.{did_you_mean(words, CLOCKS)} Choose first_session, course_end, "
        "endpoint:NAME, event:NAME or column:NAME"
    )


Clock = Annotated[
    str, AfterValidator(_check_clock), WithJsonSchema({"type": "string", "pattern": CLOCK_PATTERN})
]

Strategies = dict[str, Strategy]
WHILE_ON_TREATMENT: Strategies = {
    "booster": "competing",
    "switch": "competing",
    "ect": "competing",
    "death": "competing",
    "withdrawal": "competing",
    "lost": "censor",
}
COMPOSITE: Strategies = {
    "booster": "event",
    "switch": "event",
    "ect": "event",
    "death": "event",
    "withdrawal": "censor",
    "lost": "censor",
}
RESPONSE_REGAINED = "response_regained"


class Confirmation(Section):
    """How a run of visits confirms an event (rule 7)."""

    visits: int = Field(
        default=1, ge=1, description="the confirming visit is at least the k-th of the run"
    )
    gap_days: tuple[float, float] = Field(
        default=(0.0, float(10**6)),
        description="it lies this many days after an earlier visit of the run",
    )
    date: Literal["first", "confirming"] = Field(
        default="first", description="the visit that dates the event"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, high = self.gap_days
        if not 0 <= low <= high:
            raise ValueError("gap_days must be [smallest, largest], zero or more")
        return self


class Until(Section):
    """The last day on which an event counts: so many days after a clock."""

    after: Literal["first_session", "course_end"] = "course_end"
    days: NonNegativeDays = 14.0


class Qualify(Section):
    """Only subjects count for whom another endpoint's condition holds in a window (rule 10)."""

    endpoint: str
    after: Literal["first_session", "course_end"] = "course_end"
    window_days: tuple[float, float]


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
            "intercurrent": {**cls._strategies(given), **given.get("intercurrent", {})},
        }

    @classmethod
    def _strategies(cls, given: dict[str, Any]) -> Strategies:
        return cls._defaults


class _Clocked(_Endpoint):
    origin: Clock = "first_session"
    at_risk_from: Clock | None = Field(default=None, description="default: the origin")
    qualify: Qualify | None = None
    until_day: float | None = Field(
        default=None, gt=0, description="observation ends so many days after origin"
    )


class _Scored(_Endpoint):
    instrument: str
    timing: tuple[Timing, ...] | None = Field(
        default=None, description="only visits with this timing"
    )


class _Threshold(_Scored):
    improvement_at_least_percent: Percent | None = None
    score_at_most: float | None = None
    score_at_least: float | None = None
    confirm: Confirmation = Confirmation()

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
        description="default: 14 days after the course ends where there are sessions, "
        "else unbounded; 'none' for unbounded",
    )

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        _ = self.condition
        return self


class Response(_Reached):
    """First visit after the first dose at which the subject is so much better (rule 6)."""

    kind: Literal["response"]


class Remission(_Reached):
    """First visit after the first dose with a score at or beyond the cut-off (rule 6)."""

    kind: Literal["remission"]


class RapidResponse(_Threshold):
    """The condition at the visit nearest to so many hours after the first dose."""

    kind: Literal["rapid_response"]
    at_hours: float = Field(gt=0)
    window_hours: float = Field(ge=0)

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        _ = self.condition
        return self


class SustainedResponse(_Threshold):
    """The condition from an early visit to a last day, with few excursions allowed."""

    kind: Literal["sustained_response"]
    start_by_day: float = Field(gt=0)
    through_day: float = Field(gt=0)
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
    origin: Clock = "endpoint:response"
    score_at_least: float | None = None
    score_at_most: float | None = None
    improvement_below_percent: Percent | None = None
    returns_to_percent_of_baseline: Percent | None = None
    confirm: Confirmation = Confirmation()
    or_events: tuple[str, ...] = ()
    unconfirmed: Literal["censor", "censor-at-visit", "event"] = "censor"
    session_while_pending: Literal["booster", "relapse", "look-through"] = "booster"

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

    kind: Literal["relapse"]


class Durability(_Lost):
    """Relapse or whatever else ends the response: booster, switch, ECT, death (composite)."""

    kind: Literal["durability"]
    _defaults: ClassVar[Strategies] = COMPOSITE


class Booster(_Clocked):
    """From the end of the course or block to the next booster, an exact time (rule 4)."""

    kind: Literal["booster"]
    origin: Clock = "course_end"


class Latency(_Clocked):
    """From an endpoint to the next booster or session, against what ends the wait (rule 12)."""

    kind: Literal["latency"]
    origin: Clock = "endpoint:relapse"
    until: Literal["booster", "session"] = "booster"
    competing: tuple[str, ...] = (RESPONSE_REGAINED, "switch", "ect", "withdrawal", "death")
    regained: str | None = Field(
        default=None,
        description="endpoint whose condition ends the wait; default: the one the relapse follows",
    )

    @classmethod
    def _strategies(cls, given: dict[str, Any]) -> Strategies:
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
