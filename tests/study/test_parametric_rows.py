"""Rows of parametric models and regressions on pseudo-values: the estimators' own numbers."""

import numpy as np
import pandas as pd
import pytest
from support.demo_setting import NAME, demo_setting
from support.studies import row

from afterglow.estimate.parametric.aft import aft
from afterglow.estimate.parametric.flexible import flexible_parametric
from afterglow.estimate.pseudo_regression import pseudo_regression
from afterglow.plan.clauses import Term
from afterglow.plan.parametric_analyses import (
    AftAnalysis,
    FlexibleParametricAnalysis,
    PseudoValuesAnalysis,
)
from afterglow.study.known_between import KNOWN_FREE, parametric_times
from afterglow.study.parametric_rows import aft_rows, flexible_rows
from afterglow.study.pseudo_rows import pseudo_rows
from afterglow.study.regressions import material
from afterglow.study.results import results_from

BASE = {"endpoint": "durability", "population": "evaluable"}
TERMS = (Term(column="arm", reference="racemic ketamine"), Term(column="age", per=10))


def aft_asked(**more):
    return AftAnalysis(**{"estimator": "aft", **BASE, "terms": TERMS, **more})


def smooth_asked(**more):
    return FlexibleParametricAnalysis(**{"estimator": "flexible_parametric", **BASE, **more})


def pseudo_asked(**more):
    words = {"estimator": "pseudo_values", **BASE, "endpoint": "relapse", "terms": TERMS}
    return PseudoValuesAnalysis(**{**words, **more})


def rows_of(make, analysis, **options):
    return results_from(make(NAME, analysis, demo_setting(), **options))


@pytest.mark.parametrize("intervals", [True, False])
def test_time_ratios_are_the_estimators_own(intervals):
    analysis = aft_asked(intervals=intervals, distribution="loglogistic")
    results = rows_of(aft_rows, analysis)
    given = material(NAME, analysis, demo_setting())
    times = parametric_times(given.rows, given.entry, analysis)
    model = aft(
        times.rows, list(given.columns), distribution="loglogistic", lower=times.lower,
        entry=given.entry,
    )  # fmt: skip
    for mine in model.tidy().iloc[1:3].itertuples():
        assert row(results, "coefficient", term=mine.term)["estimate"] == mine.estimate
        ratio = row(results, "time_ratio", term=mine.term)
        assert ratio["estimate"] == pytest.approx(mine.time_ratio)
        assert ratio["conf_high"] == pytest.approx(mine.time_ratio_high)
    assert row(results, "scale")["estimate"] == model.scales[""]
    assert row(results, "aic")["estimate"] == model.aic
    tests = model.tests().tidy()["statistic"]
    assert row(results, "likelihood_ratio_test")["statistic"] == tests[0]
    assert (times.lower is not None) == intervals
    curve = results.select(section="curve", statistic_name="cox_snell_hazard")
    assert curve["estimate"].is_monotonic_increasing


def test_a_headline_is_the_ratios_alone():
    names = set(rows_of(aft_rows, aft_asked(), headline=True).table["statistic_name"])
    assert "time_ratio" in names
    assert not names & {"aic", "scale", "cox_snell_hazard"}


FRAME = pd.DataFrame(
    {
        "lower_days": [0.0, 3.0, 9.0, 2.0, 5.0],
        "duration_days": [7.0, 10.0, 9.0, 12.0, 6.0],
        "event": [True, True, True, False, False],
        "late": [-np.inf, 5.0, 2.0, 4.0, -np.inf],
    }
)


def test_where_events_lie_by_hand():
    times = parametric_times(FRAME, "late", aft_asked())
    # Known free until: the start; entry, after the last visit; the exact day; the day it ended,
    # because the last visit came before entry; the last visit.
    assert times.rows[KNOWN_FREE].tolist() == [0.0, 5.0, 9.0, 12.0, 5.0]
    assert times.trouble == ""


@pytest.mark.parametrize(
    ("change", "intervals", "trouble"),
    [
        ({"event": False, "lower_days": 0.0}, True, True),
        ({"event": True, "lower_days": 0.0}, True, False),
        ({"event": True, "lower_days": 0.0, "duration_days": 0.0}, True, True),
        ({"duration_days": 0.0}, False, True),
        ({}, False, False),
    ],
)
def test_times_of_zero_have_to_be_explained(change, intervals, trouble):
    rows = FRAME.assign(**change)
    silent = parametric_times(rows, None, aft_asked(intervals=intervals))
    assert bool(silent.trouble) == trouble
    assert (
        parametric_times(rows, None, aft_asked(intervals=intervals, zero_as_days=0.5)).trouble == ""
    )


def test_zeros_are_a_row_with_a_warning():
    found = rows_of(aft_rows, aft_asked(endpoint="response", naive=True, intervals=False))
    assert "zero_as_days" in row(found, "time_ratio")["warning"]
    told = rows_of(
        aft_rows, aft_asked(endpoint="response", naive=True, intervals=False, zero_as_days=0.5)
    )
    assert told.select(statistic_name="time_ratio")["estimate"].notna().all()
    assert told.select(statistic_name="time_ratio")["warning"].str.startswith("naive").all()


def test_smooth_hazards_are_the_estimators_own():
    analysis = smooth_asked(by="arm", df=2, at_days=(28.0,))
    results = rows_of(flexible_rows, analysis)
    given = demo_setting()
    from afterglow.study.analysed import analysed
    from afterglow.study.curves import with_entry

    rows, entry = with_entry(analysed(NAME, analysis, given).rows)
    for label, mine in rows.groupby("group", observed=True):
        times = parametric_times(mine, entry, analysis)
        model = flexible_parametric(times.rows, df=2, lower=times.lower, entry=entry)
        hazard = row(results, "hazard_per_week", section="analysis", group=label)
        assert hazard["estimate"] == pytest.approx(7 * model.hazard(times=28)["estimate"].iloc[0])
        free = row(results, "smooth_survival", group=label)
        assert free["estimate"] == model.predict(times=28)["estimate"].iloc[0]
        assert free["n"] == len(mine)
        curve = results.select(section="curve", statistic_name="hazard_per_week", group=label)
        assert len(curve) == 60
        assert (curve["conf_low"] < curve["conf_high"]).all()


def test_knots_that_meet_under_ties_are_said():
    found = rows_of(flexible_rows, smooth_asked(by="arm", df=10, at_days=(28.0,)))
    for name in ("hazard_per_week", "aic"):
        said = found.select(statistic_name=name, section="analysis")["warning"]
        assert said.str.contains("where knots meet").all()


def test_a_group_with_too_few_events_is_a_row_with_a_warning():
    found = rows_of(flexible_rows, smooth_asked(by="site_id", df=10, population="anxious"))
    silent = found.select(statistic_name="hazard_per_week", section="analysis")
    assert silent["estimate"].isna().any()
    assert silent["warning"].ne("").all()


@pytest.mark.parametrize(
    ("link", "effect"), [("identity", "risk_difference"), ("log", "risk_ratio"),
                         ("logit", "odds_ratio"), ("cloglog", "subdistribution_hazard_ratio")]
)  # fmt: skip
def test_effects_on_the_incidence_are_the_estimators_own(link, effect):
    analysis = pseudo_asked(at_days=(28.0, 56.0), link=link)
    results = rows_of(pseudo_rows, analysis)
    given = material(NAME, analysis, demo_setting())
    model = pseudo_regression(
        given.rows, list(given.columns), of="incidence", times=[28, 56], of_cause="relapse",
        entry=given.entry, link=link,
    )  # fmt: skip
    for mine in model.tidy().iloc[2:].itertuples():
        found = row(results, effect, term=mine.term)
        expected = mine.estimate if link == "identity" else np.exp(mine.estimate)
        assert found["estimate"] == pytest.approx(expected, rel=1e-12)
        assert found["p_value"] == mine.p_value
        assert found["level"] in mine.term


def test_a_mean_time_where_causes_compete_is_a_row_with_a_warning():
    found = rows_of(pseudo_rows, pseudo_asked(measure="restricted_mean", tau_days=56.0))
    assert "compete" in row(found, "mean_difference")["warning"]


def test_a_mean_time_of_the_composite_is_a_difference_in_days():
    analysis = pseudo_asked(endpoint="durability", measure="restricted_mean", tau_days=56.0)
    results = rows_of(pseudo_rows, analysis)
    given = material(NAME, analysis, demo_setting())
    model = pseudo_regression(given.rows, list(given.columns), of="rmst", tau=56, entry=given.entry)
    expected = model.tidy()["estimate"].iloc[1]
    found = row(results, "mean_difference", level="arm")
    assert found["estimate"] == pytest.approx(expected, rel=1e-12)
