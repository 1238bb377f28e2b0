"""The plan as a whole, and that its parts fit together."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from afterglow.plan.analyses import Analysis
from afterglow.plan.base import Name, Section
from afterglow.plan.clauses import Timing
from afterglow.plan.data import DataSource
from afterglow.plan.endpoints import Endpoint
from afterglow.plan.population import Population
from afterglow.plan.timeline import BaselineRule, CourseRule, FollowUpRule


def _as_path(given: Any) -> Any:
    return Path(given) if isinstance(given, str) else given


Folder = Annotated[Path, BeforeValidator(_as_path)]


class InstrumentChoice(Section):
    """What the plan says of one instrument."""

    higher_is: Literal["worse", "better"] | None = Field(
        default=None,
        description="stated for the reader; an error where it contradicts the instrument",
    )
    rater: str | None = Field(default=None, description="only scores of this rater; default: all")
    version: str | None = Field(
        default=None,
        description="the instrument's version that was used; default: its standard version",
    )


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
    trajectory_timing: tuple[Timing, ...] | None = Field(
        default=None, description="only scores with this timing; default: all"
    )
    minimum_site_subjects: int = Field(
        default=20, ge=1, description="smaller sites are pooled in a batch"
    )


class PathChoice(Section):
    """Which endpoints name the states of the `path` table."""

    response: str | None = Field(
        default=None, description="endpoint of a response; default: the first of that kind"
    )
    remission: str | None = Field(
        default=None,
        description="endpoint of a remission; default: the first on the response's instrument",
    )
    relapse: str | None = Field(
        default=None, description="endpoint of a relapse; default: the first of that kind"
    )


class Plan(Section):
    """A statistical analysis plan: everything that decides a number of the report."""

    title: str = Field(description="title of the report")
    question: str = Field(description="the question that the report answers, as a sentence")
    seed: int = Field(default=20260101, ge=0, description="the only source of random numbers")
    instruments_dir: Folder | None = Field(
        default=None,
        description="folder with instruments of your own, relative to the plan",
    )
    data: DataSource = Field(description="where the raw tables lie and how they are read")
    instrument: dict[str, InstrumentChoice] = Field(
        default_factory=dict, description="what is said of an instrument, by its name"
    )
    baseline: BaselineRule = Field(
        default=BaselineRule(), description="which score is the baseline"
    )
    course: CourseRule = Field(
        default=CourseRule(), description="where the course ends, and what a booster is"
    )
    follow_up: FollowUpRule = Field(
        default=FollowUpRule(), description="until when a subject is watched"
    )
    population: dict[Name, Population] = Field(
        default_factory=dict, description="who is analysed, by a name of your own"
    )
    endpoint: dict[Name, Endpoint] = Field(
        description="derived outcomes with their definitions, by a name of your own"
    )
    analysis: dict[Name, Analysis] = Field(
        default_factory=dict, description="one estimator on one endpoint in one population"
    )
    path: PathChoice = Field(
        default=PathChoice(), description="which endpoints name the states of the path table"
    )
    report: ReportChoice = Field(
        default=ReportChoice(), description="what the report shows besides the analyses"
    )


RESERVED_KEYS = ("disclosure", "imputation", "multiplicity", "amendment")
