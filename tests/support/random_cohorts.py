"""Random cohorts full of ties, same-day moments and awkward ends, from a seed."""

from typing import Any

import numpy as np
import pandas as pd
from support.cohorts import cohort_of

from afterglow.cohort.model import Cohort
from afterglow.names import ARM, SUBJECT

GRID = {
    "MADRS": (0, 6, 10, 10, 12, 15, 20, 21, 22, 24, 30, 30, 40),
    "WELL": (5, 6, 8, 10, 12, 15, 15, 18, 20, 25),
}
GOOD = {"MADRS": (0, 6, 10, 10, 12, 15), "WELL": (15, 18, 20, 20, 25)}
BAD = {"MADRS": (20, 22, 22, 24, 30), "WELL": (5, 6, 8, 10, 12)}
TIMINGS = ("", "", "pre-dose", "post-dose", "off-dose")
EVENTS = (
    "switch",
    "ect",
    "death",
    "withdrawal",
    "lost",
    "hospitalisation",
    "suicide_attempt",
    "randomisation",
    "moved",
)
END_REASONS = ("administrative", "completed", "lost", "withdrawal", "death", "switch", "", "other")
SESSION_GAPS = (0, 1, 2, 3, 3, 4, 4, 7, 7, 8, 10, 10, 11, 14, 21, 28)
VISIT_GAPS = (0, 1, 2, 3, 5, 5, 7, 7, 7, 14, 15, 16, 28, 35)
FRACTIONS = (0.0417, 0.1667, 0.25, 0.5, 0.75)


class Habits:
    """What the subjects of one cohort have in common."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.fraction = rng.choice([0.0, 0.15, 0.5])
        self.tagged = rng.choice([0.0, 0.4, 1.0])
        self.phases = str(rng.choice(["none", "none", "some", "all"]))
        self.with_sessions = rng.random() < 0.9
        self.with_events = rng.random() < 0.85

    def pick(self, values: Any) -> Any:
        return values[self.rng.integers(len(values))]

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def moment(self, day: float) -> float:
        """A whole day, or now and then a time on it."""
        return float(day + (self.pick(FRACTIONS) if self.chance(self.fraction) else 0.0))


def random_cohort(seed: int, n_subjects: int) -> Cohort:
    """Make a cohort of `n_subjects`, some without sessions, visits or follow-up."""
    habits = Habits(np.random.default_rng(seed))
    people, scores, sessions, events, ends = [], [], [], [], []
    for i in range(n_subjects):
        name = f"S{i:04d}"
        doses = random_sessions(habits)
        visits = random_visits(habits, [day for day, _, _ in doses])
        happened = random_events(habits, [day for day, *_ in (*doses, *visits)])
        people.append((name, "ketamine", random_randomisation(habits)))
        scores += [(name, *visit) for visit in visits]
        sessions += [(name, *dose) for dose in doses]
        events += [(name, *event) for event in happened]
        ends.append((name, *random_end(habits, doses, visits)))
    return cohort_of(
        subjects=pd.DataFrame(people, columns=[SUBJECT, ARM, "randomised_day"]),
        scores=scores,
        sessions=sessions if habits.with_sessions else None,
        events=events if habits.with_events else None,
        follow_up=ends,
    )


def random_randomisation(habits: Habits) -> float:
    return np.nan if habits.chance(0.15) else habits.moment(int(habits.rng.integers(-3, 30)))


def random_sessions(habits: Habits) -> list[tuple[float, int, str]]:
    """A first dose at day 0 and a few more, now and then two on one day, now and then none."""
    if habits.chance(0.04):
        return []
    days = [0.0]
    for _ in range(habits.rng.integers(0, 10)):
        days.append(habits.moment(int(days[-1]) + habits.pick(SESSION_GAPS)))
    days.sort()
    return [
        (day, days[:i].count(day) + 1, random_phase(habits, i, day)) for i, day in enumerate(days)
    ]


def random_phase(habits: Habits, place: int, day: float) -> str:
    if habits.phases == "none" or (habits.phases == "some" and habits.chance(0.5)):
        return ""
    if place == 0 or (day < 20 and habits.chance(0.8)):
        return "induction"
    return habits.pick(("maintenance", "booster", "booster", "induction"))


def random_visits(habits: Habits, doses: list[float]) -> list[tuple[float, str, float, str]]:
    """Baseline and later scores, many on the days of sessions and events."""
    found: dict[tuple, tuple] = {}
    for instrument in ("MADRS", "WELL"):
        if instrument == "WELL" and habits.chance(0.15):
            continue
        days = baseline_days(habits) + later_days(habits, doses)
        better = False
        for day in sorted(days):
            if day > 0 and habits.chance(0.3 if better else 0.5):
                better = not better
            timing = random_timing(habits, day)
            score = random_score(habits, instrument, day, better)
            found[instrument, day, timing] = (day, instrument, score, timing)
    return list(found.values())


def random_timing(habits: Habits, day: float) -> str:
    return habits.pick(TIMINGS) if habits.chance(habits.tagged) else ""


def random_score(habits: Habits, instrument: str, day: float, better: bool) -> float:
    if habits.chance(0.08):
        return float(habits.pick(GRID[instrument]))
    if day <= 0:
        worst = {"MADRS": (20, 24, 30, 40), "WELL": (5, 8, 10)}[instrument]
        return float(habits.pick(worst))
    return float(habits.pick((GOOD if better else BAD)[instrument]))


def baseline_days(habits: Habits) -> list[float]:
    count = int(habits.rng.choice([0, 1, 2], p=[0.04, 0.6, 0.36]))
    return [habits.moment(habits.pick((-20, -14, -7, -7, -3, -1, -1, 0))) for _ in range(count)]


def later_days(habits: Habits, doses: list[float]) -> list[float]:
    days = [day + 0.1667 for day in doses[:1] if habits.chance(0.3)]
    near = [habits.moment(int(day)) for day in doses if habits.chance(0.4)]
    at, last = [], int(habits.pick((0, 1, 3, 7, 14, *map(int, doses))))
    for _ in range(habits.rng.integers(0, 9)):
        last += habits.pick(VISIT_GAPS)
        at.append(habits.moment(last))
    return days + near + at


def random_events(habits: Habits, days: list[float]) -> list[tuple[float, str]]:
    """A few events, on the very days of sessions and visits or elsewhere."""
    found = set()
    for _ in range(int(habits.rng.choice([0, 1, 2, 3], p=[0.5, 0.25, 0.15, 0.1]))):
        known = habits.pick(days) if days and habits.chance(0.6) else habits.rng.integers(-5, 90)
        day = known if habits.chance(0.3) else habits.moment(int(np.floor(known)))
        found.add((float(day), habits.pick(EVENTS)))
        if habits.chance(0.3):
            found.add((float(day), habits.pick(EVENTS[:5])))
    return sorted(found)


def random_end(habits: Habits, doses: list, visits: list) -> tuple[float, str]:
    """The last known day, somewhat later, or before some of the rows."""
    last = max((row[0] for row in (*doses, *visits)), default=5.0)
    shift = habits.pick((0, 0, 0, 1, 5, 9, 10, 20, 30, 40, -1, -10, -25))
    return max(0.0, habits.moment(int(max(last, 0)) + shift)), habits.pick(END_REASONS)
