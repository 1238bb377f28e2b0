"""Rows of durations whose beginning and end both lie between visits."""

from typing import Any

import pandas as pd

from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.estimate.interval.doubly_censored import doubly_censored
from afterglow.estimate.interval.doubly_result import (
    BETWEEN,
    MEDIAN,
    SHARE_BETWEEN,
    WITHIN,
    DoublyCensored,
)
from afterglow.estimate.interval.onset import RULES
from afterglow.estimate.interval.turnbull_result import HIGHEST, LOWEST
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.names import (
    CAUSE,
    ENTRY,
    ESTIMATE,
    GROUP,
    LOWER,
    ORIGIN_DAY,
    ORIGIN_LOWER_DAY,
    TERM,
    TIME,
    UPPER,
)
from afterglow.plan.interval_analyses import DoublyCensoredAnalysis
from afterglow.study.analysed import Analysed, analysed
from afterglow.study.curves import NOBODY, SURVIVAL, count_rows
from afterglow.study.groups import CLUSTER
from afterglow.study.incidence import INCIDENCE
from afterglow.study.interval_incidence_rows import (
    HIGHEST_INCIDENCE,
    LOWEST_INCIDENCE,
    SHARE_SEEN,
    VISIT_DATE,
)
from afterglow.study.interval_rows import (
    HIGHEST_SURVIVAL,
    LOWEST_SURVIVAL,
    QUANTILE_FROM,
    QUANTILE_TO,
    between_visits,
    finite,
)
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistic, statistics
from afterglow.study.setting import Setting

HALF = "0.5"
VARIANCES = (WITHIN, BETWEEN, SHARE_BETWEEN)
ONSET_WIDTH, N_ONSET_KNOWN = "mean_onset_width", "n_onset_known"
LATE = (
    "somebody is at risk later than from the visit that showed the beginning, which this method"
    " does not know: take an endpoint without at_risk_from and qualify"
)
KNOWN = (
    "every beginning is known exactly: there is nothing to impute, so take turnbull or"
    " interval_incidence, or an endpoint whose origin visits show"
)


def doubly_rows(
    name: str, analysis: DoublyCensoredAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of imputed durations, under the plan's rule and the others."""
    head = analysis_head(name, analysis, "analysis")
    found = analysed(name, analysis, setting)
    counts = count_rows(head, found)
    asked = _Names(bool(found.competing), analysis.endpoint)
    why = _trouble(found)
    if why:
        return [*counts, not_estimated(head, asked.lowest, why, **asked.words)]
    rows = between_visits(found.rows)
    result, why = attempted(lambda: _estimated(rows, analysis, setting, asked, headline=headline))
    if result is None:
        return [*counts, not_estimated(head, asked.lowest, why, **asked.words)]
    every = [*counts, *_onset_rows(head, rows, result), *_pooled_rows(head, result, asked)]
    if headline:
        return every
    every += _curve(head, result, asked)
    every += _visit_dates(head, rows, analysis, asked)
    others = [rule for rule in RULES if rule != analysis.imputation]
    for rule in others if analysis.other_rules else ():
        other = _estimated(rows, analysis, setting, asked, rule=rule, headline=True)
        every += _pooled_rows(head, other, asked, rule)
    return every


class _Names:
    """What the statistics are called: survival, or the incidence of one of several causes."""

    def __init__(self, competing: bool, endpoint: str) -> None:
        self.cause = CAUSE if competing else None
        self.endpoint = endpoint
        self.lowest = LOWEST_INCIDENCE if competing else LOWEST_SURVIVAL
        self.highest = HIGHEST_INCIDENCE if competing else HIGHEST_SURVIVAL
        self.words = {TERM: endpoint} if competing else {}


def _trouble(found: Analysed) -> str:
    if not len(found.rows):
        return NOBODY
    if (found.rows[ENTRY] > 0).any():
        return LATE
    known = found.rows[ORIGIN_LOWER_DAY] >= found.rows[ORIGIN_DAY]
    return KNOWN if known.all() else ""


def _estimated(
    rows: pd.DataFrame,
    analysis: DoublyCensoredAnalysis,
    setting: Setting,
    asked: _Names,
    *,
    headline: bool,
    rule: str = "",
) -> DoublyCensored:
    return doubly_censored(
        rows, at=list(analysis.at_days), cause=asked.cause, endpoint=analysis.endpoint,
        imputation=rule or analysis.imputation, m=analysis.imputations, missed=analysis.missed,
        n_resamples=0 if headline else analysis.resamples, by=GROUP,
        cluster=CLUSTER if CLUSTER in rows else None, conf_level=analysis.conf_level,
        seed=setting.plan.seed,
    )  # fmt: skip


def _onset_rows(head: Row, rows: pd.DataFrame, result: DoublyCensored) -> list[Row]:
    width = rows[ORIGIN_DAY] - rows[ORIGIN_LOWER_DAY]
    found = []
    for group in result.groups:
        own = {GROUP: group.label}
        known = float(((width <= 0.0) & (rows[GROUP] == group.label)).sum())
        found.append(statistic(head, N_ONSET_KNOWN, known, **own))
        found.append(statistic(head, ONSET_WIDTH, group.width, **own))
        found.append(statistic(head, SHARE_SEEN, group.share_seen, **own))
    return found


def _pooled_rows(head: Row, result: DoublyCensored, asked: _Names, rule: str = "") -> list[Row]:
    """Return both bounds on each day and the box of the median; of other rules only these."""
    table = result.tidy()
    days = table[table[TERM] != MEDIAN].drop(columns=[TERM, ESTIMATE])
    words: dict[str, Any] = {**asked.words, LEVEL: rule}
    rows = []
    for name, column in ((asked.lowest, LOWEST), (asked.highest, HIGHEST)):
        rows += statistics(head, name, days.rename(columns={column: ESTIMATE}), **words)
    median = table[table[TERM] == MEDIAN].drop(columns=[TERM, TIME, ESTIMATE])
    share = {**asked.words, LEVEL: f"{HALF} {rule}".strip()}
    for name, column in ((QUANTILE_FROM, LOWER), (QUANTILE_TO, UPPER)):
        boxes = statistics(head, name, median.rename(columns={column: ESTIMATE}), **share)
        rows += [finite(row) for row in boxes]
    if rule:
        return rows
    for name in VARIANCES:
        if name in days:
            own = days[[GROUP, TIME, name]].rename(columns={name: ESTIMATE})
            rows += statistics(head, name, own.dropna(), **asked.words)
    return rows


def _curve(head: Row, result: DoublyCensored, asked: _Names) -> list[Row]:
    own = {**head, SECTION: "curve"}
    steps = result.steps()
    rows = []
    for name, column in ((asked.lowest, LOWEST), (asked.highest, HIGHEST)):
        kept = steps[[GROUP, TIME, column]].rename(columns={column: ESTIMATE})
        rows += statistics(own, name, kept, **asked.words)
    return rows


def _visit_dates(
    head: Row, rows: pd.DataFrame, analysis: DoublyCensoredAnalysis, asked: _Names
) -> list[Row]:
    """Return the curve from the visit that showed the beginning to that which showed the end."""
    own, words = {**head, SECTION: "curve"}, {**asked.words, LEVEL: VISIT_DATE}
    days = list(analysis.at_days)
    options: dict[str, Any] = {
        "by": GROUP, "cluster": CLUSTER if CLUSTER in rows else None,
        "conf_level": analysis.conf_level,
    }  # fmt: skip
    if asked.cause:
        incidence = aalen_johansen(rows, **options)
        at_days, steps = _of(incidence.at(days), asked), _of(incidence.tidy(), asked)
        result = statistics(head, INCIDENCE, at_days, **words)
        kept = steps[[GROUP, TIME, ESTIMATE]]
        return result + statistics(own, INCIDENCE, kept, **words)
    curves = kaplan_meier(rows, **options)
    result = statistics(head, SURVIVAL, curves.at(days).drop(columns=TERM), **words)
    result += statistics(head, MEDIAN, curves.median().drop(columns=TERM), **words)
    return result + statistics(own, SURVIVAL, curves.tidy()[[GROUP, TIME, ESTIMATE]], **words)


def _of(table: pd.DataFrame, asked: _Names) -> pd.DataFrame:
    return table[table[TERM] == asked.endpoint]
