"""Stacked landmark data sets: everybody at risk on each landmark day, with what was known then."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Codes, ColumnReader, Floats
from afterglow.estimate.prediction.censoring import CENSORED, OTHER, TARGET, Known, known_by
from afterglow.names import DAYS_PER_WEEK

WITHOUT: Final = "without predictors"
WEEK: Final = "landmark week"
WEEK_SQUARED: Final = "landmark week²"
DIGITS: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stack:
    """Rows at risk at landmarks.

    Attributes
    ----------
    subject : array of int, shape (n,)
        0, 1, … in an order of the subjects' own that does not depend on that of the data.
    landmark, time : array
        Days since the origin: of the landmark, and of the subject's exit, which is later.
    status : array of int
        At the exit: `CENSORED`, `TARGET` or `OTHER`.
    x : array, shape (n, p)
        Predictors known at the landmark.
    terms : tuple of str
    horizon : float
        Days after the landmark for which one predicts.
    place : array of int
        Where each row stands in the data.
    """

    subject: Codes
    landmark: Floats
    time: Floats
    status: Codes
    x: Floats
    terms: tuple[str, ...]
    horizon: float
    place: Codes

    @property
    def subjects(self) -> int:
        """Number of subjects."""
        return int(self.subject.max()) + 1 if len(self.subject) else 0

    @property
    def landmarks(self) -> Floats:
        """The landmark days, in order."""
        return np.unique(self.landmark)

    @property
    def within(self) -> Codes:
        """The status at the end of the window: administratively censored after the horizon."""
        late = self.time > np.round(self.landmark + self.horizon, DIGITS)
        return np.where(late, CENSORED, self.status)

    @property
    def other(self) -> bool:
        """Whether anything competes with the target in a window."""
        return bool((self.within == OTHER).any())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """The rows of one landmark, and what is known of them at the horizon.

    Attributes
    ----------
    landmark : float
    rows : array of int
        Places in the stack.
    known : Known
    outcome : array
        Of each row: 1 where the target came, else 0; or days before it, at most the horizon.
    """

    landmark: float
    rows: Codes
    known: Known
    outcome: Floats

    def taken(self, mask: np.ndarray) -> "Window":
        """Return the rows of a mask over the stack, under the same weights."""
        kept = mask[self.rows]
        return Window(
            landmark=self.landmark, rows=self.rows[kept], known=self.known.taken(kept),
            outcome=self.outcome[kept],
        )  # fmt: skip


def read_stack(
    data: pd.DataFrame, predictors: list[str], horizon: float, *, landmark: str, duration: str,
    event: str, cause: str | None, of_cause: str | None, subject: str,
) -> Stack:  # fmt: skip
    """Check the columns of stacked data; see `landmark_model`."""
    if not horizon > 0:
        raise UsageError("horizon_days is not above 0.\nGive days.")
    read = ColumnReader(data, landmark, duration, cause or event, subject, *predictors)
    time, day = read.number(duration), read.number(landmark)
    status = outcome_codes(read, event, cause, of_cause)
    whose = read.codes(subject)[0]
    columns = [read.number(name) for name in predictors]
    remedy = "Keep only rows still at risk at their landmark, and count the others."
    read.forbid(duration, time <= day, "is not after the landmark", remedy)
    twice = pd.DataFrame({"who": whose, "day": day}).duplicated().to_numpy()
    read.forbid(landmark, twice, "repeats a landmark of one subject", "Give each landmark once.")
    read.finish()
    x = np.column_stack(columns) if columns else np.empty((len(day), 0))
    return stack_of(whose, day, time, status, x, tuple(predictors), horizon)


def outcome_codes(read: ColumnReader, event: str, cause: str | None, of_cause: str | None) -> Codes:
    """Return `CENSORED`, `TARGET` or `OTHER` from a column of events or of causes.

    Raises
    ------
    UsageError
        `of_cause` is no cause of the column.
    """
    if cause is None:
        return np.where(read.event(event) == 1, TARGET, CENSORED)
    codes, names = read.cause(cause)
    if of_cause not in names:
        raise UsageError.unknown_option("of_cause", of_cause, names)
    own = names.index(of_cause) + 1
    return np.where(codes == own, TARGET, np.where(codes > 0, OTHER, CENSORED))


def stack_of(
    whose: Codes, day: Floats, time: Floats, status: Codes, x: Floats, terms: tuple[str, ...],
    horizon: float,
) -> Stack:  # fmt: skip
    """Return the stack with subjects numbered, and rows ordered, by what the rows hold.

    Days are rounded to a billionth, so that one that was computed is the one that it stands for.
    """
    day, time = np.round(day, DIGITS), np.round(time, DIGITS)
    by_subject = np.lexsort([day, whose])
    own, starts, sizes = np.unique(whose[by_subject], return_index=True, return_counts=True)
    first = by_subject[starts]
    keys = [*x[first].T, status[first], time[first], day[first], sizes]
    number = np.empty(len(own), dtype=np.int64)
    number[np.lexsort(keys)] = np.arange(len(own))
    subject = number[np.searchsorted(own, whose)]
    rows = np.lexsort([subject, day])
    return Stack(
        subject=subject[rows], landmark=day[rows], time=time[rows], status=status[rows],
        x=x[rows], terms=terms, horizon=horizon, place=rows,
    )  # fmt: skip


def windows_of(stack: Stack, count: Floats, *, days: bool) -> list[Window]:
    """Return each landmark's rows that count, weighted by its own curve of censoring."""
    found = []
    for landmark in stack.landmarks:
        rows = np.flatnonzero((stack.landmark == landmark) & (count > 0))
        if not len(rows):
            continue
        until = np.round(stack.time[rows] - landmark, DIGITS)
        known = known_by(until, stack.status[rows], count[rows], stack.horizon)
        outcome = known.case.astype(np.float64)
        if days:
            outcome = np.where(known.case, known.time, known.horizon)
        found.append(Window(landmark=float(landmark), rows=rows, known=known, outcome=outcome))
    return found


def without_predictors(windows: list[Window], stack: Stack) -> Floats:
    """Return for every row what the curve of its landmark says, NaN where there is none.

    The mean of the outcomes with their weights, which is the Aalen–Johansen estimate (the
    Kaplan–Meier one where nothing competes) of those at risk at the landmark.
    """
    found = np.full(len(stack.landmark), np.nan)
    for window in windows:
        weight = window.known.weight * window.known.count
        found[stack.landmark == window.landmark] = float(weight @ window.outcome) / window.known.n
    return found


def landmark_terms(day: Floats, landmarks: Floats) -> tuple[Floats, tuple[str, ...]]:
    """Return the landmark's week and its square, as many as the landmarks allow."""
    week = day / DAYS_PER_WEEK
    names = (WEEK, WEEK_SQUARED)[: max(0, len(landmarks) - 1)]
    return np.column_stack([week, week**2])[:, : len(names)], names
