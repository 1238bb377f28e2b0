"""Wang and Chang's estimate of gap times, term by term as the paper writes it."""

import pandas as pd


def slow_wang_chang(gaps: pd.DataFrame, day: float) -> float:
    """S(day) as a product over distinct gap lengths of 1 − d*/R*."""
    used = {}
    for name, mine in gaps.groupby("subject_id"):
        complete = mine[mine["event"]]
        used[name] = complete if len(complete) else mine
    survival = 1.0
    for length in sorted(set(gaps.loc[gaps["event"], "duration_days"])):
        if length > day:
            break
        deaths = at_risk = 0.0
        for mine in used.values():
            share = 1.0 / len(mine)
            deaths += share * ((mine["duration_days"] == length) & mine["event"]).sum()
            at_risk += share * (mine["duration_days"] >= length).sum()
        survival *= 1.0 - deaths / at_risk
    return survival


def gap_cohort(seed: int, subjects: int = 60, *, spread: float = 0.5) -> pd.DataFrame:
    """Exponential gaps whose rate differs between subjects (gamma, this variance), to day 80."""
    import numpy as np

    rng = np.random.default_rng(seed)
    rows = []
    for who in range(subjects):
        rate = rng.gamma(1 / spread, spread) / 20
        day, end = 0.0, rng.uniform(20, 80)
        while True:
            gap = rng.exponential(1 / rate)
            rows.append((who, min(gap, end - day), day + gap < end, "ab"[who % 2]))
            day += gap
            if day >= end:
                break
    return pd.DataFrame(rows, columns=["subject_id", "duration_days", "event", "arm"])
