"""Shared frailty: a general optimizer for twin, invariants and edges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.slow_recurrent import marginal_loglik, recurrent_cohort

from afterglow.errors import InvalidInput, NotEstimable, UsageError
from afterglow.estimate.cox.model import cox
from afterglow.estimate.recurrent.frailty import frailty

SEEDS = st.integers(0, 10**6)
FEW = settings(max_examples=6)


def cohort(seed: int, subjects: int = 30) -> pd.DataFrame:
    """Rows whose subjects differ more than chance brings."""
    rng = np.random.default_rng(seed)
    rows = []
    for subject in range(subjects):
        rate, day, age = 0.15 * rng.gamma(1.0), 0, round(rng.normal(), 2)
        while day < 20:
            stop = min(day + int(np.ceil(rng.exponential(1 / rate))), 20)
            rows.append((subject, day, stop, int(stop < 20), age, subject % 2))
            day = stop
    return pd.DataFrame(rows, columns=["subject_id", "start_day", "stop_day", "event", "age", "z"])


@FEW
@given(SEEDS)
def test_the_integrated_likelihood_is_that_of_a_general_optimizer(seed):
    data = cohort(seed, subjects=12)
    if data["event"].sum() < 4:
        return
    found = frailty(data, ["age"], ties="breslow", theta=0.7).fit
    beta, top = marginal_loglik(data, ["age"], 0.7)
    _, none = marginal_loglik(data, ["age"], 0)
    assert found.beta == pytest.approx(beta, abs=1e-4)
    assert found.integrated - found.integrated_null == pytest.approx(top - none, abs=1e-5)


def test_theta_is_where_the_integrated_likelihood_is_largest():
    data = cohort(3)
    found = frailty(data, ["age", "z"])
    best = found.fit
    for theta in (best.theta * 0.97, best.theta * 1.03):
        assert frailty(data, ["age", "z"], theta=theta).fit.integrated < best.integrated
    row = found.tidy().iloc[-1]
    assert row["term"] == "frailty variance"
    for limit in (row["conf_low"], row["conf_high"]):
        there = frailty(data, ["age", "z"], theta=limit).fit.integrated
        assert 2 * (best.integrated - there) == pytest.approx(3.841458820694124, rel=1e-5)
    gain = 2 * (best.integrated - cox(data, ["age", "z"], duration="stop_day",
                                      entry="start_day").fit.loglik)  # fmt: skip
    assert row["statistic"] == pytest.approx(gain)
    assert 0 < row["p_value"] < 0.5


@FEW
@given(SEEDS, st.sampled_from(["gamma", "gaussian"]))
def test_order_labels_unit_and_pieces_change_nothing(seed, distribution):
    data = cohort(seed)
    middle = (data["start_day"] + data["stop_day"]) / 2
    other = pd.concat([data.assign(stop_day=middle, event=0), data.assign(start_day=middle)])
    other = other.sample(frac=1.0, random_state=seed % 1000).reset_index(drop=True)
    other["subject_id"] = "s" + (97 - other["subject_id"]).astype(str)
    other[["start_day", "stop_day"]] *= 7.5
    here, there = (frailty(d, ["age"], distribution=distribution) for d in (data, other))
    assert here.fit.theta == pytest.approx(there.fit.theta, rel=1e-6, abs=1e-9)
    for column in ("estimate", "std_error", "n", "n_events"):
        np.testing.assert_allclose(here.tidy()[column], there.tidy()[column], rtol=1e-6, atol=1e-9)


def test_a_frailty_is_the_events_over_those_expected_drawn_towards_one():
    found = frailty(cohort(5), ["age"])
    rows, nu = found.frailties(), 1 / found.fit.theta
    drawn = (nu + rows["events"]) / (nu + rows["expected"])
    np.testing.assert_allclose(rows["estimate"], drawn, rtol=1e-8)
    assert rows["estimate"].mean() == pytest.approx(1.0)
    assert (rows["conf_low"] < rows["estimate"]).all()


def test_no_difference_between_subjects_leaves_the_cox_model():
    data = recurrent_cohort(2, terminal=False, subjects=40)
    data = data.groupby("subject_id", as_index=False).first()
    data["pair"] = data["subject_id"] // 2
    data["age"] = data["subject_id"] % 7
    clock = {"duration": "stop_day", "entry": "start_day"}
    peer = cox(data, ["age"], **clock).tidy()
    found = frailty(data, ["age"], cluster="pair", **clock)
    rows = found.tidy()
    assert rows["estimate"].iloc[-1] == 0.0
    assert rows["p_value"].iloc[-1] == 1.0
    assert rows["conf_high"].iloc[-1] > 0.0
    assert "estimated as 0" in found.summary()
    np.testing.assert_allclose(rows["estimate"][:1], peer["estimate"])
    np.testing.assert_allclose(rows["std_error"][:1], peer["std_error"])


def test_strata_and_few_clusters():
    data = cohort(9).assign(site=lambda d: d["subject_id"] % 4)
    found = frailty(data, ["age"], cluster="site", strata="z", start="start_day", stop="stop_day")
    assert len(found.frailties()) == 4
    assert found.tidy()["clusters"][0] == 4
    assert found.tidy()["warning"][0]


def test_a_cluster_that_holds_most_rows_does_not_upset_the_climb():
    data = cohort(12, subjects=80)
    data["site"] = np.where(data["subject_id"] < 50, 0, data["subject_id"] % 6)
    found = frailty(data, ["age"], cluster="site", subject="subject_id", theta=0.2)
    assert not found.tidy()["warning"].str.contains("not converged").any()
    rows = found.frailties()
    drawn = (5 + rows["events"]) / (5 + rows["expected"])
    np.testing.assert_allclose(rows["estimate"], drawn, rtol=1e-9)


def test_trouble_is_said():
    data = cohort(1)
    rows = frailty(data.assign(event=0), ["age"]).tidy()
    assert rows["warning"].str.contains("no event").all()
    assert rows["estimate"].isna().all()
    with pytest.raises(NotEstimable, match="one value"):
        frailty(data.assign(site=1), ["age"], cluster="site")
    with pytest.raises(InvalidInput, match="overlap"):
        frailty(data.assign(start_day=-1), ["age"])
    for options in ({"theta": 0.0}, {"distribution": "weibull"}, {"ties": "exact"},
                    {"duration": "stop_day", "start": "start_day"}, {"entry": "start_day"}):  # fmt: skip
        with pytest.raises(UsageError):
            frailty(data, ["age"], **options)


def test_the_plot_shows_ratios():
    import matplotlib as mpl

    mpl.use("agg")
    axes = frailty(cohort(1), ["age", "z"]).plot()
    labels = {text.get_text() for text in axes.texts}
    assert {"age", "z"} <= labels
    assert "frailty variance" not in labels


def test_a_frailty_that_runs_away_on_the_way_is_taken_back_quietly():
    """Where clusters hardly differ, the upper limit of theta is looked for far out."""
    data = pd.DataFrame(
        {
            "duration_days": [10, 8, 6, 3, 4, 1, 1, 1, 2, 9, 8, 11, 6, 7, 11, 9, 7, 6, 7, 11, 4, 9,
                              8, 1],
            "event": [i in (1, 3, 5, 7, 9, 13, 19, 23) for i in range(24)],
            "x": [-0.65, -0.13, 0.78, 1.49, -1.26, 1.51, 1.35, 0.78, 0.26, -0.31, 1.46, 1.96, 1.8,
                  1.32, 0.36,
                  -1.21, 0.0, 0.66, -1.29, 0.4, 0.43, 0.7, -1.18, -0.66],
            "site": [i // 2 for i in range(24)],
        }
    )  # fmt: skip
    row = frailty(data, ["x"], cluster="site", duration="duration_days").tidy().iloc[1]
    assert row["estimate"] == 0.0
    assert row["conf_high"] > 0.0
