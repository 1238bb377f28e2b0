"""What every part of a plan shares: frozen, and no key it does not know."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A frozen part of the plan; a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Days = Annotated[float, Field(description="days")]
PositiveDays = Annotated[float, Field(gt=0, description="days, above zero")]
NonNegativeDays = Annotated[float, Field(ge=0, description="days, zero or more")]
Percent = Annotated[float, Field(ge=0, le=1000, description="percent")]
NAME_PATTERN = r"^[A-Za-z][A-Za-z0-9_]*$"
Name = Annotated[str, Field(pattern=NAME_PATTERN, description="a name")]
