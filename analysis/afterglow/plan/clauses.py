"""The clauses that endpoints share: clocks, strategies, confirmation, windows."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from afterglow.errors import did_you_mean
from afterglow.plan.base import NonNegativeDays, Section
from afterglow.plan.later_words import WORDS

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
CycleWord = Literal[
    "number",
    "previous_gap_days",
    "previous_response",
    "sessions_in_block",
    "dose_mg",
    "dose_mg_per_kg",
    "route",
    "drug",
    "kind",
]
Anchor = Literal["first_session", "course_end"]


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

    after: Anchor = Field(default="course_end", description="the clock it is counted from")
    days: NonNegativeDays = Field(default=14.0, description="days after it")


class Qualify(Section):
    """Only subjects count for whom another endpoint's condition holds in a window (rule 10)."""

    endpoint: str = Field(description="the endpoint whose condition must hold")
    after: Anchor = Field(default="course_end", description="the clock the window is counted from")
    window_days: tuple[float, float] = Field(
        description="first and last day after it; the first visit in them decides"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.window_days[0] > self.window_days[1]:
            raise ValueError("window_days must be [earlier, later]")
        return self


class Term(Section):
    """One covariate of a regression: a column or a baseline score, or a product of terms.

    Formulas are never text: what a plan names is looked up, not executed.
    """

    column: str | None = Field(
        default=None,
        description=f"a column of the subjects table, or, with landmark_days, {WORDS}",
    )
    baseline: str | None = Field(default=None, description="an instrument, for its baseline score")
    cycle: CycleWord | None = Field(
        default=None,
        description="what began the cycle, known at the start of its gap: its number, the gap or "
        "the response before it, or sessions, dose, route, drug or kind of its course or block "
        "(recurrent_cox and frailty)",
    )
    interaction: tuple[str, ...] | None = Field(
        default=None,
        description="columns or instruments of other terms, or cycle_… of what began the cycle, "
        "whose product is meant",
    )
    function: Literal["log", "sqrt", "square"] | None = Field(
        default=None, description="transformation of a number; default: the number itself"
    )
    per: float = Field(
        default=1.0, gt=0, description="the ratio is for a change by so many units, 10 years, say"
    )
    center: float = Field(default=0.0, description="value that is subtracted first")
    reference: str | None = Field(
        default=None, description="category that the others are compared with; default: the first"
    )

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        named = (self.column, self.baseline, self.cycle, self.interaction)
        if sum(name is not None for name in named) != 1:
            raise ValueError("a term names one of: column, baseline, cycle, interaction")
        if self.interaction is not None:
            if len(self.interaction) < 2:
                raise ValueError("an interaction names two terms or more")
            if self._is_transformed or self.reference is not None:
                raise ValueError("an interaction takes its terms as they are")
        if self.reference is not None and self._is_transformed:
            raise ValueError("a category with a reference has no function, per or center")
        return self

    @property
    def _is_transformed(self) -> bool:
        return self.function is not None or self.per != 1.0 or self.center != 0.0

    @property
    def name(self) -> str:
        """The column or instrument, or cycle_…; for an interaction both, joined by " × "."""
        own = self.column or self.baseline or (f"cycle_{self.cycle}" if self.cycle else "")
        return own or " × ".join(self.interaction or ())
