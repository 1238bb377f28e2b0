"""Gap times: a case by hand, the slow twin, length bias on a known truth, edges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.slow_gaps import gap_cohort, slow_wang_chang

from afterglow.errors import InvalidInput, UsageError
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.recurrent.gap_times import gap_survival

HAND = pd.DataFrame(
    [
        ("a", 2.0, True), ("a", 4.0, True), ("a", 3.0, False),
        ("b", 4.0, True), ("b", 9.0, False),
        ("c", 6.0, False),
        ("d", 2.0, True),
    ],
    columns=["subject_id", "duration_days", "event"],
)  # fmt: skip


def test_four_subjects_by_hand():
    # The cut-off gaps of a and b are left out; c has nothing else. Day 2: of 4 subjects, half of
    # a and all of d. Day 4: at risk are half of a, b and c (2.5), of whom half of a and b end.
    found = gap_survival(HAND).at([2, 4, 6]).set_index("time_days")
    assert found.loc[2, "estimate"] == pytest.approx(1 - 1.5 / 4)
    assert found.loc[4, "estimate"] == pytest.approx((1 - 1.5 / 4) * (1 - 1.5 / 2.5))
    assert found.loc[6, "at_risk"] == 1
    assert found["n"].tolist() == [4, 4, 4]
    assert found["n_events"].tolist() == [4, 4, 4]


def test_pooled_gaps_are_the_product_limit_of_all():
    pooled = gap_survival(HAND, method="pooled").tidy()
    plain = kaplan_meier(HAND, cluster="subject_id").tidy()
    np.testing.assert_allclose(pooled["estimate"], plain["estimate"])
    np.testing.assert_allclose(pooled["std_error"], plain["std_error"])


@settings(max_examples=20)
@given(st.integers(0, 40))
def test_the_slow_twin_agrees(seed):
    gaps = gap_cohort(seed, subjects=12)
    gaps["duration_days"] = np.ceil(gaps["duration_days"] / 3)
    for day in (2.0, 5.0, 12.0):
        found = gap_survival(gaps).at(day)["estimate"].iloc[0]
        assert found == pytest.approx(slow_wang_chang(gaps, day), abs=1e-12)


@settings(max_examples=20)
@given(st.integers(0, 40), st.randoms(use_true_random=False))
def test_neither_order_nor_names_matter(seed, shuffle):
    gaps = gap_cohort(seed, subjects=15)
    other = gaps.sample(frac=1, random_state=shuffle.randrange(1000)).reset_index(drop=True)
    other["subject_id"] = "s" + other["subject_id"].astype(str)
    one, two = gap_survival(gaps, by="arm").tidy(), gap_survival(other, by="arm").tidy()
    for column in ("estimate", "std_error", "n", "n_events"):
        np.testing.assert_allclose(one[column], two[column])


def test_one_gap_each_is_kaplan_meier():
    gaps = gap_cohort(3).drop_duplicates("subject_id")
    one = gap_survival(gaps).tidy()
    np.testing.assert_allclose(one["estimate"], kaplan_meier(gaps).tidy()["estimate"])


def test_pooling_is_length_biased_where_subjects_differ_and_this_is_not():
    truth = (1 / (1 + 0.5 * 15 / 20)) ** 2
    found = {"wang-chang": [], "pooled": []}
    covered = 0
    for seed in range(40):
        gaps = gap_cohort(1000 + seed, subjects=200)
        for method, values in found.items():
            row = gap_survival(gaps, method=method).at(15).iloc[0]
            values.append(row["estimate"])
            covered += method == "wang-chang" and row["conf_low"] <= truth <= row["conf_high"]
    error = np.std(found["wang-chang"]) / np.sqrt(40)
    assert abs(np.mean(found["wang-chang"]) - truth) < 3 * error
    assert np.mean(found["pooled"]) < truth - 0.05
    assert covered >= 34


def test_quantiles_and_groups():
    result = gap_survival(gap_cohort(1), by="arm")
    middle = result.quantile(0.5)
    assert middle["group"].tolist() == ["a", "b"]
    assert (middle["conf_low"] <= middle["estimate"]).all()
    assert (middle["n"] == 30).all()
    assert "median" in result.summary()


def test_all_cut_off_is_a_flat_curve():
    gaps = pd.DataFrame({"subject_id": [1, 2], "duration_days": [3.0, 5.0], "event": [False] * 2})
    result = gap_survival(gaps)
    assert (result.tidy()["estimate"] == 1.0).all()
    assert result.quantile(0.5)["estimate"].isna().all()


def test_what_cannot_be_is_refused():
    twice = pd.concat([HAND, HAND.iloc[[2]]], ignore_index=True)
    with pytest.raises(InvalidInput, match="two gaps of a subject"):
        gap_survival(twice)
    with pytest.raises(UsageError, match="wang-chang"):
        gap_survival(HAND, method="wang-chan")
    with pytest.raises(InvalidInput, match="negative"):
        gap_survival(HAND.assign(duration_days=-1.0))
