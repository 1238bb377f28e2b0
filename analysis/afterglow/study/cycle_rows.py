"""Rows of cycles: the gap to the next booster, response and relapse, by number of the cycle."""

from typing import Final

import numpy as np
import pandas as pd

from afterglow.endpoints.rules import REASON_WORDS, Reason
from afterglow.estimate.aalen_johansen import EVENT_FREE, AalenJohansen, aalen_johansen
from afterglow.estimate.recurrent.gap_times import POOLED, GapSurvival, gap_survival
from afterglow.names import (
    AT_RISK,
    CAUSE,
    CYCLE,
    DURATION,
    ENDPOINT,
    ESTIMATE,
    EVENT,
    EVENTS,
    GROUP,
    N_EVENTS,
    REASON,
    SUBJECT,
    TERM,
    TIME,
    WARNING,
    N,
)
from afterglow.plan.cycle_analyses import CycleSummaryAnalysis
from afterglow.study.analysed import Analysed, analysed, rows_of_cycles
from afterglow.study.curves import NOBODY, NOT_REACHED, events_by, ticks_until, with_entry
from afterglow.study.groups import CLUSTER
from afterglow.study.latency_rows import NO_BOOSTER, SHOWN, TOO_FEW, large_enough, leaving_rows
from afterglow.study.path import state_endpoints
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistic, statistics
from afterglow.study.setting import Setting

INCIDENCE: Final = "incidence"
GAP_QUANTILE: Final = "gap_quantile"
GAP_SURVIVAL: Final = "gap_survival"
POOLED_GAPS: Final = "pooled_gap_survival"
N_CYCLES: Final = "n_cycles"
N_GAPS: Final = "n_gaps"
CYCLE_LABEL: Final = "cycle {number}"
AND_MORE: Final = "cycle {number} or more"
AFTER_AN_END: Final = (
    "{n} gaps after one that ended otherwise, such as boosters after a switch, are left out"
)
BIASED: Final = "pooled gaps: short ones are over-represented, as subjects with them have more"
MAINTAINED: Final = REASON_WORDS[Reason.MAINTAINED]
NO_GAPS: Final = "no gap was watched"


def cycle_rows(
    name: str, analysis: CycleSummaryAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a summary by cycle; `headline` leaves its curves out."""
    head = analysis_head(name, analysis, "analysis")
    found = analysed(name, analysis, setting)
    gaps = gaps_of(found, analysis, setting)
    counts = [*_counts(head, gaps, found, analysis, setting),
              *_courses(head, found, analysis, setting)]  # fmt: skip
    if not len(gaps):
        why = NO_GAPS if len(found.rows) else NOBODY
        return [*counts, not_estimated(head, INCIDENCE, why, **{TERM: analysis.endpoint})]
    over_all = _over_all(head, gaps, analysis, headline=headline)
    large = gaps[gaps[GROUP].isin(large_enough(gaps, analysis.smallest_group))]
    rows = _too_few(head, gaps, analysis)
    curves, why = attempted(lambda: _incidence(large, analysis)) if len(large) else (None, "")
    if curves is None:
        nothing = [not_estimated(head, INCIDENCE, why, **{TERM: analysis.endpoint})] if why else []
        return [*counts, *rows, *nothing, *over_all]
    if analysis.endpoint not in curves.causes:
        rows.append(not_estimated(head, INCIDENCE, NO_BOOSTER, **{TERM: analysis.endpoint}))
    rows += [*_at_days(head, curves, analysis), *_quantiles(head, curves, analysis)]
    if headline:
        return [*counts, *rows, *over_all]
    risk = _risk(head, curves, analysis)
    return [*counts, *rows, *over_all, *_curve(head, curves, analysis), *risk]


def cycle_labels(numbers: pd.Series, pooled_from: int) -> pd.Categorical:
    """Return "cycle 1", "cycle 2", …, the last ones pooled, in their order."""
    words = [CYCLE_LABEL.format(number=number) for number in range(1, pooled_from)]
    words.append(AND_MORE.format(number=pooled_from))
    codes = np.minimum(numbers.to_numpy(dtype=np.int64), pooled_from) - 1
    found = pd.Categorical.from_codes(codes, categories=pd.Index(words, dtype=object))
    return found.remove_unused_categories()


def gaps_of(found: Analysed, analysis: CycleSummaryAnalysis, setting: Setting) -> pd.DataFrame:
    """Return one row per gap of those analysed: the endpoint's, with the cycle as group."""
    rows = rows_of_cycles(analysis, setting)
    kept = [column for column in (CLUSTER,) if column in found.rows]
    rows = rows.merge(found.rows[[SUBJECT, *kept]], on=SUBJECT, how="inner",
                      validate="many_to_one")  # fmt: skip
    rows[GROUP] = cycle_labels(rows[CYCLE], analysis.pooled_from)
    if CLUSTER not in rows:
        rows[CLUSTER] = rows[SUBJECT]
    return rows


def _incidence(gaps: pd.DataFrame, analysis: CycleSummaryAnalysis) -> AalenJohansen:
    rows, entry = with_entry(gaps)
    return aalen_johansen(
        rows, duration=DURATION, cause=CAUSE, entry=entry, by=GROUP, cluster=CLUSTER,
        conf_level=analysis.conf_level, conf_type=analysis.conf_type,
    )  # fmt: skip


def _counts(
    head: Row,
    gaps: pd.DataFrame,
    found: Analysed,
    analysis: CycleSummaryAnalysis,
    setting: Setting,
) -> list[Row]:
    """Return per cycle subjects, cycles begun, gaps watched, next boosters and other ends."""
    blocks = setting.blocks[[SUBJECT, CYCLE]]
    begun = blocks[blocks[SUBJECT].isin(found.rows[SUBJECT])].reset_index(drop=True)
    begun[GROUP] = cycle_labels(begun[CYCLE], analysis.pooled_from)
    others = sorted(set(gaps.loc[gaps[CAUSE] != gaps[ENDPOINT], CAUSE]) - {""})
    rows = []
    for label in begun[GROUP].cat.categories:
        mine, own = gaps[gaps[GROUP] == label], begun[begun[GROUP] == label]
        numbers = [
            (N, "", own[SUBJECT].nunique()),
            (N_CYCLES, "", len(own)),
            (N_GAPS, "", len(mine)),
            (N_EVENTS, "", mine[EVENT].sum()),
            *(("n_competing", cause, (mine[CAUSE] == cause).sum()) for cause in others),
            ("n_censored", "", (mine[CAUSE] == "").sum()),
        ]
        for name, level, count in numbers:
            rows.append(statistic(head, name, float(count), **{GROUP: label, LEVEL: level}))
    return rows


def _courses(
    head: Row, found: Analysed, analysis: CycleSummaryAnalysis, setting: Setting
) -> list[Row]:
    """Return per cycle how many responded, had kept their response, and relapsed, of how many."""
    response, relapse = endpoints_of(analysis, setting)
    rows = setting.derived.rows
    rows = rows[rows[SUBJECT].isin(found.rows[SUBJECT]) & rows[ENDPOINT].isin((response, relapse))]
    rows = rows.reset_index(drop=True)
    if not len(rows):
        return []
    rows[GROUP] = cycle_labels(rows[CYCLE], analysis.pooled_from)
    made = []
    for label in rows[GROUP].cat.categories:
        mine = rows[rows[GROUP] == label]
        judged, at_risk = mine[mine[ENDPOINT] == response], mine[mine[ENDPOINT] == relapse]
        kept = judged[REASON] == MAINTAINED
        numbers = [
            ("n_judged", response, len(judged)),
            ("n_maintained", response, kept.sum()),
            ("n_responded", response, (judged[EVENT] & ~kept).sum()),
            ("n_at_risk_of_relapse", relapse, len(at_risk)),
            ("n_relapsed", relapse, at_risk[EVENT].sum()),
            ("n_boosted_first", relapse, (at_risk[CAUSE] == "booster").sum()),
        ]
        for name, endpoint, count in numbers:
            if endpoint:
                words = {GROUP: label, LEVEL: endpoint}
                made.append(statistic(head, name, float(count), **words))
    return made


def endpoints_of(analysis: CycleSummaryAnalysis, setting: Setting) -> tuple[str, str]:
    """Return the response and the relapse that are counted, "" where the plan has none."""
    names = setting.derived.rules.names
    response, _, relapse = state_endpoints(setting.plan, setting.derived.rules)
    default = [names[place] if place >= 0 else "" for place in (response, relapse)]
    return analysis.response or default[0], analysis.relapse or default[1]


def _too_few(head: Row, gaps: pd.DataFrame, analysis: CycleSummaryAnalysis) -> list[Row]:
    words = TOO_FEW.format(least=analysis.smallest_group)
    known = large_enough(gaps, analysis.smallest_group)
    return [
        not_estimated(head, INCIDENCE, words, **{TERM: analysis.endpoint, GROUP: label})
        for label in gaps[GROUP].cat.categories
        if label not in known
    ]


def _at_days(head: Row, curves: AalenJohansen, analysis: CycleSummaryAnalysis) -> list[Row]:
    if not analysis.at_days:
        return []
    table = events_by(curves.at(sorted(set(analysis.at_days))))
    free = table.loc[table[TERM] == EVENT_FREE, [GROUP, TIME, AT_RISK]]
    return [
        *statistics(head, INCIDENCE, table[table[TERM] == analysis.endpoint]),
        *statistics(head, AT_RISK, free.rename(columns={AT_RISK: ESTIMATE})),
    ]


def _quantiles(head: Row, curves: AalenJohansen, analysis: CycleSummaryAnalysis) -> list[Row]:
    rows = []
    for share in sorted(set(analysis.quantiles)):
        table = curves.quantile(share)
        table = table[table[CAUSE] == analysis.endpoint]
        rows += statistics(head, GAP_QUANTILE, table, **{LEVEL: f"{share:g}"})
    return [_reached(row) for row in rows]


def _reached(row: Row) -> Row:
    return row | {WARNING: NOT_REACHED} if np.isnan(row[ESTIMATE]) else row


def _over_all(
    head: Row, gaps: pd.DataFrame, analysis: CycleSummaryAnalysis, *, headline: bool
) -> list[Row]:
    """Return the survival of all gaps together, each subject counting once, and its quantiles."""
    if gaps[SUBJECT].nunique() < analysis.smallest_group:
        words = TOO_FEW.format(least=analysis.smallest_group)
        return [not_estimated(head, GAP_SURVIVAL, words)]
    gaps, after = until_first_end(gaps)
    if after:
        head = head | {WARNING: AFTER_AN_END.format(n=after)}
    fitted = _gap_survival(gaps, analysis)
    rows = []
    if analysis.at_days:
        days = sorted(set(analysis.at_days))
        rows += statistics(head, GAP_SURVIVAL, fitted.at(days).drop(columns=TERM))
        pooled = _gap_survival(gaps, analysis, method=POOLED).at(days).drop(columns=TERM)
        rows += statistics(head | {WARNING: BIASED}, POOLED_GAPS, pooled)
    for share in sorted(set(analysis.quantiles)):
        table = fitted.quantile(share).drop(columns=TERM)
        level = {LEVEL: f"{share:g}", GROUP: ""}
        rows += [_reached(row) for row in statistics(head, GAP_QUANTILE, table, **level)]
    if headline:
        return rows
    own = {**head, SECTION: "curve"}
    return [*rows, *statistics(own, GAP_SURVIVAL, fitted.tidy().drop(columns=TERM))]


def until_first_end(gaps: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return each subject's gaps up to the first that another end cut off, and how many follow.

    Who is given a booster again after a switch, say, begins cycles that no longer follow a gap.
    """
    ordered = gaps.sort_values([SUBJECT, CYCLE], kind="stable")
    cut = (~ordered[EVENT].astype(bool)).astype(int)
    before = cut.groupby(ordered[SUBJECT]).cumsum() - cut
    kept = ordered[before == 0]
    return kept.reset_index(drop=True), len(gaps) - len(kept)


def _gap_survival(gaps: pd.DataFrame, analysis: CycleSummaryAnalysis, **how: str) -> GapSurvival:
    return gap_survival(
        gaps, conf_level=analysis.conf_level, conf_type=analysis.conf_type, **how
    )  # fmt: skip


def _curve(head: Row, curves: AalenJohansen, analysis: CycleSummaryAnalysis) -> list[Row]:
    own = {**head, SECTION: "curve"}
    table = curves.tidy()
    mine = table[table[TERM] == analysis.endpoint]
    free = table[table[TERM] == EVENT_FREE]
    rows = statistics(own, INCIDENCE, mine)
    rows += statistics(
        own, AT_RISK, free[[GROUP, TIME, AT_RISK]].rename(columns={AT_RISK: ESTIMATE})
    )
    counts = mine[[TERM, GROUP, TIME, EVENTS]].rename(columns={EVENTS: ESTIMATE})
    return rows + statistics(own, EVENTS, counts)


def _risk(head: Row, curves: AalenJohansen, analysis: CycleSummaryAnalysis) -> list[Row]:
    own = {**head, SECTION: "risk_table"}
    last = max(float(curve.counts.times[-1]) for curve in curves.curves)
    asked = SHOWN * max(analysis.at_days, default=last)
    table = events_by(curves.at(ticks_until(min(last, asked))))
    return leaving_rows(own, table, analysis.endpoint)
