"""Random tables of decisions and time at risk, as the derivation makes them."""

import numpy as np
import pandas as pd

WEEK = 7


def decision_table(seed, n=60, weeks=6, groups=("a", "b"), chance=0.15, between=0.1):
    """Weekly visits: a decision on the day, one of six trials after it, then the week at risk."""
    random = np.random.default_rng(seed)
    records = []
    for i in range(n):
        score, group = random.normal(10, 4), groups[i % len(groups)]
        start = -np.inf
        for week in range(weeks):
            day = WEEK * week
            known = {"subject_id": f"s{i}", "group": group, "score": round(score)}
            hit = random.random() < chance + 0.03 * max(score - 8, 0)
            records.append(
                {
                    **known,
                    "start_day": day,
                    "stop_day": day,
                    "order": day + 0.5,
                    "kind": "visit",
                    "trials": 1,
                    "censored": hit,
                    "event": False,
                }
            )
            if hit:
                break
            hit = random.random() < between
            records.append(
                {
                    **known,
                    "start_day": day + 1,
                    "stop_day": day + 1,
                    "order": day + 1.5,
                    "kind": "between",
                    "trials": random.integers(1, 7) if hit else 6,
                    "censored": hit,
                    "event": False,
                }
            )
            if hit:
                break
            score += random.normal(0.8, 2.5)
            event = bool(score > 18)
            known = {**known, "score": np.nan}
            records.append(
                {
                    **known,
                    "start_day": start,
                    "stop_day": day + WEEK,
                    "order": day + WEEK + 0.25,
                    "kind": "between",
                    "trials": 0,
                    "censored": False,
                    "event": event,
                }
            )
            if event or random.random() < 0.05:
                break
            start = day + WEEK
    return pd.DataFrame(records).astype({"start_day": float, "stop_day": float})  # fmt: skip
