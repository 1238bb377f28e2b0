"""The statements an instrument file makes; each carries where it is from and how sure it is."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Confidence = Literal["published", "established", "computed", "uncertain"]
Range = tuple[float, float]

CAUTION = "uncertain: check before use"


class Frozen(BaseModel):
    """Base of everything read from an instrument file: no unknown keys, no later change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Fact(Frozen):
    """A statement with its origin.

    Attributes
    ----------
    source : str
        Publication, page, or convention that states the number.
    confidence : str
        `published`: seen in the source named; `established`: well known, not looked up again;
        `computed`: worked out from other facts; `uncertain`: to be checked before use.
    """

    source: Text
    confidence: Confidence

    @property
    def caution(self) -> str:
        """Return the words shown beside an uncertain number, else ""."""
        return CAUTION if self.confidence == "uncertain" else ""


class Recall(Fact):
    """The stretch of time a rating looks back on; `days` where it has a fixed length."""

    text: Text
    days: float | None = None


class BandSet(Fact):
    """Severity bands in use together: `ranges` gives label -> (low, high), both included."""

    ranges: dict[str, Range]
    used_by: str = ""


class Cutoff(Fact):
    """Scores on one side of a value; exactly one of the four bounds is given.

    Attributes
    ----------
    at_most, below, at_least, above : float, optional
        In points of the total.
    used_by : str
        Trials, services or papers that use it.
    """

    at_most: float | None = None
    below: float | None = None
    at_least: float | None = None
    above: float | None = None
    used_by: str = ""

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if sum(getattr(self, name) is not None for name in BOUND_SIGNS) != 1:
            raise ValueError(f"give exactly one of {', '.join(BOUND_SIGNS)}")
        return self

    @property
    def bound(self) -> str:
        """Return which of the four bounds is given."""
        return next(name for name in BOUND_SIGNS if getattr(self, name) is not None)

    @property
    def value(self) -> float:
        """Return the bound in points."""
        return float(getattr(self, self.bound))

    @property
    def favours(self) -> Literal["low", "high"]:
        """Say which scores are inside: the low or the high ones."""
        return "low" if self.bound in ("at_most", "below") else "high"

    def __str__(self) -> str:
        return f"{BOUND_SIGNS[self.bound]} {self.value:g}"


BOUND_SIGNS = {"at_most": "≤", "below": "<", "at_least": "≥", "above": ">"}


class Threshold(Cutoff):
    """A cut-off with another purpose than remission."""

    purpose: Literal["entry", "screening", "relapse"]
    note: str = ""


class Remission(Cutoff):
    """A cut-off for remission; `note` holds further conditions."""

    note: str = ""


class Amount(Fact):
    """A change, in points of the total or in percent of the way from baseline to best.

    One number, or the two ends of the values in use. Exactly one of `points`, `percent`.
    """

    points: float | Range | None = None
    percent: float | Range | None = None
    note: str = ""

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if (self.points is None) == (self.percent is None):
            raise ValueError("give exactly one of points, percent")
        return self

    def __str__(self) -> str:
        value = self.points if self.percent is None else self.percent
        ends = value if isinstance(value, tuple) else (value,)
        return "–".join(f"{end:g}" for end in ends) + (" points" if self.percent is None else " %")


class Response(Amount):
    """An improvement that counts as response, at least this large."""

    used_by: Text


class MeaningfulChange(Amount):
    """A change said to matter; `meaning` says in which sense."""

    meaning: Text


class Note(Fact):
    """A trap of the instrument that no rule can catch."""

    text: Text
