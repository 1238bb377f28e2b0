"""One endpoint under every strategy: by hand, against the estimators alone, and what must hold."""

from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from support.survival_tables import survival_tables

from afterglow.errors import InvalidInput, UsageError
from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.strategies.comparison import (
    COMPETING,
    COMPOSITE,
    NAIVE,
    TREATMENT_POLICY,
    strategy_comparison,
)

SIX = pd.DataFrame(
    {
        "duration_days": [10.0, 20, 30, 40, 50, 60],
        "cause": ["relapse", "booster", "relapse", "booster", "", "switch"],
    }
)
THROUGH = pd.DataFrame(
    {
        "duration_days": [10.0, 25, 30, 55, 50, 60],
        "cause": ["relapse", "relapse", "relapse", "", "", "switch"],
    }
)
BY_HAND = {
    (COMPETING, 15): Fraction(5, 6),
    (COMPETING, 45): Fraction(4, 6),
    (NAIVE, 15): Fraction(5, 6),
    (NAIVE, 45): Fraction(5, 6) * Fraction(3, 4),
    (COMPOSITE, 15): Fraction(5, 6),
    (COMPOSITE, 45): Fraction(2, 6),
    (TREATMENT_POLICY, 15): Fraction(5, 6),
    (TREATMENT_POLICY, 45): Fraction(3, 6),
}
TIMES = np.arange(0.0, 14.0)
EXACT = 1e-12
FEW = settings(max_examples=15)


def shares(found, strategy: str, times=TIMES) -> np.ndarray:
    rows = found.at(list(times))
    return rows.loc[rows["group"] == strategy, "estimate"].to_numpy()


def compared(table: pd.DataFrame, **options):
    return strategy_comparison(table, of="relapse", **options)


def test_by_hand():
    found = compared(SIX, looked_through=THROUGH)
    for (strategy, day), wanted in BY_HAND.items():
        assert shares(found, strategy, [day])[0] == pytest.approx(float(wanted), rel=1e-14)
    medians = found.median().set_index("group")["estimate"]
    assert np.isnan(medians[COMPETING])
    assert medians[COMPOSITE] == 35.0
    assert medians[TREATMENT_POLICY] == 30.0
    bounds = found.bounds([15, 45])
    assert bounds["conf_low"].tolist() == pytest.approx([5 / 6, 2 / 6])
    assert bounds["conf_high"].tolist() == pytest.approx([5 / 6, 4 / 6])


def test_each_curve_is_that_of_its_own_estimator():
    alone = aalen_johansen(SIX).at([45]).set_index("term")
    found = compared(SIX).at([45]).set_index("group")
    assert found.loc[COMPETING, "estimate"] == 1 - alone.loc["relapse", "estimate"]
    assert found.loc[COMPETING, "conf_low"] == 1 - alone.loc["relapse", "conf_high"]
    only = SIX[SIX["cause"] != "switch"]
    found = compared(only).at([45]).set_index("group")
    curve = kaplan_meier(only.assign(event=only["cause"] == "relapse")).at([45]).iloc[0]
    for column in ("estimate", "conf_low", "conf_high", "at_risk"):
        assert found.loc[NAIVE, column] == curve[column]


@FEW
@given(survival_tables())
def test_bounds_hold_what_is_between_them(table):
    check_order(compared(table))


@FEW
@given(survival_tables(entry=True))
def test_bounds_hold_with_delayed_entry(table):
    check_order(compared(table, entry="entry_days"))


def check_order(found):
    worst, naive, best = (shares(found, name) for name in (COMPOSITE, NAIVE, COMPETING))
    assert (worst <= naive + EXACT).all()
    assert (naive <= best + EXACT).all()
    bounds = found.bounds(TIMES)
    np.testing.assert_array_equal(bounds["conf_low"], worst)
    np.testing.assert_array_equal(bounds["conf_high"], best)


@FEW
@given(
    st.lists(
        st.tuples(st.integers(1, 12), st.one_of(st.none(), st.integers(1, 12))),
        min_size=1,
        max_size=25,
    )
)
def test_whatever_boosters_hid_lies_between_the_bounds(people):
    """Relapse days of everybody are known here, and boosters hide those that come after them."""
    truth = np.array([relapse for relapse, _ in people], dtype=float)
    booster = np.array([np.inf if day is None else day for _, day in people], dtype=float)
    boosted = booster < truth
    table = pd.DataFrame(
        {
            "duration_days": np.where(boosted, booster, truth),
            "cause": np.where(boosted, "booster", "relapse"),
        }
    )
    bounds = compared(table).bounds(TIMES)
    free = (truth[None, :] > TIMES[:, None]).mean(axis=1)
    assert (bounds["conf_low"] <= free + EXACT).all()
    assert (free <= bounds["conf_high"] + EXACT).all()


@FEW
@given(survival_tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_names_of_causes_change_nothing(table, random):
    order = list(range(len(table)))
    random.shuffle(order)
    other = table.iloc[order].replace({"cause": {"relapse": "z", "booster": "a"}})
    again = strategy_comparison(other, of="z", varied=("a",))
    names = ["estimate", "conf_low", "conf_high", "at_risk", "events", "censored"]
    pd.testing.assert_frame_equal(compared(table).tidy()[names], again.tidy()[names])


@FEW
@given(survival_tables())
def test_without_boosters_all_strategies_agree(table):
    found = compared(table.assign(cause=table["cause"].replace("booster", "")))
    worst, naive, best = (shares(found, name) for name in (COMPOSITE, NAIVE, COMPETING))
    np.testing.assert_array_equal(worst, naive)
    np.testing.assert_array_equal(naive, best)


def test_everybody_boosted():
    found = compared(SIX.assign(cause="booster"))
    assert shares(found, COMPETING, [60])[0] == 1.0
    assert shares(found, NAIVE, [60])[0] == 1.0
    assert shares(found, COMPOSITE, [60])[0] == 0.0


def test_nobody_relapses_and_one_subject():
    found = compared(SIX[SIX["cause"] == ""])
    assert (found.tidy()["estimate"] == 1.0).all()
    one = compared(SIX.head(1))
    assert shares(one, COMPOSITE, [9, 10]).tolist() == [1.0, 0.0]


def test_several_kinds_may_be_varied_and_others_go_on_competing():
    both = compared(SIX, varied=("booster", "switch"))
    assert shares(both, COMPOSITE, [60])[0] == pytest.approx(0.0)
    alone = compared(SIX)
    assert shares(alone, COMPOSITE, [60])[0] == pytest.approx(1 / 3)


@pytest.mark.parametrize("varied", [(), ("relapse",), ("booster", "relapse")])
def test_what_is_varied_is_not_the_event(varied):
    with pytest.raises(UsageError, match="varied must name events other than 'relapse'"):
        compared(SIX, varied=varied)


def test_wrong_columns_and_times_are_told():
    with pytest.raises(InvalidInput, match="cause"):
        compared(SIX.drop(columns="cause"))
    with pytest.raises(UsageError, match="finite"):
        compared(SIX).at(np.nan)
    with pytest.raises(UsageError, match="strategy"):
        compared(SIX).curve("hypothetical")


def test_the_summary_names_every_strategy():
    words = compared(SIX, looked_through=THROUGH).summary()
    assert words.startswith("Share free of relapse at the end: treatment policy 0.")
    assert words.count("CI") == 4
