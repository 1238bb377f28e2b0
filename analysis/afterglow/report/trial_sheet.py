"""The TARGET sheet: the trial that would answer the question, and how these data emulate it.

Every line is made from the plan's own values.
"""

from collections.abc import Iterator
from typing import Final

from afterglow.plan.analysis import ALL_SUBJECTS
from afterglow.plan.trial_analyses import BOOSTER, BoosterStrategy
from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.blocks import TableBlock
from afterglow.report.endpoint_words import definition
from afterglow.report.sentences import landmark_words
from afterglow.report.strategies import strategies_in_force, strategy_sentence
from afterglow.report.words import (
    anchor,
    cause_words,
    counted,
    endpoint_label,
    listed,
    lower_first,
    plain,
    upper_first,
    variable_label,
)
from afterglow.tables import format as fmt
from afterglow.tables.table import Column, Row, RowGroup, Table

SOURCE: Final = (
    "Items after TARGET (Transparent Reporting of Observational Studies Emulating a Target Trial, "
    "Cashin and others, 2025)."
)
ASSIGNED: Final = "At random, at time zero, not masked"
CLONED: Final = (
    "Each subject has one copy (clone) in every strategy that it could still follow at time zero; "
    "as all strategies start with the same subjects, nothing known at time zero differs between "
    "them"
)
FOLLOW_TRIAL: Final = (
    "From time zero to the outcome, the end of follow-up or day {horizon}, whatever is first"
)
FOLLOW_ON: Final = (
    "From time zero to the end of follow-up or day {horizon}, whatever is first; after the outcome "
    "for the days in relapse"
)
FOLLOW_DATA: Final = (
    "The same; without the outcome a subject counts to the last visit that shows so. A copy is "
    "censored on the day on which its subject leaves the strategy, by a booster that is not "
    "allowed or one that has not come in time{after}"
)
AFTER_TOO: Final = ", after the outcome as before it"
CONTRAST_TRIAL: Final = (
    "Per protocol: difference of the shares free of the outcome{days}, and of the mean days free "
    "of it{relapse} up to day {horizon}, each strategy against “{first}”"
)
IN_RELAPSE: Final = " and in relapse"
ASSUMED_TRIAL: Final = "{ends} {tell} nothing of what would have followed"
ASSUMED_DATA: Final = (
    "The same. {this} end{s} a copy without a weight, and so {is_} taken to be unrelated to what "
    "would have followed, whatever was known before{after}. Also: given {known}, whether a booster "
    "is given on a day tells nothing more of it; at all values of these some do what each strategy "
    "asks; the model of a booster is right"
)
ENDED_AFTER: Final = "; after the outcome so {is_} {others}, which end{s} the path"
LEFT_OUT: Final = ("censor", "competing")
"""Strategies for an event that this estimator censors at."""
ANALYSED_TRIAL: Final = "Kaplan–Meier curves of those who keep to their strategy{shares}"
SHARES_TRIAL: Final = ", and on each day the share in relapse of those past the outcome"
ANALYSED_DATA: Final = (
    "Copies that go on are weighted by the inverse chance of having kept to the strategy (pooled "
    "logistic model of a booster on a day){cut}; limits from {resamples} resamples of subjects "
    "with all their copies"
)
GIVEN: Final = {
    "last_score": "the last score",
    "day_of_a_visit": "whether it is of that day",
    "time": "the days since time zero",
    "sessions_so_far": "the sessions so far",
    "days_since_session": "the days since the last session",
}


def target_sheet(rows: AnalysisRows) -> TableBlock:
    """Return the target trial and its emulation, item by item."""
    columns = (
        Column(header="Item", align="left"),
        Column(header="Target trial", align="left"),
        Column(header="Emulation in these data", align="left"),
    )
    lines = tuple(Row(cells=line) for line in _lines(rows))
    return TableBlock(
        name=anchor(rows.anchor, "target"),
        table=Table(
            caption=f"{rows.label}: the target trial and its emulation",
            columns=columns,
            groups=(RowGroup(rows=lines),),
            footnotes=(SOURCE,),
        ),
    )


def _lines(rows: AnalysisRows) -> Iterator[tuple[str, str, str]]:
    analysis = rows.analysis
    yield "Eligibility", _eligible(rows), "The same, and a path: a session, a baseline and scores"
    yield "Strategies", strategies_words(rows), f"The same; {_sessions_words(rows)}"
    yield "Assignment", ASSIGNED, CLONED
    zero = upper_first(landmark_words(rows, origin=True))
    late = " (or the later day on which eligibility is complete)" if _late(rows) else ""
    yield "Time zero", f"{zero}{late}", "The same day"
    yield "Outcome", _outcome(rows), "The same, on the day on which it is known"
    follow = FOLLOW_ON if analysis.relapse_days else FOLLOW_TRIAL
    after = AFTER_TOO if analysis.relapse_days else ""
    horizon = plain(analysis.horizon_days)
    yield "Follow-up", follow.format(horizon=horizon), FOLLOW_DATA.format(after=after)
    yield "Contrast", _contrast(rows), "The same"
    yield "Assumptions", *_assumptions(rows)
    low_high = analysis.truncate
    cut = f", truncated at {_percents(low_high)} of each strategy's weights" if low_high else ""
    sure = ANALYSED_DATA.format(cut=cut, resamples=fmt.count(analysis.resamples))
    shares = SHARES_TRIAL if analysis.relapse_days else ""
    yield "Analysis", ANALYSED_TRIAL.format(shares=shares), sure


def _assumptions(rows: AnalysisRows) -> tuple[str, str]:
    """Return what the trial and its emulation take for granted: of all that ends a copy, too."""
    handled = strategies_in_force(rows)
    ends = [cause_words(code) for code, word in handled.items() if word in LEFT_OUT]
    others = [
        cause_words(code)
        for code, word in handled.items()
        if word not in LEFT_OUT and code != BOOSTER
    ]
    after = ""
    if rows.analysis.relapse_days and others:
        after = ENDED_AFTER.format(others=listed(others), **_number(others))
    ends = ends or [cause_words("lost")]
    one = len(ends) == 1
    trial = ASSUMED_TRIAL.format(ends=upper_first(listed(ends)), tell="tells" if one else "tell")
    this = "It" if one else "These"
    known = known_words(rows)
    return trial, ASSUMED_DATA.format(this=this, known=known, after=after, **_number(ends))


def _number(events: list[str]) -> dict[str, str]:
    """Return the verbs that go with one event, or with several."""
    return {"is_": "is", "s": "s"} if len(events) == 1 else {"is_": "are", "s": ""}


def _eligible(rows: AnalysisRows) -> str:
    who = rows.population_label if rows.analysis.population != ALL_SUBJECTS else "All subjects"
    qualify = getattr(rows.endpoint, "qualify", None)
    if qualify is None:
        return who
    plan = rows.study.plan
    label = endpoint_label(qualify.endpoint, plan.endpoint[qualify.endpoint])
    first, last = (plain(day) for day in qualify.window_days)
    start = "the end of the course" if qualify.after == "course_end" else "the first session"
    return f"{who}; {lower_first(label)} at the first visit on day {first} to {last} after {start}"


def _late(rows: AnalysisRows) -> bool:
    endpoint = rows.endpoint
    return bool(getattr(endpoint, "qualify", None) or getattr(endpoint, "at_risk_from", None))


def strategy_words(rows: AnalysisRows, strategy: BoosterStrategy) -> str:
    """Return what a strategy of the plan asks, in words."""
    grace = counted(rows.analysis.grace_days, "day")
    if strategy.every_days is not None:
        every = counted(strategy.every_days, "day")
        return f"a booster {every} after the session before, up to {grace} early or late"
    if strategy.when is not None:
        return f"no booster until relapse is known, then one within {grace}"
    return "no booster"


def strategies_words(rows: AnalysisRows) -> str:
    """Return all strategies in words."""
    parts = [f"“{one.name}”: {strategy_words(rows, one)}" for one in rows.analysis.strategies]
    return "; ".join(parts)


def _sessions_words(rows: AnalysisRows) -> str:
    gap = counted(rows.study.plan.course.block_gap_days, "day")
    return f"sessions up to {gap} apart are one booster"


def _outcome(rows: AnalysisRows) -> str:
    alone = {"qualify": None} if hasattr(rows.endpoint, "qualify") else {}
    words = definition(rows.endpoint.model_copy(update=alone), rows.study)
    handled = upper_first(strategy_sentence(rows))
    days = " Also: days in relapse." if rows.analysis.relapse_days else ""
    return f"{rows.endpoint_label}: {lower_first(words)} {handled}{days}".strip()


def _contrast(rows: AnalysisRows) -> str:
    analysis = rows.analysis
    days = sorted(set(analysis.at_days))
    on = f" on day {listed([plain(day) for day in days])}" if days else ""
    return CONTRAST_TRIAL.format(
        days=on, horizon=plain(analysis.horizon_days), first=analysis.strategies[0].name,
        relapse=IN_RELAPSE if analysis.relapse_days else "",
    )  # fmt: skip


def known_words(rows: AnalysisRows) -> str:
    """Return what the chance of a booster depends on, in words."""
    known = [GIVEN[name] for name in rows.analysis.given]
    known += ["whether a relapse is known"] if rows.analysis.relapse_days else []
    known += [
        f"{term.baseline} at baseline" if term.baseline else lower_first(variable_label(term.name))
        for term in rows.analysis.terms
    ]
    within = rows.analysis.rhythm_by
    place = f" (within each {lower_first(variable_label(within))})" if within else ""
    return listed([*known, f"how usual a booster is on such a day{place}"])


def _percents(shares: tuple[float, float]) -> str:
    ends = [100 * share for share in shares if 0 < share < 1]
    points = listed([f"the {fmt.trimmed(end, 2)}\u00a0% point" for end in ends])
    return points or "no point"
