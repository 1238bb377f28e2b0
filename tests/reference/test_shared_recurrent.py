"""Recurrent events against R: mean cumulative functions, rate models, shared frailty."""

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree
from support.shared import reference, shared_file

from afterglow.estimate.recurrent.mean_cumulative import mean_cumulative_function
from afterglow.estimate.recurrent.recurrent_cox import recurrent_cox

COVARIATES = ["rx", "size", "number"]
MODELS = {
    "ag_robust": {"model": "andersen-gill"},
    "ag_naive": {"model": "andersen-gill", "robust": False},
    "ag_breslow_robust": {"model": "lwyy", "ties": "breslow"},
    "pwp_cp": {"model": "pwp-total"},
    "pwp_cp_event_specific_rx": {"model": "pwp-total", "event_specific": ["rx"]},
    "pwp_gt": {"model": "pwp-gap"},
    "wlw_common": {"model": "wlw"},
    "wlw_event_specific": {"model": "wlw", "event_specific": True},
}
ROWS = {"subject": "id", "start": "start", "stop": "stop", "event": "event"}


def frame(name: str) -> pd.DataFrame:
    return pd.read_csv(shared_file("data", f"{name}.csv"))


def mean_rows(data: pd.DataFrame, **options) -> pd.DataFrame:
    """Rows with events, as R's summary lists them."""
    rows = mean_cumulative_function(data, **ROWS, **options).tidy()
    return rows[rows["events"] > 0]


def mean_agrees(case: str, rows: pd.DataFrame, expected: dict, errors: dict[str, str]) -> None:
    names = {"time_days": "time", "at_risk": "n_risk", "events": "n_event", "estimate": "mcf"}
    for ours, theirs in (names | errors).items():
        agree("mean_cumulative_function", case, theirs, rows[ours], expected[theirs])


def test_bladder_by_treatment_with_robust_and_naive_errors():
    case = "mcf_bladder"
    results = reference(case)["results"]
    rows = mean_rows(frame("bladder2"), by="rx")
    mean_agrees(case, rows, results["survfit_cluster"], {"std_error": "se"})
    mean_agrees(case, rows, results["survfit_naive"], {"naive_std_error": "se"})
    naive = mean_rows(frame("bladder2"), by="rx", variance="naive")
    mean_agrees(case, naive, results["survfit_naive"], {"std_error": "se"})
    for group, expected in results["formula_by_rx"].items():
        mean_agrees(case, rows[rows["group"] == group], expected, {"std_error": "se_robust"})


def test_bladder1_by_treatment():
    case = "mcf_bladder"
    data = frame("bladder1")
    data = data[data["stop"] > data["start"]].assign(event=lambda d: (d["status"] == 1).astype(int))
    rows = mean_rows(data, by="treatment")
    for group, expected in reference(case)["results"]["bladder1_by_treatment"].items():
        mean_agrees(case, rows[rows["group"] == group], expected, {"std_error": "se_robust"})


def test_valve_seats():
    case = "mcf_valveseat"
    data = frame("valveSeat").sort_values(["id", "time"], ignore_index=True)
    before = data.groupby("id")["time"].shift(fill_value=0).astype(float)
    data = data.assign(stop=data["time"].astype(float), start=before, event=data["status"])
    data = data[(data["stop"] > data["start"]) | (data["event"] == 1)]
    # Two valves had two replacements on one day. R's code lets the second row begin inside the
    # first, so that the valve is at risk twice: here a second subject of the same cluster.
    twice = data["stop"] == data["start"]
    assert int(twice.sum()) == reference(case)["results"]["zero_length_rows"]
    data["start"] = np.where(twice, data["stop"] - 0.001, data["start"])
    data["valve"] = data["id"] + 1000 * twice
    rows = mean_cumulative_function(data, **(ROWS | {"subject": "valve"}), cluster="id").tidy()
    expected = reference(case)["results"]["survfit"]
    mean_agrees(case, rows[rows["events"] > 0], expected, {"std_error": "se"})


def term_of(name: str) -> str:
    """R's name of a term as ours: strata(enum)enum=1:rx is the effect of rx on event 1."""
    parts = [part.split("=") for part in name.split(":")]
    column = next(part[0] for part in parts if len(part) == 1)
    number = [part[1] for part in parts if len(part) > 1]
    return f"{column}: event {number[0]}" if number else column


@pytest.mark.parametrize("name", MODELS)
def test_bladder_regressions(name):
    case = "recurrent_bladder"
    expected = reference(case)["results"][name]
    result = recurrent_cox(frame("bladder2"), COVARIATES, **ROWS, **MODELS[name])
    terms = [term_of(term) for term in expected["coef"]["term"]]
    rows = result.tidy().set_index("term").loc[terms]
    robust = "se_naive" in expected["coef"]
    names = {"estimate": "coef", "statistic": "z", "p_value": "p", "hazard_ratio": "hr"} | {
        "hazard_ratio_low": "hr_lower", "hazard_ratio_high": "hr_upper",
        "std_error": "se_naive" if robust else "se",
    }  # fmt: skip
    if robust:
        names["robust_std_error"] = "se"
    for ours, theirs in names.items():
        agree("recurrent_cox", case, f"{theirs} ({name})", rows[ours], expected["coef"][theirs])
    tests = result.tests().tidy().set_index("term")["statistic"]
    agree("recurrent_cox", case, f"likelihood ratio ({name})", tests["likelihood ratio"],
          expected["lr"]["test"])  # fmt: skip
    agree("recurrent_cox", case, f"score ({name})", tests["score"], expected["score"]["test"])
    if robust:
        agree("recurrent_cox", case, f"robust score ({name})", tests["robust score"],
              expected["robust_score"]["test"])  # fmt: skip
    found = result.concordance().tidy().iloc[0]
    agree("recurrent_cox", case, f"concordance ({name})", found["estimate"],
          expected["concordance"])  # fmt: skip
