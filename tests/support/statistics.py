"""Statistics that other processes can import."""

import pandas as pd

from afterglow.errors import NotEstimable


def mean_and_size(data: pd.DataFrame) -> dict[str, float]:
    return {"mean": data["value"].mean(), "subjects": data["subject_id"].nunique()}


def mean_without_zeros(data: pd.DataFrame) -> float:
    if not data["value"].any():
        raise NotEstimable("Only zeros.")
    return data["value"].mean()
