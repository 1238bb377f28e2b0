"""Curves of resamples against `kaplan_meier` on the same rows, and their limits."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.survival_tables import survival_tables

from afterglow.errors import UsageError
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.resampling.curve_bootstrap import bootstrap_curves, median_difference
from afterglow.estimate.resampling.curve_draws import curve_draws
from afterglow.estimate.sample import survival_sample

COLUMNS = {"duration": "duration_days", "event": "event"}


def cohort(n: int = 200, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    data = pd.DataFrame({"duration_days": rng.integers(1, 40, n), "arm": rng.choice(["a", "b"], n)})
    data["event"] = rng.random(n) < 0.7
    data["site"] = rng.integers(0, 12, n)
    data["count"] = rng.integers(1, 4, n)
    return data


DATA = cohort()


@settings(max_examples=60, deadline=None)
@given(survival_tables(entry=True), st.integers(0, 10))
def test_each_resample_is_a_kaplan_meier_curve(table, seed):
    sample = survival_sample(table, entry="entry_days", **COLUMNS)
    draws = curve_draws(sample, times=np.array([1.0, 3.0]), tau=4.5)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(table), (3, len(table)))
    found = draws._curves(drawn)
    place = np.empty(len(table), dtype=int)
    place[:] = draws.units.order
    for b in range(3):
        rows = table.iloc[place[drawn[b]]]
        curve = kaplan_meier(rows, entry="entry_days")
        np.testing.assert_allclose(found.survival[b, 0], curve.at([1, 3])["estimate"], atol=1e-13)
        assert found.area[b, 0] == pytest.approx(curve.rmst(4.5)["estimate"].iloc[0], abs=1e-12)
        median = curve.median()["estimate"].iloc[0]
        assert found.median[b, 0] == (np.inf if np.isnan(median) else median)


def test_estimates_are_those_of_the_curves():
    rows = bootstrap_curves(DATA, times=[7, 14], tau=20, by="arm", n_resamples=50).tidy()
    curves = kaplan_meier(DATA, by="arm")
    for label in "ab":
        mine = rows[rows["group"] == label].set_index("term")["estimate"]
        at = curves.at([7, 14]).query("group == @label")["estimate"]
        np.testing.assert_allclose(mine["survival"], at, rtol=1e-12)
        area = curves.rmst(20).query("group == @label")["estimate"].iloc[0]
        assert mine["restricted mean"] == pytest.approx(area, rel=1e-12)
        assert mine["median"] == curves.median().query("group == @label")["estimate"].iloc[0]
    difference = rows[rows["term"] == "survival difference"]["estimate"]
    np.testing.assert_allclose(difference, curves.difference(7).tidy()["estimate"].iloc[0]
                               if len(difference) == 1 else
                               [curves.difference(t).tidy()["estimate"].iloc[0] for t in (7, 14)])  # fmt: skip


def test_standard_errors_come_near_greenwoods():
    """Both estimate one number; 2,000 resamples know it within 1.6 %, n = 200 brings more."""
    rows = bootstrap_curves(DATA, times=14, tau=20, median=False).tidy()
    curve = kaplan_meier(DATA)
    assert rows["std_error"].iloc[0] == pytest.approx(curve.at(14)["std_error"].iloc[0], rel=0.08)
    assert rows["std_error"].iloc[1] == pytest.approx(curve.rmst(20)["std_error"].iloc[0], rel=0.08)


@pytest.mark.parametrize("conf_type", ["percentile", "basic", "bca"])
def test_row_order_and_labels_change_nothing(conf_type):
    options = {"times": 7, "tau": 20, "by": "arm", "n_resamples": 60, "conf_type": conf_type}
    one = bootstrap_curves(DATA, **options).tidy()
    shuffled = DATA.sample(frac=1, random_state=3).assign(
        arm=lambda d: d["arm"].map({"a": "x", "b": "y"})
    )
    two = bootstrap_curves(shuffled, **options).tidy()
    for column in ("estimate", "std_error", "conf_low", "conf_high"):
        np.testing.assert_array_equal(one[column], two[column])


def test_a_frequency_is_that_many_subjects():
    options = {"times": [7, 14], "n_resamples": 60}
    one = bootstrap_curves(DATA, weights="count", **options)
    two = bootstrap_curves(DATA.loc[DATA.index.repeat(DATA["count"])], **options)
    np.testing.assert_allclose(one.tidy()["estimate"], two.tidy()["estimate"], rtol=1e-12)
    assert one.tidy()["n"].iloc[0] == DATA["count"].sum()
    # As many subjects to draw from, in the same order of what is known of them.
    assert one.replicates.std(axis=0) == pytest.approx(two.replicates.std(axis=0), rel=0.5)


def test_clusters_are_drawn_whole_from_all_groups():
    copies = pd.concat(
        [DATA.assign(arm="a", pair=range(200)), DATA.assign(arm="b", pair=range(200))]
    )
    rows = bootstrap_curves(copies, times=14, by="arm", cluster="pair", n_resamples=60)
    difference = rows.tidy()["term"].str.contains("difference").to_numpy()
    assert (rows.replicates[:, difference] == 0.0).all()


def test_pieces_of_a_subject_are_drawn_together():
    data = DATA.assign(subject_id=range(200), entry_days=-np.inf)
    long = data["duration_days"] > 10
    early = data[long].assign(duration_days=10, event=False)
    pieces = pd.concat([early, data.assign(entry_days=data["entry_days"].where(~long, 10))])
    options = {"times": [7, 14], "tau": 20, "n_resamples": 60}
    one = bootstrap_curves(data, **options).tidy()
    two = bootstrap_curves(pieces, entry="entry_days", subject="subject_id", **options).tidy()
    np.testing.assert_allclose(one["conf_low"], two["conf_low"], rtol=1e-12)


def test_medians_that_are_not_reached():
    data = DATA.assign(event=DATA["event"] & (DATA["duration_days"] < 12))
    rows = median_difference(data, by="arm", n_resamples=200).tidy()
    assert rows["conf_high"].isna().all()
    assert rows["warning"].str.contains("not reached in").all()
    difference = rows[rows["term"] == "median difference"]
    assert difference["conf_low"].isna().all()


def test_median_difference_speaks():
    result = median_difference(DATA, by="arm", n_resamples=100, reference="b")
    assert result.summary().startswith("median difference a vs b")
    rows = result.tidy()
    row = rows[rows["term"] == "median difference"].iloc[0]
    assert row["conf_low"] <= row["estimate"] <= row["conf_high"]
    medians = rows[rows["term"] == "median"]["estimate"].tolist()
    assert row["estimate"] == medians[0] - medians[1]


@pytest.mark.parametrize(
    "options",
    [
        {"median": False},
        {"tau": -1},
        {"times": np.inf},
        {"n_resamples": 0},
        {"conf_type": "normal"},
        {"by": "arm", "reference": "c"},
    ],
    ids=str,
)
def test_calls_that_are_refused(options):
    with pytest.raises(UsageError):
        bootstrap_curves(DATA, **options)


def test_medians_need_two_groups_and_take_no_times():
    with pytest.raises(UsageError, match="one group"):
        median_difference(DATA.assign(one=1), by="one", n_resamples=10)
    with pytest.raises(UsageError, match="tau"):
        median_difference(DATA, by="arm", tau=4)
