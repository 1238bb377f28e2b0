"""Analyses of the path through states in a plan."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from afterglow.plan.analysis import AnalysisBase, CurveAnalysis, RegressionAnalysis
from afterglow.plan.base import NonNegativeDays, PositiveDays
from afterglow.plan.cox_analyses import Changing
from afterglow.plan.later_words import is_status

Expected = Literal[
    "days_well",
    "days_in_relapse",
    "days_symptomatic",
    "treatment_free_days",
    "sessions",
    "sessions_per_well_month",
]
ARROW = "->"
NEEDS = {
    "booster_days": ("treatment_states", False, "treatment_states = true"),
    "sojourn_days": ("clock_reset", False, "clock_reset = true"),
    "transition_variance": ("transitions_from", (), "transitions_from"),
    "reference": ("expected", (), "expected: only those numbers are compared"),
}  # fmt: skip
"""Keys that do nothing unless another one is set."""


class StatesAnalysis(AnalysisBase):
    """An analysis of the path through states."""

    ALL_CYCLES: ClassVar[bool] = True

    treatment_states: bool = Field(
        default=False,
        description="the course and each block of boosters are states of their own: course until "
        "its last session, booster until booster_days after the block's last session",
    )
    booster_days: NonNegativeDays = Field(
        default=7.0,
        description="days after a block's last session that still count as in the booster",
    )


def _idle(analysis: AnalysisBase) -> str | None:
    """Return what is wrong where a key is set that does nothing without another one."""
    for key, (other, off, words) in NEEDS.items():
        fields = type(analysis).model_fields
        if key not in fields or other not in fields:
            continue
        if getattr(analysis, key) != fields[key].default and getattr(analysis, other) == off:
            return f"{key} does nothing without {words}"
    return None


class MultistateAnalysis(CurveAnalysis, StatesAnalysis):
    """Shares of subjects who are symptomatic, in response, in relapse and so on, by day."""

    IDLE: ClassVar[Mapping[str, Any]] = {"cycle": 1, "strata": None}
    IDLE_WHY: ClassVar[str] = "where subjects are followed through all states and cycles"

    estimator: Literal["multistate"] = Field(description="how the endpoint is estimated")
    until_day: PositiveDays | None = Field(
        default=None,
        description="expected days in each state are counted to this day; default: the last of "
        "at_days",
    )
    markov_test: bool = Field(
        default=True, description="test whether leaving a state depends on when it was entered"
    )
    expected: tuple[Expected, ...] = Field(
        default=(),
        description="what else is expected of a subject by until_day; days well are those in "
        "response or remission, treated or not",
    )
    treatment_free_after_days: PositiveDays = Field(
        default=7.0,
        description="a day is free of treatment if the last session was longer ago than this",
    )
    clock_reset: bool = Field(
        default=False,
        description="also estimate the shares as if leaving a state depended only on how long it "
        "has lasted, and test that",
    )
    sojourn_days: tuple[PositiveDays, ...] = Field(
        default=(),
        description="days since a state was entered, at which the shares that have left it are "
        "given",
    )
    transitions_from: tuple[NonNegativeDays, ...] = Field(
        default=(),
        description="days from which the probabilities of being elsewhere on later at_days are "
        "given, state by state",
    )
    transition_variance: Literal["greenwood", "aalen"] = Field(
        default="greenwood", description="variance of those probabilities"
    )

    @model_validator(mode="after")
    def _every_key_does_something(self) -> Self:
        words = _idle(self)
        if words:
            raise ValueError(words)
        free = type(self).model_fields["treatment_free_after_days"].default
        if self.treatment_free_after_days != free and "treatment_free_days" not in self.expected:
            raise ValueError(
                "treatment_free_after_days does nothing without 'treatment_free_days' in expected"
            )
        days = sorted(self.at_days)
        if self.transitions_from and not (days and max(self.transitions_from) < days[-1]):
            raise ValueError("transitions_from needs later days in at_days")
        return self


class TransitionModelsAnalysis(RegressionAnalysis, StatesAnalysis):
    """Ratios of the rates at which each state is left for each other one."""

    IDLE: ClassVar[Mapping[str, Any]] = {**RegressionAnalysis.IDLE, "cycle": 1}

    estimator: Literal["transition_models"] = Field(description="how the endpoint is estimated")
    moves: tuple[str, ...] = Field(
        default=(),
        description="which moves, as 'symptomatic -> response'; default: every one that "
        "fewest_events subjects made",
    )
    fewest_events: int = Field(
        default=10, ge=1, description="a move that was made less often is not modelled"
    )
    changing: tuple[Changing, ...] = Field(
        default=(),
        description="covariates that change, as known when a stretch of the path began: the last "
        "score, sessions so far, days since the last one",
    )
    ties: Literal["efron", "breslow"] = Field(
        default="efron", description="how moves on one day are counted"
    )
    robust: bool = Field(default=True, description="variance by subject, or by cluster")

    @model_validator(mode="after")
    def _options_go_together(self) -> Self:
        words = _idle(self)
        if words:
            raise ValueError(words)
        for move in self.moves:
            ends = [end.strip() for end in move.split(ARROW)]
            if len(ends) != 2 or not all(ends) or ends[0] == ends[1]:
                raise ValueError(
                    f"'{move}' is no move: write two states with an arrow, such as "
                    "'symptomatic -> response'"
                )
        for one in self.changing:
            if is_status(one.column):
                raise ValueError(
                    f"changing names '{one.column}', but where a subject is is its state: name "
                    "last_score, sessions_so_far or days_since_session"
                )
        if len(set(self.pairs)) < len(self.moves):
            raise ValueError("moves names one twice")
        if self.moves and self.fewest_events != type(self).model_fields["fewest_events"].default:
            raise ValueError("fewest_events does nothing where moves are named")
        if not self.robust and self.cluster is not None:
            raise ValueError("a cluster brings the robust variance: leave one of them out")
        return self

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The moves that are named, as (from, to)."""
        ends = [move.split(ARROW) for move in self.moves]
        return [(source.strip(), target.strip()) for source, target in ends]
