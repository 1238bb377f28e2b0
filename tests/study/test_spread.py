"""Means, quartiles and shares, by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from support.cohorts import TEXT

from afterglow.study.spread import by_group, share_row, share_rows, spread

HEAD = {"section": "baseline"}


def test_numbers():
    found = spread(np.array([1.0, np.nan, 2.0, 4.0, 5.0]))
    assert found == {
        "n": 4, "n_missing": 1, "mean": 3, "sd": pytest.approx(math.sqrt(10 / 3)),
        "median": 3, "q1": 1.75, "q3": 4.25,
    }  # fmt: skip


def test_one_value_has_no_sd_and_none_has_no_mean():
    assert math.isnan(spread(np.array([3.0]))["sd"])
    empty = spread(np.array([np.nan]))
    assert (empty["n"], empty["n_missing"]) == (0, 1)
    assert math.isnan(empty["mean"])


def test_order_changes_no_bit():
    values = np.random.default_rng(1).normal(size=999)
    assert (
        spread(values)
        == spread(values[::-1])
        == spread(np.random.default_rng(2).permutation(values))
    )


def test_shares_by_group():
    table = pd.DataFrame({"sex": pd.array(["F", "M", "F", None], dtype=TEXT)})
    rows = share_rows(HEAD, "sex", table, "sex", pd.Categorical(["x", "y", "y", "y"]))
    found = {
        (row["group"], row["statistic_name"], row.get("level", "")): row["estimate"] for row in rows
    }
    assert found["", "n", ""] == 3
    assert found["", "n_missing", ""] == 1
    assert found["", "share", "F"] == 2 / 3
    assert found["x", "share", "M"] == 0
    assert found["y", "share", "M"] == 0.5


def test_share_of_nobody_is_undefined():
    row = share_row(HEAD, "yes", 0, 0)
    assert math.isnan(row["estimate"])
    assert row["n"] == 0


def test_rows_without_a_group_count_in_the_whole():
    table = pd.DataFrame({"x": [1, 2, 3]})
    found = {label: len(mine) for label, mine in by_group(table, pd.Categorical(["a", None, "b"]))}
    assert found == {"": 3, "a": 1, "b": 1}
