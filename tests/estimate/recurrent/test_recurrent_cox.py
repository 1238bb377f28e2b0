"""Regression on recurrent events: invariants, twins and edges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.slow_recurrent import recurrent_cohort

from afterglow.errors import InvalidInput, NotEstimable, UsageError
from afterglow.estimate.cox.model import cox
from afterglow.estimate.recurrent.recurrent_cox import recurrent_cox

SEEDS = st.integers(0, 10**6)
MODELS = st.sampled_from(["andersen-gill", "lwyy", "pwp-total", "pwp-gap", "wlw"])
FEW = settings(max_examples=20)
NUMBERS = ["estimate", "std_error", "robust_std_error", "n", "n_events"]


def cohort(seed: int) -> pd.DataFrame:
    data = recurrent_cohort(seed, subjects=40)
    rng = np.random.default_rng(seed)
    age = rng.normal(size=40).round(2)
    return data.assign(age=age[data["subject_id"]], treated=data["subject_id"] % 2)


def fitted(data, model, formula=("age", "treated"), **options) -> pd.DataFrame:
    return recurrent_cox(data, list(formula), model=model, **options).tidy()


def same(left: pd.DataFrame, right: pd.DataFrame, columns=NUMBERS) -> None:
    for column in columns:
        np.testing.assert_allclose(
            left[column].astype(float), right[column].astype(float), rtol=1e-6, atol=1e-9,
            err_msg=column,
        )  # fmt: skip


@FEW
@given(SEEDS, MODELS)
def test_splitting_rows_changes_nothing(seed, model):
    data = cohort(seed)
    middle = (data["start_day"] + data["stop_day"]) / 2
    split = pd.concat([data.assign(stop_day=middle, event=False), data.assign(start_day=middle)])
    same(fitted(data, model), fitted(split, model))


@FEW
@given(SEEDS, MODELS)
def test_order_labels_and_unit_change_nothing(seed, model):
    data = cohort(seed)
    other = data.sample(frac=1.0, random_state=seed % 1000).reset_index(drop=True)
    other["subject_id"] = "s" + (97 - other["subject_id"]).astype(str)
    other[["start_day", "stop_day"]] *= 7.5
    same(fitted(data, model), fitted(other, model))


@FEW
@given(SEEDS, MODELS)
def test_frequency_two_is_the_subject_twice(seed, model):
    data = cohort(seed)
    data["w"] = 1 + data["subject_id"] % 2
    again = data[data["w"] == 2].assign(subject_id=lambda d: 100 + d["subject_id"])
    weighted = fitted(data, model, weights="w", weights_kind="frequency")
    same(weighted, fitted(pd.concat([data, again]), model))


@FEW
@given(SEEDS)
def test_single_events_are_an_ordinary_cox_model(seed):
    data = cohort(seed).groupby("subject_id", as_index=False).last()
    columns = {"duration": "stop_day", "entry": "start_day", "event": "event"}
    peer = cox(data, ["age", "treated"], robust=True, **columns).tidy()
    for model in ("andersen-gill", "pwp-total", "wlw"):
        same(fitted(data, model), peer)
    waited = data.assign(wait=data["stop_day"] - data["start_day"])
    gap = cox(waited, ["age", "treated"], robust=True, duration="wait").tidy()
    same(fitted(data, "pwp-gap"), gap)


@FEW
@given(SEEDS)
def test_rates_are_a_cox_model_on_the_rows_with_clusters(seed):
    data = cohort(seed)
    columns = {"duration": "stop_day", "entry": "start_day", "cluster": "subject_id"}
    peer = cox(data, ["age", "treated"], **columns).tidy()
    same(fitted(data, "andersen-gill"), peer, ["estimate", "std_error", "robust_std_error"])
    number = data.groupby("subject_id")["event"].cumsum() - data["event"] + 1
    peer = cox(data.assign(k=number), ["age"], strata="k", **columns).tidy()
    same(fitted(data, "pwp-total", ["age"]), peer, ["estimate", "std_error", "robust_std_error"])


@FEW
@given(SEEDS)
def test_marginal_model_is_a_cox_model_on_a_record_per_subject_and_event(seed):
    data = cohort(seed)
    touching = data.groupby("subject_id")["stop_day"].shift() == data["start_day"]
    first = ~data["subject_id"].duplicated()
    data = data[(touching | first).groupby(data["subject_id"]).cummin()]
    records = []
    most = int(data.groupby("subject_id")["event"].sum().max())
    for subject, rows in data.groupby("subject_id"):
        days = rows.loc[rows["event"], "stop_day"].tolist()
        for k in range(1, most + 1):
            had = len(days) >= k
            stop = days[k - 1] if had else rows["stop_day"].max()
            records.append((subject, k, rows["start_day"].min(), stop, had, rows["age"].iloc[0]))
    columns = ["subject_id", "k", "start", "stop", "event", "age"]
    peer = cox(pd.DataFrame(records, columns=columns), ["age"], duration="stop", entry="start",
               strata="k", cluster="subject_id").tidy()  # fmt: skip
    same(fitted(data, "wlw", ["age"]), peer, ["estimate", "std_error", "robust_std_error"])


def test_gaps_begin_with_the_first_row_after_an_event():
    data = pd.DataFrame(
        [(1, 0, 3, 1, 0.1), (1, 5, 7, 0, 0.1), (1, 8, 9, 1, 0.1), (2, 1, 4, 0, 0.7),
         (2, 4, 6, 1, 0.7), (3, 0, 8, 1, 0.4), (3, 8, 12, 0, 0.4)],
        columns=["subject_id", "start_day", "stop_day", "event", "age"],
    )  # fmt: skip
    rows = recurrent_cox(data, ["age"], model="pwp-gap").fitted.sample.rows
    starts = np.concatenate([[-np.inf], rows.times])
    assert rows.times[rows.exit].tolist() == [3, 2, 4, 3, 5, 8, 4]
    assert starts[rows.entry + 1].tolist() == [0, 0, 3, 0, 3, 0, 0]
    assert rows.stratum.tolist() == [0, 1, 1, 0, 0, 0, 1]


def test_later_events_are_pooled_or_left_out():
    data = cohort(3)
    pooled = recurrent_cox(data, ["age"], model="pwp-total", max_event=2)
    assert pooled.fitted.sample.strata == ("event 1", "event 2")
    assert pooled.tidy()["n_events"][0] == int(data["event"].sum())
    cut = recurrent_cox(data, ["age"], model="wlw", max_event=1)
    first = data[data.groupby("subject_id")["event"].cumsum() - data["event"] == 0]
    same(cut.tidy(), fitted(first, "andersen-gill", ["age"]))


def test_effects_of_each_event_and_their_combination():
    result = recurrent_cox(cohort(3), ["age", "treated"], model="wlw", event_specific=["age"],
                           max_event=2)  # fmt: skip
    assert result.tidy()["term"].tolist() == ["age: event 1", "age: event 2", "treated"]
    row = result.combined().tidy().iloc[0]
    beta, variance = result.fitted.fit.beta[:2], result.fitted.variance[:2, :2]
    weights = np.linalg.solve(variance, np.ones(2))
    weights = weights / weights.sum()
    assert row["estimate"] == pytest.approx(weights @ beta)
    assert row["std_error"] == pytest.approx(np.sqrt(weights @ variance @ weights))
    apart = beta[0] - beta[1]
    spread = variance[0, 0] + variance[1, 1] - 2 * variance[0, 1]
    assert row["equality_statistic"] == pytest.approx(apart**2 / spread)


def test_strata_and_clusters_of_the_caller():
    data = cohort(8).assign(site=lambda d: d["subject_id"] % 5)
    columns = {"duration": "stop_day", "entry": "start_day", "cluster": "site"}
    peer = cox(data, ["age"], strata="arm", **columns).tidy()
    found = recurrent_cox(data, ["age"], model="andersen-gill", strata="arm", cluster="site")
    same(found.tidy(), peer, ["estimate", "std_error", "robust_std_error"])
    assert "stratified by arm, robust (Lin–Wei) variance by cluster" in found.summary()
    both = recurrent_cox(data, ["age"], model="pwp-total", strata="arm", max_event=2)
    assert both.fitted.sample.strata == ("a, event 1", "a, event 2", "b, event 1", "b, event 2")


def test_options_without_meaning_are_refused():
    data = cohort(1)
    for options in ({"model": "cox"}, {"model": "lwyy", "robust": False},
                    {"model": "wlw", "robust": False}, {"model": "lwyy", "max_event": 2},
                    {"model": "andersen-gill", "event_specific": True},
                    {"model": "wlw", "event_specific": ["weight"]},
                    {"model": "wlw", "max_event": 0}, {"model": "lwyy", "ties": "exact"}):  # fmt: skip
        with pytest.raises(UsageError):
            recurrent_cox(data, ["age"], **options)
    with pytest.raises(UsageError, match="event-specific"):
        recurrent_cox(data, ["age"], model="wlw").combined()


def test_bad_data_are_refused_and_no_event_is_said():
    data = cohort(1)
    with pytest.raises(InvalidInput, match="overlap"):
        recurrent_cox(data.assign(start_day=-1), ["age"], model="lwyy")
    with pytest.raises(NotEstimable, match="does not vary"):
        recurrent_cox(data.assign(age=1.0), ["age"], model="lwyy")
    for model in ("andersen-gill", "pwp-total", "pwp-gap", "wlw"):
        rows = fitted(data.assign(event=0), model, ["age"])
        assert rows["warning"].str.contains("no event").all()
        assert rows["estimate"].isna().all()


def test_effects_of_each_event_without_events_are_said():
    data = cohort(1).assign(event=0)
    for model in ("pwp-total", "pwp-gap", "wlw"):
        result = recurrent_cox(data, ["age"], model=model, event_specific=True)
        assert result.tidy()["warning"].str.contains("no event").all()
        assert result.combined().tidy()["estimate"].isna().all()


def test_the_result_draws_and_checks():
    import matplotlib as mpl

    mpl.use("agg")
    result = recurrent_cox(cohort(2), ["age", "treated"], model="andersen-gill")
    assert result.plot() is not None
    assert result.check_proportional_hazards().tidy()["statistic"].notna().all()
    assert result.baseline().tidy()["time_days"].is_monotonic_increasing
    assert "rate ratio" in result.summary()
