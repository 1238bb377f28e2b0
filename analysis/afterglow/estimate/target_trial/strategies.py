"""Strategies of giving a session, and what each allows on every day of a subject."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from afterglow.errors import UsageError
from afterglow.estimate.checks import Codes, Floats

FREE: Final = -1
FORBIDDEN: Final = -2
LATE: Final = -3

TOO_EARLY: Final = "session not yet due"
WITHOUT_REASON: Final = "session without the condition"
NOT_ALLOWED: Final = "session given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """When a session is given: every so many days, when a condition comes, or never.

    Attributes
    ----------
    name : str
    every_days : float, optional
        A session is due so many days after the one before it.
    when : bool
        A session is due when the condition has come to be known, and not before.
    """

    name: str
    every_days: float | None = None
    when: bool = False

    def __post_init__(self) -> None:
        if self.every_days is not None and (self.when or not self.every_days > 0):
            raise UsageError(
                f"Strategy {self.name!r} needs one rule: every_days above 0, when=True, or neither"
                " for no session at all."
            )

    @property
    def unasked(self) -> str:
        """What a session is that the strategy does not ask for."""
        if self.every_days is not None:
            return TOO_EARLY
        return WITHOUT_REASON if self.when else NOT_ALLOWED

    def width(self, grace_days: float) -> int:
        """Return how many days a session may be given on, 0 where none may."""
        if self.every_days is not None:
            return int(np.floor(self.every_days + grace_days) - self.first(grace_days)) + 1
        return int(np.floor(grace_days)) + 1 if self.when else 0

    def first(self, grace_days: float) -> int:
        """Return the first day after the session before on which the next may be given."""
        return max(int(np.ceil((self.every_days or 0.0) - grace_days)), 0)


def allowed(
    strategy: Strategy, grace_days: float, since: Floats, waiting: Floats, decided: np.ndarray
) -> Codes:
    """Return what a strategy says of each day.

    Parameters
    ----------
    since : float64 array
        Days since the session before.
    waiting : float64 array
        Days since the condition came to be known; negative once a session has answered it, NaN
        where there is none.
    decided : bool array
        Whether a session could be begun on the day.

    Returns
    -------
    int64 array
        FREE: nothing is asked. FORBIDDEN: no session. 0, 1, …: the day of the window in which a
        session is due, that must have come by the last one. LATE: the window is over.
    """
    width = strategy.width(grace_days)
    if strategy.every_days is not None:
        place = np.floor(since) - strategy.first(grace_days)
        early = place < 0
    elif strategy.when:
        place, early = np.floor(waiting), np.isnan(waiting)
    else:
        place, early = np.zeros_like(since), np.ones(since.shape, dtype=bool)
    code = np.where(early, FORBIDDEN, np.where(place < width, place, LATE))
    if strategy.when:
        code = np.where(waiting < 0, FREE, code)
    return np.where(decided, code, FREE).astype(np.int64)
