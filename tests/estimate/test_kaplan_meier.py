"""Kaplan–Meier on tables small enough to do by hand."""

import numpy as np
import pandas as pd
import pytest

from afterglow.errors import UsageError
from afterglow.estimate.curve_quantiles import curve_median, curve_quantile
from afterglow.estimate.kaplan_meier import kaplan_meier


def table(duration, event, **columns) -> pd.DataFrame:
    return pd.DataFrame({"duration_days": duration, "event": event} | columns)


FIVE = table([7, 7, 14, 14, 21], [1, 0, 1, 0, 0])


def test_by_hand_with_ties_of_event_and_censoring():
    rows = kaplan_meier(FIVE).tidy()
    assert rows["time_days"].tolist() == [7, 14, 21]
    assert rows["at_risk"].tolist() == [5, 3, 1]
    assert rows["events"].tolist() == [1, 1, 0]
    assert rows["censored"].tolist() == [1, 1, 1]
    np.testing.assert_allclose(rows["estimate"], [4 / 5, 8 / 15, 8 / 15], rtol=1e-15)
    # Greenwood: 1/(5·4) + 1/(3·2) = 13/60
    np.testing.assert_allclose(rows["std_error"][1] ** 2, (8 / 15) ** 2 * 13 / 60, rtol=1e-14)
    assert (rows["n"] == 5).all()
    assert (rows["n_events"] == 2).all()


def test_no_events_leaves_the_curve_at_one():
    rows = kaplan_meier(table([3, 5], [0, 0])).tidy()
    assert rows[["estimate", "conf_low", "conf_high"]].to_numpy().tolist() == [[1, 1, 1], [1, 1, 1]]
    assert kaplan_meier(table([3, 5], [0, 0])).median()["estimate"].isna().all()


def test_one_subject():
    row = kaplan_meier(table([4], [1])).tidy().iloc[0]
    assert (row["at_risk"], row["estimate"]) == (1, 0)
    assert np.isnan(row["conf_low"])
    assert kaplan_meier(table([4], [1])).median()["estimate"].tolist() == [4]


def test_everybody_at_one_time():
    rows = kaplan_meier(table([7] * 4, [1, 1, 0, 1])).tidy()
    assert rows["estimate"].tolist() == [0.25]
    assert rows["censored"].tolist() == [1]


def test_events_at_time_zero_count():
    rows = kaplan_meier(table([0, 0, 5, 5], [1, 0, 1, 0])).tidy()
    assert rows["at_risk"].tolist() == [4, 2]
    assert rows["estimate"].tolist() == [0.75, 0.375]


def test_a_risk_set_that_empties_in_the_middle():
    data = table([3, 4, 9, 12], [1, 0, 1, 0], entry=[-np.inf, -np.inf, 6, 6])
    rows = kaplan_meier(data, entry="entry").tidy()
    assert rows["at_risk"].tolist() == [2, 1, 2, 1]
    assert rows["estimate"].tolist() == [0.5, 0.5, 0.25, 0.25]
    assert kaplan_meier(data, entry="entry").at([5, 7])["at_risk"].tolist() == [0, 2]


def test_a_curve_that_reached_zero_stays_there():
    data = table([3, 3, 9, 12], [1, 1, 1, 0], entry=[-np.inf, -np.inf, 6, 6])
    for options in ({}, {"cluster": "site"}):
        rows = kaplan_meier(data.assign(site=list("abab")), entry="entry", **options).tidy()
        assert rows["estimate"].tolist() == [0, 0, 0]
        assert rows["conf_low"].isna().all()


@pytest.mark.parametrize("seed", range(20))
def test_fractional_weights_reach_zero_exactly(seed):
    """Sums of decimals leave dust: without care the curve would end at 1e-17 instead of 0."""
    rng = np.random.default_rng(seed)
    data = table([3, 4, 5, 6, 9, 9], [0, 1, 0, 1, 1, 1], entry=[0, 1, 2, 0, 1, 4])
    data["w"] = rng.integers(1, 30, 6) / 10
    for entry in (None, "entry"):
        rows = kaplan_meier(data, weights="w", weights_kind="sampling", entry=entry).tidy()
        assert rows["estimate"].iloc[-1] == 0.0


def test_a_subject_whose_weight_changes_is_not_censored_there():
    data = table([5, 9, 7], [0, 1, 0], entry=[0, 5, 0], who=["x", "x", "y"], w=[1.5, 2.5, 1.0])
    rows = kaplan_meier(
        data, entry="entry", subject="who", weights="w", weights_kind="sampling"
    ).tidy()
    assert rows["time_days"].tolist() == [5, 7, 9]
    assert rows["at_risk"].tolist() == [2.5, 3.5, 2.5]
    assert rows["censored"].tolist() == [0, 1, 0]
    assert rows["n"].unique().tolist() == [2]


def test_times_equal_up_to_rounding_are_ties():
    rows = kaplan_meier(table([0.1 + 0.2, 0.3, 1.0], [1, 1, 0])).tidy()
    assert rows["events"].tolist() == [2, 0]


def test_exact_half_takes_the_midpoint_of_the_plateau():
    curve = kaplan_meier(table([1, 2, 3, 4], [1, 1, 1, 0]), conf_type="log")
    assert curve.median()["estimate"].tolist() == [2.5]
    assert curve.quantile([0.5, 0.25])["estimate"].tolist() == [2.5, 1.5]


def test_at_counts_since_the_last_asked_time():
    rows = kaplan_meier(FIVE).at([0, 10, 30])
    assert rows["at_risk"].tolist() == [5, 3, 0]
    assert rows["events"].tolist() == [0, 1, 1]
    assert rows["censored"].tolist() == [0, 1, 2]
    assert rows["estimate"].tolist()[0] == 1
    assert rows["warning"].tolist()[:2] == ["", ""]
    assert "carried on" in rows["warning"].tolist()[2]


def test_restricted_mean_by_hand():
    # 7 days at 1, 7 at 4/5, 1 at 8/15; Var = A² d/(n(n−d)) summed, A the area after each time
    row = kaplan_meier(FIVE).rmst(15).iloc[0]
    area = [7 * 4 / 5 + 8 / 15, 8 / 15]
    assert row["estimate"] == pytest.approx(7 + area[0], rel=1e-15)
    assert row["std_error"] ** 2 == pytest.approx(area[0] ** 2 / 20 + area[1] ** 2 / 6, rel=1e-14)


def test_restricted_mean_past_the_end_warns():
    assert "ends before tau" in kaplan_meier(FIVE).rmst(40)["warning"].iloc[0]
    assert kaplan_meier(table([1, 2], [1, 1])).rmst(40)["warning"].iloc[0] == ""


def test_milestone_difference_is_the_difference_of_the_curves():
    data = pd.concat([FIVE.assign(arm="a"), FIVE.assign(arm="b", event=[0, 0, 1, 0, 0])])
    curve = kaplan_meier(data, by="arm")
    at = curve.at(14).set_index("group")
    row = curve.difference(14).tidy().iloc[0]
    assert row["group"] == "b vs a"
    assert row["estimate"] == pytest.approx(at.loc["b", "estimate"] - at.loc["a", "estimate"])
    assert row["std_error"] ** 2 == pytest.approx((at["std_error"] ** 2).sum())
    other = curve.difference(14, reference="b").tidy().iloc[0]
    assert other["group"] == "a vs b"
    assert other["estimate"] == -row["estimate"]
    assert other["p_value"] == row["p_value"]


def test_clusters_that_hold_both_groups_lower_the_error_of_their_difference():
    rng = np.random.default_rng(4)
    site = np.repeat(np.arange(12), 20)
    pace = rng.gamma(1.0, size=12)[site] + 0.2
    data = table(np.ceil(rng.exponential(10 / pace)), np.ones(240), site=site)
    data["arm"] = np.tile(["a", "b"], 120)
    curve = kaplan_meier(data, by="arm", cluster="site")
    apart = np.sqrt((curve.at(5)["std_error"] ** 2).sum())
    assert curve.difference(5).tidy()["std_error"].iloc[0] < 0.8 * apart
    same = kaplan_meier(
        pd.concat([data.assign(arm="a"), data.assign(arm="b")]), by="arm", cluster="site"
    )
    assert same.difference(5).tidy()["std_error"].iloc[0] == pytest.approx(0.0, abs=1e-9)


def test_pairwise_gives_every_pair_once():
    data = pd.concat([FIVE.assign(arm=arm) for arm in "abc"])
    groups = kaplan_meier(data, by="arm").difference(10, pairwise=True).tidy()["group"].tolist()
    assert groups == ["b vs a", "c vs a", "c vs b"]


def test_one_group_has_no_difference():
    with pytest.raises(UsageError, match="one group"):
        kaplan_meier(FIVE).difference(10)
    data = pd.concat([FIVE.assign(arm=arm) for arm in "ab"])
    with pytest.raises(UsageError, match="reference"):
        kaplan_meier(data, by="arm").difference(10, reference="z")


def test_follow_up_reverses_event_and_censoring():
    rows = kaplan_meier(FIVE).follow_up().tidy()
    # Those with the event at 7 and 14 are still at risk of being censored then.
    np.testing.assert_allclose(rows["estimate"], [4 / 5, 8 / 15, 0], rtol=1e-15)
    assert rows["term"].unique().tolist() == ["follow-up"]


def test_fractional_frequencies_are_sampling_weights():
    data = FIVE.assign(w=[0.5, 1.5, 1, 2, 1.25])
    rows = [
        kaplan_meier(data, weights="w", weights_kind=kind).tidy()
        for kind in ("frequency", "sampling")
    ]
    pd.testing.assert_frame_equal(*rows)
    assert "infinitesimal-jackknife" in rows[0]["method"].iloc[0]


def test_a_subject_who_changes_groups_is_counted_in_both():
    data = table([5, 9, 9], [0, 1, 0], entry=[0, 5, 0], arm=["a", "b", "b"], who=["x", "x", "y"])
    rows = kaplan_meier(data, entry="entry", subject="who", by="arm").tidy()
    assert rows["n"].tolist() == [1, 2]
    assert rows["estimate"].tolist() == [1.0, 0.5]


@pytest.mark.parametrize(("edge", "found"), [
    ([0.9, 0.4, 0.5, 0.4], 2.0),  # below before it lies on the level
    ([0.9, 0.5, 0.7, 0.4], 3.0),  # on the level from day 2, below it on day 4
    ([np.nan, 0.6, 0.5, np.nan], 3.0),
])  # fmt: skip
def test_an_edge_that_rises_again_is_read_where_it_first_gets_there(edge, found):
    times = np.array([1.0, 2.0, 3.0, 4.0])
    assert curve_median(times, np.array(edge)) == found
    ends_on_it = np.isnan(edge[-1])
    assert curve_quantile(times, np.array(edge), 0.5) == (3.5 if ends_on_it else found)
