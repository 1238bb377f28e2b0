"""What every part of a plan shares: frozen, and no key it does not know."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from afterglow.errors import did_you_mean


class Section(BaseModel):
    """A frozen part of the plan; a key it does not know is an error with a suggestion."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, given: Any) -> Any:
        if isinstance(given, dict):
            known = cls.model_fields
            unknown = [str(key) for key in given if key not in known]
            if unknown:
                words = "; ".join(f"unknown key '{k}'.{did_you_mean(k, known)}" for k in unknown)
                raise PydanticCustomError("unknown_key", "{words}", {"words": words})
        return given


Days = Annotated[float, Field(description="days")]
PositiveDays = Annotated[float, Field(gt=0, description="days, above zero")]
NonNegativeDays = Annotated[float, Field(ge=0, description="days, zero or more")]
Percent = Annotated[float, Field(ge=0, le=1000, description="percent")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="a name")]
