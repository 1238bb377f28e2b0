"""Restricted means of two groups against survRM2 and survfit on public data."""

import pandas as pd
import pytest
from support.conformance import agree
from support.shared import reference, shared_file

from afterglow.estimate.rmst import rmst_difference

CASE = "rmst_lung_sex"
TERMS = ("restricted mean difference", "restricted mean ratio", "restricted mean time lost ratio")


@pytest.mark.parametrize("place", range(4))
def test_survrm2(place):
    expected = reference(CASE)["results"]["survRM2"][place]
    data = pd.read_csv(shared_file("data", "lung.csv"))
    tau = expected["tau"]
    result = rmst_difference(
        data.assign(died=data["status"] == 2), by="sex", tau=tau, duration="time", event="died"
    )
    for term, values in zip(TERMS, expected["contrasts"]["values"]):
        row = result.contrasts[result.contrasts["term"] == term].iloc[0]
        found = row[["estimate", "conf_low", "conf_high", "p_value"]].astype(float)
        agree("rmst", CASE, f"{term} to day {tau}: value, limits, p", found, values)
    means = result.groups[result.groups["term"] == "restricted mean"]
    agree("rmst", CASE, f"means to day {tau}", means["estimate"],
          [expected["arm0_rmst"]["Est."], expected["arm1_rmst"]["Est."]])  # fmt: skip
    agree("rmst", CASE, f"variances to day {tau}", means["std_error"] ** 2,
          [expected["arm0_var"], expected["arm1_var"]])  # fmt: skip
