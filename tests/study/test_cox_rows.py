"""Rows of Cox regressions: the estimator's own numbers, and who is counted out."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.studies import row, tiny_cohort, tiny_plan

from afterglow.cohort.reading import read_cohort
from afterglow.errors import PlanError
from afterglow.estimate.cox.model import cox
from afterglow.plan.clauses import Term
from afterglow.plan.reading import read_plan
from afterglow.study.cox_rows import cox_rows
from afterglow.study.regressions import material
from afterglow.study.results import results_from
from afterglow.study.run import prepare

DEMO_PLAN = Path(__file__).resolve().parents[2] / "analysis" / "plans" / "demo.toml"
NAME = "end_of_response_cox"
DIAGNOSIS = Term(column="diagnosis", reference="TRD")


@pytest.fixture(scope="module")
def setting():
    plan = read_plan(DEMO_PLAN)
    return prepare(plan, read_cohort(plan.data, DEMO_PLAN.parent))[0]


def asked(setting, **changes):
    return setting.plan.analysis[NAME].model_copy(update=changes)


def results_of(setting, *, headline=False, **changes):
    return results_from(cox_rows(NAME, asked(setting, **changes), setting, headline=headline))


def test_numbers_are_the_estimators_own(setting):
    results = results_of(setting)
    given = material(NAME, asked(setting), setting)
    model = cox(given.rows, list(given.columns), entry=given.entry)
    for _, mine in model.tidy().iterrows():
        found = row(results, "coefficient", term=mine["term"])
        assert found["estimate"] == mine["estimate"]
        assert found["std_error"] == mine["std_error"]
        ratio = row(results, "hazard_ratio", term=mine["term"])
        assert ratio["estimate"] == pytest.approx(mine["hazard_ratio"])
        assert ratio["conf_low"] == pytest.approx(mine["hazard_ratio_low"])
        assert ratio["level"] in mine["term"]
    tests = model.tests().tidy().set_index("term")["statistic"]
    assert row(results, "likelihood_ratio_test")["statistic"] == tests["likelihood ratio"]
    assert row(results, "wald_test")["statistic"] == tests["Wald"]
    assert row(results, "score_test")["statistic"] == tests["score"]
    assert row(results, "concordance")["estimate"] == model.concordance().estimate
    drift = model.check_proportional_hazards().tidy().set_index("term")["statistic"]
    whole = row(results, "proportional_hazards_test", level="")
    assert whole["statistic"] == pytest.approx(drift["global"])
    age = row(results, "proportional_hazards_test", level="age")
    assert age["statistic"] == pytest.approx(drift["age, per 10"])
    assert row(results, "n")["estimate"] == len(given.rows)


def test_adjusted_curves_are_those_of_mean_covariates(setting):
    results = results_of(setting)
    given = material(NAME, asked(setting), setting)
    model = cox(given.rows, list(given.columns), entry=given.entry)
    mean = given.rows[list(given.columns)].mean()
    arm = given.columns[0]
    for group, value in (("racemic ketamine", 0.0), ("esketamine", 1.0)):
        profile = mean.to_frame().T.assign(**{arm: value})
        expected = model.predict(profile, [28, 56]).tidy()
        found = results.select(section="analysis", statistic_name="adjusted_survival", group=group)
        for column in ("estimate", "conf_low", "conf_high"):
            np.testing.assert_allclose(found[column], expected[column], rtol=1e-12)


def test_a_term_with_several_coefficients_is_tested_as_one(setting):
    terms = (Term(column="arm"), DIAGNOSIS)
    results = results_of(setting, terms=terms)
    whole = row(results, "wald_test", level="diagnosis")
    assert whole["df"] == len(results.select(statistic_name="coefficient", level="diagnosis")) == 2
    assert row(results, "proportional_hazards_test", level="diagnosis")["df"] == 2


def test_a_category_that_nobody_analysed_has_is_left_out_and_said(setting):
    terms = (Term(column="payer"), Term(column="age"))
    given = material(NAME, asked(setting, terms=terms), setting)
    absent = given.columns[0]
    analysed = setting.subjects["subject_id"].isin(given.rows["subject_id"])
    label = absent.removeprefix("payer: ").rpartition(" vs ")[0]
    other = absent.rpartition(" vs ")[2]
    payer = setting.subjects["payer"].mask(analysed & (setting.subjects["payer"] == label), other)
    changed = replace(setting, subjects=setting.subjects.assign(payer=payer))
    results = results_from(cox_rows(NAME, asked(setting, terms=terms, curves_by=None), changed))
    found = row(results, "hazard_ratio", term=absent)
    assert np.isnan(found["estimate"])
    assert "nobody analysed" in found["warning"]
    assert np.isfinite(row(results, "hazard_ratio", term="age")["estimate"])


def test_clusters_and_strata(setting):
    results = results_of(setting, cluster="site_id", strata="sex", curves_by=None, at_days=(),
                         terms=asked(setting).terms[:2])  # fmt: skip
    assert len(results.select(statistic_name="robust_score_test")) == 1
    method = row(results, "hazard_ratio", level="age")["method"]
    assert "stratified" in method
    assert "robust" in method


def test_the_headline_is_the_ratios(setting):
    names = set(results_of(setting, headline=True).table["statistic_name"])
    assert names == {"n", "n_events", "n_censored", "hazard_ratio", "coefficient"}


def test_options_reach_the_estimator(setting):
    plain = row(results_of(setting, headline=True), "coefficient", level="age")
    for options in ({"ties": "breslow"}, {"penalty": "firth"},
                    {"penalty": "ridge", "ridge_theta": 5.0}):  # fmt: skip
        other = row(results_of(setting, headline=True, **options), "coefficient", level="age")
        assert other["estimate"] != plain["estimate"]
        assert other["method"] != plain["method"]
    robust = row(results_of(setting, headline=True, robust=True), "coefficient", level="age")
    assert robust["estimate"] == plain["estimate"]
    assert robust["std_error"] != plain["std_error"]
    uno = row(results_of(setting, concordance="uno"), "concordance")
    assert "Uno" in uno["method"] or uno["warning"]


COX = """
[analysis.cox]
estimator = "cox"
endpoint = "relapse"
naive = true
terms = [{ column = "age", per = 10 }]
"""


def tiny(*more, **changes):
    plan = tiny_plan(COX, *more)
    setting, _ = prepare(plan, tiny_cohort(**changes))
    return results_from(cox_rows("cox", plan.analysis["cox"], setting))


def test_who_has_no_covariate_is_counted_out():
    with_age = tiny()
    assert row(with_age, "n")["estimate"] == 4  # A1, A2, A3, B1 respond; B2's age is unknown


def test_what_cannot_be_estimated_is_a_row_that_says_why():
    same = tiny_cohort().subjects.assign(age=50)
    found = row(tiny(subjects=same), "hazard_ratio")
    assert np.isnan(found["estimate"])
    assert "does not vary" in found["warning"]


def test_without_events_the_warning_says_so():
    scores = pd.DataFrame(
        [(name, day, "MADRS", 30 - day, "") for name in ("A1", "A2", "B1") for day in (0, 8)],
        columns=["subject_id", "day", "instrument", "score", "timing"],
    )
    plan = tiny_plan(COX.replace('"relapse"', '"response"'))
    given = tiny_cohort(scores=[tuple(one) for one in scores.to_numpy().tolist()])
    found = results_from(cox_rows("cox", plan.analysis["cox"], prepare(plan, given)[0]))
    ratio = row(found, "hazard_ratio")
    assert np.isnan(ratio["estimate"])
    assert "no event" in ratio["warning"]


def test_competing_causes_have_to_be_said_to_censor():
    plan = tiny_plan(COX.replace("naive = true\n", ""))
    with pytest.raises(PlanError, match="cox"):
        prepare(plan, tiny_cohort())
    assert "naive" in row(tiny(), "hazard_ratio")["warning"]
