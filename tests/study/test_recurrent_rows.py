"""Rows of analyses of recurring events: the estimators' own numbers, and who is counted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.studies import row

from afterglow.cohort.reading import read_cohort
from afterglow.estimate.recurrent.frailty import frailty
from afterglow.estimate.recurrent.mean_cumulative import mean_cumulative_function
from afterglow.estimate.recurrent.recurrent_cox import recurrent_cox
from afterglow.plan.clauses import Term
from afterglow.plan.reading import read_plan
from afterglow.plan.recurrent_analyses import (
    FrailtyAnalysis,
    MeanCumulativeFunctionAnalysis,
    RecurrentCoxAnalysis,
)
from afterglow.study.analysed import analysed
from afterglow.study.recurrent_regressions import frailty_rows, recurrent_cox_rows
from afterglow.study.recurrent_rows import mean_count_rows, placed_table
from afterglow.study.regressions import material
from afterglow.study.results import results_from
from afterglow.study.run import prepare

DEMO_PLAN = Path(__file__).resolve().parents[2] / "analysis" / "plans" / "demo.toml"
COMMON = {"endpoint": "booster", "population": "evaluable"}
TERMS = (Term(column="arm", reference="racemic ketamine"), Term(column="age", per=10))
NUMBERS = ("estimate", "conf_low", "conf_high")


@pytest.fixture(scope="module")
def setting():
    plan = read_plan(DEMO_PLAN)
    return prepare(plan, read_cohort(plan.data, DEMO_PLAN.parent))[0]


def mean_analysis(**changes):
    given = {"by": "arm", "reference": "racemic ketamine", "at_days": (28.0, 84.0)}
    return MeanCumulativeFunctionAnalysis(
        estimator="mean_cumulative_function", **{**COMMON, **given, **changes}
    )


def rate_analysis(**changes):
    given = {"model": "andersen-gill", "terms": TERMS}
    return RecurrentCoxAnalysis(estimator="recurrent_cox", **{**COMMON, **given, **changes})


def test_means_are_the_estimators_own(setting):
    analysis = mean_analysis()
    results = results_from(mean_count_rows("x", analysis, setting))
    table = placed_table(analysed("x", analysis, setting), analysis, setting, "followed")
    curves = mean_cumulative_function(table, by="group", terminal="terminal")
    expected = curves.at([28, 84])
    for _, mine in expected.iterrows():
        where = {"group": mine["group"], "time_days": mine["time_days"], "section": "analysis"}
        found = row(results, "mean_count", **where)
        for column in NUMBERS:
            assert found[column] == mine[column]
        assert row(results, "at_risk", **where)["estimate"] == mine["at_risk"]
    difference = curves.difference(84, reference="racemic ketamine").tidy().iloc[0]
    found = row(results, "difference", time_days=84.0)
    assert found["estimate"] == difference["estimate"]
    assert found["group"] == "esketamine vs racemic ketamine"
    assert row(results, "mean_count_test")["p_value"] == curves.test().p_value
    steps = results.select(section="curve", statistic_name="mean_count")
    assert len(steps) == len(curves.tidy())


def test_everybody_is_counted(setting):
    analysis = mean_analysis()
    results = results_from(mean_count_rows("x", analysis, setting))
    found = analysed("x", analysis, setting)
    table = placed_table(found, analysis, setting, "followed")
    for group in ("esketamine", "racemic ketamine"):
        counts = {
            name: row(results, name, group=group)["estimate"]
            for name in ("n", "n_events", "n_with_event", "n_terminated", "n_censored",
                         "n_without_time_at_risk")
        }  # fmt: skip
        assert counts["n"] == (found.rows["group"] == group).sum()
        assert counts["n"] == counts["n_terminated"] + counts["n_censored"]
        mine = table[table["group"] == group]
        assert counts["n_events"] == mine["event"].sum()
        assert counts["n"] - counts["n_without_time_at_risk"] == mine["subject_id"].nunique()
        ticks = results.select(section="risk_table", group=group)
        so_far = ticks[ticks["statistic_name"] == "events"]["estimate"]
        assert so_far.is_monotonic_increasing


def test_rates_are_the_estimators_own(setting):
    analysis = rate_analysis()
    results = results_from(recurrent_cox_rows("x", analysis, setting))
    given = material("x", analysis, setting)
    table = placed_table(given.found, analysis, setting, "exposed", given.columns)
    expected = recurrent_cox(table, list(given.columns), model="andersen-gill")
    for _, mine in expected.tidy().iterrows():
        found = row(results, "coefficient", term=mine["term"])
        assert found["estimate"] == mine["estimate"]
        assert found["std_error"] == mine["robust_std_error"]
        ratio = row(results, "rate_ratio", term=mine["term"])
        assert ratio["conf_high"] == pytest.approx(mine["hazard_ratio_high"])
    tests = results.select(section="analysis")["statistic_name"].tolist()
    assert "robust_score_test" in tests
    assert "likelihood_ratio_test" not in tests


def test_effects_of_each_event_are_in_groups(setting):
    analysis = rate_analysis(model="wlw", event_specific=True, max_event=2)
    results = results_from(recurrent_cox_rows("x", analysis, setting))
    ratios = results.select(statistic_name="hazard_ratio")
    assert ratios["group"].unique().tolist() == ["event 1", "event 2"]
    assert set(ratios["level"]) == {"arm", "age"}
    assert len(ratios) == 4


def test_frailty_is_the_estimators_own(setting):
    analysis = FrailtyAnalysis(estimator="frailty", terms=TERMS, **COMMON)
    results = results_from(frailty_rows("x", analysis, setting))
    given = material("x", analysis, setting)
    table = placed_table(given.found, analysis, setting, "exposed", given.columns)
    expected = frailty(table, list(given.columns)).tidy()
    spread = row(results, "frailty_variance")
    for column in (*NUMBERS, "statistic", "p_value"):
        assert spread[column] == expected[column].iloc[-1]
    assert row(results, "n_clusters")["estimate"] == table["subject_id"].nunique()
    ratios = results.select(statistic_name="hazard_ratio")
    np.testing.assert_allclose(ratios["estimate"], expected["hazard_ratio"][:-1])


def test_a_site_may_share_a_frailty(setting):
    analysis = FrailtyAnalysis(estimator="frailty", terms=TERMS, cluster="site_id", **COMMON)
    results = results_from(frailty_rows("x", analysis, setting))
    assert row(results, "n_clusters")["estimate"] < 20


def test_what_cannot_be_estimated_is_said(setting):
    nobody = setting.subjects["subject_id"] == ""
    none = {**setting.members, "evaluable": nobody.to_numpy()}
    empty = replace(setting, members=none)
    rows = results_from(mean_count_rows("x", mean_analysis(), empty))
    assert "nobody to analyse" in row(rows, "mean_count")["warning"]
    rows = results_from(recurrent_cox_rows("x", rate_analysis(), empty))
    assert "nobody to analyse" in row(rows, "rate_ratio")["warning"]
