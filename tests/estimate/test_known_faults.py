"""Faults of other packages that we route around; a failure here means that one was mended."""

import warnings

import numpy as np
import pandas as pd
import pytest

from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.logrank import logrank
from afterglow.estimate.proportion_difference import proportion_difference

CAUSES = ["a", "a", "b", "", "a", "b", "", "a", "", ""]
VISITS = pd.DataFrame(
    {"duration_days": [7] * 4 + [14] * 3 + [21] * 3, "cause": CAUSES},
)


def test_lifelines_agrees_on_kaplan_meier_and_log_rank():
    from lifelines import KaplanMeierFitter
    from lifelines.statistics import logrank_test

    rng = np.random.default_rng(2)
    data = pd.DataFrame({"duration_days": rng.integers(1, 40, 300).astype(float)})
    data["event"] = rng.random(300) < 0.6
    data["arm"] = rng.choice(["a", "b"], 300)
    peer = KaplanMeierFitter().fit(data["duration_days"], data["event"])
    rows = kaplan_meier(data).tidy().query("estimate > 0")
    times = rows["time_days"]
    np.testing.assert_allclose(
        rows["estimate"], peer.survival_function_.loc[times, "KM_estimate"], rtol=1e-9
    )
    limits = peer.confidence_interval_.loc[times].to_numpy()
    np.testing.assert_allclose(rows[["conf_low", "conf_high"]], limits, rtol=1e-9)
    a, b = (data[data["arm"] == arm] for arm in "ab")
    test = logrank_test(a["duration_days"], b["duration_days"], a["event"], b["event"])
    assert logrank(data, by="arm").statistic == pytest.approx(test.test_statistic, rel=1e-9)


def test_lifelines_jitters_tied_times_of_aalen_johansen_at_random():
    from lifelines import AalenJohansenFitter

    codes = VISITS["cause"].map({"": 0, "a": 1, "b": 2})
    state = np.random.get_state()  # noqa: NPY002 - lifelines moves the global state
    found = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(5):
            fitter = AalenJohansenFitter(seed=seed)
            fitter.fit(VISITS["duration_days"], codes, event_of_interest=1)
            found.add(round(float(fitter.cumulative_density_.iloc[-1, 0]), 6))
    np.random.set_state(state)  # noqa: NPY002
    assert len(found) > 1
    exact = aalen_johansen(VISITS).at(21).set_index("cause").loc["a", "estimate"]
    assert (
        exact
        == aalen_johansen(VISITS.sample(frac=1, random_state=1))
        .at(21)
        .set_index("cause")
        .loc["a", "estimate"]
    )


def test_lifelines_robust_error_with_entry_and_clusters_is_far_too_small():
    """R gives 0.1799 on these 120 simulated subjects; lifelines 0.30.3 gives 0.1037."""
    from lifelines import CoxPHFitter

    rng = np.random.default_rng(1)
    rows = []
    for i in range(120):
        x, pace, time, count = rng.integers(0, 2), rng.gamma(1, 1), 0.0, 0
        while time < 6 and count <= 15:
            gap = rng.exponential(1 / (0.6 * pace * np.exp(0.5 * x)))
            stop = min(time + gap, 6.0)
            rows.append((i, time, stop, int(time + gap < 6), x))
            time, count = stop, count + 1
    data = pd.DataFrame(rows, columns=["id", "start", "stop", "event", "x"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = CoxPHFitter().fit(data, "stop", "event", entry_col="start", cluster_col="id")
    assert float(fit.params_["x"]) == pytest.approx(0.29244, abs=1e-4)
    assert float(fit.standard_errors_["x"]) == pytest.approx(0.1037, abs=5e-4)


def test_statsmodels_score_limits_of_a_difference_are_wrong():
    from statsmodels.stats.proportion import confint_proportions_2indep

    theirs = confint_proportions_2indep(56, 70, 48, 80, method="score", compare="diff")
    ours = proportion_difference(56, 70, 48, 80).tidy().iloc[0]
    assert (round(ours["conf_low"], 4), round(ours["conf_high"], 4)) == (0.0528, 0.3382)
    assert round(float(theirs[1]), 4) == 0.3440
    with pytest.raises(ValueError):
        confint_proportions_2indep(9, 10, 3, 10, method="score", compare="diff")
