"""What no member of the log-rank family may depend on, and its tie to Cox's score test."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import slow_estimates as slow
from support.survival_tables import as_rows, survival_tables

from afterglow.estimate.cox.model import cox
from afterglow.estimate.logrank import logrank

FAMILY = [
    "logrank", "peto", "gehan", "tarone-ware", "peto-peto", "modified-peto-peto",
    ("fleming-harrington", 0, 1), ("fleming-harrington", 0.5, 2),
]  # fmt: skip
MANY = settings(max_examples=30, deadline=None)
ENTRY = {"entry": "entry_days"}


def close(one: pd.DataFrame, two: pd.DataFrame, columns) -> None:
    left, right = (rows[columns].astype(float) for rows in (one, two))
    np.testing.assert_allclose(left, right, rtol=1e-9, atol=1e-11)


NUMBERS = ["statistic", "p_value", "observed", "expected"]


@pytest.mark.parametrize("weighting", FAMILY, ids=str)
@MANY
@given(table=survival_tables(entry=True))
def test_a_weight_is_that_many_rows(weighting, table):
    if table["arm"].nunique() < 2:
        return
    twice = table.loc[table.index.repeat(table["count"])]
    options = {"by": "arm", "weighting": weighting, "trend": True, **ENTRY}
    close(
        logrank(table, weights="count", **options).tidy(), logrank(twice, **options).tidy(),
        [*NUMBERS, "n", "n_events"],
    )  # fmt: skip


@pytest.mark.parametrize("weighting", FAMILY, ids=str)
@MANY
@given(table=survival_tables(), cut=st.integers(1, 5))
def test_pieces_change_nothing(weighting, table, cut):
    if table["arm"].nunique() < 2:
        return
    table = table.assign(entry_days=-np.inf)
    long = table["duration_days"] > cut
    early = table[long].assign(duration_days=float(cut), event=False)
    pieces = pd.concat([early, table.assign(entry_days=table["entry_days"].where(~long, cut))])
    options = {"by": "arm", "weighting": weighting, "strata": "site"}
    close(
        logrank(table, **options).tidy(),
        logrank(pieces, subject="subject_id", **ENTRY, **options).tidy(),
        NUMBERS,
    )


@pytest.mark.parametrize("weighting", FAMILY, ids=str)
@MANY
@given(table=survival_tables(entry=True), factor=st.sampled_from([1 / 7, 24.0, 30.4375]))
def test_another_unit_of_time_changes_nothing(weighting, table, factor):
    if table["arm"].nunique() < 2:
        return
    other = table.assign(
        duration_days=table["duration_days"] * factor, entry_days=table["entry_days"] * factor
    )
    options = {"by": "arm", "weighting": weighting, **ENTRY}
    close(logrank(table, **options).tidy(), logrank(other, **options).tidy(), NUMBERS)


@pytest.mark.parametrize("late", [False, True])
@MANY
@given(table=survival_tables(entry=True))
def test_peto_and_gehan_against_plain_loops(late, table):
    """The slow twin's terms of each time, times the weight worked out from the same loops."""
    if table["arm"].nunique() < 2:
        return
    table = table if late else table.assign(entry_days=-np.inf)
    options = ENTRY if late else {}
    rows = as_rows(table)
    groups = {arm: as_rows(part) for arm, part in table.groupby("arm")}
    for weighting in ("peto", "gehan"):
        score, height = 0.0, 1.0
        for time in sorted({end for _, end, why in rows if why}):
            n, d = slow.at_risk(rows, time), slow.happened(rows, time)
            weight = height if weighting == "peto" else n
            own = slow.happened(groups["a"], time) - d * slow.at_risk(groups["a"], time) / n
            score += weight * own
            height *= 1 - d / n
        found = logrank(table, by="arm", weighting=weighting, **options).groups
        assert found["observed"][0] - found["expected"][0] == pytest.approx(score, abs=1e-10)


def test_without_ties_it_is_the_score_test_of_a_cox_model():
    rng = np.random.default_rng(1)
    data = pd.DataFrame({"duration_days": rng.permutation(80) + 1.0, "arm": ["a", "b"] * 40})
    data["event"] = rng.random(80) < 0.6
    data["site"] = rng.choice(["u", "v"], 80)
    for strata in (None, "site"):
        tests = cox(data, ["arm"], strata=strata).tests().tidy().set_index("term")["statistic"]
        found = logrank(data, by="arm", strata=strata).statistic
        assert found == pytest.approx(tests["score"], rel=1e-10)


def test_with_clusters_it_is_the_robust_score_test_of_a_cox_model():
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"duration_days": rng.integers(1, 20, 80), "arm": ["a", "b"] * 40})
    data["event"] = rng.random(80) < 0.6
    data["site"] = rng.integers(0, 12, 80)
    tests = cox(data, ["arm"], cluster="site", ties="breslow").tests().tidy()
    robust = tests[tests["term"].str.contains("robust")]["statistic"].iloc[0]
    assert logrank(data, by="arm", cluster="site").statistic == pytest.approx(robust, rel=1e-9)


@MANY
@given(survival_tables())
def test_fleming_harrington_without_powers_is_the_log_rank_test(table):
    if table["arm"].nunique() < 2:
        return
    plain, powers = (
        logrank(table, by="arm", weighting=weighting).tidy()
        for weighting in ("logrank", ("fleming-harrington", 0, 0))
    )
    close(plain, powers, NUMBERS)
