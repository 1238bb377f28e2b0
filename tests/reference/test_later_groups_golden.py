"""Landmarks, statuses that change and weighted subject-days against R.

Regenerate: Rscript tests/reference/r/later_groups.R
"""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree

from afterglow.estimate.cox.model import cox
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.logrank import logrank
from afterglow.estimate.target_trial.curves import survival
from afterglow.study.changing import AT_RISK_FROM, switched
from afterglow.study.landmarks import from_landmark

GOLDEN = json.loads(
    (Path(__file__).parent / "golden" / "later_groups.json").read_text(encoding="utf-8")
)
DATA = pd.DataFrame(GOLDEN["data"])
KNOWN = DATA["known"].astype(float).fillna(np.inf).to_numpy()
RTOL = 1e-8


def rows() -> pd.DataFrame:
    """The subjects as rows of an endpoint."""
    event = DATA["event"] == 1
    return pd.DataFrame(
        {
            "subject_id": DATA["subject"], "age": DATA["age"].astype(float), "origin_day": 0.0,
            "origin_lower_day": 0.0, "entry_days": DATA["entry"].astype(float),
            "duration_days": DATA["duration"].astype(float), "lower_days": 0.0,
            "upper_days": np.inf, "event": event, "cause": np.where(event, "relapse", ""),
        }
    )  # fmt: skip


def test_a_status_that_changes_is_tmerge_with_tdc():
    table = rows()
    entry = np.where(table["entry_days"] > 0, table["entry_days"], -np.inf)
    pieces = switched(table.assign(**{AT_RISK_FROM: entry}), KNOWN, "status")
    model = cox(pieces, ["age", "status"], entry=AT_RISK_FROM, subject="subject_id")
    expected = GOLDEN["changing"]
    np.testing.assert_allclose(model.fit.beta, expected["estimate"], rtol=RTOL)
    np.testing.assert_allclose(model.variance, expected["variance"], rtol=RTOL)
    assert len(pieces) == expected["rows"]


@pytest.mark.parametrize("case", GOLDEN["landmarks"], ids=lambda case: f"day {case['day']}")
def test_a_landmark_is_the_subset_and_the_clock_of_r(case):
    late = from_landmark(rows(), float(case["day"])).rows
    reached = KNOWN[late["subject_id"] - 1] <= case["day"]
    late = late.assign(group=np.where(reached, "reached", "not"))
    late["from"] = np.where(late["entry_days"] > 0, late["entry_days"], -np.inf)
    assert late["group"].value_counts().to_dict() == case["n"]
    found = kaplan_meier(late, entry="from", by="group").at([7, 14, 21])
    np.testing.assert_allclose(found["estimate"], case["survival"], rtol=RTOL)
    test = logrank(late, by="group").tidy()["statistic"].iloc[0]
    np.testing.assert_allclose(test, case["logrank"], rtol=RTOL)


def test_the_weighted_curve_of_clones_is_survfit_with_weights():
    table = pd.DataFrame(GOLDEN["clones"])
    shape = (int(table["subject"].max()), int(table["stop"].max()) + 1)
    place = (table["subject"] - 1, table["stop"])
    weight, event, at_risk = (np.zeros(shape) for _ in range(3))
    weight[place], event[place], at_risk[place] = table["weight"], table["event"], 1.0
    weight[:, 0] = at_risk[:, 0] = 1.0
    days = SimpleNamespace(at_risk=at_risk, event=event)
    curve = survival(days, weight, np.ones(shape[0]))
    watched = (weight * at_risk)[:, 1:].sum(axis=0) > 0
    # R carries the last value on; here nothing is said where nobody with a weight is left.
    np.testing.assert_array_equal(np.isnan(curve[1:]), ~watched)
    theirs = np.array(GOLDEN["weighted"])[watched]
    agree(
        "target_trial", "later_groups", "weighted survival", curve[1:][watched], theirs, rtol=RTOL
    )
