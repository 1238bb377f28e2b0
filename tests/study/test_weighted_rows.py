"""Rows of weighted curves: the estimator's own numbers, on the decisions of those at risk."""

import numpy as np
import pytest
from support.demo_setting import NAME, demo_setting
from support.studies import row

from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.weighting.estimator import weighted_kaplan_meier
from afterglow.names import CENSORED, DECISION, DECISION_ORDER, REASON, SUBJECT, TRIALS
from afterglow.plan.analyses import AalenJohansenAnalysis
from afterglow.plan.weighting_analyses import WeightedKaplanMeierAnalysis, WeightTerm
from afterglow.study.analysed import analysed
from afterglow.study.curves import with_entry
from afterglow.study.incidence import incidence_rows
from afterglow.study.results import results_from
from afterglow.study.sensitivity import refused
from afterglow.study.weighted_rows import UNWEIGHTED, weighted_rows
from afterglow.study.weighting import UNSEEN, weighted_fit

REST = dict.fromkeys(("switch", "ect", "withdrawal", "death"), "censor")
DAYS = (28.0, 56.0)
BASE = {
    "estimator": "weighted_kaplan_meier", "endpoint": "relapse", "population": "evaluable",
    "at_days": DAYS, "resamples": 100, "strategy": REST,
    "weight_terms": (WeightTerm(known="last_score"), WeightTerm(known="time")),
}  # fmt: skip


def asked(**more):
    return WeightedKaplanMeierAnalysis(**{**BASE, **more})


def rows_of(analysis, **options):
    return results_from(weighted_rows(NAME, analysis, demo_setting(), **options))


@pytest.fixture(scope="module")
def everybody():
    return rows_of(asked())


def test_estimates_are_those_of_the_estimator(everybody):
    fit = weighted_fit(asked(), demo_setting())
    alone = weighted_kaplan_meier(
        fit.table, censoring=["last_score", "time"], strata=DECISION, trials=TRIALS,
        order=DECISION_ORDER, censored=CENSORED, resamples=0,
    )  # fmt: skip
    for day in DAYS:
        mine = row(everybody, "survival", section="analysis", term="", time_days=day)
        assert mine["estimate"] == pytest.approx(fit.result.at(day)["estimate"].iloc[0])
        assert mine["estimate"] == pytest.approx(alone.at(day)["estimate"].iloc[0])
        assert mine["conf_low"] < mine["estimate"] < mine["conf_high"]


def test_without_weights_it_is_the_plain_curve_of_those_analysed(everybody):
    found = analysed(NAME, asked(), demo_setting())
    rows, entry = with_entry(found.rows)
    plain = kaplan_meier(rows, entry=entry).at(list(DAYS))
    for day, value in zip(DAYS, plain["estimate"], strict=True):
        mine = row(everybody, "survival", section="analysis", term=UNWEIGHTED, time_days=day)
        assert mine["estimate"] == pytest.approx(value)
        assert mine["warning"].startswith("naive")
    assert row(everybody, "n", section="analysis")["estimate"] == len(rows)


def test_the_usual_naive_curve_watches_everybody_to_the_day_of_what_ended_it(everybody):
    competing = AalenJohansenAnalysis(
        estimator="aalen_johansen", endpoint="relapse", population="evaluable", at_days=DAYS
    )
    usual = results_from(incidence_rows(NAME, competing, demo_setting(), headline=True))
    for day in DAYS:
        mine = row(everybody, "naive_survival", time_days=day)
        other = row(usual, "naive_incidence", section="analysis", time_days=day)
        assert mine["estimate"] == pytest.approx(1.0 - other["estimate"])
        assert mine["n"] == row(usual, "n", section="analysis")["estimate"]
        assert mine["warning"].startswith("naive")


def test_those_boosted_before_a_visit_are_in_the_model_only(everybody):
    fit = weighted_fit(asked(), demo_setting())
    aside = fit.found.set_aside
    early = set(aside.loc[aside[REASON] == "ended before at risk", SUBJECT])
    unseen = everybody.select(statistic_name=UNSEEN).set_index("level")["estimate"]
    assert 0 < unseen[""] <= len(early)
    assert unseen[""] == unseen.drop("").sum()
    decided = fit.table[fit.table[TRIALS] > 0]
    boosted = decided.loc[decided[CENSORED] & decided[SUBJECT].isin(early), SUBJECT].nunique()
    assert unseen["booster"] == boosted
    counted = row(everybody, "n", section="analysis")["estimate"]
    assert unseen[""] + counted == row(everybody, "naive_survival", time_days=28.0)["n"]
    boosted = set(decided.loc[decided[CENSORED], SUBJECT])
    assert len(boosted & early) > 0
    both = everybody.select(section="analysis", statistic_name="n_boosted")["estimate"].sum()
    assert both == len(boosted)


def test_groups_have_differences_and_a_term_of_their_own():
    found = rows_of(asked(by="arm", reference="racemic ketamine"))
    apart = row(found, "difference", time_days=28.0)
    assert apart["group"] == "esketamine vs racemic ketamine"
    terms = set(found.select(statistic_name="odds_ratio")["term"])
    assert terms == {"last_score", "time", "group: racemic ketamine vs esketamine"}


def test_subjects_columns_and_baselines_can_be_terms():
    terms = (
        WeightTerm(known="change_from_baseline"), WeightTerm(known="days_since_session", curve=2),
        WeightTerm(column="sex"), WeightTerm(baseline="MADRS"),
    )  # fmt: skip
    found = rows_of(asked(weight_terms=terms), headline=True)
    assert not len(found.select(statistic_name="odds_ratio"))
    full = rows_of(asked(weight_terms=terms))
    names = {term.partition(": ")[0] for term in full.select(statistic_name="odds_ratio")["term"]}
    assert {"change_from_baseline", "sex", "MADRS"} <= names
    assert any(", bend " in term for term in full.select(statistic_name="coefficient")["term"])
    shown = row(found, "survival", term="", time_days=28.0)["estimate"]
    assert shown == row(full, "survival", section="analysis", term="", time_days=28.0)["estimate"]


def test_weights_and_what_was_looked_at_are_rows(everybody):
    for day in DAYS:
        mean = row(everybody, "weight_mean", section="analysis", time_days=day)["estimate"]
        assert 1.0 < mean < 10.0
        at_risk = row(everybody, "at_risk", section="analysis", time_days=day)["estimate"]
        effective = row(everybody, "effective_n", section="analysis", time_days=day)["estimate"]
        assert 1 <= effective <= at_risk
    for name in ("share_nearly_certain", "boosted_per_coefficient"):
        assert set(everybody.select(statistic_name=name)["level"]) == {
            "day of a visit", "days between visits"
        }  # fmt: skip


def test_stabilised_weights_are_near_one():
    found = rows_of(asked(stabilized=True))
    for day in DAYS:
        mean = row(found, "weight_mean", section="analysis", time_days=day)["estimate"]
        assert 0.5 < mean < 1.5


def test_truncation_stands_beside_what_was_asked():
    found = rows_of(asked(truncate_percentiles=(5, 95)))
    words = set(found.select(section="analysis", statistic_name="survival")["term"])
    assert words == {"", UNWEIGHTED, "not truncated"}


def test_other_events_that_compete_are_refused_unless_naive():
    competing = asked(strategy={})
    found = analysed(NAME, competing, demo_setting())
    assert found.competing
    assert refused(NAME, competing, demo_setting())
    rows = rows_of(asked(strategy={}, naive=True))
    said = row(rows, "survival", section="analysis", term="", time_days=28.0)
    assert said["warning"].startswith("naive")


def test_several_kinds_are_weighted_for_together():
    found = rows_of(asked(weight_for=("booster", "switch")), headline=True)
    alone = rows_of(asked(), headline=True)
    more, fewer = (
        one.select(statistic_name="n_boosted")["estimate"].sum() for one in (found, alone)
    )
    assert more >= fewer
    assert np.isfinite(row(found, "survival", term="", time_days=56.0)["estimate"])
