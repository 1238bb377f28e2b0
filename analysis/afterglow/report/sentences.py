"""Findings as sentences: what was estimated, in whom, until when, and with which interval."""

import math
from typing import Any, Final

from afterglow.plan.analyses import KaplanMeierAnalysis
from afterglow.plan.endpoints import RapidResponse, SustainedResponse
from afterglow.report.analysis_rows import AnalysisRows, has_table
from afterglow.report.words import (
    cause_words,
    counted,
    endpoint_label,
    listed,
    lower_first,
    rule_label,
    spelled,
    upper_first,
    variable_label,
    with_article,
)
from afterglow.tables import format as fmt

HAPPENED: Final = {
    "response": "had responded",
    "remission": "had reached remission",
    "rapid_response": "had responded",
    "sustained_response": "had a sustained response",
    "relapse": "had relapsed",
    "durability": "had come to the end of their response",
    "booster": "had been given a booster",
    "latency": "had been given the next {until}",
}
FREE: Final = {
    "response": "had not yet responded",
    "remission": "had not yet reached remission",
    "relapse": "had not relapsed",
    "durability": "had kept their response",
    "booster": "had not been given a booster",
    "latency": "had not been given the next {until}",
}
ON_A_DAY: Final = {
    "response": "met the criterion of response",
    "remission": "met the criterion of remission",
    "rapid_response": "met the criterion of response",
    "sustained_response": "had a sustained response",
}
MOST_CONTRASTS: Final = 2
OPPOSITE: Final = {
    "best-case": " if missing scores were responses in the first group only",
    "worst-case": " if missing scores were responses in the reference group only",
}
ANEW: Final = ("cycle_summary",)
FIRST, LATER, EACH = "first", "later", "each"
IN_CYCLES: Final = {
    ("first_session", LATER): "the first session of the block",
    ("first_session", EACH): "the first session of the course or of the block",
    ("course_end", LATER): "the last session of the block",
    ("course_end", EACH): "the last session of the course or of the block",
}
GAP_TIME: Final = frozenset({"pwp-gap", "gap"})
SINCE_THE_EVENT_BEFORE: Final = "the day from which the next one could come"
NAIVE: Final = "if competing events are counted as censored (naive)"


def happened(rows: AnalysisRows) -> str:
    """Return the predicate of those with the event: "had relapsed"."""
    words = HAPPENED[rows.endpoint.kind].format(until=getattr(rows.endpoint, "until", ""))
    added = composite_events(rows)
    either = listed([with_article(code) for code in added], "or")
    return f"{words}, or had {either}," if added else words


def free(rows: AnalysisRows) -> str:
    """Return the predicate of those without it: "had not relapsed"."""
    words = FREE.get(rows.endpoint.kind, "were free of the event")
    words = words.format(until=getattr(rows.endpoint, "until", ""))
    added = composite_events(rows)
    return f"{words} and had no {either_event(added)}" if added else words


def either_event(codes: list[str]) -> str:
    """Return events as "a, b or c"."""
    return listed([cause_words(code) for code in codes], "or")


def composite_events(rows: AnalysisRows) -> list[str]:
    """Return the intercurrent events that the analysis itself counts as the event."""
    return [code for code, word in rows.analysis.strategy.items() if word == "event"]


def event_label(rows: AnalysisRows) -> str:
    """Return the event of an analysis: the endpoint, or what the analysis counts as it."""
    return listed([rows.endpoint_label, *map(cause_words, composite_events(rows))], "or")


def event_and_clock(rows: AnalysisRows) -> str:
    """Return what is observed: "relapse, in days since the end of the course"."""
    landmark = getattr(rows.analysis, "landmark_days", None)
    where = f" ({landmark_words(rows)})" if landmark is not None else ""
    return f"{lower_first(event_label(rows))}, in days since {clock_words(rows)}{where}"


def day_words(rows: AnalysisRows, day: float) -> str:
    """Return a day of the analysis with its clock: "day 28 after the end of the course"."""
    return f"day{fmt.NBSP}{fmt.trimmed(day)} after {clock_words(rows)}"


def clock_words(rows: AnalysisRows) -> str:
    """Return where the clock of the analysis starts."""
    if getattr(rows.analysis, "landmark_days", None) is not None:
        return "the landmark"
    if GAP_TIME & {getattr(rows.analysis, key, "") for key in ("model", "clock")}:
        return SINCE_THE_EVENT_BEFORE
    origin = landmark_words(rows, origin=True)
    confirmed = getattr(rows.analysis, "clock", "") == "confirmed"
    return f"the confirmation of {origin}" if confirmed else origin


def landmark_words(rows: AnalysisRows, *, origin: bool = False) -> str:
    """Return the day of the landmark: "day 14 after the end of the course"; or its `origin`."""
    clock = getattr(rows.endpoint, "origin", "first_session")
    start = IN_CYCLES.get((clock, _cycles_of(rows.analysis))) or origin_words(rows.study, clock)
    if origin:
        return start
    return f"day{fmt.NBSP}{fmt.trimmed(rows.analysis.landmark_days)} after {start}"


def _cycles_of(analysis: Any) -> str:
    """Return in which cycles the clock of an analysis starts."""
    if analysis.estimator in ANEW:
        return EACH
    return FIRST if analysis.ALL_CYCLES or analysis.cycle == 1 else LATER


def origin_words(study: Any, clock: str) -> str:
    """Return a clock of the plan in words: "the end of the course"."""
    kind, _, name = clock.partition(":")
    if kind == "first_session":
        return "the first session" if has_table(study, "sessions") else "the start of treatment"
    if kind == "course_end":
        return "the end of the course"
    if kind == "endpoint":
        return f"“{endpoint_label(name, study.plan.endpoint[name])}”"
    if kind == "event":
        return f"the first {cause_words(name)}"
    return f"the day in “{spelled(name)}”"


def of_group(rows: AnalysisRows, group: str, n: float) -> str:
    """Return a denominator: "of 57 subjects in the placebo group"."""
    where = f" in the {group} group" if group else ""
    return f"of {counted(n, 'subject')}{where}"


def share_words(row: Any, level: float) -> str:
    """Return a share with its interval."""
    return fmt.percent_estimate(row.estimate, row.conf_low, row.conf_high, level=level)


def curve_finding(rows: AnalysisRows) -> str:
    """Return the estimate at the last day asked for, or the median, or the counts."""
    asked = [day for day in rows.days if _curve_rows(rows, day)]
    if asked:
        return _at_day(rows, asked[-1])
    if any(rows.one("median", group=group) for group in rows.groups):
        return median_sentence(rows)
    return count_sentence(rows)


def _statistic(rows: AnalysisRows) -> tuple[str, str]:
    """Return the statistic and the term of the headline."""
    if isinstance(rows.analysis, KaplanMeierAnalysis):
        return "survival", ""
    return "incidence", rows.analysis.endpoint


def _curve_rows(rows: AnalysisRows, day: float) -> list[tuple[str, Any]]:
    name, term = _statistic(rows)
    found = [(group, rows.one(name, group=group, term=term, day=day)) for group in rows.groups]
    return [(group, row) for group, row in found if row and not math.isnan(row.estimate)]


def _at_day(rows: AnalysisRows, day: float) -> str:
    survival = isinstance(rows.analysis, KaplanMeierAnalysis)
    parts = [
        f"{share_words(row, rows.level)} {of_group(rows, group, rows.n(group))}"
        for group, row in _curve_rows(rows, day)
    ]
    naive = f", {NAIVE}," if getattr(rows.analysis, "naive", False) else ""
    until = ("At " if survival else "By ") + day_words(rows, day)
    predicate = free(rows) if survival else happened(rows)
    sentence = f"{until}{naive or ','} an estimated {listed(parts)} {predicate}"
    return f"{sentence.rstrip(',')}{_contrast_words(rows, day, _statistic(rows)[1])}."


def _contrast_words(rows: AnalysisRows, day: float | None, term: str) -> str:
    """Return the differences from the reference, as the end of a sentence."""
    found = [
        (contrast, rows.one("difference", group=contrast, term=term, day=day))
        for contrast in rows.contrasts
    ]
    parts = [difference_words(c, row, rows.level) for c, row in found if row is not None]
    known = [part for part in parts if part]
    if not known or len(known) > MOST_CONTRASTS:
        return ""
    noun = "difference" if len(known) == 1 else "differences"
    strata = (
        getattr(rows.analysis, "strata", None) if rows.analysis.estimator == "proportion" else None
    )
    within = f" within strata of {lower_first(variable_label(strata))}" if strata else ""
    colon = ":" if strata or term in OPPOSITE else ""
    return f"; {noun}{within}{OPPOSITE.get(term, '')}{colon} {listed(known)}"


def difference_words(contrast: str, row: Any, level: float) -> str:
    """Return one difference of shares: "4.8 percentage points (95 % CI …), a minus b"."""
    if math.isnan(row.estimate):
        return ""
    first, _, second = contrast.partition(" vs ")
    limits = fmt.percent_limits(row.conf_low, row.conf_high)
    value = f"{fmt.percentage_points(row.estimate)} percentage points"
    return f"{value} ({fmt.confidence_level(level)} {limits}), {first} minus {second}"


def median_sentence(rows: AnalysisRows) -> str:
    """Return the median times of the groups."""
    found = [(group, rows.one("median", group=group)) for group in rows.groups]
    parts = [
        f"{days_words(row, rows.level)}{f' in the {group} group' if group else ''}"
        for group, row in found
        if row is not None
    ]
    if not parts:
        return ""
    return f"The median time from {clock_words(rows)} was {listed(parts)}."


def days_words(row: Any, level: float) -> str:
    """Return a time with its interval; "not reached" where it is open."""
    return fmt.days_estimate(row.estimate, row.conf_low, row.conf_high, level=level)


def count_sentence(rows: AnalysisRows) -> str:
    """Return events and subjects of the groups."""
    parts = [
        f"{fmt.count(rows.value('n_events', group=group))} {of_group(rows, group, rows.n(group))}"
        for group in rows.groups
        if not math.isnan(rows.n(group))
    ]
    if not parts:
        return "There was nobody to analyse."
    return f"{upper_first(listed(parts))} {happened(rows)}".rstrip(",") + " during follow-up."


def rate_finding(rows: AnalysisRows, day: float | None = None, rule: str = "") -> str:
    """Return the rate on one day (default: the last) under one rule (default: the first)."""
    chosen = day if day is not None else (rows.days[-1] if rows.days else None)
    term = rule or (rows.terms[0] if rows.terms else "reached")
    found = [(group, rows.one("rate", group=group, term=term, day=chosen)) for group in rows.groups]
    known = [(group, row) for group, row in found if row and not math.isnan(row.estimate)]
    if not known:
        return "There was nobody to take a rate of."
    parts = [
        f"{share_words(row, rows.level)} {of_group(rows, group, row.n)}" for group, row in known
    ]
    when, predicate = _rate_words(rows, chosen, term)
    sentence = f"{when}{listed(parts)} {predicate}".rstrip(",")
    return f"{upper_first(sentence)}{_contrast_words(rows, chosen, term)}."


def _rate_words(rows: AnalysisRows, day: float | None, term: str) -> tuple[str, str]:
    """Return when, and what is true of the share."""
    if term == "reached":
        return "", happened(rows)
    endpoint = rows.endpoint
    if isinstance(endpoint, RapidResponse):
        when = f"{fmt.trimmed(endpoint.at_hours)}{fmt.NBSP}hours after the first dose"
    elif isinstance(endpoint, SustainedResponse):
        when = f"Through day{fmt.NBSP}{fmt.trimmed(endpoint.through_day)}"
    else:
        when = f"On day{fmt.NBSP}{fmt.trimmed(day)}"
    return f"{when} ({lower_first(rule_label(term))}), ", ON_A_DAY.get(
        endpoint.kind, happened(rows)
    )


def logrank_finding(rows: AnalysisRows) -> str:
    """Return the test in one sentence."""
    row = rows.one("logrank")
    if row is None or math.isnan(row.p_value):
        return f"The groups could not be compared: {row.warning if row else 'nobody to analyse'}."
    df = counted(row.df, "degree") + " of freedom"
    who = f"{counted(row.n_events, 'event')} among {counted(row.n, 'subject')}"
    kind = "stratified log-rank test" if rows.analysis.strata else "log-rank test"
    return (
        f"The {kind} of equal hazards in the groups gives {fmt.p_statement(row.p_value)} "
        f"(chi-squared {fmt.number(row.statistic)} on {df}; {who})."
    )
