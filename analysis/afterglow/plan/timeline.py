"""The plan's rules of the timeline: baseline, course, booster blocks, cycles, follow-up."""

from typing import Literal, Self

from pydantic import Field, model_validator

from afterglow.plan.base import NonNegativeDays, PositiveDays, Section


class BaselineRule(Section):
    """Which score is the baseline (rule 2)."""

    window_days: tuple[float, float] = Field(
        default=(-14.0, 0.0), description="first and last whole day, counted from the first session"
    )
    minimum: dict[str, float] = Field(
        default_factory=dict,
        description="per instrument: a baseline less severe than this is 'below entry severity'",
    )
    known_at_day_0: tuple[str, ...] = Field(
        default=(),
        description="columns of the subjects that were known on day 0, although they go with what "
        "came later",
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, high = self.window_days
        if low > high or high > 0:
            raise ValueError("window_days must be [earlier, later] and end at 0 or before")
        return self


class CourseRule(Section):
    """Where the course ends and what a booster block is (rules 3, 4 and 13)."""

    max_gap_days: PositiveDays = Field(default=10.0, description="a longer gap ends the course")
    max_sessions: int | None = Field(
        default=None,
        ge=1,
        description="the course ends at this many sessions; default: no such limit",
    )
    max_days: PositiveDays = Field(default=35.0, description="later sessions are not the course's")
    use_phase: bool = Field(
        default=True, description="a session whose phase is not induction ends the course"
    )
    block_gap_days: NonNegativeDays = Field(
        default=7.0, description="boosters at most this far apart form one block"
    )
    cycle_baseline: Literal["original", "pre-block"] = Field(
        default="original", description="the baseline that later cycles are measured against"
    )
    other_gaps_days: tuple[PositiveDays, ...] = Field(
        default=(7.0, 10.0, 14.0, 21.0),
        description="gaps for which the report repeats the headline",
    )


class FollowUpRule(Section):
    """Until when a subject is watched (rule 14)."""

    max_unseen_days: NonNegativeDays = Field(
        default=28.0,
        description="exact events later than the last visit plus this do not count "
        "where an endpoint mixes them with scores",
    )
    administrative_reasons: tuple[str, ...] = Field(
        default=("administrative", "study end", "data cut", "ongoing", "completed"),
        description="reasons for the end of follow-up that are not a loss",
    )
