"""Curves and tests against R on cases drawn for clusters, weights, late entry, pieces and ties.

Regenerate: Rscript tests/reference/r/survival_estimates.R
"""

import json
from operator import itemgetter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from afterglow.estimate.aalen_johansen import aalen_johansen
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.logrank import logrank
from afterglow.estimate.stratified_difference import stratified_difference

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "golden" / "survival_estimates.json").read_text(encoding="utf-8"))

# Both sides are float64; jsonlite writes 15 digits, and variances add a few hundred terms.
RTOL = 1e-9
ATOL = 1e-12
COLUMNS = {"duration": "duration", "event": "event"}


def close(actual, expected, rtol=RTOL):
    """Compare where R has a number; R leaves limits out where S is 0 or 1."""
    expected = np.array(expected, dtype=float)
    known = ~np.isnan(expected)
    np.testing.assert_allclose(
        np.asarray(actual, dtype=float)[known], expected[known], rtol=rtol, atol=ATOL
    )


@pytest.mark.parametrize("case", GOLDEN["kaplan_meier"], ids=itemgetter("id"))
def test_survival_matches_r(case):
    options = case["options"] or {}
    rows = kaplan_meier(pd.DataFrame(case["data"]), **COLUMNS, **options).tidy()
    expect = pd.DataFrame(case["expect"])
    # R also lists times at which pieces merely touch; nothing happens there.
    expect = expect[(expect["events"] > 0) | (expect["censored"] > 0)]
    assert rows["time_days"].to_numpy() == pytest.approx(expect["time"].to_numpy(), abs=1e-8)
    robust_hazard = options.get("estimator") and ("cluster" in options or "weights" in options)
    columns = ["at_risk", "events", "censored", "estimate", "conf_low", "conf_high"]
    for column in columns if robust_hazard else [*columns, "std_error"]:
        close(rows[column], expect[column])


@pytest.mark.parametrize("case", GOLDEN["aalen_johansen"], ids=itemgetter("id"))
def test_incidence_matches_r(case):
    rows = aalen_johansen(
        pd.DataFrame(case["data"]), duration="duration", **(case["options"] or {})
    ).tidy()
    for number, state in enumerate(case["expect"]["states"], start=1):
        mine = rows[rows["term"] == ("event-free" if state == "(s0)" else state)]
        np.testing.assert_array_equal(mine["time_days"], case["expect"]["time"])
        for column, values in case["expect"][f"state{number}"].items():
            close(mine[column], values)


def test_aalen_variance_matches_cuminc_with_events_at_time_zero():
    case = GOLDEN["cuminc"]
    result = aalen_johansen(pd.DataFrame(case["data"]), duration="duration", variance="aalen")
    rows = result.at(case["times"])
    for name, estimate, variance in zip(case["causes"], case["estimate"], case["variance"]):
        mine = rows[rows["cause"] == name]
        close(mine["estimate"], estimate)
        close(mine["std_error"] ** 2, variance)


LOGRANK = {
    "clusters": ("zero", {"by": "arm", "cluster": "site"}),
    "entry_weights_clusters": (
        "data",
        {
            "by": "arm",
            "entry": "entry",
            "weights": "weight",
            "weights_kind": "sampling",
            "cluster": "site",
        },
    ),
    "stratified_clusters": ("zero", {"by": "arm", "strata": "stratum", "cluster": "site"}),
    "three_groups_weights": (
        "zero",
        {"by": "stratum", "weights": "weight", "weights_kind": "sampling"},
    ),
}


@pytest.mark.parametrize("name", LOGRANK)
def test_robust_logrank_is_the_robust_score_test(name):
    frame, options = LOGRANK[name]
    result = logrank(pd.DataFrame(GOLDEN["logrank"][frame]), **COLUMNS, **options)
    close([result.statistic, result.df, result.p_value], GOLDEN["logrank"][name], rtol=1e-8)


def test_stratified_logrank_matches_survdiff():
    expect = GOLDEN["logrank"]["stratified"]
    result = logrank(pd.DataFrame(GOLDEN["logrank"]["zero"]), **COLUMNS, by="arm", strata="stratum")
    close([result.statistic], [expect["chisq"]])
    close(result.groups["observed"], expect["observed"])
    close(result.groups["expected"], expect["expected"])


@pytest.mark.parametrize("number", range(len(GOLDEN["quantiles"])))
def test_quantiles_follow_quantile_survfit_and_medians_the_printed_ones(number):
    case = GOLDEN["quantiles"][number]
    frame = pd.DataFrame({"duration": case["duration"], "event": case["event"]})
    curve = kaplan_meier(frame, **COLUMNS, conf_type="log")
    rows = curve.quantile(case["p"])
    median = curve.median()
    for column in ("estimate", "conf_low", "conf_high"):
        np.testing.assert_array_equal(rows[column], np.array(case[column], dtype=float))
    expected = [case["median"], case["median_low"], case["median_high"]]
    found = median[["estimate", "conf_low", "conf_high"]].to_numpy()[0]
    np.testing.assert_array_equal(found, np.array(expected, dtype=float))


def test_restricted_mean_counts_events_at_time_zero():
    case = GOLDEN["rmst"]
    row = kaplan_meier(pd.DataFrame(case["data"]), **COLUMNS).rmst(case["tau"]).iloc[0]
    close([row["estimate"], row["std_error"]], [case["estimate"], case["std_error"]])


def test_follow_up_is_the_reverse_curve_of_survfit():
    case = GOLDEN["follow_up"]
    rows = kaplan_meier(pd.DataFrame(case["data"]), **COLUMNS).follow_up().tidy()
    for column in ("at_risk", "events", "estimate", "std_error", "conf_low", "conf_high"):
        close(rows[column], case["expect"][column])


def test_cmh_test_matches_mantelhaen():
    case = GOLDEN["cmh"]
    frame = pd.DataFrame(case["data"])
    row = stratified_difference(frame, by="arm", strata="stratum", method="cmh").tidy().iloc[0]
    close([row["statistic"] ** 2, row["p_value"]], [case["statistic"], case["p_value"]])


def test_golden_file_says_where_its_numbers_come_from():
    provenance = GOLDEN["provenance"]
    assert provenance.keys() >= {"r", "survival", "cmprsk", "jsonlite", "script", "data"}
    assert (HERE.parents[1] / provenance["script"]).is_file()
