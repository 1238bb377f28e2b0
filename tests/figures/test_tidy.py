"""Groups come in order of appearance, and a missing name is a name."""

import math

import pandas as pd

from afterglow.figures.tidy import groups_of, highest, rows_of


def test_the_highest_value_counts_limits_and_skips_what_is_not_finite():
    frame = pd.DataFrame({"estimate": [0.2, math.nan], "conf_high": [0.3, math.inf]})
    assert highest(frame, None) == 0.3
    assert math.isnan(highest(frame.iloc[:0]))


def test_groups_without_a_column_are_one_unnamed_group():
    frame = pd.DataFrame({"x": [1, 2]})
    assert groups_of(frame) == [""]
    assert len(rows_of(frame, "")) == 2


def test_a_missing_group_is_named_by_a_dash():
    frame = pd.DataFrame({"group": ["a", None, "a"]})
    assert groups_of(frame) == ["a", "–"]
    assert len(rows_of(frame, "–")) == 1
