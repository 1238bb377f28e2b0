"""Concordance by hand, against every pair looked at, and what it may not depend on."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support import slow_concordance as slow

from afterglow.errors import InvalidInput, UsageError
from afterglow.estimate.cox.concordance import concordance

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "reference" / "golden" / "cox_diagnostics.json").read_text("utf-8")
)
MANY = settings(max_examples=40, deadline=None)
WEIGHTINGS = tuple(slow.TIME_WEIGHTS)
PAIRS = ["concordant", "discordant", "tied_score", "tied_time", "tied_both"]


@st.composite
def scored(draw, *, entry: bool = False) -> pd.DataFrame:
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(-1, 4) if entry else st.just(-1),
                st.integers(1, 6),
                st.booleans(),
                st.integers(0, 4),
                st.sampled_from("uv"),
                st.sampled_from("xyz"),
                st.integers(1, 3),
            ),
            min_size=2,
            max_size=11,
        )
    )
    names = ["entry", "duration_days", "event", "score", "site", "cluster", "count"]
    table = pd.DataFrame(rows, columns=names)
    table["duration_days"] += table["entry"].clip(lower=0)
    table["weight"] = table["count"] * 0.37
    table["subject_id"] = range(len(table))
    return table


def as_rows(table: pd.DataFrame, *, strata: bool, weighted: bool) -> list[slow.Row]:
    return [
        slow.Row(
            float(r.entry), float(r.duration_days), bool(r.event), float(r.score),
            r.site if strata else "", Fraction(r.count * 37, 100) if weighted else Fraction(1),
        )
        for r in table.itertuples()
    ]  # fmt: skip


def close(ours, theirs, rtol=1e-11):
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-13)


@MANY
@given(scored(entry=True), st.sampled_from(WEIGHTINGS), st.booleans(), st.booleans())
def test_every_pair_looked_at(table, weighting, strata, weighted):
    late = weighting not in ("uno", "schemper")
    table = table if late else table.assign(entry=-1)
    rows = as_rows(table, strata=strata, weighted=weighted)
    scale = slow.scaled(rows, weighting)
    expected = slow.pairs(rows, scale)
    assume(sum(expected) > 0)
    options = {"strata": "site"} if strata else {}
    options |= {"entry": "entry"} if late else {}
    options |= {"weights": "weight"} if weighted else {}
    found = concordance(table, score="score", weighting=weighting, **options)
    close(found.table[PAIRS[:3]].to_numpy()[0], [float(value) for value in expected])
    close(found.estimate, float(slow.concordance(rows, scale)))
    influence = [float(slow.influence(rows, scale, i)) for i in range(len(rows))]
    close(found.pairs.influence, influence, rtol=1e-9)
    weights = np.array([float(r.weight) for r in rows])
    close(found.std_error**2, np.sum((weights * influence) ** 2), rtol=1e-9)
    by_cluster = concordance(
        table, score="score", weighting=weighting, cluster="cluster", **options
    )
    sums = pd.Series(weights * influence).groupby(table["cluster"]).sum()
    close(by_cluster.std_error**2, np.sum(sums**2), rtol=1e-9)


@pytest.mark.parametrize("case", GOLDEN["concordance"], ids=lambda case: str(case["options"]))
def test_concordance_matches_r(case):
    options, expected = dict(case["options"]), case["expect"]
    if options.get("weights") == "count":
        options["weights_kind"] = "frequency"
    data = pd.DataFrame(GOLDEN["data"])
    found = concordance(data, score="score", duration="duration", event="event", **options)
    close([found.estimate, found.std_error], [expected["concordance"], expected["std_error"]])
    close(found.table[PAIRS].to_numpy()[0], expected["pairs"], rtol=1e-10)


def test_by_hand():
    # Event at 2 (score 3) against 1 (later), 3 (censored that day) and 5: one up, one tied, one down;
    # at 4 (score 1) against 5: down.
    data = pd.DataFrame({"duration_days": [2, 4, 2, 6], "event": [1, 1, 0, 0], "s": [3, 1, 3, 5.0]})
    found = concordance(data, score="s")
    assert found.table[PAIRS].to_numpy()[0].tolist() == [1, 2, 1, 0, 0]
    assert found.estimate == 1.5 / 4
    assert found.tidy()["n"][0] == 4
    assert found.tidy()["n_events"][0] == 2


def test_events_on_one_day_are_no_pair():
    data = pd.DataFrame({"duration_days": [3, 3, 3, 9], "event": [1, 1, 1, 0], "s": [1, 1, 2, 0.0]})
    found = concordance(data, score="s")
    assert found.table[PAIRS].to_numpy()[0].tolist() == [3, 0, 0, 2, 1]
    assert found.estimate == 1.0
    assert "nothing about chance" in found.tidy()["warning"][0]


@MANY
@given(scored(entry=True), st.randoms(use_true_random=False))
def test_row_order_changes_no_bit(table, random):
    order = list(range(len(table)))
    random.shuffle(order)
    for options in (
        {"entry": "entry"},
        {"weights": "weight", "entry": "entry", "strata": "site"},
        {"weights": "weight", "cluster": "cluster", "weighting": "uno"},
        {"weights": "weight", "strata": "site", "weighting": "peto"},
    ):
        both = [concordance(t, score="score", **options).tidy() for t in (table, table.iloc[order])]
        pd.testing.assert_frame_equal(*both, check_exact=True)


@MANY
@given(scored(entry=True), st.sampled_from(("harrell", "peto", "logrank")))
def test_a_frequency_is_that_many_rows(table, weighting):
    twice = table.loc[table.index.repeat(table["count"])]
    options = {"score": "score", "entry": "entry", "weighting": weighting}
    counted = concordance(table, weights="count", weights_kind="frequency", **options).tidy()
    repeated = concordance(twice, **options).tidy()
    columns = ["estimate", "std_error", "conf_low", "n", "n_events", *PAIRS]
    close(counted[columns].astype(float), repeated[columns].astype(float), rtol=1e-10)


@MANY
@given(scored(entry=True))
def test_only_the_order_of_scores_and_times_counts(table):
    options = {"score": "score", "entry": "entry", "strata": "site"}
    plain = concordance(table, **options)
    other = table.assign(
        score=np.exp(table["score"]) - 7.0,
        entry=table["entry"] * 24.0,
        duration_days=table["duration_days"] * 24.0,
        site=table["site"].map({"u": "z", "v": "a"}),
    )
    same = concordance(other, **options)
    close([same.estimate, same.std_error], [plain.estimate, plain.std_error])
    turned = concordance(table.assign(score=-table["score"]), **options)
    close([turned.estimate, turned.std_error], [1.0 - plain.estimate, plain.std_error], rtol=1e-10)


@MANY
@given(scored(), st.integers(1, 5))
def test_cutting_subjects_into_pieces_changes_nothing(table, cut):
    table = table.assign(entry=-1.0)
    long = table["duration_days"] > cut
    first = table[long].assign(duration_days=cut, event=False)
    pieces = pd.concat([first, table.assign(entry=np.where(long, cut, -1.0))])
    options = {"score": "score", "entry": "entry", "subject": "subject_id"}
    whole, cut_up = (concordance(t, **options).tidy() for t in (table, pieces))
    columns = ["estimate", "std_error", "n", "n_events", *PAIRS]
    close(whole[columns].astype(float), cut_up[columns].astype(float), rtol=1e-10)


@MANY
@given(scored())
def test_without_censoring_uno_is_harrell(table):
    everybody = table.assign(event=True)
    uno, harrell = (concordance(everybody, score="score", weighting=w) for w in ("uno", "harrell"))
    close([uno.estimate, uno.std_error], [harrell.estimate, harrell.std_error])


def test_later_events_can_be_left_out():
    data = pd.DataFrame({"duration_days": [1, 2, 8, 9], "event": [1, 1, 1, 1], "s": [3, 1, 0, 2.0]})
    assert concordance(data, score="s", until_day=2).estimate == 4 / 5
    assert concordance(data, score="s").estimate == 4 / 6


def test_the_last_day_forgives_rounding_noise():
    days = [0.1, 0.1 + 0.2, 0.5, 0.6]
    data = pd.DataFrame({"duration_days": days, "event": 1, "score": [3, 1, 2, 0]})
    assert concordance(data, score="score", until_day=0.3).pairs.concordant == 4
    assert concordance(data, score="score", until_day=0.29).pairs.concordant == 3


def test_nobody_to_compare():
    for data in (
        pd.DataFrame({"duration_days": [4, 5], "event": [0, 0], "s": [1, 2]}),
        pd.DataFrame({"duration_days": [4.0], "event": [1], "s": [1]}),
        pd.DataFrame({"duration_days": [4, 4], "event": [1, 1], "s": [1, 2]}),
    ):
        found = concordance(data, score="s")
        row = found.tidy().iloc[0]
        assert np.isnan(row[["estimate", "std_error", "conf_low", "conf_high"]].astype(float)).all()
        assert "no two rows can be compared" in row["warning"]
        assert "There is no concordance" in found.summary()


def test_rounding_leaves_nothing_where_nobody_is_compared():
    weights = [0.1, 0.2, 0.3, 0.7]
    data = pd.DataFrame({"duration_days": [4.0] * 4, "event": 1, "s": [1, 2, 3, 4], "w": weights})
    late = data.assign(entry=[0, 1, 2, 3])
    for table, options in ((data, {}), (late, {"entry": "entry"})):
        assert np.isnan(concordance(table, score="s", weights="w", **options).estimate)


def test_limits_stay_within_0_and_1():
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"duration_days": np.arange(1, 9), "event": 1, "s": -np.arange(8.0)})
    data["s"] += rng.normal(0, 1.5, 8)
    found = concordance(data, score="s", conf_level=0.999)
    assert found.conf_high == 1.0
    assert 0.0 <= found.conf_low < found.estimate < 1.0


def test_refusals():
    data = pd.DataFrame({"duration_days": [1, 2], "event": [1, 0], "s": [1, np.nan], "e": [0, 2]})
    with pytest.raises(InvalidInput, match="missing values"):
        concordance(data, score="s")
    data["s"] = [1.0, 2.0]
    with pytest.raises(UsageError, match="delayed entry hides"):
        concordance(data.assign(e=0), score="s", entry="e", weighting="uno")
    with pytest.raises(UsageError, match="not known"):
        concordance(data, score="s", weighting="gonen")
    with pytest.raises(UsageError, match="not known"):
        concordance(data, score="s", weights="s", weights_kind="importance")
    with pytest.raises(InvalidInput, match="is not before the end of its row"):
        concordance(data, score="s", entry="e")
    with pytest.raises(InvalidInput, match="is not a column"):
        concordance(data, score="risk")


def test_plot_and_notebook():
    data = pd.DataFrame({"duration_days": [1, 2, 3], "event": [1, 1, 0], "s": [3.0, 1, 2]})
    found = concordance(data, score="s")
    assert "Concordance 0.6667" in found._repr_html_()
    assert found.plot().get_lines()
