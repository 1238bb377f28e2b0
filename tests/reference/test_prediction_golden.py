"""Scores of predictions against riskRegression on drawn cases: ties, competing ends, two models.

Regenerate: Rscript tests/reference/r/prediction.R
"""

import json
from functools import cache
from operator import itemgetter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree

from afterglow.estimate.prediction.score import score_predictions

FILE = Path(__file__).parent / "golden" / "prediction.json"
GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))
TIMES = GOLDEN["times"]
CASE = "golden/prediction"
NAMES = {"Null model": "without predictors"}
SCORES = {"brier": ("Brier", "brier"), "auc": ("AUC", "auc")}
DIFFERENCES = {"brier_difference": "delta.Brier", "auc_difference": "delta.AUC"}


@cache
def data() -> tuple[pd.DataFrame, dict[str, list[str]]]:
    table, models = pd.DataFrame(GOLDEN["data"]), {}
    for name in ("a", "b"):
        models[name] = [f"{name}_{time}" for time in TIMES]
        table[models[name]] = np.array(GOLDEN[name])
    return table, models


@cache
def ours(place: int) -> pd.DataFrame:
    case = GOLDEN["cases"][place]
    table, models = data()
    competing = case["cause"] == "cause"
    asked = {"cause": "cause", "of_cause": "relapse"} if competing else {"event": case["cause"]}
    return score_predictions(table, models, TIMES, duration=case["duration"], **asked).tidy()


def found(place: int, term: str, groups: list[str], times: list[float], column: str) -> list[float]:
    table = ours(place).set_index(["term", "group", "time_days"])[column]
    return [table[(term, group, time)] for group, time in zip(groups, times)]


@pytest.mark.parametrize("part", SCORES)
@pytest.mark.parametrize("place", range(len(GOLDEN["cases"])))
def test_scores(place, part):
    name, term = SCORES[part]
    # Where nobody is censored later or at risk, R divides 0 by 0 and has no standard error.
    theirs = pd.DataFrame(GOLDEN["cases"][place]["scores"][part]).dropna(subset=["se"])
    groups = [NAMES.get(model, model) for model in theirs["model"]]
    columns = {name: "estimate", "se": "std_error", "lower": "conf_low", "upper": "conf_high"}
    for column, own in columns.items():
        mine = found(place, term, groups, theirs["times"].tolist(), own)
        quantity = f"{name} {column}, {itemgetter('id')(GOLDEN['cases'][place])}"
        agree("landmark_prediction", CASE, quantity, mine, theirs[column], atol=1e-12)
    if part == "brier":
        later = theirs[theirs["times"] > TIMES[0]]
        groups_later = [NAMES.get(model, model) for model in later["model"]]
        mine = found(place, "integrated_brier", groups_later, later["times"].tolist(), "estimate")
        agree("landmark_prediction", CASE, f"IBS, case {place + 1}", mine, later["IBS"], atol=1e-12)
        mine = found(place, "scaled_brier", groups, theirs["times"].tolist(), "estimate")
        agree(
            "landmark_prediction", CASE, f"IPA, case {place + 1}", mine, theirs["IPA"], atol=1e-12
        )


@pytest.mark.parametrize("part", DIFFERENCES)
@pytest.mark.parametrize("place", range(len(GOLDEN["cases"])))
def test_differences_of_models(place, part):
    theirs = pd.DataFrame(GOLDEN["cases"][place]["scores"][part]).dropna(subset=["se"])
    words = zip(theirs["model"], theirs["reference"])
    groups = [f"{NAMES.get(one, one)} vs {NAMES.get(other, other)}" for one, other in words]
    columns = {DIFFERENCES[part]: "estimate", "se": "std_error", "p": "p_value"}
    for column, own in columns.items():
        mine = found(place, part, groups, theirs["times"].tolist(), own)
        quantity = f"{part} {column}, case {place + 1}"
        agree("landmark_prediction", CASE, quantity, mine, theirs[column], rtol=1e-7, atol=1e-12)
