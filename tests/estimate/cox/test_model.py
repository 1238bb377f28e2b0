"""What a Cox model refuses, what it says in words, and what it predicts."""

import numpy as np
import pandas as pd
import pytest
from support.slow_cox import random_rows

from afterglow.errors import InvalidInput, NotEstimable, UsageError
from afterglow.estimate.cox.model import cox


def rows(**columns) -> pd.DataFrame:
    data = pd.DataFrame(
        {
            "duration_days": [1.0, 2, 3, 4, 5, 6, 7, 8],
            "event": [1, 0, 1, 1, 0, 1, 1, 1],
            "x": [0.3, 1.2, -0.4, 0.8, -1.1, 0.1, 0.9, -0.2],
            "arm": ["a", "b"] * 4,
        }
    )
    return data.assign(**columns)


def test_all_censored_is_said_in_words():
    model = cox(rows(event=0), ["x", "arm"])
    table = model.tidy()
    assert table["estimate"].isna().all()
    assert table["p_value"].isna().all()
    assert "no event" in table["warning"].iloc[0]
    assert "no event" in model.summary()
    assert model.tests().tidy()["statistic"].isna().all()
    curve = model.baseline().tidy()
    assert (curve["estimate"] == 0.0).all()
    assert (curve["survival"] == 1.0).all()
    assert "no event" in curve["warning"].iloc[0]


@pytest.mark.parametrize("robust", [False, True])
def test_all_censored_with_options(robust):
    model = cox(rows(event=0, w=1.5), ["x"], weights="w", robust=robust, ties="breslow")
    assert model.tests().tidy()["p_value"].isna().all()
    assert model.predict(pd.DataFrame({"x": [1.0]})).tidy()["estimate"].eq(1.0).all()


def test_one_subject_cannot_be_compared():
    with pytest.raises(NotEstimable, match="x does not vary"):
        cox(rows().head(1), ["x"])


def test_a_lone_event_with_nobody_beside_it_says_nothing():
    late = rows(entry=np.arange(8.0), event=1)
    with pytest.raises(NotEstimable, match="Among those at risk together, x does not vary"):
        cox(late, ["x"], entry="entry")


def test_separation_names_the_term_and_the_way_out():
    model = cox(rows(event=[1, 0, 1, 0, 1, 0, 1, 0]), ["x", "arm"])
    warning = model.tidy()["warning"].iloc[0]
    assert "arm[T.b]" in warning
    assert "x," not in warning
    assert "firth" in warning
    firth = cox(rows(event=[1, 0, 1, 0, 1, 0, 1, 0]), ["x", "arm"], penalty="firth")
    assert firth.tidy()["warning"].eq("").all()
    assert -10 < firth.fit.beta[1] < 0
    assert "Firth" in firth.tidy()["method"].iloc[0]


def test_groups_without_events_are_named():
    arm = ["a", "b", "a", "c", "b", "a", "c", "a"]
    model = cox(rows(arm=arm, event=[1, 0, 1, 0, 0, 1, 0, 1]), ["x", "arm"])
    assert "arm[T.b], arm[T.c]" in model.tidy()["warning"].iloc[0]


def test_order_of_events_that_is_the_order_of_x_is_separation():
    model = cox(rows(x=np.arange(8.0), event=1), ["x"])
    assert "separation" in model.tidy()["warning"].iloc[0]
    assert np.isfinite(cox(rows(x=np.arange(8.0), event=1), ["x"], penalty="ridge").fit.beta[0])


def test_collinear_and_constant_columns_are_named():
    data = rows(double=lambda d: 2 * d["x"] + 1, same=3.0)
    with pytest.raises(NotEstimable, match="double follows exactly"):
        cox(data, ["x", "double"])
    with pytest.raises(NotEstimable, match="same does not vary"):
        cox(data, ["x", "same"])


def test_a_covariate_constant_within_strata_is_named():
    with pytest.raises(NotEstimable, match=r"arm\[T.b\] does not vary"):
        cox(rows(), ["x", "arm"], strata="arm")


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        ({"x": [np.nan, *[1.0] * 7]}, {}, "data.x: has missing values"),
        ({"x": [np.inf, *range(7)]}, {}, "infinite values"),
        ({"duration_days": -1.0}, {}, "negative times"),
        ({"event": 2}, {}, "neither bool nor 0/1"),
        ({"entry": 9.0}, {"entry": "entry"}, "not before the end of its row"),
        ({"w": 0.0}, {"weights": "w"}, "weights that are not above 0"),
        ({"who": 1, "entry": 0.0}, {"subject": "who", "entry": "entry"}, "overlap"),
        ({"arm": None}, {"strata": "arm"}, "missing values"),
        ({}, {"cluster": "nobody"}, "is not a column"),
    ],
)
def test_bad_columns_are_refused(columns, options, message):
    with pytest.raises(InvalidInput, match=message):
        cox(rows(**columns), ["x"], **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ties": "efrom"}, "Did you mean 'efron'"),
        ({"penalty": "lasso"}, "penalty = 'lasso' is not known"),
        ({"penalty": ("ridge", -1.0)}, "theta"),
        ({"penalty": ("firth", 1.0)}, "penalty"),
        ({"ties": "exact", "weights": "w"}, "Exact ties have no case weights"),
        ({"ties": "exact", "cluster": "arm"}, "no robust variance"),
        ({"ties": "exact", "penalty": "firth"}, "not there for exact ties"),
        ({"cluster": "arm", "robust": False}, "Leave one of them out"),
        ({"weights": "w", "weights_kind": "counts"}, "weights_kind"),
        ({"conf_level": 95}, "not a level"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, message):
    with pytest.raises(UsageError, match=message):
        cox(rows(w=2), ["x"], **options)


def test_an_offset_beyond_all_bounds_is_refused():
    with pytest.raises(NotEstimable, match="offset"):
        cox(rows(shift=[0.0, *[1e4] * 7]), ["x"], offset="shift")


def test_fractional_weights_bring_the_robust_variance_as_in_r():
    assert cox(rows(w=1.5), ["x"], weights="w").sample.robust
    assert not cox(rows(w=2), ["x"], weights="w").sample.robust
    assert cox(rows(w=2), ["x"], weights="w", weights_kind="sampling").sample.robust
    assert not cox(rows(w=1.5), ["x"], weights="w", robust=False).sample.robust


def test_robust_errors_are_beside_the_model_based_ones():
    data = random_rows(np.random.default_rng(1), 40)
    plain = cox(data, ["x", "z"]).tidy()
    robust = cox(data, ["x", "z"], cluster="site").tidy()
    assert plain["robust_std_error"].isna().all()
    assert robust["std_error"].tolist() == plain["std_error"].tolist()
    np.testing.assert_allclose(robust["statistic"], robust["estimate"] / robust["robust_std_error"])
    assert "robust" in robust["method"].iloc[0]


def test_fewer_clusters_than_coefficients_are_said():
    one = cox(rows(site=1), ["x"], cluster="site")
    assert "1 cluster for 1 coefficient" in one.tidy()["warning"].iloc[0]
    assert "2 clusters for 2" in cox(rows(), "x + arm", cluster="arm").tidy()["warning"].iloc[0]
    assert cox(rows(site=[1, 2, 3, 4] * 2), ["x"], cluster="site").fit.warning == ""


def test_pieces_of_subjects_count_once():
    data = rows(who=[1, 1, 2, 3, 4, 5, 6, 7], entry=[0.0, 1, 0, 0, 0, 0, 0, 0], event=[0, *[1] * 7])
    assert cox(data, ["x"], subject="who", entry="entry").tidy()["n"].iloc[0] == 7
    again = data.assign(event=1)
    assert cox(again, ["x"], subject="who", entry="entry").sample.robust


def test_curves_carry_the_last_value_on_with_a_warning():
    model = cox(rows(), ["x", "arm"])
    new = pd.DataFrame({"x": [0.0, 1.0], "arm": ["a", "b"]})
    late = model.predict(new, [0.5, 8.0, 9.0]).tidy()
    assert late["group"].unique().tolist() == ["x 0, arm a", "x 1, arm b"]
    assert late["estimate"].tolist()[::3] == [1.0, 1.0]
    assert [bool(text) for text in late["warning"]] == [False, False, True] * 2
    assert (late["conf_low"].dropna() <= late["estimate"][late["conf_low"].notna()]).all()


def test_a_stratum_without_events_keeps_survival_at_one():
    data = pd.concat([rows(stratum="u"), rows(stratum="v", event=0)], ignore_index=True)
    model = cox(data, ["x"], strata="stratum")
    base = model.baseline().tidy()
    assert base.loc[base["group"] == "v", "estimate"].eq(0.0).all()
    assert base.loc[base["group"] == "u", "estimate"].is_monotonic_increasing
    curve = model.predict(pd.DataFrame({"x": [0.2], "stratum": ["v"]}), 5.0).tidy()
    assert curve["estimate"].tolist() == [1.0]


def test_new_rows_with_unknown_levels_or_strata_are_refused():
    model = cox(rows(stratum=["u", "u", "v", "v"] * 2), ["x", "arm"], strata="stratum")
    with pytest.raises(InvalidInput, match="a level that the model does not know"):
        model.predict(pd.DataFrame({"x": [0.0], "arm": ["c"], "stratum": ["u"]}))
    with pytest.raises(InvalidInput, match="a stratum that the model does not know"):
        model.predict(pd.DataFrame({"x": [0.0], "arm": ["b"], "stratum": ["w"]}))
    with pytest.raises(InvalidInput, match="is not a column"):
        model.predict(pd.DataFrame({"x": [0.0], "arm": ["b"]}))


def test_centered_baseline_is_the_curve_of_a_mean_subject():
    data = random_rows(np.random.default_rng(2), 40)
    model = cox(data, ["x", "z"], entry="entry")
    mean = data[["x", "z"]].mean().to_frame().T
    expected = model.predict(mean).tidy()
    found = model.baseline(centered=True).tidy()
    np.testing.assert_allclose(found["survival"], expected["estimate"], rtol=1e-12)
    np.testing.assert_allclose(found["estimate"], -np.log(expected["estimate"]), rtol=1e-9)
    np.testing.assert_allclose(found["conf_low"], -np.log(expected["conf_high"]), rtol=1e-9)
    later = found[found["estimate"] > 0]
    width = 1.959963984540054 * later["std_error"] / later["estimate"]
    np.testing.assert_allclose(later["conf_high"], later["estimate"] * np.exp(width), rtol=1e-9)


def test_tests_of_chosen_terms():
    model = cox(rows(), ["x", "arm"])
    one = model.tests(["arm"]).tidy()
    arm = model.tidy().set_index("term").loc["arm[T.b]"]
    assert one["statistic"].iloc[0] == pytest.approx(arm["statistic"] ** 2)
    assert one["p_value"].iloc[0] == pytest.approx(arm["p_value"])
    with pytest.raises(UsageError, match="terms = 'age' is not known"):
        model.tests(["age"])


def test_far_predictions_are_0_and_1():
    """As survfit: a hazard beyond all numbers leaves nobody, and its error is not known."""
    curve = cox(rows(), ["x"]).predict(pd.DataFrame({"x": [-1e5, 1e5]}), [0.5, 4.0]).tidy()
    assert sorted(curve["estimate"]) == [0.0, 1.0, 1.0, 1.0]
    gone = curve[curve["estimate"] == 0.0].iloc[0]
    assert gone["time_days"] == 4.0
    assert np.isnan(gone["std_error"])
