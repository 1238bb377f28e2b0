"""One endpoint under every strategy, side by side: curves, bounds, choices, and why they differ."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from afterglow.estimate.aalen_johansen import EVENT_FREE, aalen_johansen
from afterglow.estimate.strategies.comparison import (
    COMPETING,
    COMPOSITE,
    NAIVE,
    TREATMENT_POLICY,
    StrategyCurves,
    strategy_comparison,
    strategy_frames,
)
from afterglow.names import (
    AT_RISK,
    CAUSE,
    CENSORED,
    CONF_HIGH,
    CONF_LOW,
    DURATION,
    ESTIMATE,
    EVENTS,
    GROUP,
    METHOD,
    N_EVENTS,
    STATISTIC_NAME,
    STRATEGY,
    SUBJECT,
    TERM,
    TIME,
    WARNING,
    N,
)
from afterglow.plan.strategy_analyses import StrategyComparisonAnalysis
from afterglow.study.analysed import Analysed, analysed
from afterglow.study.curves import NOBODY, NOT_REACHED, events_by, ticks_until, with_entry
from afterglow.study.groups import CLUSTER
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import analysis_head, not_estimated, statistic, statistics
from afterglow.study.sensitivity import AS_PLANNED, GAP, SENSITIVITY, affected, choices
from afterglow.study.setting import Setting
from afterglow.study.strategy_reasons import reason_rows
from afterglow.study.strategy_roles import in_force, primary_rows, treated_otherwise
from afterglow.study.strategy_weighted import weighted_rows

FREE = "free_of_event"
BEST, WORST = "best_case", "worst_case"
NOT_YET_ANY = "event_free"
TAKEN_AS_CENSORED = (
    "naive: those to whom it was given are taken to be like all others still at risk"
)
WORD_OF = {TREATMENT_POLICY: "ignore", COMPETING: "competing", NAIVE: "censor", COMPOSITE: "event"}


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """The rows of one comparison.

    Attributes
    ----------
    found : Analysed
        Those in which what is varied competes: who is analysed under every strategy.
    frames : mapping of strategy to DataFrame
    curves : StrategyCurves
    entry : str or None
    """

    found: Analysed
    frames: dict[str, pd.DataFrame]
    curves: StrategyCurves
    entry: str | None


def strategy_rows(
    name: str, analysis: StrategyComparisonAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a comparison of strategies; `headline` leaves all but the shares out."""
    head = analysis_head(name, analysis, "analysis")
    given = compared(name, analysis, setting)
    if given is None:
        nobody = statistic(head, N, 0.0, **{GROUP: COMPETING})
        return [nobody, not_estimated(head, FREE, NOBODY, **{GROUP: COMPETING})]
    rows = [*_counts(head, given, analysis), *_at_days(head, given, analysis)]
    rows += _weighted(head, given, analysis, setting, headline=headline)
    if headline:
        return rows
    rows += _medians(head, given, analysis)
    rows += _bounds(head, given, analysis)
    rows += _event_free(head, given, analysis)
    rows += primary_rows(head, analysis, setting.plan)
    rows += reason_rows(head, given.found, given.frames.get(TREATMENT_POLICY), analysis, setting)
    rows += [*_curves(head, given, analysis), *_risk(head, given)]
    return [*rows, *_choices(name, analysis, setting)]


def compared(name: str, analysis: StrategyComparisonAnalysis, setting: Setting) -> Compared | None:
    """Return the rows under every strategy and their curves; None where nobody is analysed.

    The subjects are those with a row in which what is varied competes. Looking through it, some
    of them have no time at risk, as no visit followed; they are not counted among its subjects.
    """
    found = analysed(name, analysis, setting)
    if not len(found.rows):
        return None
    through = {**analysis.strategy, **dict.fromkeys(analysis.vary, "ignore")}
    policy = analysed(name, analysis.model_copy(update={STRATEGY: through}), setting).rows
    policy = policy[policy[SUBJECT].isin(found.rows[SUBJECT])]
    rows, entry = with_entry(found.rows)
    policy_rows, late = with_entry(policy)
    if entry is not None and late is None:
        policy_rows = policy_rows.assign(**{entry: -np.inf})
    seen = policy_rows if len(policy_rows) else None
    curves = strategy_comparison(
        rows, of=analysis.endpoint, varied=analysis.vary, looked_through=seen,
        duration=DURATION, cause=CAUSE, entry=entry,
        cluster=CLUSTER if CLUSTER in rows else None,
        conf_level=analysis.conf_level, conf_type=analysis.conf_type,
    )  # fmt: skip
    frames = strategy_frames(rows, seen, of=analysis.endpoint, varied=analysis.vary)
    return Compared(found, frames, curves, entry)


def _of(analysis: StrategyComparisonAnalysis, label: str) -> Row:
    """Return the group of a strategy, and the strategies in force under it."""
    word = dict.fromkeys(analysis.vary, WORD_OF.get(label, "censor"))
    words = sorted({**analysis.strategy, **word}.items())
    return {GROUP: label, STRATEGY: ", ".join(f"{kind} = {strategy}" for kind, strategy in words)}


def _labelled(rows: list[Row], analysis: StrategyComparisonAnalysis) -> list[Row]:
    """Return rows of several strategies, each with its own words; the naive ones say so."""
    own = [row | _of(analysis, row[GROUP]) for row in rows]
    return [_naive(row) if row[GROUP] == NAIVE else row for row in own]


def _naive(row: Row) -> Row:
    said = "; ".join(words for words in (TAKEN_AS_CENSORED, row[WARNING]) if words)
    return row | {WARNING: said, METHOD: f"naive {row[METHOD]}"}


def _counts(head: Row, given: Compared, analysis: StrategyComparisonAnalysis) -> Iterator[Row]:
    for label, rows in given.frames.items():
        own = head | _of(analysis, label)
        event = rows[CAUSE] == analysis.endpoint
        yield statistic(own, N, float(len(rows)))
        yield statistic(own, N_EVENTS, float(event.sum()))
        for cause in sorted(set(rows.loc[~event, CAUSE]) - {""}):
            count = float((rows[CAUSE] == cause).sum())
            yield statistic(own, "n_competing", count, **{LEVEL: cause})
        yield statistic(own, "n_censored", float((rows[CAUSE] == "").sum()))


def _at_days(head: Row, given: Compared, analysis: StrategyComparisonAnalysis) -> list[Row]:
    table = events_by(given.curves.at(list(analysis.at_days))).drop(columns=TERM)
    at_risk = table[[GROUP, TIME, AT_RISK]].rename(columns={AT_RISK: ESTIMATE})
    rows = _labelled(statistics(head, FREE, table), analysis)
    return [*rows, *(row | _of(analysis, row[GROUP]) for row in statistics(head, AT_RISK, at_risk))]


def _medians(head: Row, given: Compared, analysis: StrategyComparisonAnalysis) -> list[Row]:
    rows = statistics(head, "median", given.curves.median().drop(columns=TERM))
    known = [row | {WARNING: NOT_REACHED} if np.isnan(row[ESTIMATE]) else row for row in rows]
    return _labelled(known, analysis)


def _bounds(head: Row, given: Compared, analysis: StrategyComparisonAnalysis) -> Iterator[Row]:
    for day, cases in _cases(given, analysis).items():
        for name, value in zip((WORST, BEST), cases, strict=True):
            yield statistic(head, name, value, **{TIME: day})


def _cases(given: Compared, analysis: StrategyComparisonAnalysis) -> dict[float, tuple]:
    """Return the worst and the best case by day."""
    found = given.curves.bounds(list(analysis.at_days))
    cases = zip(found[CONF_LOW].tolist(), found[CONF_HIGH].tolist(), strict=True)
    return dict(zip(found[TIME].tolist(), cases, strict=True))


def _weighted(
    head: Row,
    given: Compared,
    analysis: StrategyComparisonAnalysis,
    setting: Setting,
    *,
    headline: bool,
) -> list[Row]:
    """Return the rows of the weighted strategy, held against bounds that treat the rest alike."""
    if analysis.weighted is None:
        return []
    other = setting.plan.analysis[analysis.weighted]
    alike: Compared | None = given
    if treated_otherwise(other, setting.plan, analysis):
        words = {**in_force(other, setting.plan), **dict.fromkeys(analysis.vary, COMPETING)}
        alike = compared("", analysis.model_copy(update={STRATEGY: words}), setting)
    cases = {} if alike is None else _cases(alike, analysis)
    rows = given.found.rows
    return weighted_rows(head, FREE, analysis, rows, cases, setting, headline=headline)


def _event_free(head: Row, given: Compared, analysis: StrategyComparisonAnalysis) -> list[Row]:
    """Return the share with nothing at all yet, beside the competing strategy."""
    rows = given.frames[COMPETING]
    if not (rows[CAUSE] != "").any():
        return []
    found = aalen_johansen(
        rows, duration=DURATION, cause=CAUSE, entry=given.entry,
        cluster=CLUSTER if CLUSTER in rows else None,
        conf_level=analysis.conf_level, conf_type=analysis.conf_type,
    )  # fmt: skip
    table = events_by(found.at(list(analysis.at_days)))
    own = head | _of(analysis, COMPETING)
    return statistics(own, NOT_YET_ANY, table[table[TERM] == EVENT_FREE].drop(columns=TERM))


def _curves(head: Row, given: Compared, analysis: StrategyComparisonAnalysis) -> list[Row]:
    own = {**head, SECTION: "curve"}
    table = given.curves.tidy().drop(columns=TERM)
    rows = _labelled(statistics(own, FREE, table), analysis)
    for name in (AT_RISK, EVENTS, CENSORED):
        counts = table[[GROUP, TIME, name]].rename(columns={name: ESTIMATE})
        rows += [row | _of(analysis, row[GROUP]) for row in statistics(own, name, counts)]
    return rows


def _risk(head: Row, given: Compared) -> list[Row]:
    """Return the numbers at risk, the same before the first relapse or booster of everybody."""
    own = {**head, SECTION: "risk_table"}
    curve = given.curves.curve(COMPETING)
    last = float(curve.table()[TIME].max())
    found = curve.at(ticks_until(last))[[GROUP, TIME, AT_RISK]]
    return statistics(own, AT_RISK, found.rename(columns={AT_RISK: ESTIMATE}))


def _choices(name: str, analysis: StrategyComparisonAnalysis, setting: Setting) -> list[Row]:
    """Return the same estimates under every choice of the rules 3, 7 and 8."""
    head = analysis_head(name, analysis, SENSITIVITY)
    rows = affected(head, name, analysis, setting)
    for choice in choices(analysis, setting):
        if choice.rule != GAP and not _waits(setting.plan.endpoint[analysis.endpoint]):
            continue
        words = {TERM: choice.rule, LEVEL: choice.word}
        rows.append(statistic(head | words, AS_PLANNED, float(choice.as_planned)))
        under = strategy_rows(
            name, analysis, replace(setting, derived=choice.derived), headline=True
        )
        wanted = [row for row in under if row[STATISTIC_NAME] in (N, N_EVENTS, FREE)]
        rows += [row | {SECTION: SENSITIVITY} | words for row in wanted]
    return rows


def _waits(endpoint: Any) -> bool:
    """Say whether a run waits for a visit that confirms it, so that rules 7 and 8 decide."""
    return bool(endpoint.confirm.visits > 1 or endpoint.confirm.gap_days[0] > 0)
