"""Companions of primary curves of relapse: what visits, their dates and their schedule do to it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.estimate.interval.incidence import interval_incidence
from afterglow.estimate.interval.incidence_lateness import incidence_lateness
from afterglow.estimate.interval.incidence_result import IntervalIncidence
from afterglow.estimate.interval.turnbull_result import HIGHEST, LOWEST
from afterglow.names import CAUSE, ESTIMATE, EVENT, GROUP, N_EVENTS, STATISTIC_NAME, TERM, TIME, N
from afterglow.plan.analyses import AalenJohansenAnalysis, Analysis, KaplanMeierAnalysis
from afterglow.plan.endpoints import Durability, Relapse
from afterglow.study.analysed import analysed
from afterglow.study.curves import MEDIAN, SURVIVAL, with_entry
from afterglow.study.derive import derive
from afterglow.study.incidence import INCIDENCE
from afterglow.study.interval_incidence_rows import HIGHEST_INCIDENCE, LOWEST_INCIDENCE
from afterglow.study.interval_rows import HIGHEST_SURVIVAL, LOWEST_SURVIVAL, between_visits
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import analysis_head, attempted, statistic, statistics
from afterglow.study.sensitivity import Estimator, refused
from afterglow.study.setting import Setting
from afterglow.study.timelines import PRIMARY
from afterglow.study.visit_scores import Visits, visits_of

VISIT_SENSITIVITY = "visit_sensitivity"
ALL_VISITS, SCHEDULED_ONLY, EVERY_SECOND = "all visits", "scheduled visits", "every second visit"
BY_DATE, BETWEEN = "visit date", "between visits"
DATED = (SURVIVAL, INCIDENCE, MEDIAN)
COUNTS = (N, N_EVENTS)
LATE_POINTS = ("late_points_low", "late_points_high")
LATE_DAYS = ("late_days_low", "late_days_high")
MEDIAN_SHIFT = ("median_shift_low", "median_shift_high")
SHARE_UNSCHEDULED, FIRST_SEEN_UNSCHEDULED = "share_unscheduled", "first_seen_unscheduled"
Curve = KaplanMeierAnalysis | AalenJohansenAnalysis


@dataclass(frozen=True, eq=False)
class _Asked:
    """One primary curve of a relapse, and what its companions are made of."""

    name: str
    analysis: Curve
    setting: Setting
    estimator: Estimator
    head: Row

    @property
    def survival(self) -> bool:
        return isinstance(self.analysis, KaplanMeierAnalysis)

    @property
    def days(self) -> list[float]:
        return sorted(set(self.analysis.at_days))


def visit_companion_rows(
    name: str, analysis: Analysis, setting: Setting, estimator: Estimator
) -> list[Row]:
    """Return the companions of one analysis; none where it is no primary curve of a relapse."""
    endpoint = setting.plan.endpoint[analysis.endpoint]
    if not isinstance(analysis, Curve) or not isinstance(endpoint, Relapse | Durability):
        return []
    if analysis.role != PRIMARY:
        return []
    head = analysis_head(name, analysis, VISIT_SENSITIVITY)
    asked = _Asked(name, analysis, setting, estimator, head)
    found = analysed(name, analysis, setting)
    if not found.rows[EVENT].any():
        return []
    visits = visits_of(setting, endpoint, found.rows)
    rows = _unscheduled(head, visits)
    for line, under in _lines(asked, visits):
        rows += _line_rows(asked, line, under)
    return rows


def _unscheduled(head: Row, visits: Visits) -> list[Row]:
    """Return how many scores and first sights of the event were at unscheduled visits."""
    rows = []
    for label in visits.groups:
        scores, seen = visits.scores_of(label), visits.events_of(label)
        for name, marks in ((SHARE_UNSCHEDULED, scores), (FIRST_SEEN_UNSCHEDULED, seen)):
            if not len(marks):
                continue
            count = float((~marks).sum())
            own = {GROUP: label, N: float(len(marks)), N_EVENTS: count}
            rows.append(statistic(head, name, count / len(marks), **own))
    return rows


def _lines(asked: _Asked, visits: Visits) -> Iterator[tuple[str, Setting]]:
    """Yield the endpoints on all visits, on scheduled ones, and on every second of them."""
    yield ALL_VISITS, asked.setting
    thinned = {EVERY_SECOND: visits.every_second()}
    if visits.any_unscheduled:
        thinned = {SCHEDULED_ONLY: visits.scheduled_only(), **thinned}
    for line, cohort in thinned.items():
        derived = derive(cohort, asked.setting.plan, asked.setting.library)
        yield line, replace(asked.setting, derived=derived)


def _line_rows(asked: _Asked, line: str, under: Setting) -> list[Row]:
    if refused(asked.name, asked.analysis, under):
        return []
    head = {**asked.head, TERM: line}
    rows = [*_dated(asked, head, under)]
    found = analysed(asked.name, asked.analysis, under)
    if not found.rows[EVENT].any():
        return rows
    table, entry = with_entry(between_visits(found.rows))
    if asked.survival:
        table = table.assign(**{CAUSE: np.where(table[EVENT], asked.analysis.endpoint, "")})
    curves, _ = attempted(
        lambda: interval_incidence(
            table, by=GROUP, entry=entry, late_entry="level-hazard",
            endpoint=asked.analysis.endpoint,
            conf_level=asked.analysis.conf_level,
        )
    )  # fmt: skip
    if curves is None:
        return rows
    rows += _between(asked, head, curves)
    return rows + (_lateness(asked, head, table, curves) if line == ALL_VISITS else [])


def _dated(asked: _Asked, head: Row, under: Setting) -> Iterator[Row]:
    """Yield the analysis' own headline, dated by visits."""
    own = ("", asked.analysis.endpoint)
    for row in asked.estimator(asked.name, asked.analysis, under, headline=True):
        known = row[SECTION] == "analysis" and row.get(TERM, "") in own
        if known and row[STATISTIC_NAME] in DATED:
            yield row | head | {LEVEL: BY_DATE}
        elif known and row[STATISTIC_NAME] in COUNTS:
            yield row | head


def _between(asked: _Asked, head: Row, curves: IntervalIncidence) -> list[Row]:
    """Return both bounds at the days asked for; survival where the analysis is of survival."""
    if not asked.days:
        return []
    table = curves.at(asked.days)
    own = table[table[TERM] == asked.analysis.endpoint].drop(columns=ESTIMATE)
    names = {LOWEST_INCIDENCE: own[LOWEST], HIGHEST_INCIDENCE: own[HIGHEST]}
    if asked.survival:
        names = {LOWEST_SURVIVAL: 1.0 - own[HIGHEST], HIGHEST_SURVIVAL: 1.0 - own[LOWEST]}
    kept = own[[GROUP, TIME, N]]
    return [
        row
        for name, values in names.items()
        for row in statistics(head, name, kept.assign(**{ESTIMATE: values}), **{LEVEL: BETWEEN})
    ]


def _lateness(
    asked: _Asked, head: Row, table: pd.DataFrame, curves: IntervalIncidence
) -> list[Row]:
    """Return how much too late the events are dated, by day and on average."""
    own, entry = with_entry(table)
    steps = aalen_johansen(own, by=GROUP, entry=entry).tidy()
    cause, place = asked.analysis.endpoint, curves.causes.index(asked.analysis.endpoint)
    rows: list[Row] = []
    for curve in curves.curves:
        mine = steps[(steps[GROUP] == curve.label) & (steps[CAUSE] == cause)]
        late = incidence_lateness(
            mine[TIME].to_numpy(float), mine[ESTIMATE].to_numpy(float), curve.boxes, place,
            np.array(asked.days),
        )  # fmt: skip
        words: dict[str, Any] = {GROUP: curve.label}
        for name, values in zip(LATE_POINTS, (late.points_low, late.points_high), strict=True):
            for day, value in zip(asked.days, values.tolist(), strict=True):
                rows.append(statistic(head, name, value, **words, **{TIME: day}))
        ends = (late.delay_low, late.delay_high)
        for name, value in zip(LATE_DAYS, ends, strict=True):
            rows.append(statistic(head, name, value, **words, **{TIME: late.until}))
        shifts = (late.shift_low, late.shift_high)
        if np.isfinite(shifts).all():
            rows += [statistic(head, n, v, **words) for n, v in zip(MEDIAN_SHIFT, shifts)]
    return rows
