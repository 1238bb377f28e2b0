"""Cumulative incidence by hand, and at the edges."""

import numpy as np
import pandas as pd
import pytest

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.aalen_johansen import aalen_johansen

SIX = pd.DataFrame(
    {
        "duration_days": [0, 0, 1, 2, 2, 3],
        "cause": ["relapse", "", "booster", "relapse", "", "booster"],
    }
)


def test_by_hand_with_events_at_time_zero():
    rows = aalen_johansen(SIX).tidy().set_index(["term", "time_days"])["estimate"]
    assert rows["relapse"].tolist() == pytest.approx([1 / 6, 1 / 6, 3 / 8, 3 / 8], rel=1e-15)
    assert rows["booster"].tolist() == pytest.approx([0, 5 / 24, 5 / 24, 5 / 8], rel=1e-15)
    assert rows["event-free"].tolist() == pytest.approx([5 / 6, 5 / 8, 5 / 12, 0], rel=1e-15)


def test_ten_subjects_on_three_visit_days():
    cause = ["a", "a", "b", "", "a", "b", "", "a", "", ""]
    data = pd.DataFrame({"duration_days": [7] * 4 + [14] * 3 + [21] * 3, "cause": cause})
    rows = aalen_johansen(data).at(21).set_index("cause")["estimate"]
    assert rows["a"] == pytest.approx(2 / 10 + 7 / 10 * 1 / 6 + 7 / 10 * 4 / 6 * 1 / 3, rel=1e-15)


def test_cause_may_be_categorical():
    category = SIX.assign(cause=pd.Categorical(SIX["cause"], ["", "relapse", "booster", "never"]))
    result = aalen_johansen(category)
    assert result.causes == ("relapse", "booster")
    assert aalen_johansen(SIX).causes == ("booster", "relapse")
    pd.testing.assert_series_equal(
        result.at([1, 2]).query("cause == 'relapse'")["estimate"].reset_index(drop=True),
        aalen_johansen(SIX)
        .at([1, 2])
        .query("cause == 'relapse'")["estimate"]
        .reset_index(drop=True),
    )


def test_before_the_first_event_there_is_no_incidence():
    data = SIX.assign(duration_days=SIX["duration_days"] + 4)
    rows = aalen_johansen(data).at(2).set_index("term")
    assert rows["estimate"].to_dict() == {"booster": 0, "relapse": 0, "event-free": 1}
    assert (rows["std_error"] == 0).all()


def test_groups_share_the_causes_even_where_one_had_none():
    data = pd.concat([SIX.assign(arm="a"), SIX.assign(arm="b", cause="")])
    rows = aalen_johansen(data, by="arm").at(3)
    assert rows.query("group == 'b'")["estimate"].tolist() == [0, 0, 1]


def test_nobody_with_a_cause():
    with pytest.raises(NotEstimable, match="No row has a cause"):
        aalen_johansen(SIX.assign(cause=""))


def test_aalen_variance_needs_independent_rows():
    with pytest.raises(UsageError, match="does not hold"):
        aalen_johansen(SIX.assign(site=list("aabbcc")), cluster="site", variance="aalen")


def test_difference_of_incidences():
    data = pd.concat([SIX.assign(arm="a"), SIX.iloc[1:].assign(arm="b")])
    result = aalen_johansen(data, by="arm")
    at = result.at(2).set_index(["group", "cause"])
    rows = result.difference(2).tidy().set_index("cause")
    assert rows["group"].tolist() == ["b vs a", "b vs a"]
    for cause in ("relapse", "booster"):
        gap = at.loc[("b", cause), "estimate"] - at.loc[("a", cause), "estimate"]
        spread = at.loc[("b", cause), "std_error"] ** 2 + at.loc[("a", cause), "std_error"] ** 2
        assert rows.loc[cause, "estimate"] == pytest.approx(gap, rel=1e-13)
        assert rows.loc[cause, "std_error"] == pytest.approx(np.sqrt(spread), rel=1e-12)


def test_difference_within_shared_clusters_vanishes_for_equal_groups():
    rng = np.random.default_rng(1)
    data = pd.DataFrame(
        {
            "duration_days": rng.integers(1, 9, 80),
            "cause": rng.choice(["", "relapse", "booster"], 80),
            "site": np.arange(80) % 8,
        }
    )
    both = pd.concat([data.assign(arm="a"), data.assign(arm="b")])
    rows = aalen_johansen(both, by="arm", cluster="site").difference(5).tidy()
    assert rows["std_error"].to_numpy() == pytest.approx([0, 0], abs=1e-9)


def test_quantiles_are_where_an_incidence_gets_to_the_share():
    data = pd.DataFrame({"duration_days": [2.0, 4, 6, 8, 10], "cause": ["a", "b", "a", "", "a"]})
    found = aalen_johansen(data).quantile([0.2, 0.3, 0.5]).set_index(["cause", "p"])["estimate"]
    # The incidence of a is 0.2 from day 2, 0.4 from day 6 and 0.8 from day 10; b stops at 0.2.
    assert found[("a", 0.3)] == 6
    assert found[("a", 0.5)] == 10
    assert found[("a", 0.2)] == pytest.approx(4)
    assert found[("b", 0.2)] == 4
    assert np.isnan(found[("b", 0.3)])
    limits = aalen_johansen(data).quantile(0.3)
    assert (limits["conf_low"].fillna(0) <= limits["estimate"].fillna(99)).all()
    with pytest.raises(UsageError, match="outside 0 to 1"):
        aalen_johansen(data).quantile(1.5)
