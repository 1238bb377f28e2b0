"""What must not change a Cox model, and what must agree with it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.slow_cox import TIES, random_rows

from afterglow.errors import NotEstimable
from afterglow.estimate.cox.model import cox
from afterglow.estimate.logrank import logrank

LATE = {"entry": "entry"}
COLUMNS = ["x", "z"]
seeds = st.integers(0, 10_000)
few = settings(max_examples=20)


def fitted(data, formula=COLUMNS, **options):
    """Fit, and leave out the draws that cannot be estimated."""
    try:
        model = cox(data, formula, **options)
    except NotEstimable:
        assume(False)
    assume(model.fit.warning == "")
    return model


def drawn(seed, n=24, **options) -> pd.DataFrame:
    return random_rows(np.random.default_rng(seed), n, **options)


def same(a, b, *, variance=True, rtol=1e-7):
    np.testing.assert_allclose(a.fit.beta, b.fit.beta, rtol=rtol, atol=1e-9)
    if variance:
        np.testing.assert_allclose(a.variance, b.variance, rtol=rtol, atol=1e-12)


@few
@given(seeds, st.sampled_from(TIES), st.booleans())
def test_the_order_of_rows_changes_nothing(seed, ties, strata):
    data = drawn(seed)
    options = {**LATE, "ties": ties, "strata": "stratum" if strata else None}
    model = fitted(data, **options)
    again = cox(data.sample(frac=1.0, random_state=seed), COLUMNS, **options)
    pd.testing.assert_frame_equal(again.tidy(), model.tidy(), check_exact=True)
    assert again.fit.loglik == model.fit.loglik


@few
@given(seeds, st.sampled_from([None, "site"]))
def test_the_order_of_rows_changes_no_bit_of_a_robust_error_or_a_curve(seed, cluster):
    data = drawn(seed)
    options = {**LATE, "weights": "weight", "cluster": cluster}
    model = fitted(data, **options)
    again = cox(data.sample(frac=1.0, random_state=seed), COLUMNS, **options)
    pd.testing.assert_frame_equal(again.tidy(), model.tidy(), check_exact=True)
    pd.testing.assert_frame_equal(again.tests().tidy(), model.tests().tidy(), check_exact=True)
    pd.testing.assert_frame_equal(
        again.baseline().tidy(), model.baseline().tidy(), check_exact=True
    )


@few
@given(seeds)
def test_labels_and_the_unit_of_time_change_nothing(seed):
    data = drawn(seed)
    options = {**LATE, "strata": "stratum", "cluster": "site"}
    model = fitted(data, **options)
    other = data.assign(
        stratum=data["stratum"].map({"a": "zz", "b": "1"}),
        site=data["site"].map({"p": 9, "q": 7, "r": 8, "s": 1}),
        entry=data["entry"] * 24,
        duration_days=data["duration_days"] * 24,
    )
    same(model, cox(other, COLUMNS, **options), rtol=1e-9)


@few
@given(seeds, st.sampled_from(TIES))
def test_cutting_subjects_into_pieces_changes_nothing(seed, ties):
    data = drawn(seed).reset_index(names="who")
    rng = np.random.default_rng(seed)
    model = fitted(data, **LATE, ties=ties, subject="who")
    cut = data["entry"] + rng.uniform(0.1, 0.9, len(data)) * (data["duration_days"] - data["entry"])
    before = data.assign(duration_days=cut, event=False)
    pieces = pd.concat([before, data.assign(entry=cut)], ignore_index=True)
    again = cox(pieces, COLUMNS, **LATE, ties=ties, subject="who")
    same(model, again)
    assert again.fit.loglik == pytest.approx(model.fit.loglik, rel=1e-10)
    assert again.tidy()[["n", "n_events"]].equals(model.tidy()[["n", "n_events"]])
    if ties != "exact":
        robust = {**LATE, "ties": ties, "subject": "who", "robust": True}
        same(cox(data, COLUMNS, **robust), cox(pieces, COLUMNS, **robust))


@few
@given(seeds, st.sampled_from(TIES), st.booleans())
def test_a_frequency_of_two_is_the_row_twice(seed, ties, robust):
    data = drawn(seed)
    assume(not (ties == "exact" and robust))
    options = {**LATE, "ties": ties, "robust": robust}
    model = fitted(data, **options, weights="count", weights_kind="frequency")
    twice = data.loc[data.index.repeat(data["count"])].reset_index(drop=True)
    again = cox(twice, COLUMNS, **options)
    same(model, again)
    assert model.tests().tidy()["statistic"].to_numpy() == pytest.approx(
        again.tests().tidy()["statistic"].to_numpy(), rel=1e-7
    )
    assert model.tidy()["n"].tolist() == again.tidy()["n"].tolist()
    new = pd.DataFrame({"x": [0.5], "z": [1.0]})
    np.testing.assert_allclose(
        model.predict(new).tidy()["std_error"], again.predict(new).tidy()["std_error"], rtol=1e-7
    )


@few
@given(seeds)
def test_case_weights_of_two_are_rows_twice_with_breslow(seed):
    data = drawn(seed)
    model = fitted(data, **LATE, ties="breslow", weights="count")
    twice = data.loc[data.index.repeat(data["count"])].reset_index(drop=True)
    same(model, cox(twice, COLUMNS, **LATE, ties="breslow"))


@few
@given(seeds)
def test_copies_in_one_cluster_add_no_information(seed):
    data = drawn(seed).reset_index(names="who")
    options = {**LATE, "ties": "breslow"}
    model = fitted(data, **options, robust=True)
    thrice = data.loc[data.index.repeat(3)].reset_index(drop=True)
    clustered = cox(thrice, COLUMNS, **options, cluster="who")
    same(model, clustered)
    np.testing.assert_allclose(clustered.fit.variance, model.fit.variance / 3, rtol=1e-7)


def test_robust_and_model_variance_agree_where_the_model_holds():
    rng = np.random.default_rng(8)
    data = pd.DataFrame({"x": rng.normal(size=4000), "z": rng.integers(0, 2, 4000)})
    data["duration_days"] = rng.exponential(np.exp(-0.5 * data["x"] + 0.3 * data["z"])) + 0.01
    data["event"] = rng.random(4000) < 0.8
    model = cox(data, COLUMNS, robust=True)
    np.testing.assert_allclose(np.diag(model.variance) / np.diag(model.fit.variance), 1, atol=0.1)


@few
@given(seeds)
def test_without_ties_all_methods_agree(seed):
    data = drawn(seed, ties=False)
    efron, breslow, exact = (fitted(data, **LATE, ties=ties) for ties in TIES)
    same(efron, breslow)
    same(efron, exact)


@few
@given(seeds, st.booleans())
def test_the_score_test_is_the_logrank_test_without_ties(seed, strata):
    data = drawn(seed, ties=False)
    options = {**LATE, "strata": "stratum" if strata else None}
    model = fitted(data, ["z"], **options)
    score = model.tests().tidy().set_index("term").loc["score", "statistic"]
    assert score == pytest.approx(logrank(data, by="z", **options).statistic, rel=1e-9)


@few
@given(seeds)
def test_the_exact_score_test_is_the_logrank_test_with_ties(seed):
    """Both take the events of a day for a draw without replacement."""
    data = drawn(seed)
    model = fitted(data, "C(site)", **LATE, ties="exact")
    score = model.tests().tidy().set_index("term").loc["score", "statistic"]
    assert score == pytest.approx(logrank(data, by="site", **LATE).statistic, rel=1e-8)


@few
@given(seeds)
def test_shifting_and_scaling_a_covariate_scales_its_coefficient(seed):
    data = drawn(seed)
    model = fitted(data, **LATE)
    other = cox(data.assign(x=1e4 + 7 * data["x"]), COLUMNS, **LATE)
    assert other.fit.beta == pytest.approx(model.fit.beta / [7, 1], rel=1e-6, abs=1e-9)
    assert other.fit.loglik == pytest.approx(model.fit.loglik, rel=1e-10)


@few
@given(seeds, st.sampled_from(TIES))
def test_an_offset_at_the_estimate_leaves_the_others_where_they_were(seed, ties):
    data = drawn(seed)
    model = fitted(data, **LATE, ties=ties)
    data["known"] = model.fit.beta[0] * data["x"]
    rest = fitted(data, ["z"], **LATE, ties=ties, offset="known")
    assert rest.fit.beta[0] == pytest.approx(model.fit.beta[1], rel=1e-6, abs=1e-9)
    assert rest.fit.loglik == pytest.approx(model.fit.loglik, rel=1e-10)


@pytest.mark.parametrize("times", [50, 200])
def test_rows_beyond_a_bound_are_sorted_by_time_or_not_at_all(monkeypatch, times):
    from afterglow.estimate.cox import data as cox_data

    data = drawn(3, n=120)
    data["duration_days"] += np.arange(120) % times / 1000
    model = cox(data, COLUMNS, **LATE, strata="stratum", robust=True)
    monkeypatch.setattr(cox_data, "ROWS_IN_ORDER", 10)
    monkeypatch.setattr(cox_data, "TIMES_AT_HAND", 100)
    same(model, cox(data, COLUMNS, **LATE, strata="stratum", robust=True), rtol=1e-10)
