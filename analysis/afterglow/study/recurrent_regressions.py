"""Rows of regressions on events that recur: ratios of rates, shared frailty."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from afterglow.estimate.recurrent.episodes import PWP_GAP, PWP_TOTAL
from afterglow.estimate.recurrent.frailty import frailty
from afterglow.estimate.recurrent.frailty_result import FRAILTY_VARIANCE, SharedFrailty
from afterglow.estimate.recurrent.recurrent_cox import recurrent_cox
from afterglow.estimate.recurrent.recurrent_result import OF_AN_EVENT, RecurrentCox
from afterglow.estimate.result import Result
from afterglow.names import (
    DURATION,
    ENTRY,
    EVENT,
    GROUP,
    HAZARD_RATIO,
    START_DAY,
    STOP_DAY,
    SUBJECT,
    TERM,
)
from afterglow.plan.recurrent_analyses import FrailtyAnalysis, RecurrentCoxAnalysis
from afterglow.study.cycle_terms import NUMBER, left_out_rows, with_cycle_terms
from afterglow.study.groups import CLUSTER, STRATUM
from afterglow.study.recurrent_rows import (
    TESTS,
    WITH_ROBUST_VARIANCE,
    placed_table,
    recurrent_counts,
    why_nothing,
)
from afterglow.study.regressions import coefficient_rows, empty_rows, material
from afterglow.study.results import Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistic, statistics
from afterglow.study.setting import Setting

RATE_RATIO = "rate_ratio"
THETA = "frailty_variance"
N_CLUSTERS = "n_clusters"
NOTHING_LEFT = "no cycle has every covariate"
NOTHING_VARIES = "no covariate differs between those analysed"


def recurrent_cox_rows(
    name: str, analysis: RecurrentCoxAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a regression on rates; `headline` leaves its tests out."""
    ratio = HAZARD_RATIO if analysis.model == "wlw" else RATE_RATIO
    more = None if headline else _tests
    return _regression(name, analysis, setting, partial(_rates, analysis), ratio, more)


def frailty_rows(
    name: str, analysis: FrailtyAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a shared-frailty model."""
    return _regression(name, analysis, setting, partial(_shared, analysis), HAZARD_RATIO, _theta)


def _regression(
    name: str,
    analysis: RecurrentCoxAnalysis | FrailtyAnalysis,
    setting: Setting,
    fit: Callable[[pd.DataFrame, dict[str, str]], Result],
    ratio: str,
    more: Callable[[Row, Any], list[Row]] | None,
) -> list[Row]:
    head = analysis_head(name, analysis, "analysis")
    given = material(name, analysis, setting)
    table = placed_table(given.found, analysis, setting, analysis.time_at_risk, given.columns)
    ready = with_cycle_terms(table, given, analysis, setting)
    counts = recurrent_counts(head, given.found, table) + left_out_rows(head, ready)
    if not len(ready.table) or not ready.terms:
        why = NOTHING_LEFT if len(table) else why_nothing(given.found)
        why = NOTHING_VARIES if len(ready.table) else why
        return [*counts, not_estimated(head, ratio, why)]
    fitted, why = attempted(lambda: fit(ready.table, ready.terms))
    if fitted is None:
        return [*counts, not_estimated(head, ratio, why)]
    rows = _coefficients(head, fitted.tidy(), ready.terms, ratio)
    rows += empty_rows(head, ready, ratio)
    return [*counts, *rows, *(more(head, fitted) if more else ())]


def _coefficients(head: Row, table: pd.DataFrame, terms: dict[str, str], ratio: str) -> list[Row]:
    """Return each coefficient and ratio; `group` is "event 2" where effects are an event's own."""
    numbers = table[TERM].str.rpartition(OF_AN_EVENT)
    own = numbers[0] != ""
    table = table.assign(
        **{
            TERM: numbers[0].where(own, table[TERM]),
            GROUP: ("event " + numbers[2]).where(own, ""),
        }
    )
    return coefficient_rows(head, table, terms, ratio=ratio)


def _rates(
    analysis: RecurrentCoxAnalysis, table: pd.DataFrame, terms: dict[str, str]
) -> RecurrentCox:
    named = analysis.event_specific
    own = named if isinstance(named, bool) else [c for c, term in terms.items() if term in named]
    told = NUMBER in table and analysis.model in (PWP_TOTAL, PWP_GAP)
    return recurrent_cox(
        table, list(terms), model=analysis.model, number=NUMBER if told else None,
        event_specific=own,
        max_event=analysis.max_event, strata=STRATUM if STRATUM in table else None,
        cluster=CLUSTER if CLUSTER in table else None, ties=analysis.ties, robust=analysis.robust,
        conf_level=analysis.conf_level,
    )  # fmt: skip


def _shared(analysis: FrailtyAnalysis, table: pd.DataFrame, terms: dict[str, str]) -> SharedFrailty:
    shared = CLUSTER if CLUSTER in table else None
    clock: dict[str, Any] = {"subject": SUBJECT, "cluster": shared}
    if analysis.clock == "gap":
        table = on_gap_clock(table)
        clock = {"cluster": shared or SUBJECT, "duration": DURATION, "entry": ENTRY}
    return frailty(
        table, list(terms), **clock,
        strata=STRATUM if STRATUM in table else None, distribution=analysis.distribution,
        theta=analysis.theta, ties=analysis.ties, conf_level=analysis.conf_level,
    )  # fmt: skip


def on_gap_clock(table: pd.DataFrame) -> pd.DataFrame:
    """Return stretches with entry_days and duration_days since the first of them in their gap.

    A gap goes from the first day at risk after an event to the next event.
    """
    rows = table.sort_values([SUBJECT, START_DAY], kind="stable")
    event = rows[EVENT].astype(np.int64)
    before = event.groupby(rows[SUBJECT]).cumsum() - event
    gap = rows.get(NUMBER, before)
    begun = rows.groupby([rows[SUBJECT], gap])[START_DAY].transform("min")
    return rows.assign(**{ENTRY: rows[START_DAY] - begun, DURATION: rows[STOP_DAY] - begun})


def _tests(head: Row, model: RecurrentCox) -> list[Row]:
    if not model.fitted.fit.n_events:
        return []
    robust = model.fitted.sample.robust
    rows = []
    for _, row in model.tests().tidy().iterrows():
        if not robust or row[TERM] in WITH_ROBUST_VARIANCE:
            rows += statistics(head, TESTS[row[TERM]], row.to_frame().T.drop(columns=TERM))
    return rows


def _theta(head: Row, model: SharedFrailty) -> list[Row]:
    table = model.tidy()
    spread = table[table[TERM] == FRAILTY_VARIANCE].drop(columns=TERM)
    clusters = float(len(model.names))
    return [*statistics(head, THETA, spread), statistic(head, N_CLUSTERS, clusters)]
