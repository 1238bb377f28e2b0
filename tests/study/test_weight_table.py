"""The table of decisions and time at risk: by hand, and against the rows of the derivation."""

import numpy as np
import pandas as pd
import pytest
from support.cohorts import cohort_of
from support.plan_text import plan_of_text
from support.random_cohorts import random_cohort
from support.random_plans import random_plan

from afterglow.errors import UsageError
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.names import (
    CENSORED,
    DAYS_SINCE_SESSION,
    DECISION,
    DECISION_ORDER,
    DURATION,
    ESTIMATE,
    EVENT,
    LAST_SCORE,
    RISK_ENTRY,
    START_DAY,
    STOP_DAY,
    SUBJECT,
    TIME,
    TRIALS,
)
from afterglow.study.derive import derive
from afterglow.study.weight_table import AT_VISIT, BETWEEN, weight_table

PLAN = """
[course]
max_sessions = 2
[endpoint.relapse]
kind = "relapse"
instrument = "MADRS"
origin = "course_end"
score_at_least = 22
"""
CONFIRMED = "confirm = { visits = 2, gap_days = [5, 15] }\n"
SCORED = ("response", "remission", "relapse", "durability")


def decisions_of(scores, boosters=(), *, more="", end=40, kind=None):
    """The table of one subject with sessions on days 0 and 7, whose course then ends."""
    plan = plan_of_text(PLAN + more)
    cohort = cohort_of(
        subjects=pd.DataFrame({SUBJECT: ["A"]}),
        scores=[("A", day, "MADRS", score, "") for day, score in {-1: 30, **scores}.items()],
        sessions=[("A", day, 1, "") for day in (0, 7, *boosters)],
        events=[], follow_up=[("A", end, "administrative")],
    )  # fmt: skip
    derived = derive(cohort, plan)
    table = weight_table(cohort, derived, "relapse")
    return table.drop(columns=SUBJECT)


def asked(table):
    """Decisions as (day since the origin, kind, trials, boosted, score known)."""
    rows = table[table[TRIALS] > 0]
    columns = [START_DAY, DECISION, TRIALS, CENSORED, LAST_SCORE]
    return [tuple(row) for row in rows[columns].itertuples(index=False)]


def watched(table):
    """Time at risk as (from, to, event)."""
    rows = table[table[TRIALS] == 0]
    return [tuple(row) for row in rows[[START_DAY, STOP_DAY, EVENT]].itertuples(index=False)]


def before(table, piece):
    """The first days of the decisions that a piece of time at risk stands behind."""
    own = table[table[TRIALS] == 0].iloc[piece]
    rows = table[(table[TRIALS] > 0) & (table[DECISION_ORDER] < own[DECISION_ORDER])]
    return rows[START_DAY].tolist()


def test_a_booster_of_a_visit_day_is_decided_on_the_score_of_that_day():
    table = decisions_of({14: 10, 21: 18}, boosters=[21])
    assert asked(table) == [
        (1, BETWEEN, 6, False, 30), (7, AT_VISIT, 1, False, 10),
        (8, BETWEEN, 6, False, 10), (14, AT_VISIT, 1, True, 18),
    ]  # fmt: skip
    assert watched(table) == [(-np.inf, 7.0, False), (7.0, 14.0, False)]


def test_a_booster_between_visits_is_the_last_of_its_days():
    table = decisions_of({14: 10, 21: 12}, boosters=[18])
    assert asked(table)[-1] == (8, BETWEEN, 4, True, 10)
    assert watched(table) == [(-np.inf, 7.0, False)]


def test_days_until_the_next_visit_are_cut_after_a_week():
    table = decisions_of({14: 10, 38: 12}, end=38)
    days = [(start, trials) for start, kind, trials, *_ in asked(table) if kind == BETWEEN]
    assert days == [(1, 6), (8, 7), (15, 7), (22, 7), (29, 2)]
    assert table[DAYS_SINCE_SESSION].dropna().tolist() == [1, 7, 8, 15, 22, 29, 31]


def test_an_event_stands_behind_the_decisions_before_its_visit():
    table = decisions_of({14: 10, 21: 25, 28: 10})
    assert watched(table) == [(-np.inf, 7.0, False), (7.0, 14.0, True)]
    assert before(table, 0) == [1]
    assert before(table, 1) == [1, 7, 8]
    assert asked(table)[-1][0] == 8


def test_a_run_that_is_confirmed_stands_behind_the_decisions_of_its_wait():
    table = decisions_of({14: 10, 21: 25, 28: 26, 35: 5}, more=CONFIRMED)
    assert watched(table) == [(-np.inf, 7.0, False), (7.0, 14.0, True)]
    assert before(table, 0) == [1]
    assert before(table, 1) == [1, 7, 8, 14, 15]
    assert asked(table)[-1] == (15, BETWEEN, 6, False, 25)


def test_a_run_that_is_broken_stands_there_too():
    table = decisions_of({14: 10, 21: 25, 28: 5, 35: 5}, more=CONFIRMED, end=35)
    assert watched(table) == [
        (-np.inf, 7.0, False), (7.0, 14.0, False), (14.0, 21.0, False), (21.0, 28.0, False)
    ]  # fmt: skip
    assert before(table, 1) == before(table, 2) == [1, 7, 8, 14, 15]


def test_a_booster_while_a_run_waits_hides_the_time_since_the_last_good_visit():
    table = decisions_of({14: 10, 21: 25, 28: 26}, boosters=[24], more=CONFIRMED)
    assert watched(table) == [(-np.inf, 7.0, False)]
    assert asked(table)[-1] == (15, BETWEEN, 3, True, 25)


def test_a_booster_that_counts_as_relapse_is_no_decision():
    more = CONFIRMED + 'session_while_pending = "relapse"\n'
    table = decisions_of({14: 10, 21: 25, 28: 26}, boosters=[24], more=more)
    assert watched(table) == [(-np.inf, 7.0, False), (7.0, 14.0, True)]
    assert [start for start, *_ in asked(table)] == [1, 7, 8]


def test_looking_through_a_booster_a_confirmed_run_needs_no_decision_of_its_wait():
    more = CONFIRMED + 'session_while_pending = "look-through"\n'
    table = decisions_of({14: 10, 21: 25, 28: 26}, boosters=[24], more=more)
    assert watched(table) == [(-np.inf, 7.0, False), (7.0, 14.0, True)]
    assert before(table, 1) == [1, 7, 8]
    assert asked(table)[-1] == (15, BETWEEN, 3, True, 25)


def test_no_decision_before_a_session_counts_as_a_booster():
    plan = "max_gap_days = 10"
    table = decisions_of({14: 10, 21: 12, 28: 14}, more="")
    assert asked(table)[0][0] == 1
    late = plan_of_text(PLAN.replace("max_sessions = 2", plan))
    cohort = cohort_of(
        subjects=pd.DataFrame({SUBJECT: ["A"]}),
        scores=[("A", day, "MADRS", 10, "") for day in (-1, 14, 21, 28)],
        sessions=[("A", 0, 1, ""), ("A", 7, 1, "")], events=[],
        follow_up=[("A", 40, "administrative")],
    )  # fmt: skip
    found = weight_table(cohort, derive(cohort, late), "relapse")
    assert found.loc[found[TRIALS] > 0, START_DAY].min() == 11


def test_whoever_is_boosted_before_the_first_visit_has_decisions_only():
    more = """
[endpoint.response]
kind = "response"
instrument = "MADRS"
improvement_at_least_percent = 50
"""
    qualify = 'qualify = { endpoint = "response", after = "course_end", window_days = [1, 14] }\n'
    table = decisions_of({14: 10, 21: 12}, boosters=[18], more=qualify + more)
    assert watched(table) == []
    assert asked(table) == [(7, AT_VISIT, 1, False, 10), (8, BETWEEN, 4, True, 10)]


def test_an_endpoint_that_scores_do_not_show_is_refused():
    cohort = cohort_of(
        subjects=pd.DataFrame({SUBJECT: ["A"]}), scores=[("A", 0, "MADRS", 30, "")],
        sessions=[("A", 0, 1, "")], events=[], follow_up=[("A", 40, "administrative")],
    )  # fmt: skip
    derived = derive(cohort, plan_of_text(PLAN + '[endpoint.booster]\nkind = "booster"\n'))
    with pytest.raises(UsageError, match="not seen in scores"):
        weight_table(cohort, derived, "booster")
    with pytest.raises(UsageError, match="Did you mean 'relapse'"):
        weight_table(cohort, derived, "relapses")


@pytest.mark.parametrize("seed", range(12))
def test_without_weights_the_time_at_risk_is_that_of_the_rows(seed):
    cohort = random_cohort(seed, 60)
    plan = random_plan(seed, with_sessions=cohort.sessions is not None)
    derived = derive(cohort, plan)
    kinds = ("booster",) if seed % 2 else ("booster", "switch")
    for name, endpoint in plan.endpoint.items():
        if endpoint.kind not in SCORED:
            continue
        rows = derived.endpoint(name, strategies=dict.fromkeys(kinds, "censor"))
        table = weight_table(cohort, derived, name, kinds=kinds)
        pieces = table[table[TRIALS] == 0]
        seen = rows[~rows["reason"].isin(("maintained",))]
        assert set(pieces[SUBJECT]) == set(seen[SUBJECT])
        assert pieces[EVENT].sum() == seen[EVENT].sum()
        check_decisions(table)
        if len(pieces):
            same_curves(pieces, seen)


def check_decisions(table):
    decided = table[table[TRIALS] > 0]
    assert (decided[STOP_DAY] == decided[START_DAY]).all()
    assert (decided[TRIALS] <= 7).all()
    assert decided.groupby(SUBJECT)[CENSORED].sum().max() in (0, 1) or decided.empty
    ended = decided[decided[CENSORED]].set_index(SUBJECT)[DECISION_ORDER]
    last = decided.groupby(SUBJECT)[DECISION_ORDER].max()
    assert (last.reindex(ended.index) == ended).all()


def same_curves(pieces, rows):
    ours = kaplan_meier(
        pieces, duration=STOP_DAY, event=EVENT, entry=START_DAY, subject=SUBJECT
    ).tidy()
    theirs = kaplan_meier(rows, duration=DURATION, event=EVENT, entry=RISK_ENTRY).tidy()
    ours, theirs = (one[one["events"] > 0] for one in (ours, theirs))
    np.testing.assert_allclose(ours[TIME], theirs[TIME])
    np.testing.assert_allclose(ours[ESTIMATE], theirs[ESTIMATE], rtol=1e-12)
