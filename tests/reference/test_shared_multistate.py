"""Multi-state estimates against survival and mstate on the public datasets beside the project."""

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree
from support.shared import reference, shared_file

from afterglow.estimate.multistate.model import multistate
from afterglow.estimate.multistate.transition_models import transition_models

PATH = ["subject_id", "start_day", "stop_day", "from_state", "to_state"]
MGUS2, EBMT3 = "multistate_mgus2", "multistate_ebmt3"


def two_stretches(rows, states: list[str]) -> pd.DataFrame:
    """Return paths from (subject, day between or NaN, last day, whether it ended) tuples."""
    out = []
    for who, middle, last, ended in rows:
        final = states[2] if ended else ""
        if np.isnan(middle):
            out.append((who, 0.0, last, states[0], final))
        else:
            out.append((who, 0.0, middle, states[0], states[1]))
            out.append((who, middle, last, states[1], final))
    return pd.DataFrame(out, columns=PATH)


def mgus2() -> pd.DataFrame:
    data = pd.read_csv(shared_file("data", "mgus2.csv"))
    pcm = data["ptime"].where(data["pstat"] == 1)
    pcm = pcm.where(pcm < data["futime"], pcm - 0.1)
    rows = zip(data["id"], pcm, data["futime"], data["death"])
    paths = two_stretches(rows, ["(s0)", "pcm", "death"])
    own = data.set_index("id").loc[paths["subject_id"]].reset_index()
    return paths.assign(sex=own["sex"], male=(own["sex"] == "M").astype(int), age=own["age"])


def ebmt3() -> pd.DataFrame:
    data = pd.read_csv(shared_file("data", "ebmt3.csv"))
    platelets = data["prtime"].where(data["prstat"] == 1)
    rows = zip(data["id"], platelets, data["rfstime"], data["rfsstat"])
    paths = two_stretches(rows, ["Tx", "PR", "RelDeath"])
    own = data.set_index("id").loc[paths["subject_id"]].reset_index()
    return paths.assign(
        agen=own["age"].map({"<=20": 1, "20-40": 2, ">40": 3}),
        drm=(own["drmatch"] != "No gender mismatch").astype(int),
        tcdn=(own["tcd"] != "No TCD").astype(int),
    )


@pytest.mark.parametrize("block", ["by_sex", "overall"])
def test_occupancy(block):
    expected = reference(MGUS2)["results"][block]
    by = "sex" if block == "by_sex" else None
    fit = multistate(mgus2(), by=by, states=["(s0)", "pcm", "death"], conf_type="log")
    for group, theirs in expected.items():
        rows = fit.at(theirs["time"])
        rows = rows[rows["group"] == ("" if group == "all" else group.removeprefix("sex="))]
        for state in fit.states:
            mine = rows[rows["term"] == state]
            for column, name in (
                ("estimate", "p"), ("std_error", "se"), ("at_risk", "n_risk"),
                ("conf_low", "lower"), ("conf_high", "upper"),
            ):  # fmt: skip
                wanted = np.array(theirs[f"{name}:{state}"], dtype=float)
                known = ~np.isnan(wanted)
                ours = mine[column].to_numpy(float)[known]
                quantity = f"{column} of {state}, {group}"
                agree("multistate", MGUS2, quantity, ours, wanted[known], atol=1e-14)


def test_expected_time_in_states():
    expected = reference(MGUS2)["results"]["rmst240"]
    rows = multistate(mgus2(), by="sex", states=["(s0)", "pcm", "death"]).sojourn(240).tidy()
    rows = rows.set_index(["term", "group"])["estimate"]
    for label, theirs in zip(expected["row"], expected["rmean"]):
        group, state = label.removeprefix("sex=").split(", ")
        agree("multistate", MGUS2, f"days of {label}", [rows[state, group]], [theirs])


def test_models_of_moves_with_robust_errors():
    expected = reference(MGUS2)["results"]["multi_cox"]
    moves = [("(s0)", "pcm"), ("(s0)", "death"), ("pcm", "death")]
    fit = transition_models(mgus2(), ["male", "age"], ties="breslow", robust=True, moves=moves)
    rows = fit.tidy()
    agree("transition_models", MGUS2, "coefficients", rows["estimate"], expected["coef"])
    errors = list(expected["se"].values())
    agree("transition_models", MGUS2, "robust errors", rows["robust_std_error"], errors)


def test_moves_are_counted():
    expected = reference(EBMT3)["results"]["n_transitions"]
    made = multistate(ebmt3()).moves().set_index(["from_state", "to_state"])["n_events"]
    for row, label in enumerate(expected["rows"]):
        for column, other in enumerate(expected["cols"][:3]):
            assert made.get((label, other), 0) == expected["values"][row][column]


@pytest.mark.parametrize("variance", ["greenwood", "aalen"])
def test_transition_probabilities(variance):
    expected = reference(EBMT3)["results"][f"probtrans_from1_{variance}"]
    fit = multistate(ebmt3(), states=["Tx", "PR", "RelDeath"])
    for place, day in enumerate(expected["time"]):
        rows = fit.transition(0, day, variance=variance).tidy().iloc[:3]
        for column, name in (("estimate", "pstate"), ("std_error", "se")):
            theirs = [expected[f"{name}{k}"][place] for k in (1, 2, 3)]
            quantity = f"{column} to day {day:g}, {variance}"
            agree("multistate", EBMT3, quantity, rows[column], theirs)


def test_expected_length_of_stay():
    expected = reference(EBMT3)["results"]["elos"]["values"]
    fit = multistate(ebmt3(), states=["Tx", "PR", "RelDeath"])
    for state, theirs in zip(fit.states, expected):
        ours = fit.sojourn(1825, given=state).tidy()["estimate"]
        agree("multistate", EBMT3, f"days from {state}", ours, theirs)


def test_models_of_moves_as_one_stratified_model():
    expected = reference(EBMT3)["results"]["cox_full"]
    moves = [("Tx", "PR"), ("Tx", "RelDeath"), ("PR", "RelDeath")]
    fit = transition_models(ebmt3(), ["agen", "drm", "tcdn"], ties="breslow", moves=moves)
    theirs = pd.DataFrame(expected["coef"]).set_index("term")
    order = [f"{name}.{k}" for k in (1, 2, 3) for name in ("agen", "drm", "tcdn")]
    tests = fit.tests().tidy().set_index("term")["statistic"]
    found = {
        "coefficients": (fit.tidy()["estimate"], theirs.loc[order, "coef"]),
        "errors": (fit.tidy()["std_error"], theirs.loc[order, "se"]),
        "limits": (fit.tidy()["hazard_ratio_high"], theirs.loc[order, "hr_upper"]),
        "log-likelihood": (fit.loglik, expected["loglik"]),
        "log-likelihood at 0": (fit.loglik_null, expected["loglik_null"]),
        "likelihood ratio": (tests["likelihood ratio"], expected["lr"]["test"]),
        "score test": (tests["score"], expected["score"]["test"]),
    }
    for quantity, (ours, wanted) in found.items():
        agree("transition_models", EBMT3, quantity, ours, wanted)
