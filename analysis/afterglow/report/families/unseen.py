"""Endpoints that visits show too late: incidences with boosters, and durations with two ends."""

from collections.abc import Iterator, Sequence
from typing import Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.doubly_blocks import duration_finding, duration_table
from afterglow.report.doubly_figures import duration_figure
from afterglow.report.interval_incidence_blocks import bounds_brief, bounds_finding, bounds_table
from afterglow.report.interval_incidence_figures import bounds_figure
from afterglow.report.presentation import Presentation
from afterglow.report.sentences import clock_words, event_label
from afterglow.report.words import listed, lower_first
from afterglow.tables import format as fmt

UNSEEN: Final = "{event}, in days since the unseen beginning of {start}"
BOUNDED: Final = (
    "Interval-censored incidence: the non-parametric maximum-likelihood estimate of competing "
    "causes (Hudgens, Satten and Longini), for which the endpoint lies anywhere after the last "
    "visit known free and up to the visit that showed it, while a booster, a switch or a "
    "withdrawal has its day. Estimated is the endpoint that a visit shows before another event "
    "ends the watch. A subject given a booster after days without a visit may have relapsed in "
    "them unseen: the estimate takes this for none, the bound for all of them, and nothing in "
    "visits so far apart tells which is nearer; a score taken at the booster would. {mixed}Where "
    "subjects come under observation later than the clock starts, the first quarter to enter "
    "counts from the start, because an event among the very few first at risk would else decide "
    "the curve. Limits: percentiles of {resamples} resamples of the subjects."
)
APART: Final = (
    "Relapses known to the day (an admission) are estimated as a kind apart from those between "
    "visits, and added. "
)
IMPUTED: Final = (
    "Duration between two unseen ends: {counts} times a beginning is drawn for every subject "
    "within the days in which it lies ({rules}); the end then lies in an interval of its own, and "
    "the curve is the non-parametric maximum-likelihood estimate (with other causes, as the "
    "interval-censored incidence). The curves are pooled by Rubin's rules on the log-log scale, "
    "with the variance within each from {resamples} resamples of the subjects; the seed is the "
    "plan's. {missed}"
)
ADDED: Final = (
    "A state that ended before the next visit is in no table. Its share is estimated by taking the "
    "hazard in the first days after the visit for that in the days before it, and added: without "
    "this, durations from the beginning are too long."
)
RULES: Final = {
    "npmle": "in proportion to the estimate of all beginnings, itself anew from a resample",
    "uniform": "evenly",
}


def _bounded_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    counts = dict.fromkeys(fmt.count(rows.analysis.resamples) for rows in every)
    apart = any(rows.analysis.mixed == "apart" for rows in every)
    yield BOUNDED.format(resamples=listed(list(counts), "or"), mixed=APART if apart else "")


def _imputed_methods(every: Sequence[AnalysisRows]) -> Iterator[str]:
    counts = dict.fromkeys(fmt.count(rows.analysis.imputations) for rows in every)
    resamples = dict.fromkeys(fmt.count(rows.analysis.resamples) for rows in every)
    rules = dict.fromkeys(RULES[rows.analysis.imputation] for rows in every)
    added = any(rows.analysis.missed == "level-hazard" for rows in every)
    text = IMPUTED.format(
        counts=listed(list(counts), "or"), rules=listed(list(rules), "or"),
        resamples=listed(list(resamples), "or"), missed=ADDED if added else "",
    )  # fmt: skip
    yield text.strip()


INTERVAL_INCIDENCE: Final = Presentation(
    summary="cumulative incidence, the endpoint anywhere between visits",
    finding=bounds_finding,
    brief=bounds_brief,
    blocks=lambda rows: (bounds_figure(rows), bounds_table(rows)),
    methods=_bounded_methods,
    headline=("lowest_incidence",),
)
DOUBLY_CENSORED: Final = Presentation(
    summary="duration, its beginning and its end anywhere between visits",
    finding=duration_finding,
    blocks=lambda rows: (duration_figure(rows), duration_table(rows)),
    methods=_imputed_methods,
    headline=("lowest_survival", "lowest_incidence"),
    variable=lambda rows: UNSEEN.format(
        event=lower_first(event_label(rows)), start=clock_words(rows)
    ),
)
