"""R's multi-state estimates, from tables of subjects, scores, events and follow-up by a plan.

The state in the middle is a score that shows a response; the last one is death.
"""

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree
from support.reference_cohorts import STATES, frame, results_of, state_tables
from support.shared import reference

from afterglow.study.results import Results

MGUS2, EBMT3 = "multistate_mgus2", "multistate_ebmt3"
OURS = {"(s0)": "symptomatic", "pcm": "response", "death": "death"}
DAYS = [12, 60, 120, 240, 360]
OCCUPANCY = f"""
[analysis.overall]
role = "primary"
estimator = "multistate"
endpoint = "response"
conf_type = "log"
at_days = {DAYS}
until_day = 240

[analysis.by_sex]
of = "overall"
role = "secondary"
by = "sex"

[analysis.moves]
estimator = "transition_models"
endpoint = "response"
ties = "breslow"
moves = ["symptomatic -> response", "symptomatic -> death", "response -> death"]
terms = [{{ column = "sex", reference = "F" }}, {{ column = "years_of_life" }}]
"""
EBMT3_DAYS = [100, 365, 730, 1095, 1825]
EBMT3_PLAN = f"""
[analysis.greenwood]
role = "primary"
estimator = "multistate"
endpoint = "response"
at_days = {EBMT3_DAYS}
transitions_from = [0]

[analysis.aalen]
of = "greenwood"
transition_variance = "aalen"

[analysis.moves]
estimator = "transition_models"
endpoint = "response"
ties = "breslow"
robust = false
moves = ["symptomatic -> response", "symptomatic -> death", "response -> death"]
terms = [{{ column = "agen" }}, {{ column = "drm" }}, {{ column = "tcdn" }}]
"""
STATES_OF_EBMT3 = ["symptomatic", "response", "death"]


@pytest.fixture(scope="module")
def mgus2(tmp_path_factory) -> Results:
    # Ages above 90 identify people, and a column called so is refused: these are public.
    data = frame("mgus2").rename(columns={"age": "years_of_life"})
    pcm = data["ptime"].where(data["pstat"] == 1).astype(float)
    pcm = pcm.where(pcm < data["futime"], pcm - 0.1)
    tables = state_tables(
        data, "id", middle=pcm, end=data["futime"], ended=data["death"] == 1,
        columns=["years_of_life", "sex"],
    )  # fmt: skip
    return results_of(tmp_path_factory.mktemp("mgus2"), tables, STATES + OCCUPANCY)


@pytest.mark.parametrize("block", ["by_sex", "overall"])
def test_occupancy(mgus2, block):
    for group, theirs in reference(MGUS2)["results"][block].items():
        label = "" if group == "all" else group.removeprefix("sex=")
        rows = mgus2.select(analysis=block, section="analysis", group=label)
        rows = rows[rows["statistic_name"] == "occupancy"]
        for state, ours in OURS.items():
            mine = rows[rows["term"] == ours]
            agree("multistate", MGUS2, "days, by a plan", mine["time_days"], theirs["time"])
            for column, name in (
                ("estimate", "p"), ("std_error", "se"), ("conf_low", "lower"),
                ("conf_high", "upper"),
            ):  # fmt: skip
                wanted = np.array(theirs[f"{name}:{state}"], dtype=float)
                known = ~np.isnan(wanted)
                quantity = f"{column} of {state}, {group}, by a plan"
                found = mine[column].to_numpy(float)[known]
                agree("multistate", MGUS2, quantity, found, wanted[known], atol=1e-14)


def test_at_risk(mgus2):
    for group, theirs in reference(MGUS2)["results"]["by_sex"].items():
        found = mgus2.select(
            analysis="by_sex", statistic_name="at_risk", group=group.removeprefix("sex=")
        )
        wanted = np.sum([theirs[f"n_risk:{state}"] for state in OURS if state != "death"], axis=0)
        agree("multistate", MGUS2, f"at risk, {group}, by a plan", found["estimate"], wanted)


def test_expected_time_in_states(mgus2):
    expected = reference(MGUS2)["results"]["rmst240"]
    rows = mgus2.select(analysis="by_sex", statistic_name="days_in_state")
    ours = rows.set_index(["group", "term"])["estimate"]
    for label, theirs in zip(expected["row"], expected["rmean"]):
        group, state = label.removeprefix("sex=").split(", ")
        quantity = f"time in {label}, by a plan"
        agree("multistate", MGUS2, quantity, [ours[group, OURS[state]]], [theirs])


def test_moves(mgus2):
    expected = reference(MGUS2)["results"]["transitions"]
    made = mgus2.select(analysis="overall", statistic_name="n_moves").set_index("term")["estimate"]
    table = pd.DataFrame(
        np.reshape(expected["values"], (len(expected["rows"]), -1)), expected["rows"],
        expected["cols"],
    )  # fmt: skip
    for source, target in (("(s0)", "pcm"), ("(s0)", "death"), ("pcm", "death")):
        assert made[f"{OURS[source]} → {OURS[target]}"] == table.loc[source, target]


def coefficients(results: Results) -> pd.DataFrame:
    """The moves' coefficients by move and term."""
    rows = results.select(analysis="moves", statistic_name="coefficient")
    return rows.set_index(["group", "term"])


def test_models_of_moves_with_robust_errors(mgus2):
    expected = reference(MGUS2)["results"]["multi_cox"]
    rows = coefficients(mgus2)
    codes = {"1": "symptomatic", "2": "response", "3": "death"}
    terms = {"sexM": "sex: M vs F", "age": "years_of_life"}
    places = []
    for name in expected["names"]:
        term, _, move = name.partition("_")
        places.append((" → ".join(codes[code] for code in move.split(":")), terms[term]))
    mine = rows.loc[places]
    agree("transition_models", MGUS2, "coefficients, by a plan", mine["estimate"],
          expected["coef"])  # fmt: skip
    agree("transition_models", MGUS2, "robust errors, by a plan", mine["std_error"],
          list(expected["se"].values()))  # fmt: skip


@pytest.fixture(scope="module")
def ebmt3(tmp_path_factory) -> Results:
    data = frame("ebmt3")
    data = data.assign(
        agen=data["age"].map({"<=20": 1, "20-40": 2, ">40": 3}),
        drm=(data["drmatch"] != "No gender mismatch").astype(float),
        tcdn=(data["tcd"] != "No TCD").astype(float),
    )
    tables = state_tables(
        data, "id", middle=data["prtime"].where(data["prstat"] == 1).astype(float),
        end=data["rfstime"], ended=data["rfsstat"] == 1, columns=["agen", "drm", "tcdn"],
    )  # fmt: skip
    return results_of(tmp_path_factory.mktemp("ebmt3"), tables, STATES + EBMT3_PLAN)


@pytest.mark.parametrize("variance", ["greenwood", "aalen"])
def test_transition_probabilities(ebmt3, variance):
    expected = reference(EBMT3)["results"][f"probtrans_from1_{variance}"]
    rows = ebmt3.select(analysis=variance, statistic_name="transition_probability")
    for place, state in enumerate(STATES_OF_EBMT3, start=1):
        mine = rows[rows["term"] == f"symptomatic → {state}"]
        agree("multistate", EBMT3, "days, by a plan", mine["time_days"], expected["time"])
        for column, name in (("estimate", "pstate"), ("std_error", "se")):
            quantity = f"{column} of state {place}, {variance}, by a plan"
            agree("multistate", EBMT3, quantity, mine[column], expected[f"{name}{place}"])


def test_cumulative_hazards(ebmt3):
    expected = pd.DataFrame(reference(EBMT3)["results"]["cumhaz"])
    rows = ebmt3.select(analysis="greenwood", statistic_name="cumulative_hazard")
    moves = ["symptomatic → response", "symptomatic → death", "response → death"]
    for number, move in enumerate(moves, start=1):
        wanted = expected.loc[expected["trans"] == number, "Haz"]
        mine = rows.loc[rows["term"] == move, "estimate"]
        agree("multistate", EBMT3, f"cumulative hazard {number}, by a plan", mine, wanted)


def test_expected_length_of_stay(ebmt3):
    """All begin in one state, so its row of the matrix is what is expected of everybody."""
    expected = reference(EBMT3)["results"]["elos"]["values"][0]
    rows = ebmt3.select(analysis="greenwood", statistic_name="days_in_state")
    ours = rows.set_index("term").loc[STATES_OF_EBMT3, "estimate"]
    agree("multistate", EBMT3, "days in each state, by a plan", ours, expected)


def test_moves_of_ebmt3(ebmt3):
    expected = reference(EBMT3)["results"]["n_transitions"]
    made = ebmt3.select(analysis="greenwood", statistic_name="n_moves").set_index("term")
    for row, source in enumerate(STATES_OF_EBMT3):
        for column, target in enumerate(STATES_OF_EBMT3):
            move = f"{source} → {target}"
            count = made["estimate"].get(move, 0.0)
            assert count == (expected["values"][row][column] if row != column else 0.0)


def test_models_of_moves_as_one_stratified_model(ebmt3):
    expected = reference(EBMT3)["results"]["cox_full"]
    theirs = pd.DataFrame(expected["coef"]).set_index("term")
    moves = ["symptomatic → response", "symptomatic → death", "response → death"]
    places = [(move, term) for move in moves for term in ("agen", "drm", "tcdn")]
    names = [f"{term}.{moves.index(move) + 1}" for move, term in places]
    mine = coefficients(ebmt3).loc[places]
    agree("transition_models", EBMT3, "coefficients, by a plan", mine["estimate"],
          theirs.loc[names, "coef"])  # fmt: skip
    agree("transition_models", EBMT3, "errors, by a plan", mine["std_error"],
          theirs.loc[names, "se"])  # fmt: skip
    tests = ebmt3.select(analysis="moves", group="", section="analysis")
    tests = tests.set_index("statistic_name")["statistic"]
    for ours, name in (("likelihood_ratio_test", "lr"), ("score_test", "score")):
        agree("transition_models", EBMT3, f"{name}, by a plan", tests[ours],
              expected[name]["test"])  # fmt: skip
