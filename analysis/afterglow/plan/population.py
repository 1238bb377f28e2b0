"""The plan's populations: filters as values, each a step of the flow diagram."""

from typing import Self

from pydantic import ConfigDict, Field, model_validator

from afterglow.plan.base import Section

Value = str | float | bool


class Filter(Section):
    """One condition on a column of the subjects, or on the baseline of an instrument.

    Only what is known at day 0 may select a population: a group formed by what came later would
    be compared from a day on which it did not exist.
    """

    column: str | None = Field(default=None, description="a column of the subjects table")
    baseline: str | None = Field(default=None, description="an instrument, for its baseline score")
    among: tuple[Value, ...] | None = Field(
        default=None, alias="in", description="one of these values"
    )
    not_in: tuple[Value, ...] | None = Field(default=None, description="none of these values")
    at_least: float | None = Field(default=None, description="this value or higher")
    at_most: float | None = Field(default=None, description="this value or lower")
    label: str | None = Field(
        default=None, description="how the flow diagram calls those set aside"
    )

    model_config = ConfigDict(populate_by_name=True)

    @model_validator(mode="after")
    def _one_subject_one_test(self) -> Self:
        if (self.column is None) == (self.baseline is None):
            raise ValueError("a filter names either a column or a baseline")
        tests = (self.among, self.not_in, self.at_least, self.at_most)
        if all(test is None for test in tests):
            raise ValueError("a filter needs one of: in, not_in, at_least, at_most")
        if self.baseline is not None and (self.among is not None or self.not_in is not None):
            raise ValueError("a baseline is compared with at_least or at_most")
        return self


class Population(Section):
    """Who is analysed: the subjects that pass every filter, in their order."""

    label: str | None = Field(default=None, description="how the report calls it")
    filters: tuple[Filter, ...] = Field(
        default=(), description="conditions in their order; each is a step of the flow diagram"
    )
