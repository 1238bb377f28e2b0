"""A fitted landmark model as tidy rows and as a sentence."""

from typing import Final

import numpy as np
import pandas as pd

from afterglow.estimate.prediction.stack import Stack, landmark_terms
from afterglow.estimate.prediction.supermodel import Supermodel
from afterglow.estimate.result import said
from afterglow.names import (
    CAUSE,
    ESTIMATE,
    GROUP,
    HAZARD_RATIO,
    METHOD,
    N_EVENTS,
    TERM,
    WARNING,
    N,
)

OWN_CAUSE: Final = "event"
OTHER_CAUSE: Final = "competing"
METHOD_WORDS: Final = "landmark supermodel, ridge cause-specific Cox"


def model_table(stack: Stack, model: Supermodel) -> pd.DataFrame:
    """Return one row per cause and coefficient."""
    names = (*stack.terms, *landmark_terms(np.zeros(1), model.landmarks)[1])
    every = {GROUP: "", N: stack.subjects, METHOD: METHOD_WORDS}
    parts = []
    for cause, hazard in zip((OWN_CAUSE, OTHER_CAUSE), model.hazards):
        own = {CAUSE: cause, N_EVENTS: hazard.events, WARNING: hazard.warning, **every}
        ratios = {TERM: names, ESTIMATE: hazard.beta, HAZARD_RATIO: np.exp(hazard.beta)}
        parts.append(pd.DataFrame({**ratios, **own}))
    return pd.concat(parts, ignore_index=True)


def model_sentence(stack: Stack, model: Supermodel) -> str:
    """Return what was fitted to whom, in one sentence."""
    days = ", ".join(said(day) for day in model.landmarks)
    what = "expected days before the event" if model.days else "risk of the event"
    return (
        f"Landmark model of the {what} within {said(stack.horizon)} days, from"
        f" {stack.subjects} subjects on days {days} ({said(float(len(stack.landmark)))} rows,"
        f" {said(model.hazards[0].events)} events in their windows)."
    )
