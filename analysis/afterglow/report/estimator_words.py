"""What each estimator did, in words: made from the analyses that ran."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from afterglow.plan.analyses import ProportionAnalysis
from afterglow.report.analysis_rows import AnalysisRows, all_analyses
from afterglow.report.curve_rows import enters_late
from afterglow.report.later_groups import later_methods
from afterglow.report.presentations import PRESENTATIONS
from afterglow.report.words import listed, lower_first, variable_label

if TYPE_CHECKING:
    from afterglow.study.run import Study

TIES: Final = (
    "Times are in days and often tied: all estimators are exact under ties, and at a tie an event "
    "comes before a censoring."
)
VISITS: Final = (
    "An event that a score shows is dated at the visit that shows it and lies between that visit "
    "and the last one known free; sessions and clinical events are dated exactly. The curves "
    "use the later end, so they are late by at most the time between two visits."
)
ENTRY: Final = (
    "Delayed entry: where subjects come under observation after their clock has started ({who}), "
    "they are at risk from then on only, so that nobody is counted at a time at which the event "
    "could not have been seen."
)
REVERSE: Final = (
    "Time under observation is estimated by the reverse Kaplan–Meier method, in which the event "
    "censors and censoring is the event; where few are censored it is not reached."
)
CLUSTERED: Final = (
    "Where an analysis names a cluster ({words}), its variance is robust to likeness within it."
)
NOMINAL: Final = (
    "Intervals and p values are nominal: nothing is adjusted for the number of analyses, and only "
    "a primary analysis can confirm."
)
UNADJUSTED: Final = (
    "Groups are compared as they are, within strata where so said and otherwise without adjustment "
    "for what they differ in at baseline: where treatment was not assigned at random, a difference "
    "between groups is not an effect of treatment."
)
FREED: Final = (
    "Mean scores over time are means of what was observed on the nearest visit within half a week, "
    "with limits of the t distribution; nothing is filled in."
)


def paragraphs(study: "Study") -> tuple[str, ...]:
    """Return the methods of what ran, one paragraph each."""
    every = all_analyses(study)
    found: list[str] = []
    for estimator, shown in PRESENTATIONS.items():
        mine = [rows for rows in every if rows.analysis.estimator == estimator]
        found += shown.methods(mine) if mine else ()
    if any(not isinstance(rows.analysis, ProportionAnalysis) for rows in every):
        found += [VISITS, TIES, *_entry(every), REVERSE]
    found += later_methods(every)
    if len(study.results.select(section="trajectory")):
        found.append(FREED)
    compared = (UNADJUSTED,) if any(rows.analysis.by for rows in every) else ()
    return (*found, *_clusters(every), *compared, NOMINAL)


def _entry(every: Sequence[AnalysisRows]) -> Iterator[str]:
    late = {
        rows.endpoint_label: None
        for rows in every
        if getattr(rows.endpoint, "qualify", None)
        or getattr(rows.endpoint, "at_risk_from", None)
        or rows.endpoint.kind == "latency"
        or enters_late(rows)
    }
    if late:
        yield ENTRY.format(who=listed([f"“{label}”" for label in late]))


def _clusters(every: Sequence[AnalysisRows]) -> Iterator[str]:
    columns = {rows.analysis.cluster: None for rows in every if rows.analysis.cluster}
    if columns:
        words = listed([lower_first(variable_label(name)) for name in columns])
        yield CLUSTERED.format(words=words)
