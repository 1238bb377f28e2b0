"""Stacked landmark data of subjects whose relapse depends on a score that changes."""

import numpy as np
import pandas as pd

PREDICTORS = ["score", "slope", "age"]


def stacked(
    seed: int,
    subjects: int = 120,
    landmarks: tuple[float, ...] = (7, 14, 21),
    *,
    booster: bool = True,
    effect: float = 0.12,
) -> pd.DataFrame:
    """Rows at risk at landmarks; `effect` is the log hazard ratio of a point of the score."""
    rng = np.random.default_rng(seed)
    rows = []
    for who in range(subjects):
        age, score = rng.normal(45, 10), rng.normal(12, 4)
        relapse = rng.exponential(60 * np.exp(-effect * (score - 12)))
        other = rng.exponential(80) if booster else np.inf
        end = np.ceil(min(relapse, other, rng.uniform(20, 90)))
        cause = "relapse" if np.ceil(relapse) == end else "booster" if other < end else ""
        for day in landmarks:
            if end > day:
                now = score + rng.normal(0, 2)
                rows.append((f"S{who:03d}", day, end, cause, now, rng.normal(), age, who % 4))
    columns = ["subject_id", "landmark_day", "duration_days", "cause", *PREDICTORS, "site"]
    return pd.DataFrame(rows, columns=columns)
