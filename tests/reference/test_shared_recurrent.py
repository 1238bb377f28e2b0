"""Recurrent events against R: mean cumulative functions, rate models, shared frailty."""

import numpy as np
import pandas as pd
from support.conformance import agree
from support.shared import reference, shared_file

from afterglow.estimate.recurrent.mean_cumulative import mean_cumulative_function

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
