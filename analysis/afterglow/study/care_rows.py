"""Rows of what a course of care amounts to: days well, treatment-free days, sessions."""

from afterglow.estimate.multistate.care import (
    COUNTED,
    DAYS,
    PER_WELL_MONTH,
    TREATMENT_FREE_DAYS,
    WELL,
    CareSummary,
    care_summary,
)
from afterglow.names import GROUP, TERM, TIME
from afterglow.plan.multistate_analyses import MultistateAnalysis
from afterglow.study.analysed import Analysed
from afterglow.study.groups import CLUSTER, reference_of
from afterglow.study.results import Row
from afterglow.study.rows import not_estimated, statistics
from afterglow.study.session_table import session_table
from afterglow.study.setting import Setting
from afterglow.study.state_paths import by_treatment, clinical_paths

DIFFERENCE = "difference"
NO_SESSIONS = "the cohort has no table of sessions"


def until_day(analysis: MultistateAnalysis) -> float:
    """Return the day to which days are counted."""
    return analysis.until_day or max(analysis.at_days)


def care_rows(
    head: Row, analysis: MultistateAnalysis, found: Analysed, setting: Setting
) -> list[Row]:
    """Return what is `expected`, by group, and differences between groups (`term` which)."""
    if not analysis.expected:
        return []
    summary = _summary(analysis, found, setting)
    table = summary.tidy()
    rows = []
    for name in analysis.expected:
        if not table[TERM].eq(name).any():
            rows.append(not_estimated(head, name, NO_SESSIONS, **{TIME: summary.tau}))
        else:
            rows += statistics(head, name, table[table[TERM] == name].drop(columns=TERM))
    return [*rows, *_differences(head, analysis, summary)]


def _summary(analysis: MultistateAnalysis, found: Analysed, setting: Setting) -> CareSummary:
    paths = clinical_paths(found, analysis, setting)
    sessions = setting.cohort.sessions
    wanted: set[str] = set(analysis.expected)
    if sessions is None:
        wanted &= set(DAYS)
    days = {name: states for name, states in DAYS.items() if name in wanted}
    if PER_WELL_MONTH in wanted or not days:
        days |= {WELL: DAYS[WELL]}
    free = by_treatment(paths, analysis.treatment_free_after_days)
    return care_summary(
        paths, tau=until_day(analysis), days=days,
        sessions=None if sessions is None or not wanted & set(COUNTED)
        else session_table(sessions, paths),
        treatment=free if TREATMENT_FREE_DAYS in wanted else None,
        by=GROUP, cluster=CLUSTER if CLUSTER in paths else None, conf_level=analysis.conf_level,
    )  # fmt: skip


def _differences(head: Row, analysis: MultistateAnalysis, summary: CareSummary) -> list[Row]:
    labels = list(summary.found)
    reference = reference_of(labels, analysis.reference)
    if analysis.by is None or len(labels) < 2 or reference is None:
        return []
    table = summary.difference(reference=reference).tidy()
    return statistics(head, DIFFERENCE, table[table[TERM].isin(analysis.expected)])
