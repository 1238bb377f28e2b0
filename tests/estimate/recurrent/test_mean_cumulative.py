"""The mean cumulative function: twins, invariants, edges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.slow_recurrent import (
    ghosh_lin_variance,
    jackknife_variance,
    mean,
    plain,
    recurrent_cohort,
)

from afterglow.errors import InvalidInput, UsageError
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.recurrent.mean_cumulative import mean_cumulative_function

SEEDS = st.integers(0, 10**6)
FEW = settings(max_examples=25)
NUMBERS = ["time_days", "at_risk", "events", "censored", "estimate", "std_error", "conf_low"]


def table(data, **options) -> pd.DataFrame:
    return mean_cumulative_function(data, **options).tidy()


def same(left: pd.DataFrame, right: pd.DataFrame, columns=NUMBERS, scale: float = 1.0) -> None:
    for column in columns:
        factor = scale if column == "time_days" else 1.0
        np.testing.assert_allclose(
            left[column] * factor, right[column], rtol=1e-9, atol=1e-12, err_msg=column
        )


@FEW
@given(SEEDS)
def test_every_value_is_that_of_plain_loops(seed):
    data = recurrent_cohort(seed)
    rows = plain(data)
    found = table(data, terminal="death")
    exact = table(data, terminal="death", variance="infinitesimal-jackknife")
    ones = dict.fromkeys(data["subject_id"], 1)
    for place, time in enumerate(found["time_days"]):
        assert found["estimate"][place] == pytest.approx(float(mean(rows, ones, time)))
        plug_in, jackknife = ghosh_lin_variance(rows, time), jackknife_variance(rows, time)
        assert found["std_error"][place] ** 2 == pytest.approx(float(plug_in), rel=1e-8, abs=1e-14)
        assert exact["std_error"][place] ** 2 == pytest.approx(
            float(jackknife), rel=1e-6, abs=1e-14
        )


@FEW
@given(SEEDS)
def test_clusters_are_those_of_plain_loops(seed):
    data = recurrent_cohort(seed)
    data["site"] = data["subject_id"] % 3
    sites = dict(zip(data["subject_id"], data["site"]))
    found = table(data, terminal="death", cluster="site", variance="infinitesimal-jackknife")
    last = found.iloc[-1]
    expected = jackknife_variance(plain(data), last["time_days"], sites)
    assert last["std_error"] ** 2 == pytest.approx(float(expected), rel=1e-6, abs=1e-14)


def test_a_case_worked_by_hand():
    # A: event at 2, dies at 4. B: events at 2 and 5, leaves at 6. C: leaves at 5.
    data = pd.DataFrame(
        [("A", 0, 2, 1, 0), ("A", 2, 4, 0, 1), ("B", 0, 2, 1, 0), ("B", 2, 5, 1, 0),
         ("B", 5, 6, 0, 0), ("C", 0, 5, 0, 0)],
        columns=["subject_id", "start_day", "stop_day", "event", "death"],
    )  # fmt: skip
    found = table(data, terminal="death").set_index("time_days")
    assert found["estimate"].tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3 + 2 / 3 / 2, 1.0])
    assert found["at_risk"].tolist() == [3, 3, 2, 1]
    assert found["terminated"].tolist() == [0, 1, 0, 0]
    assert found["censored"].tolist() == [0, 0, 1, 1]
    # At 5: influences of A, B, C are 1/9 − (1/3)(1 − 1/3)/3, 1/9 + (1/3)(1/3)/3 + 1/6 and
    # −2/9 + (1/3)(1/3)/3 − 1/6.
    parts = [1 / 9 - 2 / 27, 1 / 9 + 1 / 27 + 1 / 6, -2 / 9 + 1 / 27 - 1 / 6]
    assert found["std_error"][5] == pytest.approx(np.sqrt(np.sum(np.square(parts))))


@FEW
@given(SEEDS)
def test_single_events_give_nelson_aalen(seed):
    data = recurrent_cohort(seed).groupby("subject_id", as_index=False).last()
    peer = kaplan_meier(
        data, duration="stop_day", entry="start_day", event="event", estimator="nelson-aalen",
        cluster="subject_id",
    ).tidy()  # fmt: skip
    found = table(data)
    np.testing.assert_allclose(found["estimate"], peer["cumulative_hazard"], rtol=1e-12)
    np.testing.assert_allclose(
        found["std_error"], peer["cumulative_hazard_std_error"], rtol=1e-9, atol=1e-12
    )


@FEW
@given(SEEDS)
def test_without_terminal_events_ghosh_lin_is_the_plain_mean(seed):
    data = recurrent_cohort(seed, terminal=False)
    same(table(data), table(data, terminal="death"))


@FEW
@given(SEEDS)
def test_splitting_rows_changes_nothing(seed):
    data = recurrent_cohort(seed)
    middle = (data["start_day"] + data["stop_day"]) / 2
    early = data.assign(stop_day=middle, event=False, death=False)
    late = data.assign(start_day=middle)
    split = pd.concat([early, late], ignore_index=True)
    same(table(data, terminal="death"), table(split, terminal="death"))


@FEW
@given(SEEDS)
def test_weight_two_is_the_subject_twice(seed):
    data = recurrent_cohort(seed)
    data["w"] = 1 + data["subject_id"] % 3
    copies = [
        data[data["w"] > k].assign(subject_id=lambda d, k=k: 100 * k + d["subject_id"])
        for k in range(3)
    ]
    weighted = table(data, terminal="death", weights="w")
    repeated = table(pd.concat(copies), terminal="death")
    same(weighted, repeated)
    assert weighted["n"][0] == repeated["n"][0]
    assert weighted["n_events"][0] == repeated["n_events"][0]


@FEW
@given(SEEDS)
def test_order_labels_and_unit_change_nothing(seed):
    data = recurrent_cohort(seed)
    other = data.sample(frac=1.0, random_state=seed % 1000).reset_index(drop=True)
    other["subject_id"] = "s" + (97 - other["subject_id"]).astype(str)
    other[["start_day", "stop_day"]] *= 7.5
    here = table(data, terminal="death", by="arm")
    there = table(other, terminal="death", by="arm")
    assert here["group"].tolist() == there["group"].tolist()
    same(here, there, scale=7.5)


@FEW
@given(SEEDS)
def test_sampling_weights_scale_away(seed):
    data = recurrent_cohort(seed)
    data["w"], data["v"] = 0.5 + data["subject_id"] % 3, 3 * (0.5 + data["subject_id"] % 3)
    columns = ["time_days", "estimate", "std_error"]
    same(table(data, weights="w"), table(data, weights="v"), columns)


def test_numbers_at_risk_count_subjects_under_late_entry_and_gaps():
    data = pd.DataFrame(
        [("A", 0, 3, 1), ("A", 5, 9, 0), ("B", 2, 8, 1), ("C", 0, 4, 0)],
        columns=["subject_id", "start_day", "stop_day", "event"],
    )
    rows = mean_cumulative_function(data).at([0, 2, 3, 4.5, 5, 8, 9, 12])
    assert rows["at_risk"].tolist() == [2, 2, 3, 1, 1, 2, 1, 0]
    assert rows["censored"].tolist() == [0, 0, 0, 1, 0, 1, 1, 0]
    assert rows["warning"].str.contains("beyond").tolist() == [False] * 7 + [True]


def test_difference_of_a_subject_in_both_groups_counts_its_covariance():
    data = recurrent_cohort(4)
    twice = pd.concat([data.assign(arm="a"), data.assign(arm="b", subject_id=data["subject_id"])])
    shifted = twice.assign(start_day=twice["start_day"] + 50 * (twice["arm"] == "b"),
                           stop_day=twice["stop_day"] + 50 * (twice["arm"] == "b"))  # fmt: skip
    result = mean_cumulative_function(shifted, by="arm")
    row = result.difference(200.0).tidy().iloc[0]
    assert row["estimate"] == pytest.approx(0.0, abs=1e-12)
    assert row["std_error"] == pytest.approx(0.0, abs=1e-7)


def test_difference_and_limits_of_independent_groups():
    data = recurrent_cohort(11, subjects=20)
    result = mean_cumulative_function(data, by="arm", conf_level=0.9, conf_type="plain")
    a, b = (result.at(6.0).iloc[k] for k in (0, 1))
    row = result.difference(6.0, reference="b").tidy().iloc[0]
    assert row["group"] == "a vs b"
    assert row["estimate"] == pytest.approx(a["estimate"] - b["estimate"])
    assert row["std_error"] == pytest.approx(np.hypot(a["std_error"], b["std_error"]))
    assert a["conf_high"] - a["estimate"] == pytest.approx(1.6448536269514722 * a["std_error"])


def test_no_event_is_said():
    data = recurrent_cohort(1).assign(event=False)
    rows = table(data)
    assert (rows["estimate"] == 0).all()
    assert rows["warning"].str.contains("no event").all()


def test_one_subject_and_all_tied():
    one = pd.DataFrame({"subject_id": [1, 1], "start_day": [0, 3], "stop_day": [3, 6],
                        "event": [1, 1]})  # fmt: skip
    rows = table(one)
    assert rows["estimate"].tolist() == [1.0, 2.0]
    assert rows["warning"].str.contains("one subject").all()
    tied = pd.DataFrame({"subject_id": range(4), "start_day": 0, "stop_day": 5, "event": 1})
    assert table(tied)["estimate"].tolist() == [1.0]


def refused(data, match: str, **options) -> None:
    with pytest.raises(InvalidInput, match=match):
        mean_cumulative_function(data, **options)


def test_bad_rows_are_refused():
    data = recurrent_cohort(2)
    refused(data.assign(stop_day=data["start_day"]), "not after the start")
    refused(data.assign(event=2), "neither bool nor 0/1")
    refused(data.assign(start_day=0), "overlap")
    refused(data.assign(start_day=np.nan), "missing")
    refused(data.assign(death=True), "not at the subject's last row", terminal="death")
    refused(data.assign(site=range(len(data))), "differs within a subject", cluster="site")
    refused(data.assign(w=range(1, len(data) + 1)), "differs within a subject", weights="w")
    refused(data.drop(columns="event"), "not a column")
    refused(data.iloc[:0], "no rows")


def test_bad_words_are_refused():
    data = recurrent_cohort(2)
    for options in ({"variance": "greenwood"}, {"conf_type": "log-log"}, {"conf_level": 95},
                    {"variance": "naive", "terminal": "death"},
                    {"variance": "naive", "cluster": "subject_id"}):  # fmt: skip
        with pytest.raises(UsageError):
            mean_cumulative_function(data, **options)
    with pytest.raises(UsageError):
        mean_cumulative_function(data).difference(3)
    with pytest.raises(UsageError):
        mean_cumulative_function(data).at(np.inf)


def test_the_plot_carries_the_numbers_at_risk():
    import matplotlib as mpl

    mpl.use("agg")
    data = recurrent_cohort(3, subjects=12)
    result = mean_cumulative_function(data, by="arm", terminal="death")
    texts = [text.get_text() for text in result.plot().texts]
    assert "At risk" in texts
    first = result.at(0.0)
    assert all(str(count) in texts for count in first["at_risk"])
