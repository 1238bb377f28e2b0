"""Restricted means: by hand, without censoring, with clusters, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from support.survival_tables import survival_tables

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.rmst import rmst_difference

DATA = pd.DataFrame(
    {
        "duration_days": [1, 3, 4, 5, 2, 4, 6, 8],
        "event": [1, 1, 0, 1, 1, 0, 1, 0],
        "arm": list("aaaabbbb"),
    }
)


def test_by_hand():
    # a: S = 3/4 on [1, 3), 1/2 on [3, 5), 0 after; b: 3/4 on [2, 6), 3/8 after.
    result = rmst_difference(DATA, by="arm", tau=7)
    areas = {"a": 1 + 2 * 0.75 + 2 * 0.5, "b": 2 + 4 * 0.75 + 1 * 0.375}
    means = result.groups[result.groups["term"] == "restricted mean"]
    assert means["estimate"].tolist() == list(areas.values())
    # Σ A(t)² d / (n (n − d)): a has areas 2.5 and 1 left after days 1 and 3.
    assert means["std_error"].iloc[0] == pytest.approx(
        np.sqrt(2.5**2 / (4 * 3) + 1**2 / (3 * 2)), rel=1e-14
    )
    rows = result.contrasts.set_index("term")["estimate"]
    assert rows["restricted mean difference"] == areas["b"] - areas["a"]
    assert rows["restricted mean ratio"] == pytest.approx(areas["b"] / areas["a"], rel=1e-14)
    assert rows["restricted mean time lost ratio"] == pytest.approx(
        (7 - areas["b"]) / (7 - areas["a"]), rel=1e-14
    )


def test_reference_turns_the_contrast():
    first = rmst_difference(DATA, by="arm", tau=7).contrasts
    second = rmst_difference(DATA, by="arm", tau=7, reference="b").contrasts
    assert second["group"].unique().tolist() == ["a vs b"]
    assert first["estimate"].iloc[0] == -second["estimate"].iloc[0]
    np.testing.assert_allclose(first["estimate"][1:] * second["estimate"][1:], 1.0, rtol=1e-14)
    np.testing.assert_allclose(first["p_value"], second["p_value"], rtol=1e-12)


def test_every_pair():
    three = pd.concat([DATA, DATA[DATA["arm"] == "a"].assign(arm="c")])
    pairs = rmst_difference(three, by="arm", tau=4, pairwise=True).contrasts["group"]
    assert pairs.unique().tolist() == ["b vs a", "c vs a", "c vs b"]


def test_equal_groups_do_not_differ():
    same = pd.concat([DATA.assign(arm="x"), DATA.assign(arm="y")])
    row = rmst_difference(same, by="arm", tau=5).contrasts.iloc[0]
    assert row["estimate"] == 0.0
    assert row["p_value"] == 1.0


@given(survival_tables(entry=True))
def test_a_group_of_its_own_is_the_area_of_its_curve(table):
    if table["arm"].nunique() < 2:
        return
    options = {"by": "arm", "entry": "entry_days"}
    curves = kaplan_meier(table, **options)
    tau = min(3.0, *(curve.counts.times[-1] for curve in curves.curves))
    if tau <= 0:
        return
    found = rmst_difference(table, tau=tau, **options).groups
    found = found[found["term"] == "restricted mean"]
    np.testing.assert_array_equal(found["estimate"], curves.rmst(tau)["estimate"])
    np.testing.assert_array_equal(found["std_error"], curves.rmst(tau)["std_error"])


def test_shared_clusters_count_once():
    """Twins in both arms: the same person twice differs from itself by nothing."""
    twins = pd.concat([DATA.assign(arm="x", pair=range(8)), DATA.assign(arm="y", pair=range(8))])
    row = rmst_difference(twins, by="arm", tau=5, cluster="pair").contrasts.iloc[0]
    assert row["std_error"] == pytest.approx(0.0, abs=1e-12)


def test_nobody_loses_time():
    data = DATA.assign(event=0)
    rows = rmst_difference(data, by="arm", tau=4).contrasts
    assert rows["warning"].tolist()[-1] == "a group's value is 0: the ratio has no limits"
    assert np.isnan(rows["estimate"].iloc[-1])


def test_tau_beyond_the_end_of_a_curve_that_is_above_0():
    with pytest.raises(NotEstimable, match="last observed time of: b"):
        rmst_difference(DATA, by="arm", tau=9)
    # a is known to be at 0 from day 5 on.
    assert rmst_difference(DATA, by="arm", tau=8).groups["estimate"].iloc[0] == 3.5


@pytest.mark.parametrize("options", [{"tau": 0}, {"tau": np.nan}, {"by": "one"}], ids=str)
def test_calls_that_are_refused(options):
    with pytest.raises(UsageError):
        rmst_difference(DATA.assign(one="a"), **{"by": "arm", "tau": 4, **options})


def test_milestone_ratio_by_hand():
    curves = kaplan_meier(DATA, by="arm")
    row = curves.ratio(3).tidy().iloc[0]
    assert row["term"] == "survival ratio"
    assert row["estimate"] == pytest.approx(0.75 / 0.5, rel=1e-14)
    greenwood = 1 / (4 * 3) + 1 / (3 * 2) + 1 / (4 * 3)
    assert row["std_error"] == pytest.approx(np.sqrt(greenwood), rel=1e-13)
    assert row["conf_low"] * row["conf_high"] == pytest.approx(row["estimate"] ** 2, rel=1e-12)


def test_milestone_ratio_where_nobody_is_left():
    row = kaplan_meier(DATA, by="arm").ratio(7, reference="b").tidy().iloc[0]
    assert row["estimate"] == 0.0
    assert np.isnan(row["conf_low"])
    assert "no limits" in row["warning"]
