"""Incidences with intervals against R: of one cause as icenReg, of exact days as survfit."""

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree
from support.shared import reference, shared_file

from afterglow.estimate.interval.doubly_censored import doubly_censored
from afterglow.estimate.interval.incidence import interval_incidence

MASS_ATOL = 1e-7
LOGLIK_ATOL = 1e-9


def cosmesis() -> pd.DataFrame:
    data = pd.read_csv(shared_file("data", "bcos.csv"))
    seen = np.isfinite(data["right"])
    return pd.DataFrame(
        {"lower_days": data["left"], "upper_days": data["right"], "duration_days": data["left"],
         "cause": np.where(seen, "retraction", ""), "treatment": data["treatment"]}
    )  # fmt: skip


def test_one_cause_has_the_masses_and_the_likelihood_of_icenreg():
    expected = reference("turnbull_bcos")["results"]
    grouped = interval_incidence(cosmesis(), by="treatment").curves
    pooled = interval_incidence(cosmesis()).curves
    given = [*((c, expected["icenReg_npmle"][c.label]) for c in grouped),
             *((c, expected["pooled_npmle"]) for c in pooled)]  # fmt: skip
    for curve, mine in given:
        label, boxes = curve.label or "all", curve.boxes
        finite = np.isfinite(np.array(mine["right"], dtype=float))
        np.testing.assert_array_equal(boxes.lower, np.array(mine["left"])[finite])
        masses = np.append(boxes.mass, [boxes.open_mass] if boxes.open_mass else [])
        agree("interval_incidence", "turnbull_bcos", f"masses ({label})", masses, mine["mass"],
              atol=MASS_ATOL)  # fmt: skip
        agree("interval_incidence", "turnbull_bcos", f"log-likelihood ({label})",
              [curve.fit.loglik], [mine["loglik"]], rtol=0, atol=LOGLIK_ATOL)  # fmt: skip


def transplant() -> pd.DataFrame:
    data = pd.read_csv(shared_file("data", "transplant.csv"))
    days = data["futime"].where(data["futime"] > 0, 0.5).astype(float)
    return data.assign(
        duration_days=days, lower_days=days, upper_days=np.inf,
        cause=data["event"].where(data["event"] != "censored", ""),
    )  # fmt: skip


@pytest.mark.parametrize("bound", ["lowest", "highest"])
def test_exact_days_of_three_causes_have_the_incidences_of_cuminc(bound):
    expected = reference("cif_transplant_abo")["results"]["cuminc"]
    rows = interval_incidence(transplant(), by="abo").at(expected["times"])
    rows = rows.set_index(["cause", "group"]).sort_index(kind="stable")
    causes = ["ltx", "death", "withdraw"]
    for position, label in enumerate(expected["est"]["rows"]):
        group, _, code = label.rpartition(" ")
        theirs = np.array(expected["est"]["values"][position], dtype=float)
        known = ~np.isnan(theirs)  # cuminc ends where its group does
        mine = rows.loc[(causes[int(code) - 1], group), bound].to_numpy()
        agree("interval_incidence", "cif_transplant_abo", f"{bound} incidence ({label})",
              mine[known], theirs[known])  # fmt: skip


@pytest.mark.parametrize("arm", ["Rad", "RadChem"])
def test_durations_from_known_beginnings_fall_as_icenreg_says(arm):
    expected = reference("turnbull_bcos")["results"]["icenReg_npmle"][arm]
    ends = np.array(expected["right"], dtype=float)
    finite = np.isfinite(ends)
    data = cosmesis().assign(origin_day=20.0, origin_lower_day=20.0)
    data = data[data["treatment"] == arm]
    rows = doubly_censored(data, at=ends[finite].tolist(), m=2, n_resamples=0).tidy()
    fallen = np.cumsum(np.array(expected["mass"])[finite])
    mine = rows.loc[rows["term"] == "survival", "highest"]
    agree("doubly_censored", "turnbull_bcos", f"survival, beginnings known ({arm})",
          mine, 1.0 - fallen, atol=MASS_ATOL)  # fmt: skip
