"""Rows of tests between groups and of mean times: the estimators' own numbers."""

import numpy as np
import pytest
from support.demo_setting import NAME, demo_setting
from support.studies import row

from afterglow.estimate.logrank import logrank
from afterglow.estimate.max_combo import max_combo
from afterglow.estimate.resampling.curve_bootstrap import median_difference
from afterglow.estimate.rmst import rmst_difference
from afterglow.plan.group_analyses import LogrankAnalysis, MaxComboAnalysis, RmstAnalysis
from afterglow.study.analysed import analysed
from afterglow.study.curves import with_entry
from afterglow.study.hazard_tests import logrank_rows, max_combo_rows
from afterglow.study.mean_times import rmst_rows
from afterglow.study.results import results_from

BASE = {"endpoint": "durability", "population": "evaluable", "by": "site_id"}
MODELS = {"logrank": LogrankAnalysis, "max_combo": MaxComboAnalysis, "rmst": RmstAnalysis}
MAKE = {"logrank": logrank_rows, "max_combo": max_combo_rows, "rmst": rmst_rows}


def asked(estimator, **more):
    return MODELS[estimator](**{"estimator": estimator, **BASE, **more})


def rows_of(analysis, **options):
    return results_from(MAKE[analysis.estimator](NAME, analysis, demo_setting(), **options))


def frame_of(analysis):
    rows, entry = with_entry(analysed(NAME, analysis, demo_setting()).rows)
    return rows, {"by": "group", "entry": entry}


@pytest.mark.parametrize(
    ("words", "weighting"),
    [
        ({}, "logrank"),
        ({"weighting": "gehan"}, "gehan"),
        ({"weighting": "fleming-harrington", "powers": (0, 1)}, ("fleming-harrington", 0, 1)),
    ],
    ids=str,
)
def test_log_rank_numbers_are_the_estimators_own(words, weighting):
    analysis = asked("logrank", trend=True, pairs=True, adjust="bh", **words)
    results = rows_of(analysis)
    rows, options = frame_of(analysis)
    test = logrank(rows, weighting=weighting, trend=True, pairwise=True, adjust="bh", **options)
    assert row(results, "logrank")["statistic"] == test.statistic
    assert row(results, "logrank")["method"] == test.tidy()["method"].iloc[0]
    assert row(results, "logrank_trend")["statistic"] == pytest.approx(test.trend_z**2)
    for pair in test.pairs.itertuples():
        found = row(results, "logrank_pair", group=pair.group)
        assert found["statistic"] == pair.statistic
        assert found["p_value"] == pair.p_adjusted
        assert found["level"] == f"of {len(test.pairs)}"
    for group in test.groups.itertuples():
        assert row(results, "observed", group=group.group)["estimate"] == group.observed
        assert row(results, "expected", group=group.group)["estimate"] == group.expected


def test_pairs_with_a_reference_are_those_with_it():
    labels = frame_of(asked("logrank"))[0]["group"].cat.categories
    results = rows_of(asked("logrank", pairs=True, reference=labels[1]))
    pairs = results.select(statistic_name="logrank_pair")["group"]
    assert pairs.str.endswith(f" vs {labels[1]}").all()
    assert len(pairs) == len(labels) - 1


def test_a_headline_is_the_test_alone():
    names = set(
        rows_of(asked("logrank", pairs=True, trend=True), headline=True).table["statistic_name"]
    )
    assert "logrank" in names
    assert not names & {"logrank_pair", "logrank_trend", "observed", "expected"}


def test_scores_that_do_not_fit_the_groups_are_a_row_with_a_warning():
    found = row(rows_of(asked("logrank", trend=True, scores=(1.0, 2.0))), "logrank")
    assert np.isnan(found["p_value"])
    assert "trend does not hold" in found["warning"]


def test_max_combo_numbers_are_the_estimators_own():
    analysis = asked("max_combo", by="arm")
    results = rows_of(analysis)
    rows, options = frame_of(analysis)
    table = max_combo(rows, pairwise=True, **options).tidy()
    found = row(results, "max_combo")
    assert found["statistic"] == table["statistic"].iloc[0]
    assert found["p_value"] == table["p_adjusted"].iloc[0]
    parts = results.select(statistic_name="max_combo_part")
    np.testing.assert_array_equal(parts["statistic"], table["statistic"].iloc[1:])
    assert parts["term"].tolist() == table["term"].tolist()[1:]


def test_mean_times_are_the_estimators_own():
    analysis = asked("rmst", by="arm", reference="racemic ketamine", tau_days=56, medians=True,
                     resamples=100)  # fmt: skip
    results = rows_of(analysis)
    rows, options = frame_of(analysis)
    means = rmst_difference(rows, tau=56, reference="racemic ketamine", **options)
    for mine in means.groups[means.groups["term"] == "restricted mean"].itertuples():
        found = row(results, "restricted_mean", group=mine.group)
        assert (found["estimate"], found["conf_low"]) == (mine.estimate, mine.conf_low)
        assert found["time_days"] == 56
        assert found["term"] == ""
    contrast = means.contrasts.set_index("term")
    for name, term in (
        ("restricted_mean_difference", "restricted mean difference"),
        ("restricted_mean_ratio", "restricted mean ratio"),
        ("restricted_mean_time_lost_ratio", "restricted mean time lost ratio"),
    ):
        found = row(results, name)
        assert found["estimate"] == contrast.loc[term, "estimate"]
        assert found["p_value"] == contrast.loc[term, "p_value"]
    medians = median_difference(
        rows,
        n_resamples=100,
        seed=demo_setting().plan.seed,
        reference="racemic ketamine",
        **options,
    ).tidy()
    found = row(results, "median_difference")
    assert found["conf_low"] == medians["conf_low"].iloc[-1]


def test_a_day_beyond_the_curves_is_a_row_with_a_warning():
    found = row(rows_of(asked("rmst", by="arm", endpoint="response", naive=True, tau_days=5000)),
                "restricted_mean")  # fmt: skip
    assert np.isnan(found["estimate"])
    assert "beyond the last observed time" in found["warning"]
    assert found["warning"].startswith("naive")
