"""Multi-state occupancy, time in states and models of moves against survival on drawn paths.

Regenerate: Rscript tests/reference/r/multistate.R
"""

import json
from operator import itemgetter
from pathlib import Path

import pandas as pd
import pytest
from support.conformance import agree

from afterglow.estimate.multistate.model import multistate
from afterglow.estimate.multistate.transition_models import transition_models

FILE = Path(__file__).parent / "golden" / "multistate.json"
GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))
DATA = {name: pd.DataFrame(columns) for name, columns in GOLDEN["data"].items()}
CASE = "golden/multistate"
COLUMNS = {
    "subject": "subject",
    "start": "start",
    "stop": "stop",
    "from_state": "from",
    "to_state": "to",
}


@pytest.mark.parametrize("case", GOLDEN["occupancy"], ids=itemgetter("id"))
def test_occupancy_and_time_in_states(case):
    expected = case["fit"]
    fit = multistate(
        DATA[case["data"]], **COLUMNS, states=expected["states"], **(case["options"] or {})
    )
    rows = fit.at(expected["at"])
    stay = fit.sojourn(expected["tau"]).tidy()
    size = len(expected["states"])
    found = {
        "occupancy": (rows["estimate"].to_numpy().reshape(size, -1).T, expected["estimate"]),
        "its error": (rows["std_error"].to_numpy().reshape(size, -1).T, expected["std_error"]),
        "days in each state": (stay["estimate"], expected["days"]),
        "their error": (stay["std_error"], expected["days_error"]),
    }
    for quantity, (ours, theirs) in found.items():
        agree("multistate", CASE, f"{quantity}, {case['id']}", ours, theirs, atol=1e-14)


def test_models_of_moves():
    expected = GOLDEN["moves"]
    fit = transition_models(DATA["many"], ["age"], **COLUMNS, ties="breslow")
    rows = fit.tidy().set_index("move")
    order = []
    for name in expected["names"]:
        a, b = (expected["states"][int(code) - 1] for code in name.removeprefix("age_").split(":"))
        order.append(f"{a} → {b}")
    estimates, errors = rows.loc[order, "estimate"], rows.loc[order, "robust_std_error"]
    agree("transition_models", CASE, "coefficients", estimates, expected["estimate"])
    agree("transition_models", CASE, "robust errors", errors, expected["std_error"])
    tests = fit.tests().tidy().set_index("term")["statistic"]
    agree(
        "transition_models",
        CASE,
        "robust Wald test of all moves",
        [tests["Wald"]],
        [expected["wald"]],
    )
    agree(
        "transition_models",
        CASE,
        "robust score test of all moves",
        [tests["robust score"]],
        [expected["robust_score"]],
    )
