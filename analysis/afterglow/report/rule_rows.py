"""The rules in force as rows of a table: what each says, and whether plan or default set it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from afterglow.plan.clauses import Until
from afterglow.plan.endpoints import RapidResponse, SustainedResponse, default_strategies
from afterglow.report.endpoint_words import condition_words
from afterglow.report.sentences import origin_words
from afterglow.report.strategies import WORDS, that_can_happen
from afterglow.report.words import (
    cause_words,
    counted,
    days_range,
    either,
    endpoint_label,
    listed,
    plain,
)
from afterglow.tables.table import Row

if TYPE_CHECKING:
    from afterglow.study.run import Study

PLAN: Final = "plan"
DEFAULT: Final = "default"
FIXED: Final = "always"
UNTIL_DAYS: Final = 14
SAME_DAY: Final = (
    "the same whole day; where both moments carry a fraction, the fraction orders them; otherwise "
    "pre-dose and untagged scores come before the session and post-dose scores after it"
)
IMPROVEMENT: Final = (
    "the share of the way from the baseline to the best score of the instrument; a threshold that "
    "is met exactly counts as met"
)
AT_RISK_OF_BOOSTER: Final = (
    "from the last session of the course where a limit of sessions ended it or every session has a "
    "recorded phase that is used; otherwise from the day on which the gap or the limit of days "
    "shows that it was over"
)
UNCONFIRMED: Final = {
    "censor": "censored at the last visit known free",
    "censor-at-visit": "censored at the last visit, as if still free there",
    "event": "counted as the event",
}
PENDING: Final = {
    "booster": "ends the watch as a booster, on its day",
    "relapse": "confirms the relapse",
    "look-through": "is looked through",
}


def set_by(section: Any, key: str) -> str:
    """Return whether the plan or a default set a key."""
    return PLAN if key in section.model_fields_set else DEFAULT


def timeline_rules(study: "Study") -> Iterator[Row]:
    """Yield the rules of the timeline that were in force."""
    plan = study.plan
    window = days_range(*plan.baseline.window_days)
    yield _row("Same day", SAME_DAY, FIXED)
    yield _row(
        "Baseline",
        f"the last score from {window} that is not after the first dose",
        set_by(plan.baseline, "window_days"),
    )
    for name, least in plan.baseline.minimum.items():
        words = f"a baseline {name} less severe than {plain(least)} is set aside"
        yield _row("Entry severity", words, PLAN)
    yield _row("Improvement", IMPROVEMENT, FIXED)
    for name, choice in plan.instrument.items():
        if choice.rater:
            yield _row(f"Rater of {name}", f"only scores by the {choice.rater} count", PLAN)
        if choice.version:
            yield _row(f"Version of {name}", choice.version, PLAN)
    if "sessions" in study.cohort.account.tables():
        yield from _course_rules(plan.course)
    yield from _follow_up_rules(study)


def _course_rules(course: Any) -> Iterator[Row]:
    def row(label: str, key: str, words: str) -> Row:
        return _row(label, words, set_by(course, key))

    gap = counted(course.max_gap_days, "day")
    yield row("Course ends at a gap", "max_gap_days", f"longer than {gap} between sessions")
    yield row(
        "Course ends after",
        "max_days",
        f"{counted(course.max_days, 'day')}: later sessions are not the course's",
    )
    if course.max_sessions is not None:
        most = counted(course.max_sessions, "session")
        yield row("Course ends at", "max_sessions", f"its session number {most}")
    phase = "ends it" if course.use_phase else "plays no part"
    yield row("Recorded phase", "use_phase", f"a session recorded as other than induction {phase}")
    yield _row("Booster", "every session after the course", FIXED)
    yield _row("At risk of a booster", AT_RISK_OF_BOOSTER, FIXED)
    block = counted(course.block_gap_days, "day")
    yield row("Booster block", "block_gap_days", f"boosters at most {block} apart are one block")
    against = (
        "the original baseline"
        if course.cycle_baseline == "original"
        else "the last score before the block"
    )
    yield row("Later cycles", "cycle_baseline", f"are measured against {against}")


def _follow_up_rules(study: "Study") -> Iterator[Row]:
    rule = study.plan.follow_up
    yield _row(
        "Observation of scores",
        "ends at the last valid visit; of exact events, at the end of follow-up",
        FIXED,
    )
    yield _row(
        "Events long after a visit",
        f"exact events later than the last visit plus {counted(rule.max_unseen_days, 'day')} do "
        "not count where an endpoint mixes them with scores",
        set_by(rule, "max_unseen_days"),
    )
    yield _row(
        "Not a loss",
        f"follow-up that ended with: {either(rule.administrative_reasons)}",
        set_by(rule, "administrative_reasons"),
    )
    if study.cohort.follow_up_assumed:
        yield _row("End of follow-up", "the last known day, where no row states it", DEFAULT)


def endpoint_rules(endpoint: Any, study: "Study") -> Iterator[Row]:
    """Yield the rules of one endpoint that were in force."""
    if hasattr(endpoint, "condition"):
        yield _row("Condition", condition_words(endpoint), PLAN)
    yield from _score_rules(endpoint)
    yield from _day_rules(endpoint)
    yield from _clock_rules(endpoint, study)
    yield from _until_rule(endpoint, study)
    yield from _run_rules(endpoint)
    yield from _strategy_rules(endpoint, study)


def _score_rules(endpoint: Any) -> Iterator[Row]:
    if not hasattr(endpoint, "timing"):
        return
    words = f"{listed(endpoint.timing)} scores" if endpoint.timing else "all, whatever their timing"
    yield _row("Scores that count", words, set_by(endpoint, "timing"))


def _day_rules(endpoint: Any) -> Iterator[Row]:
    """Yield when a rapid or sustained response is judged."""
    if isinstance(endpoint, RapidResponse):
        words = (
            f"{plain(endpoint.at_hours)} hours after the first dose, at the nearest visit at most "
            f"{plain(endpoint.window_hours)} hours away"
        )
        yield _row("Judged at", words, PLAN)
    if isinstance(endpoint, SustainedResponse):
        yield _row("Met first by", f"day {plain(endpoint.start_by_day)}", PLAN)
        window = counted(endpoint.window_days, "day")
        words = f"day {plain(endpoint.through_day)}, shown by a visit at most {window} away"
        yield _row("Must last to", words, set_by(endpoint, "window_days"))
        still = plain(endpoint.excursion_improvement_at_least_percent)
        words = (
            f"{counted(endpoint.excursions, 'visit')} may miss it, at least {still}\u00a0% better"
        )
        missed = words if endpoint.excursions else "none"
        yield _row("Excursions", missed, set_by(endpoint, "excursions"))


def _clock_rules(endpoint: Any, study: "Study") -> Iterator[Row]:
    if not hasattr(endpoint, "origin"):
        return
    yield _row("Clock starts at", origin_words(study, endpoint.origin), set_by(endpoint, "origin"))
    if endpoint.at_risk_from is not None:
        yield _row("At risk from", origin_words(study, endpoint.at_risk_from), PLAN)
    if endpoint.qualify is not None:
        name = endpoint_label(
            endpoint.qualify.endpoint, study.plan.endpoint[endpoint.qualify.endpoint]
        )
        window = days_range(*endpoint.qualify.window_days)
        after = origin_words(study, endpoint.qualify.after)
        words = f"“{name}” at the first visit from {window} after {after}; at risk from that visit"
        yield _row("Only subjects with", words, PLAN)
    if endpoint.until_day is not None:
        yield _row(
            "Observed until", f"{counted(endpoint.until_day, 'day')} after its clock starts", PLAN
        )


def _until_rule(endpoint: Any, study: "Study") -> Iterator[Row]:
    if endpoint.kind not in ("response", "remission"):
        return
    until = endpoint.until
    if isinstance(until, Until):
        words = f"up to {counted(until.days, 'day')} after {origin_words(study, until.after)}"
    elif until == "none" or "sessions" not in study.cohort.account.tables():
        words = "without a last day"
    else:
        words = f"up to {counted(UNTIL_DAYS, 'day')} after the end of the course"
    yield _row("Counts", words, set_by(endpoint, "until"))


def _run_rules(endpoint: Any) -> Iterator[Row]:
    if not hasattr(endpoint, "confirm") or endpoint.kind in (
        "rapid_response",
        "sustained_response",
    ):
        return
    confirm = endpoint.confirm
    if confirm.visits == 1 and confirm.gap_days[0] == 0:
        yield _row("Confirmation", "none: one visit is enough", set_by(endpoint, "confirm"))
    else:
        low, high = confirm.gap_days
        words = (
            f"at a visit that is at least number {confirm.visits} of the run and {plain(low)} to "
            f"{plain(high)} days after an earlier one of it"
        )
        yield _row("Confirmation", words, PLAN)
        dated = (
            "the earlier of the two visits" if confirm.date == "first" else "the confirming visit"
        )
        yield _row("Dated at", dated, set_by(confirm, "date"))
    if not hasattr(endpoint, "unconfirmed"):
        return
    if endpoint.or_events:
        yield _row("Also", either([cause_words(name) for name in endpoint.or_events]), PLAN)
    if confirm.visits > 1 or confirm.gap_days[0] > 0:
        yield _row(
            "Run open at the end",
            UNCONFIRMED[endpoint.unconfirmed],
            set_by(endpoint, "unconfirmed"),
        )
        words = PENDING[endpoint.session_while_pending]
        yield _row("Session while a run waits", words, set_by(endpoint, "session_while_pending"))


def _strategy_rules(endpoint: Any, study: "Study") -> Iterator[Row]:
    if endpoint.kind in ("rapid_response", "sustained_response"):
        return
    usual = default_strategies(endpoint)
    handled = that_can_happen(endpoint, endpoint.intercurrent, study)
    for word, (one, many, name) in WORDS.items():
        for origin in (PLAN, DEFAULT):
            codes = [
                code
                for code, strategy in handled.items()
                if strategy == word and (usual.get(code) == strategy) == (origin == DEFAULT)
            ]
            if codes:
                verb = one if len(codes) == 1 else many
                events = listed([cause_words(code) for code in codes])
                yield _row("Intercurrent events", f"{events} {verb} ({name})", origin)


def _row(label: str, words: str, origin: str) -> Row:
    return Row(cells=(label, words, origin))
