"""A simulated cohort: whose random numbers are whose, what is true, what the tables hold."""

import numpy as np
import pandas as pd
import pytest

from afterglow.instruments.registry import get
from afterglow.names import (
    DAY,
    END_DAY,
    EVENT_NAME,
    INSTRUMENT,
    KIND,
    PHASE,
    RATER,
    REASON,
    SCHEDULED,
    SCORE,
    SITE,
    SUBJECT,
    TIMING,
)
from afterglow.simulate import columns
from afterglow.simulate.cohort import SimulatedCohort, simulate_cohort
from afterglow.simulate.columns import ITEMS, TABLE_COLUMNS
from afterglow.simulate.config import SimulationConfig
from afterglow.simulate.plausibility import find_course_ends

TABLES = tuple(TABLE_COLUMNS)


@pytest.fixture(scope="module")
def cohort() -> SimulatedCohort:
    return simulate_cohort(SimulationConfig(), seed=20260101)


def changed(**groups: dict) -> SimulationConfig:
    config = SimulationConfig()
    return config.model_copy(
        update={name: getattr(config, name).model_copy(update=to) for name, to in groups.items()}
    )


def booster_free(config: SimulationConfig) -> SimulationConfig:
    sites = tuple(
        site.model_copy(update={"booster_policy": "triggered", "trigger_madrs_points": 99.0})
        for site in config.sites
    )
    return config.model_copy(update={"sites": sites})


@pytest.mark.parametrize("table", TABLES)
def test_a_subject_is_the_same_in_a_small_and_in_a_large_cohort(cohort, table):
    few = getattr(simulate_cohort(SimulationConfig(subjects=5), seed=20260101), table)
    many = getattr(cohort, table)
    first_five = many[many[SUBJECT].isin(few[SUBJECT].unique())].reset_index(drop=True)
    pd.testing.assert_frame_equal(few, first_five)


def test_another_seed_gives_another_cohort():
    config = SimulationConfig(subjects=3)
    assert not simulate_cohort(config, 1).scores.equals(simulate_cohort(config, 2).scores)


@pytest.mark.parametrize("table", TABLES)
def test_tables_have_the_declared_columns_in_order(cohort, table):
    assert tuple(getattr(cohort, table).columns) == TABLE_COLUMNS[table]


def test_the_truth_does_not_depend_on_boosters(cohort):
    without = simulate_cohort(booster_free(SimulationConfig()), seed=20260101)
    assert set(without.sessions[PHASE]) == {columns.INDUCTION}
    assert (cohort.sessions[PHASE] != columns.INDUCTION).sum() > 1000
    pd.testing.assert_frame_equal(cohort.truth, without.truth)


def test_without_boosters_and_error_the_visits_show_the_true_relapse():
    config = booster_free(
        changed(
            measurement={"madrs_error_sd_points": 0.0, "missing_score_share": 0.0},
            attrition={
                "switch_per_day": 0.0,
                "ect_per_day": 0.0,
                "drop_out_per_day": 0.0,
                "late_entry_share": 0.0,
            },
        ).model_copy(update={"subjects": 150})
    )
    told = simulate_cohort(config, seed=3)
    truth = told.truth.set_index(SUBJECT)
    madrs = told.scores[told.scores[INSTRUMENT] == "MADRS"]
    since = madrs[DAY] - madrs[SUBJECT].map(truth[columns.COURSE_END]).astype(float)
    later = madrs[since > 1].assign(since=since)
    relapse = later[SUBJECT].map(truth[columns.TRUE_RELAPSE])
    free = later[later["since"] < relapse]
    threshold = config.symptoms.relapse_points
    assert len(free) > 150
    assert (free[SCORE] <= threshold).all()
    reached = later.groupby(SUBJECT)[SCORE].max() > threshold
    assert reached.sum() > 80
    assert truth[columns.TRUE_RELAPSE][reached[reached].index].lt(365).all()


def test_boosters_lower_symptoms_against_the_same_subjects_without_them(cohort):
    without = simulate_cohort(booster_free(SimulationConfig()), seed=20260101)
    boosted = cohort.sessions.loc[cohort.sessions[PHASE] != columns.INDUCTION, SUBJECT].unique()

    def late_mean(scores: pd.DataFrame) -> float:
        chosen = scores[INSTRUMENT].eq("MADRS") & scores[DAY].gt(60) & scores[SUBJECT].isin(boosted)
        return float(scores.loc[chosen & scores[SCHEDULED], SCORE].mean())

    assert late_mean(cohort.scores) < late_mean(without.scores) - 2


def test_every_subject_starts_with_a_session_on_day_0(cohort):
    first = cohort.sessions.groupby(SUBJECT)[DAY].min()
    assert len(first) == len(cohort.subjects)
    assert (first == 0).all()


def test_the_usual_course_rule_finds_the_simulated_course(cohort):
    found = find_course_ends(cohort.sessions)
    simulated = cohort.truth.set_index(SUBJECT)[columns.COURSE_END].astype(float)
    assert (found == simulated[found.index]).mean() >= 0.98


@pytest.mark.parametrize("instrument", ["MADRS", "PHQ9", "GAD7", "PCL5"])
def test_scores_lie_in_the_range_of_their_instrument(cohort, instrument):
    form = get(instrument).form
    rows = cohort.scores[cohort.scores[INSTRUMENT] == instrument]
    low, high = form.range
    assert rows[SCORE].dropna().between(low, high).all()
    assert len(rows) > 100


def test_items_of_phq9_lie_in_their_range(cohort):
    items = cohort.scores.loc[cohort.scores[INSTRUMENT] == "PHQ9", list(ITEMS)]
    assert set(items.stack().dropna().unique()) == {0, 1, 2, 3}


def test_a_complete_form_has_its_sum_as_total_and_an_incomplete_one_none(cohort):
    items = cohort.scores[list(ITEMS)]
    recorded, complete = items.notna().any(axis=1), items.notna().all(axis=1)
    sums = items[complete].sum(axis=1).astype("Int64").rename(SCORE)
    pd.testing.assert_series_equal(cohort.scores.loc[complete, SCORE], sums)
    assert 100 < (recorded & ~complete).sum() < 0.15 * complete.sum()
    assert cohort.scores.loc[recorded & ~complete, SCORE].isna().all()


def test_few_totals_are_missing(cohort):
    assert 0.005 < cohort.scores[SCORE].isna().mean() < 0.05


def test_keys_are_unique(cohort):
    assert not cohort.scores.duplicated([SUBJECT, DAY, INSTRUMENT, TIMING, RATER]).any()
    assert not cohort.sessions.duplicated([SUBJECT, DAY]).any()
    assert not cohort.subjects.duplicated(SUBJECT).any()


def test_nothing_happens_after_follow_up_ends(cohort):
    end = cohort.follow_up.set_index(SUBJECT)[END_DAY].astype(float)
    for table in (cohort.scores, cohort.sessions, cohort.events):
        assert (np.floor(table[DAY]) <= table[SUBJECT].map(end)).all()


def test_timing_tells_whether_a_session_was_given_that_day(cohort):
    with_session = pd.MultiIndex.from_frame(cohort.sessions[[SUBJECT, DAY]])
    days = cohort.scores.assign(**{DAY: np.floor(cohort.scores[DAY])})
    that_day = pd.MultiIndex.from_frame(days[[SUBJECT, DAY]]).isin(with_session)
    pd.testing.assert_series_equal(
        cohort.scores[TIMING].ne(columns.OFF_DOSE).astype(bool),
        pd.Series(that_day, name=TIMING),
    )


@pytest.mark.parametrize("hours", [2, 4, 24])
def test_some_subjects_are_seen_hours_after_the_first_dose(cohort, hours):
    share = (cohort.scores[DAY] == round(hours / 24, 4)).sum() / len(cohort.subjects)
    assert 0.12 < share < 0.35


def test_records_are_incomplete_as_real_ones_are(cohort):
    scores = cohort.scores
    with_baseline = scores.loc[scores[DAY] <= 0, SUBJECT].nunique()
    assert 0.93 < with_baseline / len(cohort.subjects) < 1
    last_score = scores.groupby(SUBJECT)[DAY].max()
    assert 1 <= (last_score < 1).sum() < 30
    assert {columns.PLANNED, columns.TRIGGERED, columns.UNKNOWN} == set(cohort.sessions[KIND])


def test_unscheduled_visits_find_worse_symptoms(cohort):
    madrs = cohort.scores[(cohort.scores[INSTRUMENT] == "MADRS") & (cohort.scores[DAY] > 45)]
    mean = madrs.groupby(SCHEDULED)[SCORE].mean()
    assert mean[False] > mean[True] + 2


def test_those_who_leave_are_worse_and_pay_more(cohort):
    left = cohort.follow_up.set_index(SUBJECT)[REASON] != columns.ADMINISTRATIVE
    price = cohort.subjects.set_index(SUBJECT)[columns.COST].astype(float)
    improvement = cohort.truth.set_index(SUBJECT)[columns.TRUE_IMPROVEMENT]
    assert price[left].mean() > price[~left].mean()
    assert improvement[left].mean() < improvement[~left].mean()


def test_sites_differ_in_size_and_in_what_leads_to_boosters(cohort):
    sizes = cohort.subjects[SITE].value_counts()
    assert list(sizes.index.sort_values()) == list("ABCDEF")
    assert sizes.max() > 3 * sizes.min()
    sites = cohort.sessions[SUBJECT].map(cohort.subjects.set_index(SUBJECT)[SITE])
    share = cohort.sessions[KIND].eq(columns.TRIGGERED).groupby(sites).mean()
    assert share["C"] == 0
    assert share["A"] > 0.3


def test_events_and_reasons_are_those_of_the_contract(cohort):
    assert set(cohort.events[EVENT_NAME]) <= {
        "adverse_event",
        "ect",
        "hospitalisation",
        "lost",
        "suicide_attempt",
        "switch",
        "withdrawal",
    }
    assert set(cohort.follow_up[REASON]) == {"administrative", "lost", "withdrawal"}
    leaving = cohort.events[cohort.events[EVENT_NAME].isin(["lost", "withdrawal"])]
    told = leaving.set_index(SUBJECT)[EVENT_NAME].astype(str)
    recorded = cohort.follow_up.set_index(SUBJECT)[REASON].astype(str)
    assert (recorded[told.index] == told).all()
    assert len(told) == (recorded != "administrative").sum()


def test_no_session_follows_a_switch_or_ect(cohort):
    other = cohort.events[cohort.events[EVENT_NAME].isin(["switch", "ect"])]
    change = other.groupby(SUBJECT)[DAY].min()
    last = cohort.sessions.groupby(SUBJECT)[DAY].max()
    assert len(change) > 20
    assert (last[change.index] <= change).all()
