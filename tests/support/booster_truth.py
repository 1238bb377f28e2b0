"""Subjects whose sessions follow their scores, with the outcome under every strategy known."""

import numpy as np
import pandas as pd

EVERY_DAYS, GRACE = 14, 4
FIRST = EVERY_DAYS - GRACE
WIDTH = 2 * GRACE + 1


def _chance(logit: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-logit))


def subject_days(n: int, horizon: int, seed: int, policy: str = "practice", due=None):
    """Follow n subjects by day; a session lowers the score, the score brings sessions and events.

    Returns the subject-days (in practice only) and the day of each subject's event, or infinity.
    """
    random = np.random.default_rng([seed, 7])
    score, since = random.normal(10.0, 3.0, n), np.full(n, 1.0)
    free, event_day, parts = np.ones(n, bool), np.full(n, np.inf), []
    for day in range(horizon + 1):
        event = np.zeros(n, bool)
        if day > 0:
            score = score + 0.15 + random.normal(0.0, 1.0, n)
            event = free & (random.random(n) < _chance(-6.0 + 0.15 * score))
            event_day[event] = day
        treated = free & ~event & (random.random(n) < _given(policy, score, since, due))
        if policy == "practice":
            parts.append(
                pd.DataFrame(
                    {
                        "subject_id": np.flatnonzero(free), "day": float(day),
                        "treated": treated[free], "event": event[free],
                        "days_since_session": since[free], "score": score[free],
                    }
                )
            )  # fmt: skip
        free = free & ~event
        score, since = np.where(treated, score - 5.0, score), np.where(treated, 0.0, since) + 1.0
    return (pd.concat(parts, ignore_index=True) if parts else None), event_day


def _given(policy: str, score: np.ndarray, since: np.ndarray, due) -> np.ndarray:
    if policy == "practice":
        return _chance(-6.0 + 0.12 * score + 0.10 * since)
    if policy == "never":
        return np.zeros(len(score))
    place = (since - FIRST).astype(int)
    inside = (place >= 0) & (place < WIDTH)
    return np.where(inside, np.asarray(due)[np.clip(place, 0, WIDTH - 1)], 0.0)
