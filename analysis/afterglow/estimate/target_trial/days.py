"""Subject-days from time zero on, as arrays: who was followed, when a session was begun."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Codes, ColumnReader, Floats, factorized


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Days:
    """Arrays of shape (subjects, days); day 0 is time zero.

    Attributes
    ----------
    place : array of int, shape (rows,)
        Where each row of the data stands in a flattened array.
    followed, at_risk : bool
        Whether there is a row; and whether the first event has not come before the day.
    treated, decided, event : bool
        A session was begun; it could have been, and what followed was seen; the first event.
    since, waiting, state : float64
        As in the data; NaN where there is no row, or no such column.
    has_state : bool
    stratum : int64, shape (subjects,)
        Whose rhythm of sessions a subject follows, counted from 0.
    """

    place: Codes
    followed: np.ndarray
    at_risk: np.ndarray
    treated: np.ndarray
    decided: np.ndarray
    event: np.ndarray
    since: Floats
    waiting: Floats
    state: Floats
    has_state: bool
    stratum: Codes

    @property
    def subjects(self) -> int:
        """How many subjects there are."""
        return len(self.followed)

    @property
    def length(self) -> int:
        """How many days there are, day 0 among them."""
        return self.followed.shape[1]


def read_days(
    data: pd.DataFrame,
    *,
    subject: str,
    day: str,
    treated: str,
    event: str,
    since: str,
    waiting: str | None,
    decided: str | None,
    state: str | None,
    rhythm: str | None,
    horizon: int,
    model: Sequence[str] = (),
) -> Days:
    """Check the columns of `data` and lay out its rows; see `clone_censor_weight`.

    Subjects stand in an order that depends on what is known of them, not on their labels.
    """
    own = [column for column in (waiting, decided, state, rhythm) if column is not None]
    read = ColumnReader(data, subject, day, treated, event, since, *own, *model)
    who, _ = read.label(subject)
    when, gap = read.number(day), read.number(since)
    had, given = read.event(event) > 0, read.event(treated) > 0
    may = np.ones(len(data), bool) if decided is None else read.event(decided) > 0
    wait = np.full(len(data), np.nan) if waiting is None else data[waiting].to_numpy(dtype=float)
    stay = np.full(len(data), np.nan) if state is None else read.number(state)
    group = np.zeros(len(data), np.int64) if rhythm is None else read.label(rhythm)[0]
    _check(read, who, when, given, may, day, treated)
    read.finish()
    covariates = [factorized(data[name])[0] * (when + 1.0) for name in model]
    who = _canonical(who, [when, had, given, gap * (when + 1), wait, stay, *covariates])
    kept = when <= horizon
    n, length = int(who.max(initial=-1)) + 1, horizon + 1
    place = np.where(kept, who * length + when.astype(np.int64), -1)

    def spread(values: np.ndarray, empty: float) -> np.ndarray:
        found = np.full(n * length, empty, dtype=np.asarray(values).dtype)
        found[place[kept]] = np.asarray(values)[kept]
        return found.reshape(n, length)

    followed = spread(np.ones(len(data), bool), False)
    event_days = spread(had, False)
    before = np.cumsum(event_days, axis=1) - event_days
    at_risk = followed & (before == 0)
    last = np.append(followed[:, 1:], np.zeros((n, 1), bool), axis=1)
    return Days(
        place=place, followed=followed, at_risk=at_risk,
        treated=spread(given, False) & last, decided=spread(may, False) & last,
        event=event_days & at_risk, since=spread(gap, np.nan), waiting=spread(wait, np.nan),
        state=spread(stay, np.nan), has_state=state is not None,
        stratum=spread(group, 0)[:, 0],
    )  # fmt: skip


def _check(read, who, when, given, may, day, treated) -> None:
    whole = (when == np.floor(when)) & (when >= 0)
    read.forbid(day, ~whole, "is no whole number of 0 or more", "Count days from time zero.")
    order = np.lexsort((when, who))
    first = np.append(True, who[order][1:] != who[order][:-1])
    expected = np.where(first, 0.0, np.append(0.0, when[order][:-1]) + 1.0)
    bad = np.zeros(len(when), bool)
    bad[order] = when[order] != expected
    read.forbid(day, bad & whole, "does not follow the day before it", "Give every day once.")
    read.forbid(
        treated, given & ~may, "is true on a day without a decision",
        "A session within a block is no decision of its own: give it False.",
    )  # fmt: skip


def _canonical(who: Codes, columns: list[np.ndarray]) -> Codes:
    """Number the subjects by what is known of them: labels change nothing."""
    if not len(who):
        return who
    sums = [np.bincount(who, np.nan_to_num(np.asarray(c, dtype=float))) for c in columns]
    rank = np.empty(int(who.max()) + 1, dtype=np.int64)
    rank[np.lexsort([np.bincount(who), *sums])] = np.arange(len(rank))
    return rank[who]
