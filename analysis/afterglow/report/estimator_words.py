"""What each estimator did, in words: made from the analyses that ran."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from afterglow.names import METHOD, STATISTIC_NAME
from afterglow.plan.analyses import (
    AalenJohansenAnalysis,
    KaplanMeierAnalysis,
    LogrankAnalysis,
    ProportionAnalysis,
)
from afterglow.report.analysis_rows import AnalysisRows, all_analyses
from afterglow.report.curve_rows import enters_late
from afterglow.report.method_words import interval_words, method_words
from afterglow.report.words import counted, listed, lower_first, rule_label, variable_label
from afterglow.study.results import SECTION

if TYPE_CHECKING:
    from afterglow.study.run import Study

SCALES: Final = {
    "log-log": "the log(−log) scale",
    "log": "the log scale",
    "plain": "the scale of the estimate itself",
    "logit": "the logit scale",
    "arcsin": "the arcsine scale",
}
SHARES: Final = ("rate", "difference", "ratio")
DENOMINATORS: Final = (
    "The rate on a day uses the score nearest to that day within the window ({window}), the "
    "earlier one where two are as near, and each score once. Treated are all whose treatment "
    "began; with baseline, those with a usable baseline score; due, those followed up to the day "
    "or lost before it for a reason that is not administrative; observed, those due with a score "
    "in the window. Missing scores are counted by: {rules}."
)
KAPLAN_MEIER: Final = (
    "Kaplan–Meier: the product-limit estimator with Greenwood's variance; limits on {scale}, "
    "pointwise. The median is the first time at which the curve is at or below one half, and the "
    "midpoint of the plateau where the curve lies exactly on one half, as R does; it is “not "
    "reached” where the curve stays above. Differences at a day have normal limits from the two "
    "curves' variances."
)
AALEN_JOHANSEN: Final = (
    "Aalen–Johansen: the cumulative incidence of each cause, with every other cause competing; the "
    "incidences and the share without any of them add up to 100\u00a0% at every time. Variance: "
    "infinitesimal jackknife, as R's survfit; limits on {scale}, pointwise. The naive curve is one "
    "minus Kaplan–Meier with competing events taken as censoring; it answers what would happen "
    "if nobody could have them, under an assumption that these data cannot show to hold."
)
LOGRANK: Final = (
    "Log-rank: observed against expected events over all times, with the hypergeometric variance"
    "{strata}. It tests equal hazards, and not equal shares on one day."
)
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
    found = [*_rates(every), *_curves(every), *_tests(every)]
    if any(not isinstance(rows.analysis, ProportionAnalysis) for rows in every):
        found += [VISITS, TIES, *_entry(every), REVERSE]
    if len(study.results.select(section="trajectory")):
        found.append(FREED)
    compared = (UNADJUSTED,) if any(rows.analysis.by for rows in every) else ()
    return (*found, *_clusters(every), *compared, NOMINAL)


def _rates(every: Sequence[AnalysisRows]) -> Iterator[str]:
    mine = [one for rows in every if isinstance(one := rows.analysis, ProportionAnalysis)]
    if not mine:
        return
    days = [one for one in mine if one.at_days]
    if days:
        widths = dict.fromkeys(one.window_days for one in days)
        window = listed([counted(width, "day") for width in widths], "or")
        rules = dict.fromkeys(rule for one in days for rule in one.missing)
        words = listed([lower_first(rule_label(rule)) for rule in rules])
        yield DENOMINATORS.format(window=f"{window} on either side", rules=words)
    names: dict[str, None] = {one.method: None for one in mine}
    text = f"The interval of a rate is {_named(names)}"
    compared = [rows for rows in every if rows.contrasts and rows.analysis in mine]
    if compared:
        text += f"; of a difference of two rates, {_named(_methods(compared, 'difference'))}"
        text += f"; of their ratio, {_named(_methods(compared, 'ratio'))}"
        if any(rows.analysis.strata for rows in compared):
            text += ". Differences are within strata where so said, rates and ratios are not"
    yield f"{text}."


def _methods(mine: Sequence[AnalysisRows], statistic: str) -> dict[str, None]:
    return {
        method: None for rows in mine for method in rows.rows(statistic)[METHOD].tolist() if method
    }


def _named(methods: dict[str, None]) -> str:
    return listed([interval_words(method) for method in methods], "or")


def _curves(every: Sequence[AnalysisRows]) -> Iterator[str]:
    for kind, words in (
        (KaplanMeierAnalysis, KAPLAN_MEIER),
        (AalenJohansenAnalysis, AALEN_JOHANSEN),
    ):
        mine = [rows for rows in every if isinstance(rows.analysis, kind)]
        scales = {rows.analysis.conf_type: None for rows in mine}  # type: ignore[union-attr]
        if mine:
            yield words.format(scale=listed([SCALES[scale] for scale in scales], "or"))


def _tests(every: Sequence[AnalysisRows]) -> Iterator[str]:
    mine = [rows for rows in every if isinstance(rows.analysis, LogrankAnalysis)]
    if not mine:
        return
    strata = dict.fromkeys(rows.analysis.strata for rows in mine if rows.analysis.strata)
    words = [lower_first(variable_label(name)) for name in strata]
    yield LOGRANK.format(
        strata=f", summed over strata of {listed(words)} where so said" if words else ""
    )


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


def ran(rows: AnalysisRows) -> str:
    """Return the method that an analysis reports of itself."""
    mine = rows.table[(rows.table[SECTION] == "analysis") & (rows.table[METHOD] != "")]
    if isinstance(rows.analysis, ProportionAnalysis):
        used = {name: mine.loc[mine[STATISTIC_NAME] == name, METHOD].tolist() for name in SHARES}
        return "; ".join(
            f"{name}, {listed(dict.fromkeys(map(method_words, words)))}"
            for name, words in used.items()
            if words
        )
    mine = mine[mine[STATISTIC_NAME].isin(("survival", "incidence", "logrank"))]
    return listed(dict.fromkeys(method_words(method) for method in mine[METHOD].tolist()))
