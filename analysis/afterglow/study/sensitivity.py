"""Companions of the primary analyses: the headline under every other choice of rules 3, 7 and 8."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from afterglow.endpoints.rules import REASON_WORDS, Reason
from afterglow.names import N_EVENTS, REASON, STATISTIC_NAME, SUBJECT, TERM, N
from afterglow.plan.analyses import Analysis, ProportionAnalysis
from afterglow.plan.analysis import CensoringAnalysis
from afterglow.plan.endpoints import Durability, Relapse
from afterglow.study.analysed import analysed
from afterglow.study.derive import Derived
from afterglow.study.rates import REACHED
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import analysis_head, not_estimated, statistic
from afterglow.study.rules import PENDING, UNCONFIRMED
from afterglow.study.setting import Setting
from afterglow.study.timelines import PRIMARY, UNFINISHED

SENSITIVITY = "sensitivity"
AFFECTED = "n_affected"
AS_PLANNED = "as_planned"
HEADLINE = (
    "rate",
    "survival",
    "incidence",
    "median",
    "mean_count",
    "difference",
    "logrank",
    "gray_test",
    "occupancy",
    "restricted_mean",
    "restricted_mean_difference",
    "max_combo",
    N,
    N_EVENTS,
)
GAP = "max_gap_days"
CHOICES: dict[str, tuple[str, Mapping[str, int]]] = {
    "unconfirmed": ("unconfirmed", UNCONFIRMED),
    "session_while_pending": ("pending", PENDING),
}
RULED_OUT = "a competing cause appears under this choice, and the plan does not say naive = true"


class Estimator(Protocol):
    """Makes the rows of an analysis."""

    def __call__(
        self, name: str, analysis: Any, setting: Setting, *, headline: bool = False
    ) -> list[Row]:
        """Return the rows; `headline` leaves out what no companion shows."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One choice of one rule, and the endpoints under it."""

    rule: str
    word: str
    as_planned: bool
    derived: Derived


def sensitivity_rows(
    name: str, analysis: Analysis, setting: Setting, estimator: Estimator
) -> list[Row]:
    """Return the companions of one analysis; none where it is not primary.

    A rate at stated days looks at scores alone and has none of these rules.
    """
    at_days = isinstance(analysis, ProportionAnalysis) and bool(analysis.at_days)
    if analysis.role != PRIMARY or at_days:
        return []
    head = analysis_head(name, analysis, SENSITIVITY)
    rows = affected(head, name, analysis, setting)
    for choice in choices(analysis, setting):
        under = replace(setting, derived=choice.derived)
        words = {TERM: choice.rule, LEVEL: choice.word}
        rows.append(statistic(head | words, AS_PLANNED, float(choice.as_planned)))
        rows += _headline(head | words, name, analysis, under, estimator)
    return rows


def _headline(
    head: Row, name: str, analysis: Analysis, setting: Setting, estimator: Estimator
) -> list[Row]:
    if refused(name, analysis, setting):
        return [not_estimated(head, "refused", RULED_OUT)]
    terms = _headline_terms(analysis)
    return [
        row | head
        for row in estimator(name, analysis, setting, headline=True)
        if row[SECTION] == "analysis"
        and row[STATISTIC_NAME] in HEADLINE
        and row.get(TERM, "") in terms
    ]


def _headline_terms(analysis: Analysis) -> tuple[str, ...]:
    """Return which rows of an analysis are its headline: its own endpoint, its first rule."""
    if isinstance(analysis, ProportionAnalysis):
        return (REACHED, analysis.missing[0])
    return ("", analysis.endpoint)


def refused(name: str, analysis: Analysis, setting: Setting) -> list[str]:
    """Return the competing causes that forbid an analysis that would censor them unsaid."""
    if not isinstance(analysis, CensoringAnalysis) or analysis.naive:
        return []
    return analysed(name, analysis, setting).competing


def choices(analysis: Analysis, setting: Setting) -> Iterator[Choice]:
    """Yield every choice of the rules 3, 7 and 8 that the analysis' endpoint depends on."""
    endpoint = setting.plan.endpoint[analysis.endpoint]
    derived = setting.derived
    if isinstance(endpoint, Relapse | Durability):
        for rule, (field, words) in CHOICES.items():
            planned = getattr(endpoint, rule)
            for word, number in words.items():
                other = derived.under_choice(analysis.endpoint, field, int(number))
                yield Choice(rule, word, word == planned, other)
    planned_gap = setting.plan.course.max_gap_days
    gaps = setting.timelines.gaps
    for gap in sorted({*gaps, planned_gap} if gaps else ()):
        yield Choice(GAP, f"{gap:g}", gap == planned_gap, gaps.get(gap, derived))


def affected(head: Row, name: str, analysis: Analysis, setting: Setting) -> list[Row]:
    """Count whom each rule touches in this analysis."""
    rows = []
    endpoint = setting.plan.endpoint[analysis.endpoint]
    if isinstance(endpoint, Relapse | Durability):
        open_at_end = _ended(name, analysis, setting, Reason.UNCONFIRMED)
        confirmed = setting.derived.under_choice(
            analysis.endpoint, "pending", int(PENDING["relapse"])
        )
        under = replace(setting, derived=confirmed)
        pending = _ended(name, analysis, under, Reason.BOOSTER_CONFIRMED)
        rows.append(statistic(head, AFFECTED, open_at_end, **{TERM: "unconfirmed"}))
        rows.append(statistic(head, AFFECTED, pending, **{TERM: "session_while_pending"}))
    subjects = setting.timelines.subjects
    mine = subjects[SUBJECT].isin(setting.population(analysis.population)[SUBJECT])
    unfinished = float((mine & subjects[UNFINISHED]).sum())
    if setting.cohort.sessions is not None:
        rows.append(statistic(head, AFFECTED, unfinished, **{TERM: "course unfinished"}))
    return rows


def _ended(name: str, analysis: Analysis, setting: Setting, reason: Reason) -> float:
    found = analysed(name, analysis, setting).rows
    return float((found[REASON] == REASON_WORDS[reason]).sum())
