"""Who kept to a strategy and how others left it: every clone once before the event, and after."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from afterglow.estimate.target_trial.clones import NOT_IN_TIME, Clones
from afterglow.estimate.target_trial.days import Days
from afterglow.estimate.target_trial.strategies import FORBIDDEN
from afterglow.names import GROUP, N_EVENTS, N

PART: Final = "part"
BEFORE, AFTER = "before", "after"
NOT_CLONED: Final = "not_cloned"
TO_HORIZON: Final = "to_horizon"
CENSORED_EARLY: Final = "censored_early"
PERSON_DAYS: Final = "person_days"
COLUMNS: Final = (
    GROUP, PART, N, NOT_CLONED, N_EVENTS, TO_HORIZON, CENSORED_EARLY, PERSON_DAYS,
)  # fmt: skip
"""Of every result; what is beside them is a way of leaving a strategy."""


def follow_up(days: Days, clones: Sequence[Clones]) -> pd.DataFrame:
    """Return per strategy how its clones went on, before the event and after it.

    Whoever leaves on the day of the event leaves after it: the outcome of a day comes first.

    Returns
    -------
    DataFrame
        group; part: "before" counts those with a clone from day 0 to the event, "after", where
        rows go on after the event, those with the event from there on. n of them; not_cloned;
        n_events; to_horizon (followed to the last day); censored_early (rows end before);
        person_days (day 0 is none); then a column per way of leaving. In each row n = n_events +
        to_horizon + censored_early + those who left.
    """
    parts = (BEFORE, AFTER) if days.has_state else (BEFORE,)
    rows = [
        {GROUP: one.strategy.name, PART: part, **_counted(days, one, part)}
        for one in clones
        for part in parts
    ]
    return pd.DataFrame(rows).fillna(0.0)


def _counted(days: Days, clones: Clones, part: str) -> dict[str, float]:
    mine = days.at_risk if part == BEFORE else days.followed & ~days.at_risk
    asked = mine & ~days.event if part == BEFORE else mine | days.event
    had = (days.event & clones.adherent).any(axis=1)
    entered = clones.cloned if part == BEFORE else had
    ended = had if part == BEFORE else np.zeros_like(had)
    left = clones.left & asked
    unasked = clones.code == FORBIDDEN
    stayed = entered & ~ended & ~left.any(axis=1)
    return {
        N: int(entered.sum()),
        NOT_CLONED: int((~clones.cloned).sum()) if part == BEFORE else 0,
        N_EVENTS: int(ended.sum()),
        TO_HORIZON: int((stayed & clones.adherent[:, -1]).sum()),
        CENSORED_EARLY: int((stayed & ~clones.adherent[:, -1]).sum()),
        PERSON_DAYS: int((clones.adherent & mine)[:, 1:].sum()),
        clones.strategy.unasked: int((left & unasked).sum()),
        NOT_IN_TIME: int((left & ~unasked).sum()),
    }
