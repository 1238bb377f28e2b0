"""The plan as a whole, and that its parts fit together."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from afterglow.plan.analyses import Analysis
from afterglow.plan.base import Name, Section
from afterglow.plan.data import DataSource
from afterglow.plan.endpoints import Endpoint, Timing
from afterglow.plan.population import Population
from afterglow.plan.timeline import BaselineRule, CourseRule, FollowUpRule


class InstrumentChoice(Section):
    """What the plan says of one instrument."""

    higher_is: Literal["worse", "better"] | None = Field(
        default=None,
        description="stated for the reader; an error where it contradicts the instrument",
    )
    rater: str | None = Field(default=None, description="only scores of this rater")
    version: str | None = Field(default=None, description="the instrument's version that was used")


class ReportChoice(Section):
    """What the report shows besides the analyses."""

    arm: str | None = Field(default="arm", description="column that splits the descriptive tables")
    baseline_columns: tuple[str, ...] = Field(
        default=(), description="columns of the baseline table; default: all known ones"
    )
    trajectories: tuple[str, ...] = Field(
        default=(), description="instruments whose mean scores are drawn; default: the endpoints'"
    )
    trajectory_days: tuple[float, ...] = Field(
        default=(), description="days of the trajectory; default: weeks"
    )
    trajectory_timing: tuple[Timing, ...] | None = None
    minimum_site_subjects: int = Field(
        default=20, ge=1, description="smaller sites are pooled in a batch"
    )


class Plan(Section):
    """A statistical analysis plan: everything that decides a number of the report."""

    title: str
    question: str
    seed: int = Field(default=20260101, ge=0)
    instruments_dir: Path | None = Field(
        default=None,
        strict=False,
        description="folder with instruments of your own, relative to the plan",
    )
    data: DataSource
    instrument: dict[str, InstrumentChoice] = Field(default_factory=dict)
    baseline: BaselineRule = BaselineRule()
    course: CourseRule = CourseRule()
    follow_up: FollowUpRule = FollowUpRule()
    population: dict[Name, Population] = Field(default_factory=dict)
    endpoint: dict[Name, Endpoint]
    analysis: dict[Name, Analysis] = Field(default_factory=dict)
    report: ReportChoice = ReportChoice()


RESERVED_KEYS = ("disclosure", "imputation", "prediction", "multiplicity", "amendment", "path")
