"""Scores of predictions against R's riskRegression (shared data and numbers)."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from support.conformance import agree
from support.shared import reference, shared_file

from afterglow.estimate.cox.model import cox
from afterglow.estimate.prediction.score import score_predictions

CASE = "score_brier_auc_lung"
ESTIMATOR = "landmark_prediction"
RTOL = 1e-10
# R stops its Cox fit earlier, and the weights of few late subjects magnify that a little.
RTOL_OF_FIT = 1e-8
TIMES = (180.0, 365.0, 540.0)
COVARIATES = ["age", "sex", "ph_ecog"]
COLUMNS = [f"risk_{time:g}" for time in TIMES]
NAMES = {"Null model": "without predictors", "cox": "cox"}


@cache
def scored() -> tuple[pd.DataFrame, pd.DataFrame, dict]:
    """Return the data with predicted risks, our measures, and R's numbers."""
    theirs = reference(CASE)["results"]
    data = pd.read_csv(shared_file("data", "lung.csv")).dropna(
        subset=["time", "status", *COVARIATES]
    )
    data = data.assign(event=data["status"] == 2).reset_index(drop=True)
    model = cox(data, COVARIATES, duration="time", event="event")
    curves = model.predict(data, list(TIMES)).tidy()
    for time, column in zip(TIMES, COLUMNS):
        data[column] = 1.0 - curves.loc[curves["time_days"] == time, "estimate"].to_numpy()
    found = score_predictions(data, {"cox": COLUMNS}, TIMES, duration="time").tidy()
    return data, found, theirs


def ours(term: str, group: str, column: str) -> np.ndarray:
    """Return one column of our measures, time by time."""
    _, found, _ = scored()
    return found.loc[(found["term"] == term) & (found["group"] == group), column].to_numpy()


def theirs(part: str, model: str, column: str) -> list[float]:
    """Return one column of R's numbers, time by time."""
    _, _, results = scored()
    table = pd.DataFrame(results[part])
    return table.loc[table["model"] == model, column].tolist()


def test_predicted_risks_are_those_of_r() -> None:
    data, _, results = scored()
    expected = results["predicted_risk_first5"]["values"]
    agree(ESTIMATOR, CASE, "predicted risk", data[COLUMNS].head(5), expected, rtol=RTOL_OF_FIT)


@pytest.mark.parametrize("model", ["Null model", "cox"])
@pytest.mark.parametrize(
    ("column", "own"),
    [("Brier", "estimate"), ("se", "std_error"), ("lower", "conf_low"), ("upper", "conf_high")],
)
def test_brier_scores(model: str, column: str, own: str) -> None:
    expected = theirs("brier", model, column)
    agree(ESTIMATOR, CASE, f"Brier {column}, {model}", ours("brier", NAMES[model], own), expected)


def test_scaled_brier_score_is_the_index_of_prediction_accuracy() -> None:
    found = ours("scaled_brier", "cox", "estimate")
    agree(ESTIMATOR, CASE, "IPA", found, theirs("brier", "cox", "IPA"), rtol=1e-7)


@pytest.mark.parametrize(
    ("column", "own"),
    [("AUC", "estimate"), ("se", "std_error"), ("lower", "conf_low"), ("upper", "conf_high")],
)
def test_areas_under_the_curve(column: str, own: str) -> None:
    agree(ESTIMATOR, CASE, f"AUC {column}", ours("auc", "cox", own), theirs("auc", "cox", column))
