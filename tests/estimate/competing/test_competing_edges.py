"""Competing-risks estimators at their edges: a clear error, or a result that says what is amiss."""

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pandas as pd
import pytest

from afterglow.errors import InvalidInput, NotEstimable, UsageError
from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.estimate.competing.cause_specific import cause_specific_cox
from afterglow.estimate.competing.fine_gray import fine_gray
from afterglow.estimate.competing.gray import gray_test

WORDS = ["relapse", "booster", "", "relapse", "booster", "relapse", "", "relapse"]


def table(**columns) -> pd.DataFrame:
    base = {
        "duration_days": [1.0, 2, 2, 3, 3, 4, 5, 6],
        "cause": WORDS,
        "arm": list("aabbabab"),
        "age": [3.0, 1, 4, 1, 5, 9, 2, 6],
        "site": list("uvuvuvuv"),
    }
    return pd.DataFrame(base | columns)


def test_all_censored():
    data = table(cause="")
    for call in (
        lambda: gray_test(data, by="arm"),
        lambda: fine_gray(data, ["age"], of="relapse"),
        lambda: cause_specific_cox(data, ["age"]),
    ):
        with pytest.raises(NotEstimable, match="No row has a cause"):
            call()


def test_a_cause_that_nobody_had():
    with pytest.raises(UsageError, match="of = 'switch' is not known"):
        fine_gray(table(), ["age"], of="switch")
    with pytest.raises(UsageError, match="Choose one of: booster, relapse"):
        gray_test(table(), by="arm", of="swich")


def test_one_subject():
    with pytest.raises(NotEstimable, match="age"):
        fine_gray(table().iloc[:1], ["age"], of="relapse")
    with pytest.raises(UsageError, match="one group only"):
        gray_test(table().iloc[:1], by="arm")


def test_all_at_one_time():
    data = table(duration_days=4.0)
    test = gray_test(data, by="arm", of="relapse").tidy().iloc[0]
    assert test["warning"] == "" or "singular" in test["warning"]
    fit = fine_gray(data, ["age"], of="relapse")
    assert np.isfinite(fit.coefficients).all()
    assert (fit.baseline()["time_days"] == 4.0).all()


def test_zero_times_count():
    data = table(duration_days=[0.0, 0, 0, 0, 1, 2, 3, 4])
    assert gray_test(data, by="arm", of="relapse").groups["observed"].sum() == 4
    assert fine_gray(data, ["age"], of="relapse").baseline()["time_days"].iloc[0] == 0.0


def test_a_group_that_left_before_any_event_is_not_compared():
    data = table(arm=list("aabbcabc"))
    early = pd.DataFrame({"duration_days": [0.5], "cause": [""], "arm": ["z"], "age": [1.0]})
    data = pd.concat([data, early], ignore_index=True)
    test = gray_test(data, by="arm", of="relapse").tidy().iloc[0]
    assert test["df"] == 2
    assert test["statistic"] > 0


def test_groups_never_at_risk_together():
    data = pd.DataFrame(
        {"duration_days": [1.0, 2], "cause": ["x", "x"], "arm": ["a", "b"], "s": [1, 2]}
    )
    test = gray_test(data, by="arm", strata="s").tidy().iloc[0]
    assert np.isnan(test["statistic"])
    assert "singular" in test["warning"]


def test_constant_and_collinear_covariates():
    with pytest.raises(NotEstimable, match="age"):
        fine_gray(table(age=1.0), ["age"], of="relapse")
    with pytest.raises(NotEstimable, match="twice"):
        fine_gray(table(twice=[6.0, 2, 8, 2, 10, 18, 4, 12]), ["age", "twice"], of="relapse")


def test_a_covariate_constant_within_strata():
    with pytest.raises(NotEstimable, match="does not vary"):
        fine_gray(table(code=[0, 1] * 4), ["code"], of="relapse", strata="site")


def test_separation_is_said():
    data = table(cause=["relapse"] * 4 + [""] * 4, low=[1] * 4 + [0] * 4)
    warning = fine_gray(data, ["low"], of="relapse").tidy()["warning"].iloc[0]
    assert "no finite estimate" in warning


def test_crr_has_no_delayed_entry():
    with pytest.raises(UsageError, match="ties = 'finegray'"):
        fine_gray(table(entry=0.0), ["age"], of="relapse", entry="entry")


def test_late_entry_into_an_empty_risk_set():
    data = pd.DataFrame(
        {"entry": [0.0, 0, 0, 5, 5, 5], "duration_days": [2.0, 3, 4, 7, 8, 9],
         "cause": ["booster", "relapse", "", "relapse", "relapse", ""], "age": [1.0, 2, 1, 2, 1, 1]}
    )  # fmt: skip
    with pytest.raises(NotEstimable, match="nobody is at risk for a while"):
        fine_gray(data, ["age"], of="relapse", entry="entry", ties="finegray")


def test_entry_at_or_after_exit():
    with pytest.raises(InvalidInput, match="is not before the end of the row"):
        fine_gray(table(entry=3.0), ["age"], of="relapse", entry="entry", ties="finegray")


def test_pieces_with_a_gap():
    data = table(entry=[0.0, 0, 0, 0, 0, 0, 0, 5.5], id=[1, 2, 3, 4, 5, 6, 7, 7])
    with pytest.raises(InvalidInput, match="gap or an overlap"):
        fine_gray(data, ["age"], of="relapse", entry="entry", subject="id", ties="finegray")


def test_missing_values_and_negative_times():
    with pytest.raises(InvalidInput, match="age"):
        fine_gray(table(age=[np.nan] * 8), ["age"], of="relapse")
    with pytest.raises(InvalidInput, match="negative times"):
        gray_test(table(duration_days=-1.0), by="arm")


def test_grays_test_refuses_sampling_weights():
    with pytest.raises(UsageError, match="weights_kind = 'sampling'"):
        gray_test(table(w=0.5), by="arm", weights="w")


def test_words_are_checked():
    with pytest.raises(UsageError, match="ties = 'efron'"):
        fine_gray(table(), ["age"], of="relapse", ties="efron")
    with pytest.raises(UsageError, match="rho"):
        gray_test(table(), by="arm", rho=float("nan"))
    with pytest.raises(UsageError, match="cause = 'x'"):
        aalen_johansen(table()).naive("x")


def test_one_formula_for_each_cause_or_one_for_all():
    fit = cause_specific_cox(table(), {"relapse": ["age"], "booster": ["arm"]})
    assert list(fit.tidy()["term"]) == ["arm[T.b]", "age"]
    with pytest.raises(UsageError, match="formula does not name the causes"):
        cause_specific_cox(table(), {"relapse": ["age"]})


def test_incidences_need_every_cause():
    fit = cause_specific_cox(table(), ["age"], of="relapse")
    with pytest.raises(UsageError, match="some causes have no model"):
        fit.predict(table())


def test_predicting_for_unknown_strata_or_unnamed_rows():
    fit = fine_gray(table(), ["age"], of="relapse", strata="site")
    with pytest.raises(InvalidInput, match="stratum without rows"):
        fit.predict(pd.DataFrame({"age": [1.0], "site": ["w"]}))
    with pytest.raises(UsageError, match="several rows alike"):
        fit.predict(pd.DataFrame({"age": [1.0, 2], "site": ["u", "u"]}, index=[0, 0]))


def test_predictions_before_the_first_event_and_between():
    fit = fine_gray(table(), ["age"], of="relapse")
    curve = fit.predict(pd.DataFrame({"age": [2.0]}, index=["typical"]))
    rows = curve.at([0.5, 3.5])
    assert rows["estimate"].iloc[0] == 0.0
    third = curve.tidy().query("time_days == 3")["estimate"].iloc[0]
    assert rows["estimate"].iloc[1] == third
    assert "typical: relapse" in curve.summary()


@pytest.mark.parametrize(
    "make",
    [
        lambda: gray_test(table(), by="arm"),
        lambda: fine_gray(table(), ["age"], of="relapse"),
        lambda: cause_specific_cox(table(), ["age"]),
        lambda: fine_gray(table(), ["age"], of="relapse").predict(table()),
        lambda: cause_specific_cox(table(), ["age"]).predict(table()),
        lambda: aalen_johansen(table()).naive("relapse"),
    ],
)
def test_every_result_can_be_read_and_drawn(make):
    result = make()
    assert len(result.tidy())
    assert {"method", "warning"} <= set(result.tidy())
    assert result.summary().endswith(".")
    assert result.plot().get_figure() is not None
    assert "<table" in result._repr_html_()
    matplotlib.pyplot.close("all")


def test_a_stratum_without_events_adds_nothing_to_gray():
    plain = gray_test(table(), by="arm", of="relapse").tidy()
    quiet = table(cause="", duration_days=[9.0, 8, 7, 9, 5, 2, 1, 4])
    both = pd.concat([table(site="u"), quiet.assign(site="v")], ignore_index=True)
    found = gray_test(both, by="arm", of="relapse", strata="site").tidy()
    np.testing.assert_allclose(found["statistic"], plain["statistic"], rtol=1e-12)


@pytest.mark.parametrize("ties", ["crr", "finegray"])
def test_a_ratio_beyond_all_numbers_is_infinite(ties):
    """Of a covariate in tiny units one unit is far more than anybody differs by."""
    rows = fine_gray(table(age=table()["age"] * 1e-12), ["age"], of="relapse", ties=ties).tidy()
    assert np.isfinite(rows["statistic"]).all()
    assert np.isposinf(rows["hazard_ratio_high"]).all()


@pytest.mark.parametrize(
    "fit",
    [
        lambda data: fine_gray(data, ["age"], of="relapse"),
        lambda data: cause_specific_cox(data, ["age"]),
    ],
    ids=["fine_gray", "cause_specific_cox"],
)
def test_predictions_on_a_day_forgive_rounding_noise(fit):
    noisy = fit(table(duration_days=[0.1, 0.2, 0.2, 0.1 + 0.2, 0.1 + 0.2, 0.4, 0.5, 0.6]))
    curve = noisy.predict(pd.DataFrame({"age": [3.0]}))
    on, after = (curve.at(day).set_index("term")["estimate"] for day in (0.3, 0.35))
    pd.testing.assert_series_equal(on, after)
    assert (on != curve.at(0.29).set_index("term")["estimate"]).any()
