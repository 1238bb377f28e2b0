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
"""


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
