"""Tests that groups have one hazard: log-rank, weighted or not, trends, pairs, max-combo."""

from collections.abc import Callable

import pandas as pd

from afterglow.estimate.logrank import logrank
from afterglow.estimate.max_combo import TEST, max_combo
from afterglow.estimate.multiplicity import P_ADJUSTED
from afterglow.names import DURATION, ESTIMATE, EVENT, EXPECTED, GROUP, OBSERVED, TERM, N
from afterglow.plan.group_analyses import LogrankAnalysis, MaxComboAnalysis
from afterglow.study.analysed import Analysed, analysed
from afterglow.study.curves import NOBODY, count_rows, labelled_naive, with_entry
from afterglow.study.groups import CLUSTER, STRATUM
from afterglow.study.results import LEVEL, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistics
from afterglow.study.setting import Setting

LOGRANK = "logrank"
MAX_COMBO = "max_combo"
TREND = "logrank_trend"
PAIR = "logrank_pair"
PART = "max_combo_part"
WEIGHTED = "fleming-harrington"


def logrank_rows(
    name: str, analysis: LogrankAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a log-rank test; groups that cannot be compared give a warning."""
    weighting = analysis.weighting
    chosen = (WEIGHTED, *analysis.powers) if weighting == WEIGHTED else weighting

    def test(found: Analysed, **options) -> list[Row]:
        result = logrank(
            **options, weighting=chosen, trend=list(analysis.scores) or analysis.trend,
            reference=analysis.reference if analysis.pairs else None,
            pairwise=analysis.pairs and analysis.reference is None, adjust=analysis.adjust,
        )  # fmt: skip
        table = result.tidy()
        rows = statistics({}, LOGRANK, table.head(1).drop(columns=TERM))
        if headline:
            return rows
        rows += statistics({}, TREND, table[table[TERM] == "trend"].drop(columns=TERM))
        rows += _pairs(table[table[TERM] == "pair"], PAIR)
        for part in (OBSERVED, EXPECTED):
            groups = result.groups[[GROUP, N, part]].rename(columns={part: ESTIMATE})
            rows += statistics({}, part, groups)
        return rows

    return _rows(name, analysis, setting, LOGRANK, test)


def max_combo_rows(
    name: str, analysis: MaxComboAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of max-combo tests: one per pair, and the tests that each is made of."""

    def test(found: Analysed, **options) -> list[Row]:
        table = max_combo(
            **options, alternative=analysis.alternative, adjust=analysis.adjust,
            reference=analysis.reference, pairwise=analysis.reference is None,
        ).tidy()  # fmt: skip
        own = (table[TERM] == TEST).to_numpy()
        rows = _pairs(table[own], MAX_COMBO)
        if headline:
            return rows
        return rows + statistics({}, PART, table[~own])

    return _rows(name, analysis, setting, MAX_COMBO, test)


def _pairs(table: pd.DataFrame, name: str) -> list[Row]:
    """Return each pair's test; the p value is the adjusted one, `level` says of how many."""
    count = f"of {len(table)}"
    own = table.drop(columns=[TERM, "p_value"]).rename(columns={P_ADJUSTED: "p_value"})
    return statistics({}, name, own, **{LEVEL: count if len(table) > 1 else ""})


def _rows(
    name: str,
    analysis: LogrankAnalysis | MaxComboAnalysis,
    setting: Setting,
    statistic: str,
    test: Callable[..., list[Row]],
) -> list[Row]:
    head = analysis_head(name, analysis, "analysis")
    found = analysed(name, analysis, setting)
    counts = count_rows(head, found)
    if not len(found.rows):
        return [*counts, not_estimated(head, statistic, NOBODY)]
    rows, entry = with_entry(found.rows)
    result, why = attempted(
        lambda: test(
            found, data=rows, by=GROUP, duration=DURATION, event=EVENT, entry=entry,
            strata=STRATUM if analysis.strata else None,
            cluster=CLUSTER if analysis.cluster else None,
        )
    )  # fmt: skip
    if result is None:
        return [*counts, not_estimated(head, statistic, why)]
    if found.competing:
        result = [row if row["statistic_name"] in (OBSERVED, EXPECTED) else labelled_naive(row)
                  for row in result]  # fmt: skip
    return [*counts, *(head | row for row in result)]
