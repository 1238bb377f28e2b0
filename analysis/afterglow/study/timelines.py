"""One passage through a cohort's moments: endpoints, baselines, courses, status at stated days."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from afterglow.cohort.model import Cohort
from afterglow.endpoints.rules import EVERY_TIMING, WalkRules
from afterglow.endpoints.status import StatusAtDays, scores_at_days, status_at_days
from afterglow.instruments.registry import Library
from afterglow.names import DAY, DAYS_PER_WEEK, INSTRUMENT, SUBJECT
from afterglow.plan.analyses import ProportionAnalysis
from afterglow.plan.model import Plan
from afterglow.plan.strategy_analyses import StrategyComparisonAnalysis
from afterglow.study.batches import Batch, connected, moment_batches
from afterglow.study.derive import Derived, chosen_raters, derive_batches, subject_names
from afterglow.study.rules import walk_rules
from afterglow.timeline.moments import TIMINGS
from afterglow.timeline.summary import Summary, summarise

TREATED = "treated"
N_SESSIONS = "n_sessions"
COURSE_SESSIONS = "n_course_sessions"
N_BLOCKS = "n_blocks"
COURSE_END = "course_end_day"
UNFINISHED = "course_unfinished"
WEEKS_SHOWN = 52
HALF_A_WEEK = DAYS_PER_WEEK / 2
PRIMARY = "primary"


@dataclass(frozen=True, eq=False)
class Timelines:
    """What the timeline says of every subject; all parts are in the order of `subjects`.

    Attributes
    ----------
    derived : Derived
    subjects : DataFrame
        subject_id, treated, n_sessions, n_course_sessions, n_blocks, course_end_day,
        course_unfinished.
    baselines : DataFrame
        One column per instrument of the cohort: the baseline score, NaN where there is none.
    statuses : mapping of analysis to StatusAtDays
        For the proportions at stated days; days in rising order.
    trajectory_days : array
        Days after 0.
    trajectories : mapping of instrument to array of shape (subjects, days)
    gaps : mapping of days to Derived
        The endpoints under the plan's other course gaps, where an analysis asks for them.
    """

    derived: Derived
    subjects: pd.DataFrame
    baselines: pd.DataFrame
    statuses: dict[str, StatusAtDays]
    trajectory_days: np.ndarray
    trajectories: dict[str, np.ndarray]
    gaps: dict[float, Derived]


def read_timelines(cohort: Cohort, plan: Plan, library: Library) -> Timelines:
    """Walk through the cohort once and note all that the analyses and tables need."""
    with connected(cohort) as within:
        raters = chosen_raters(plan, library)
        names = subject_names(within)
        rules = walk_rules(plan, library, has_sessions="sessions" in within.tables)
        batches = list(moment_batches(within, rules, raters))
        every = _with_instruments(rules, sorted(set(cohort.scores[INSTRUMENT])))
        described = list(moment_batches(within, every, raters))
    parts = [summarise(b.moments, every.timeline, len(every.instruments)) for b in described]
    summary = Summary(*(np.concatenate(columns) for columns in zip(*parts)))
    days = trajectory_days(cohort, plan)
    return Timelines(
        derived=derive_batches(batches, names, rules, plan),
        subjects=_subjects(names, summary),
        baselines=_baselines(summary, every),
        statuses=_statuses(batches, rules, plan),
        trajectory_days=days,
        trajectories=_trajectories(described, every, plan, library, days),
        gaps=_gaps(batches, names, plan, library) if "sessions" in within.tables else {},
    )


def _with_instruments(rules: WalkRules, instruments: Sequence[str]) -> WalkRules:
    """Return the rules with further instruments behind the endpoints'."""
    more = tuple(name for name in instruments if name not in rules.instruments)
    unknown = np.full(len(more), np.nan)
    return replace(
        rules,
        instruments=rules.instruments + more,
        best=np.concatenate([rules.best, unknown]),
        sign=np.concatenate([rules.sign, unknown]),
        minimum=np.concatenate([rules.minimum, unknown]),
    )


def _subjects(names: np.ndarray, summary: Summary) -> pd.DataFrame:
    return pd.DataFrame(
        {
            SUBJECT: names,
            TREATED: summary.treated,
            N_SESSIONS: summary.n_sessions,
            COURSE_SESSIONS: summary.n_course_sessions,
            N_BLOCKS: summary.n_blocks,
            COURSE_END: summary.course_end_day,
            UNFINISHED: summary.unfinished,
        }
    )


def _baselines(summary: Summary, rules: WalkRules) -> pd.DataFrame:
    return pd.DataFrame(summary.baseline, columns=list(rules.instruments))


def timing_bits(timings: Sequence[str] | None) -> int | None:
    """Return the bits of some timings, None for None."""
    return None if timings is None else sum(1 << TIMINGS[timing] for timing in set(timings))


def _statuses(batches: list[Batch], rules: WalkRules, plan: Plan) -> dict[str, StatusAtDays]:
    found = {}
    for name, analysis in plan.analysis.items():
        if not isinstance(analysis, ProportionAnalysis) or not analysis.at_days:
            continue
        days = np.array(sorted(set(analysis.at_days)))
        timings = timing_bits(analysis.timing)
        parts = [
            status_at_days(b.moments, rules, analysis.endpoint, days, analysis.window_days, timings)
            for b in batches
        ]
        found[name] = StatusAtDays(*(np.concatenate(columns) for columns in zip(*parts)))
    return found


def trajectory_days(cohort: Cohort, plan: Plan) -> np.ndarray:
    """Return the days after 0 on which mean scores are shown: the plan's, else weeks."""
    if plan.report.trajectory_days:
        return np.array(sorted({day for day in plan.report.trajectory_days if day > 0}))
    last = float(cohort.scores[DAY].max()) if len(cohort.scores) else 0.0
    weeks = min(int((last + HALF_A_WEEK) // DAYS_PER_WEEK), WEEKS_SHOWN)
    return np.arange(1, weeks + 1) * DAYS_PER_WEEK


def trajectory_instruments(plan: Plan, library: Library) -> tuple[str, ...]:
    """Return the instruments whose mean scores are shown: the plan's, else the endpoints'."""
    own = [
        endpoint.instrument
        for endpoint in plan.endpoint.values()
        if hasattr(endpoint, "instrument")
    ]
    return tuple(dict.fromkeys(library.get(name).id for name in plan.report.trajectories or own))


def _trajectories(
    batches: list[Batch], rules: WalkRules, plan: Plan, library: Library, days: np.ndarray
) -> dict[str, np.ndarray]:
    bits = timing_bits(plan.report.trajectory_timing)
    timings = EVERY_TIMING if bits is None else bits
    if not len(days):
        return {}
    return {
        name: np.concatenate(
            [scores_at_days(b.moments, rules, name, days, HALF_A_WEEK, timings) for b in batches]
        )
        for name in trajectory_instruments(plan, library)
        if name in rules.instruments
    }


def _gaps(
    batches: list[Batch], names: np.ndarray, plan: Plan, library: Library
) -> dict[float, Derived]:
    """Derive again under each other gap; cycles that nobody who asks looks at are left out."""
    asking = [
        analysis
        for analysis in plan.analysis.values()
        if analysis.role == PRIMARY or isinstance(analysis, StrategyComparisonAnalysis)
    ]
    if not asking:
        return {}
    found = {}
    for gap in sorted(set(plan.course.other_gaps_days) - {plan.course.max_gap_days}):
        course = plan.course.model_copy(update={"max_gap_days": gap})
        changed = plan.model_copy(update={"course": course})
        rules = walk_rules(changed, library, has_sessions=True)
        if all(analysis.cycle == 1 and not analysis.ALL_CYCLES for analysis in asking):
            rules.endpoints["first_cycle_only"] = True
        found[gap] = derive_batches(batches, names, rules, changed)
    return found
