"""What is said about a cohort: title, origin, and whether it may be shown."""

from pydantic import Field

from afterglow.plan.base import Section


class CohortMetadata(Section):
    """Title, origin and status of a cohort; every field may be absent.

    It stands in `cohort.toml` beside the tables, or in the plan as `[data.cohort]` where nothing
    can be put beside them.
    """

    title: str = Field(default="", description="what the cohort is called")
    source: str = Field(default="", description="where the data come from")
    citation: str = Field(default="", description="how to cite them")
    licence: str = Field(default="", description="under which terms they may be used")
    units: str = Field(default="", description="units, as words for the reader")
    notes: str = Field(default="", description="anything else a reader should know")
    synthetic: bool = Field(default=False, description="simulated, holds nobody's data")
    public: str = Field(default="", description="citation of the public source, where it is public")

    @property
    def exempt(self) -> bool:
        """Say whether disclosure control may be left out: synthetic or public data."""
        return self.synthetic or bool(self.public)
