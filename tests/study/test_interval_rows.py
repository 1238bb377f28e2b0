"""Rows of analyses of events between visits: the estimators' own numbers."""

import numpy as np
import pytest
from support.demo_setting import NAME, demo_setting
from support.studies import row

from afterglow.estimate.interval.interval_regression import interval_regression
from afterglow.estimate.interval.interval_test import interval_test
from afterglow.estimate.interval.turnbull import turnbull
from afterglow.estimate.interval.visit_panel import VISIT, visit_panel
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.names import GROUP
from afterglow.plan.clauses import Term
from afterglow.plan.interval_analyses import (
    IntervalRegressionAnalysis,
    IntervalTestAnalysis,
    TurnbullAnalysis,
)
from afterglow.study.analysed import analysed
from afterglow.study.curves import with_entry
from afterglow.study.interval_rows import (
    between_visits,
    interval_regression_rows,
    interval_test_rows,
    turnbull_rows,
)
from afterglow.study.regressions import material
from afterglow.study.results import results_from

LOOKED_THROUGH = dict.fromkeys(("booster", "switch", "ect"), "ignore") | dict.fromkeys(
    ("withdrawal", "death"), "censor"
)
BASE = {"endpoint": "response", "population": "evaluable", "strategy": LOOKED_THROUGH}
RELAPSE = {"endpoint": "relapse", "population": "evaluable", "naive": True}
TERMS = (Term(column="arm", reference="racemic ketamine"), Term(column="age", per=10))
GROUPS = ("esketamine", "racemic ketamine")


def curve_asked(**more):
    words = {"estimator": "turnbull", **BASE, "by": "arm", "at_days": (7.0, 20.0), "resamples": 100}
    return TurnbullAnalysis(**{**words, **more})


def groups_asked(**more):
    return IntervalTestAnalysis(**{"estimator": "interval_test", **BASE, "by": "arm", **more})


def regression_asked(**more):
    return IntervalRegressionAnalysis(
        **{"estimator": "interval_regression", **BASE, "terms": TERMS, **more}
    )


def rows_of(make, analysis, **options):
    return results_from(make(NAME, analysis, demo_setting(), **options))


def used(analysis):
    found = analysed(NAME, analysis, demo_setting())
    return with_entry(between_visits(found.rows))


def test_curves_are_the_estimators_own():
    analysis = curve_asked()
    results = rows_of(turnbull_rows, analysis)
    rows, entry = used(analysis)
    assert entry is None
    seed = demo_setting().plan.seed
    own = turnbull(rows, by=GROUP, n_resamples=100, seed=seed)
    for mine in own.at([7, 20]).itertuples():
        where = {"group": mine.group, "time_days": mine.time_days}
        low = row(results, "lowest_survival", **where)
        assert (low["estimate"], low["conf_low"]) == (mine.lowest, mine.conf_low)
        assert row(results, "highest_survival", **where)["estimate"] == mine.highest
    for mine in own.median().itertuples():
        assert row(results, "quantile_from", group=mine.group)["estimate"] == mine.lower_days
        assert row(results, "quantile_to", group=mine.group)["estimate"] == mine.upper_days
    for group in GROUPS:
        boxes = own.tidy().query("group == @group")
        masses = results.select(section="curve", statistic_name="support_mass", group=group)
        assert masses["estimate"].tolist() == boxes["mass"].tolist()
        ends = results.select(section="curve", statistic_name="support_to", group=group)
        finite = np.isfinite(boxes["upper_days"])
        assert ends["estimate"].notna().tolist() == finite.tolist()
        assert "open" in ends["warning"].iloc[-1]
    assert not np.isinf(results.table["estimate"].to_numpy(float)).any()


def test_visit_dates_stand_beside_the_curve():
    analysis = curve_asked()
    results = rows_of(turnbull_rows, analysis)
    rows, _ = used(analysis)
    panel = visit_panel(rows, by=GROUP)
    plain = kaplan_meier(rows, by=GROUP)
    late = panel.bias.set_index(["curve", "group"])
    for group in GROUPS:
        own = {"group": group, "term": "visit date"}
        mine = plain.median().set_index("group").loc[group, "estimate"]
        assert row(results, "median", **own)["estimate"] == mine
        delay = row(results, "mean_delay_low", **own)
        assert delay["estimate"] == late.loc[(VISIT, group), "delay_low"]
        gap = row(results, "largest_gap", **own)
        assert gap["time_days"] == late.loc[(VISIT, group), "largest_day"]
        assert gap["estimate"] > 0.1
    without = rows_of(turnbull_rows, curve_asked(visit_dates=False)).table
    assert not (without["term"] == "visit date").any()


def test_a_headline_has_no_curve_and_no_limits():
    table = rows_of(turnbull_rows, curve_asked(), headline=True).table
    assert set(table["section"]) == {"analysis"}
    lowest = table[table["statistic_name"] == "lowest_survival"]
    assert lowest["conf_low"].isna().all()


def test_late_entry_and_censored_competitors_are_said():
    results = rows_of(turnbull_rows, curve_asked(strategy={}, **RELAPSE))
    row_ = row(results, "lowest_survival", group="esketamine", time_days=20.0)
    assert "naive" in row_["warning"]
    assert "delayed entry" in row_["method"]


def test_the_test_is_the_estimators_own():
    analysis = groups_asked(weighting="wilcoxon", trend=True)
    results = rows_of(interval_test_rows, analysis)
    own = interval_test(used(analysis)[0], by=GROUP, weighting="wilcoxon", trend=True)
    found = row(results, "interval_test")
    assert (found["statistic"], found["p_value"]) == (own.statistic, own.p_value)
    assert row(results, "interval_test_trend")["p_value"] == own.trend_p_value
    sums = results.select(statistic_name="score_sum")["estimate"].tolist()
    assert sums == own.groups["score_sum"].tolist()


@pytest.mark.parametrize(
    ("make", "analysis", "statistic"),
    [
        (interval_test_rows, groups_asked(strategy={}, **RELAPSE), "interval_test"),
        (interval_regression_rows, regression_asked(strategy={}, **RELAPSE), "hazard_ratio"),
    ],
)
def test_late_entry_is_refused_in_words(make, analysis, statistic):
    found = row(rows_of(make, analysis), statistic)
    assert np.isnan(found["estimate"])
    assert "delayed entry" in found["warning"]


@pytest.mark.parametrize("errors", ["profile", "bootstrap"])
def test_ratios_are_the_estimators_own(errors):
    more = {"errors": errors} | ({"resamples": 100} if errors == "bootstrap" else {})
    analysis = regression_asked(model="proportional-odds", **more)
    results = rows_of(interval_regression_rows, analysis)
    given = material(NAME, analysis, demo_setting())
    own = interval_regression(
        between_visits(given.rows), list(given.columns), model="proportional-odds",
        n_resamples=100 if errors == "bootstrap" else 0, seed=demo_setting().plan.seed,
    )  # fmt: skip
    for mine in own.tidy().itertuples():
        ratio = row(results, "odds_ratio", term=mine.term)
        assert ratio["estimate"] == pytest.approx(mine.odds_ratio)
        assert ratio["conf_high"] == pytest.approx(mine.odds_ratio_high)
        assert row(results, "coefficient", term=mine.term)["std_error"] == mine.std_error
    assert row(results, "log_likelihood")["estimate"] == own.loglik
    tests = own.tests().tidy()["statistic"]
    assert row(results, "likelihood_ratio_test")["statistic"] == tests[0]
