"""What pseudo-values are asked for: the statistic, its times and its causes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.options import check_word

SURVIVAL: Final = "survival"
INCIDENCE: Final = "incidence"
RMST: Final = "rmst"
TERMS: Final = {SURVIVAL: "survival", INCIDENCE: "incidence", RMST: "restricted mean"}


class Target(NamedTuple):
    """One column of pseudo-values: the cause's number (from 1) and name, and the day."""

    code: int
    cause: str
    time: float


@dataclass(frozen=True, slots=True)
class Request:
    """One statistic at some times.

    Attributes
    ----------
    of : str
        A key of `TERMS`.
    times : tuple of float
        Days, in order; tau for the restricted mean.
    """

    of: str
    times: tuple[float, ...]

    @property
    def term(self) -> str:
        """The statistic in words."""
        return TERMS[self.of]

    def targets(self, causes: Sequence[str], wanted: str | None) -> list[Target]:
        """Return the columns asked for; of an incidence, those of one cause or of every one."""
        if self.of != INCIDENCE:
            return [Target(1, "", time) for time in self.times]
        if not causes:
            raise NotEstimable("No row has a cause: there is no incidence to estimate.")
        if wanted is not None and wanted not in causes:
            raise UsageError.unknown_option("of_cause", wanted, causes)
        return [
            Target(code, name, time)
            for code, name in enumerate(causes, start=1)
            if wanted in (None, name)
            for time in self.times
        ]


def pseudo_request(
    *, of: object, times: float | Sequence[float] | None, tau: float | None, of_cause: str | None
) -> Request:
    """Check what is asked for and return it."""
    check_word("of", of, TERMS)
    if of_cause is not None and of != INCIDENCE:
        raise UsageError(f"of_cause has no meaning with of = {of!r}.\nUse of = 'incidence'.")
    if of == RMST:
        if times is not None or tau is None or not np.isfinite(tau) or tau <= 0:
            raise UsageError("of = 'rmst' needs tau, a number of days above 0, and no times.")
        return Request(RMST, (float(tau),))
    asked = () if times is None else tuple(np.unique(np.asarray(times, dtype=np.float64)).tolist())
    if tau is not None or not asked or not np.isfinite(asked).all():
        raise UsageError(f"of = {of!r} needs times, numbers of days, and no tau.")
    return Request(str(of), asked)
