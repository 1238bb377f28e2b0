"""Rows of analyses of competing causes: the estimators' own numbers on the same rows."""

import numpy as np
import pytest
from support.demo_setting import demo_setting
from support.studies import row

from afterglow.estimate.competing.cause_specific import cause_specific_cox
from afterglow.estimate.competing.fine_gray import fine_gray
from afterglow.estimate.competing.gray import gray_test
from afterglow.study.analysed import analysed
from afterglow.study.competing_rows import cause_specific_rows, fine_gray_rows, gray_rows
from afterglow.study.curves import with_entry
from afterglow.study.regressions import material
from afterglow.study.results import results_from

GRAY, FINE, CAUSES = "durability_test", "durability_adjusted", "relapse_by_cause"
FUNCTIONS = {GRAY: gray_rows, FINE: fine_gray_rows, CAUSES: cause_specific_rows}


@pytest.fixture(scope="module")
def setting():
    return demo_setting()


def asked(setting, name, **changes):
    return setting.plan.analysis[name].model_copy(update=changes)


def results_of(setting, name, *, headline=False, **changes):
    analysis = asked(setting, name, **changes)
    return results_from(FUNCTIONS[name](name, analysis, setting, headline=headline))


def test_grays_tests_are_the_estimators_own(setting):
    results = results_of(setting, GRAY)
    rows, entry = with_entry(analysed(GRAY, asked(setting, GRAY), setting).rows)
    test = gray_test(rows, by="group", entry=entry)
    for _, mine in test.tidy().query("term == 'Gray'").iterrows():
        found = row(results, "gray_test", term=mine["cause"])
        assert (found["statistic"], found["p_value"]) == (mine["statistic"], mine["p_value"])
    for _, mine in test.groups.iterrows():
        where = {"term": mine["cause"], "group": mine["group"]}
        assert row(results, "observed", **where)["estimate"] == mine["observed"]
        assert row(results, "expected", **where)["estimate"] == mine["expected"]


def test_the_endpoint_alone_can_be_tested(setting):
    for results in (
        results_of(setting, GRAY, every_cause=False), results_of(setting, GRAY, headline=True)
    ):  # fmt: skip
        assert set(results.select(statistic_name="gray_test")["term"]) == {"relapse"}


def test_subdistribution_ratios_are_the_estimators_own(setting):
    results = results_of(setting, FINE)
    given = material(FINE, asked(setting, FINE), setting)
    assert given.entry is not None  # so that finegray's weights are called for
    model = fine_gray(
        given.rows, list(given.columns), of="relapse", entry=given.entry, ties="finegray"
    )
    for _, mine in model.tidy().iterrows():
        found = row(results, "coefficient", term=mine["term"])
        assert (found["estimate"], found["std_error"]) == (mine["estimate"], mine["std_error"])
        ratio = row(results, "subdistribution_hazard_ratio", term=mine["term"])
        assert ratio["conf_high"] == pytest.approx(mine["hazard_ratio_high"])
    tests = model.tests().tidy().set_index("term")["statistic"]
    assert row(results, "wald_test")["statistic"] == tests["Wald"]
    mean = given.rows[list(given.columns)].mean()
    profile = mean.to_frame().T.assign(**{given.columns[0]: 1.0})
    expected = model.predict(profile, [28, 56]).tidy()
    found = results.select(
        section="analysis", statistic_name="adjusted_incidence", group="esketamine"
    )
    np.testing.assert_allclose(found["estimate"], expected["estimate"], rtol=1e-12)
    np.testing.assert_allclose(found["conf_low"], expected["conf_low"], rtol=1e-12)


def test_asking_for_crr_with_late_entry_is_a_row_with_its_reason(setting):
    results = results_of(setting, FINE, ties="crr")
    found = row(results, "subdistribution_hazard_ratio")
    assert np.isnan(found["estimate"])
    assert "neither delayed entry" in found["warning"]


def test_cause_specific_ratios_are_the_estimators_own(setting):
    results = results_of(setting, CAUSES, curves_by="arm", at_days=(28.0,))
    given = material(CAUSES, asked(setting, CAUSES), setting)
    model = cause_specific_cox(given.rows, list(given.columns), entry=given.entry)
    for _, mine in model.tidy().iterrows():
        found = row(results, "hazard_ratio", term=mine["term"], group=mine["cause"])
        assert found["estimate"] == pytest.approx(mine["hazard_ratio"])
    tests = model.tests().tidy().query("cause == 'booster'").set_index("term")["statistic"]
    assert row(results, "score_test", group="booster")["statistic"] == tests["score"]
    first = results.select(statistic_name="hazard_ratio")["group"].iloc[0]
    assert first == "relapse"
    shares = results.select(section="analysis", statistic_name="adjusted_incidence")
    assert set(shares["term"]) == set(model.models)


def test_headlines_leave_curves_and_tests_out(setting):
    for name in (FINE, CAUSES):
        names = set(results_of(setting, name, headline=True).table["statistic_name"])
        assert not names & {"adjusted_incidence", "wald_test"}
        assert "coefficient" in names
