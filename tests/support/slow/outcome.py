"""One derived row, with the moment that a following endpoint's clock starts from (rule 9)."""

import math
from dataclasses import dataclass, replace

from support.slow.moments import Moment, Visit
from support.slow.subject import SetAside


@dataclass(frozen=True)
class Outcome:
    """`moment` is what dates the event; `confirming` is the visit that confirmed it."""

    origin_day: float
    origin_lower: float
    entry: float
    duration: float
    lower: float
    upper: float
    event: bool
    cause: str
    reason: str
    moment: Moment | None = None
    confirming: Visit | None = None

    @property
    def event_day(self) -> float:
        """The day of the event; never before the origin."""
        assert self.moment is not None
        return max(self.moment.day, self.origin_day)


def row(
    origin_day: float,
    origin_lower: float,
    *,
    day: float,
    lower_day: float,
    reason: str,
    cause: str = "",
    event: bool = False,
    moment: Moment | None = None,
    confirming: Visit | None = None,
) -> Outcome:
    """A row from the days of the event (or the end) and of the last moment known free."""
    duration = max(0.0, day - origin_day)
    lower = min(max(0.0, lower_day - origin_day), duration)
    upper = duration if event else math.inf
    if not event:
        moment = None
    return Outcome(
        origin_day,
        origin_lower,
        0.0,
        duration,
        lower,
        upper,
        event,
        cause,
        reason,
        moment,
        confirming,
    )


def with_entry(outcome: Outcome, entry_day: float) -> Outcome:
    """Delayed entry; who has ended before it is never seen at risk."""
    entry = max(0.0, entry_day - outcome.origin_day)
    if entry > 0 and outcome.duration <= entry + 1e-9:
        raise SetAside("ended before at risk")
    return replace(outcome, entry=entry)
