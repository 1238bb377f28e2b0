"""The plan's `[data]` section: where the raw tables lie and how their columns are read."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from afterglow import canonical
from afterglow import names as n
from afterglow.canonical import TABLES, item_number
from afterglow.errors import did_you_mean
from afterglow.plan.about import CohortMetadata
from afterglow.plan.base import Days, PositiveDays, Section

Unit = Literal["days", "weeks", "months", "hours"]
Timing = Literal["pre-dose", "post-dose", "off-dose"]
Constant = str | int | float | bool


def day_ratio(unit: Unit, days_per_month: float) -> tuple[float, float]:
    """Return (multiplier, divisor) from `unit` to days, so that 72 hours are exactly 3 days."""
    ratios = {
        "days": (1.0, 1.0),
        "weeks": (n.DAYS_PER_WEEK, 1.0),
        "months": (days_per_month, 1.0),
        "hours": (1.0, n.HOURS_PER_DAY),
    }
    return ratios[unit]


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, (dict, Section)) else value


class ScoreColumn(Section):
    """One column of scores, turned into rows of its own: of one visit, or at each row's day."""

    column: str = Field(description="the user's column")
    day: Days | None = Field(default=None, description="days since the first session")
    week: float | None = Field(default=None, description="weeks since the first session")
    month: float | None = Field(default=None, description="months since the first session")
    hour: float | None = Field(default=None, description="hours since the first session")
    instrument: str | None = Field(
        default=None, description="where the table's constant is not meant"
    )
    timing: Timing | None = Field(default=None, description="relation of the scores to a dose")
    rater: str | None = Field(default=None, description="who rated them")
    visit: str | None = Field(default=None, description="label of the visit")
    scheduled: bool | None = Field(default=None, description="whether the visit was scheduled")

    _units: ClassVar[dict[str, Unit]] = {
        "day": "days",
        "week": "weeks",
        "month": "months",
        "hour": "hours",
    }

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        given = [key for key in self._units if getattr(self, key) is not None]
        if len(given) > 1:
            raise ValueError("give at most one of day, week, month, hour")
        return self

    @property
    def is_timed(self) -> bool:
        """Whether the column states its own time; else its rows have a day each."""
        return any(getattr(self, key) is not None for key in self._units)

    def in_days(self, days_per_month: float) -> float | None:
        """Return the column's time in days since the first session, None where rows have it."""
        for key, unit in self._units.items():
            if getattr(self, key) is not None:
                multiplier, divisor = day_ratio(unit, days_per_month)
                return float(getattr(self, key)) * multiplier / divisor
        return None


class BaselineColumn(ScoreColumn):
    """A column that repeats the subject's baseline: one pre-dose score at day 0."""

    day: Days | None = Field(default=0.0, description="days since the first session")
    timing: Timing | None = Field(default="pre-dose", description="relation to the first dose")

    @model_validator(mode="before")
    @classmethod
    def _other_unit_replaces_day_0(cls, value: Any) -> Any:
        if isinstance(value, dict) and set(value) & {"week", "month", "hour"}:
            return {"day": None, **value}
        return value


BaselineColumns = Annotated[
    tuple[BaselineColumn, ...],
    BeforeValidator(_as_tuple, json_schema_input_type=BaselineColumn | tuple[BaselineColumn, ...]),
]


class TableSource(Section):
    """How one canonical table is read from the user's file."""

    table: ClassVar[str] = ""

    file: str | None = Field(
        default=None, description="file in the data folder, or table in the database file"
    )
    columns: dict[str, str] = Field(
        default_factory=dict, description="canonical column = the user's column"
    )
    constants: dict[str, Constant] = Field(
        default_factory=dict, description="canonical column = one value for every row"
    )
    units: dict[str, Unit] = Field(
        default_factory=dict, description="unit of a column of days: days, weeks, months, hours"
    )
    values: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="canonical column = { the user's word = ours }"
    )
    keep: tuple[str, ...] | None = Field(
        default=None, description="further columns to keep under their own name"
    )
    missing: tuple[str, ...] | None = Field(
        default=None, description="cells that mean missing in this table, instead of data.missing"
    )
    duplicates: Literal["error", "first"] = Field(
        default="error", description="what to do with rows that share a key and differ"
    )

    @model_validator(mode="after")
    def _known_columns(self) -> Self:
        for part in ("columns", "constants", "values"):
            for name in getattr(self, part):
                self._check_known(part, name)
        twice = sorted(set(self.columns) & set(self.constants))
        if twice:
            raise ValueError(f"'{twice[0]}' is both a column and a constant: keep one")
        return self

    @model_validator(mode="after")
    def _units_of_days(self) -> Self:
        for name in self.units:
            if name not in (n.DAY, n.END_DAY) or name not in TABLES[self.table].names():
                raise ValueError(f"units: '{name}' is not a column of days in {self.table}")
        return self

    def _check_known(self, part: str, name: str) -> None:
        known = TABLES[self.table].names()
        if name in known or self._own_column_allowed(name):
            return
        raise ValueError(
            f"{part}: '{name}' is not a column of {self.table}.{did_you_mean(name, known)}"
        )

    def _own_column_allowed(self, name: str) -> bool:
        """Say whether `name` may be the user's own: a covariate or a kept column."""
        return TABLES[self.table].keeps_extra or name in (self.keep or ())


class SubjectsSource(TableSource):
    """`[data.subjects]`: one row per subject; own columns are covariates."""

    table: ClassVar[str] = canonical.SUBJECTS


class ScoresSource(TableSource):
    """`[data.scores]`: long, wide, or with a baseline in a column of its own."""

    table: ClassVar[str] = canonical.SCORES

    duplicates: Literal["error", "first", "mean"] = Field(  # type: ignore[assignment]
        "error", description="what to do with scores that share a key and differ"
    )
    wide: tuple[ScoreColumn, ...] = Field(
        default=(),
        description="one entry per column that holds one visit's score, or one instrument's",
    )
    baseline: BaselineColumns = Field(
        default=(), description="columns that repeat each subject's baseline score"
    )
    visit_days: dict[str, float] = Field(
        default_factory=dict, description="visit label = its day, where there is no day column"
    )

    @model_validator(mode="after")
    def _one_shape(self) -> Self:
        untimed = [entry.column for entry in self.wide if not entry.is_timed]
        rows_have_days = n.DAY in self.columns or n.DAY in self.constants
        if untimed and not rows_have_days:
            raise ValueError(
                f"wide: '{untimed[0]}' needs day, week, month or hour = …, or columns.day for all"
            )
        long_only = {n.SCORE, n.DAY, n.INSTRUMENT, n.VISIT} & set(self.columns)
        long_only -= {n.DAY} if len(untimed) == len(self.wide) else set()
        if self.wide and long_only:
            raise ValueError(
                f"wide and columns.{sorted(long_only)[0]} exclude each other: "
                "a wide column states its own day, instrument and visit"
            )
        if self.visit_days and (self.wide or n.DAY in self.columns or n.DAY in self.constants):
            raise ValueError("visit_days gives the day: drop the day column or visit_days")
        return self

    @model_validator(mode="after")
    def _instrument_named(self) -> Self:
        if n.INSTRUMENT in self.constants:
            return self
        for entry in (*self.wide, *self.baseline):
            if entry.instrument is None:
                raise ValueError(
                    f"column '{entry.column}' needs instrument = …, here or under constants"
                )
        return self

    def _own_column_allowed(self, name: str) -> bool:
        return item_number(name) is not None or super()._own_column_allowed(name)


class SessionsSource(TableSource):
    """`[data.sessions]`: one row per administration."""

    table: ClassVar[str] = canonical.SESSIONS


class EventsSource(TableSource):
    """`[data.events]`: one row per clinical event."""

    table: ClassVar[str] = canonical.EVENTS


class FollowUpSource(TableSource):
    """`[data.follow_up]`: the end of each subject's follow-up."""

    table: ClassVar[str] = canonical.FOLLOW_UP


class DataSource(Section):
    """The plan's `[data]`: a folder, one CSV or Parquet file, or one DuckDB or SQLite file."""

    path: str = Field(description="folder or file, relative to the plan")
    days_per_month: PositiveDays = Field(default=n.DAYS_PER_MONTH, description="days in a month")
    delimiter: str = Field(
        default=",", min_length=1, max_length=1, description="between cells of a CSV"
    )
    decimal: Literal[".", ","] = Field(
        default=".", description="what stands before the decimals of a CSV's numbers"
    )
    missing: tuple[str, ...] = Field(
        default=("", "NA", "NaN", "nan"), description="cells that mean missing"
    )
    allow_columns: tuple[str, ...] = Field(
        default=(), description="the user's columns that the identifier gate lets pass"
    )
    cohort: CohortMetadata | None = Field(
        default=None, description="what cohort.toml would say, where there is none"
    )
    subjects: SubjectsSource | None = Field(default=None, description="how subjects are read")
    scores: ScoresSource | None = Field(default=None, description="how scores are read")
    sessions: SessionsSource | None = Field(default=None, description="how sessions are read")
    events: EventsSource | None = Field(default=None, description="how events are read")
    follow_up: FollowUpSource | None = Field(
        default=None, description="how the ends of follow-up are read"
    )

    def source(self, table: str) -> TableSource | None:
        """Return the plan's words about one canonical table, or None."""
        found: TableSource | None = getattr(self, table)
        return found
