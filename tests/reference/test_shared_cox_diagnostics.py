"""Concordance, residuals and tests of proportional hazards against R on the public datasets."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree
from support.shared import reference, shared_file

from afterglow.estimate.cox.concordance import concordance
from afterglow.estimate.cox.model import cox

COX = "cox"


def dataset(name: str) -> pd.DataFrame:
    return pd.read_csv(shared_file("data", f"{name}.csv"))


def lung(*complete: str) -> pd.DataFrame:
    data = dataset("lung")
    data = data.assign(died=data["status"] == 2, weight=data["age"] / 60)
    return data.dropna(subset=list(complete))


def smokers() -> pd.DataFrame:
    data = dataset("pharmacosmoking")
    return data.assign(day=data["ttr"].where(data["ttr"] > 0, 0.5))


def residents() -> pd.DataFrame:
    data = dataset("channing")
    return data[data["ageentry"] < data["age"]]


TIME: dict[str, Any] = {"duration": "time", "event": "died"}
STRETCH: dict[str, Any] = {"duration": "stop", "event": "event", "entry": "start"}
ECOG = ["age", "sex", "ph_ecog"]
HEART = ["age", "year", "surgery", "transplant"]
MODELS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "cox_lung_ties": [
        (ties, {"data": lambda: lung("ph_ecog"), "formula": ECOG, **TIME, "ties": ties})
        for ties in ("efron", "breslow", "exact")
    ],
    "cox_lung_strata_cluster": [
        (block, {"data": lambda: lung("ph_ecog", "inst"), **TIME, **options})
        for block, options in {
            "stratified": {"formula": ["age", "ph_ecog"], "strata": "sex"},
            "stratified_cluster": {
                "formula": ["age", "ph_ecog"], "strata": "sex", "cluster": "inst",
            },
            "cluster": {"formula": ["age", "ph_ecog", "sex"], "cluster": "inst"},
        }.items()
    ],
    "cox_weighted_lung": [
        ("model", {"data": lung, "formula": ["sex", "age"], **TIME, "weights": "weight"}),
        ("breslow_robust", {"data": lung, "formula": ["sex", "age"], **TIME, "weights": "weight",
                            "ties": "breslow"}),
    ],
    "cox_ovarian_residuals": [
        ("fit", {"data": lambda: dataset("ovarian"), "formula": ["age", "rx", "ecog_ps"],
                 "duration": "futime", "event": "fustat"}),
    ],
    "cox_pharmacosmoking": [
        (ties, {"data": smokers, "formula": ["grp", "age", "employment"], "duration": "day",
                "event": "relapse", "ties": ties})
        for ties in ("efron", "breslow", "exact")
    ],
    "cox_heart_counting": [
        (block, {"data": lambda: dataset("heart"), **STRETCH, **options})
        for block, options in {
            "efron": {"formula": HEART},
            "breslow": {"formula": HEART, "ties": "breslow"},
            "interaction_cluster": {"formula": "(age + surgery) * transplant", "cluster": "id"},
        }.items()
    ],
    "cox_channing_lefttrunc": [
        (ties, {"data": residents, "formula": ["gender"], "duration": "age", "event": "death",
                "entry": "ageentry", "ties": ties})
        for ties in ("efron", "breslow", "exact")
    ],
}  # fmt: skip
CASES = [(case, block, options) for case, blocks in MODELS.items() for block, options in blocks]


def fitted(options: dict[str, Any]):
    rest = {name: value for name, value in options.items() if name not in ("data", "formula")}
    return cox(options["data"](), options["formula"], **rest)


@pytest.mark.parametrize(("case", "block", "options"), CASES, ids=lambda value: str(value)[:24])
def test_concordance_of_a_model(case, block, options):
    expected = reference(case)["results"][block]
    found = fitted(options).concordance()
    agree(COX, case, f"concordance ({block})", found.estimate, expected["concordance"])
    agree(COX, case, f"its standard error ({block})", found.std_error, expected["concordance_se"])


def test_every_concordance_of_lung():
    expected = reference("cox_lung_ties")["results"]["concordance"]
    fit = fitted(MODELS["cox_lung_ties"][0][1])
    found = fit.concordance()
    pairs = [found.pairs.concordant, found.pairs.discordant, found.pairs.tied_score,
             found.pairs.tied_time, found.pairs.tied_both]  # fmt: skip
    agree(COX, "cox_lung_ties", "pairs", pairs, list(expected["counts"].values()))
    agree(COX, "cox_lung_ties", "variance of the concordance",
          found.std_error**2, expected["var"])  # fmt: skip
    uno = fit.concordance(weighting="uno")
    agree(COX, "cox_lung_ties", "Uno's concordance", uno.estimate, expected["uno_nG2"])
    agree(COX, "cox_lung_ties", "its variance", uno.std_error**2, expected["uno_var"])
    peto = fit.concordance(weighting="peto")
    agree(COX, "cox_lung_ties", "concordance weighted by S", peto.estimate, expected["S_weight"])
    scored = lung("ph_ecog").assign(risk=fit.linear_predictor())
    same = concordance(scored, score="risk", **TIME)
    agree("concordance", "cox_lung_ties", "concordance", same.estimate, expected["harrell"])


def proportional(case: str, block: str, transform: str, options: dict[str, Any], expected) -> None:
    rows = fitted(options).check_proportional_hazards(transform).tidy()
    table = expected["table"]
    assert len(rows) == len(table["term"])
    for column, name in (("statistic", "chisq"), ("df", "df"), ("p_value", "p")):
        quantity = f"proportional hazards, {transform}: {column} ({block})"
        agree(COX, case, quantity, rows[column], table[name])


def test_proportional_hazards_of_lung():
    results = reference("cox_lung_ties")["results"]
    options = MODELS["cox_lung_ties"][0][1]
    for expected in [*results["zph"], results["zph_log"]]:
        proportional("cox_lung_ties", "efron", expected["transform"], options, expected)


@pytest.mark.parametrize(
    ("case", "block", "key"),
    [
        ("cox_lung_strata_cluster", "stratified", "zph_strat"),
        ("cox_pharmacosmoking", "efron", "zph"),
        ("cox_heart_counting", "efron", "zph"),
        ("cox_channing_lefttrunc", "efron", "zph"),
    ],
)
def test_proportional_hazards(case, block, key):
    options = dict(MODELS[case])[block]
    proportional(case, block, "km", options, reference(case)["results"][key])


def test_martingale_residuals_of_stretches():
    expected = reference("cox_heart_counting")["results"]["martingale_first10"]
    found = fitted(MODELS["cox_heart_counting"][0][1]).residuals("martingale")["martingale"]
    agree(COX, "cox_heart_counting", "martingale residuals", found[:10], expected)


def test_residuals_of_ovarian():
    case = "cox_ovarian_residuals"
    results = reference(case)["results"]
    fit = fitted(MODELS[case][0][1])
    kinds = {"scaled-schoenfeld": "scaledsch"} | {
        kind: kind
        for kind in ("martingale", "deviance", "score", "dfbeta", "dfbetas", "schoenfeld")
    }
    for kind, name in kinds.items():
        expected = results[name]
        expected = expected["values"] if isinstance(expected, dict) else expected
        expected = expected["values"] if isinstance(expected, dict) else expected
        found = fit.residuals(kind)
        columns = [kind] if kind in found else ["age", "rx", "ecog_ps"]
        agree(COX, case, f"{kind} residuals", found[columns].to_numpy(), expected, atol=1e-12)
    agree(COX, case, "event times",
          fit.residuals("schoenfeld")["time_days"], results["schoenfeld"]["time"])  # fmt: skip
    assert np.isfinite(fit.check_proportional_hazards().residuals().to_numpy()).all()
