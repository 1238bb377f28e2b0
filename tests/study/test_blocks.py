"""What begins each cycle: worked by hand, and the walk's own cycles beside it."""

import numpy as np
import pandas as pd
import pytest
from support.cohorts import library
from support.demo_setting import demo_setting
from support.four_cycles import four_setting
from support.studies import tiny_cohort, tiny_plan

from afterglow.errors import UsageError
from afterglow.study.blocks import block_table
from afterglow.study.derive import derive


def test_four_subjects_by_hand():
    blocks = four_setting().blocks.set_index(["subject_id", "cycle"])
    assert blocks.index.tolist() == [("P", 1), ("P", 2), ("Q", 1), ("Q", 2), ("R", 1), ("S", 1)]
    first = blocks.loc[("P", 1)]
    assert (first["first_day"], first["last_day"], first["risk_day"]) == (0, 7, 17)
    assert (first["sessions_in_block"], first["dose_mg_per_kg"]) == (2, 0.5)
    assert (first["kind"], first["route"]) == ("scheduled", "IV")
    assert np.isnan(first["previous_gap_days"])
    assert pd.isna(first["previous_response"])
    second = blocks.loc[("P", 2)]
    assert (second["first_day"], second["last_day"], second["risk_day"]) == (34, 34, 41)
    assert (second["previous_gap_days"], second["previous_response"]) == (27, "yes")
    assert (second["kind"], second["route"], second["dose_mg_per_kg"]) == ("triggered", "IM", 0.8)
    assert np.isnan(blocks.loc[("Q", 2), "dose_mg_per_kg"])
    assert blocks.loc[("Q", 2), "kind"] == "unknown"
    assert blocks["dose_mg"].isna().all()


def test_gaps_of_the_demo_are_those_of_its_rows():
    setting = demo_setting()
    blocks = setting.blocks
    rows = setting.derived.rows
    gaps = rows[(rows["endpoint"] == "booster") & rows["event"]]
    ended = gaps.set_index(["subject_id", "cycle"])["duration_days"]
    begun = blocks[blocks["cycle"] > 1]
    keys = pd.MultiIndex.from_arrays([begun["subject_id"], begun["cycle"] - 1])
    both = ended.reindex(keys)
    assert both.notna().sum() > 1000
    known = both.notna().to_numpy()
    np.testing.assert_allclose(begun["previous_gap_days"][known], both[known])
    summary = setting.timelines.subjects.set_index("subject_id")
    counted = blocks.groupby("subject_id")["cycle"].max() - 1
    assert (summary.loc[counted.index, "n_blocks"] == counted).all()
    total = blocks.groupby("subject_id")["sessions_in_block"].sum()
    assert (summary.loc[total.index, "n_sessions"] == total).all()


def test_a_cohort_without_sessions_has_no_blocks():
    cohort = tiny_cohort(sessions=None)
    derived = derive(cohort, tiny_plan(), library())
    assert block_table(cohort, derived, library()).empty


def test_something_else_is_refused():
    setting = demo_setting()
    with pytest.raises(UsageError, match="derived"):
        block_table(setting.cohort, setting.plan)
