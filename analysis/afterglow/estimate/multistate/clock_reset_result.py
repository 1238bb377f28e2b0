"""What the clock-reset model tells, beside the estimate that does without it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.competing.predicted import finite_times
from afterglow.estimate.intervals import probability_limits
from afterglow.estimate.milestone import Contrast, normal_contrast
from afterglow.estimate.multistate.clock_reset import SLACK, ClockResetCurve
from afterglow.estimate.multistate.drawing import draw_states
from afterglow.estimate.multistate.functional import Functional, normal_limits
from afterglow.estimate.multistate.occupancy import StateCurve
from afterglow.estimate.multistate.rows import STAYS
from afterglow.estimate.result import CurveResult, arranged, said
from afterglow.estimate.survival_curve import as_count
from afterglow.estimate.timegrid import near_index
from afterglow.names import (
    CAUSE,
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    DURATION,
    ESTIMATE,
    EVENT,
    FROM_STATE,
    GROUP,
    METHOD,
    N_EVENTS,
    STD_ERROR,
    SUBJECT,
    TERM,
    TIME,
    WARNING,
    N,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

METHOD_SAID: Final = "clock-reset (semi-Markov) occupancy, infinitesimal-jackknife variance"
MEDIAN: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClockReset(CurveResult):
    """Occupancy of states if leaving one depends on the days since it was entered alone.

    `tidy()` has the estimate on every step; `at` adds errors and limits.

    Attributes
    ----------
    curves : tuple of ClockResetCurve
    free : tuple of StateCurve
        The same groups without the assumption (Aalen–Johansen).
    conf_level : float
    conf_type : str
    """

    curves: tuple[ClockResetCurve, ...]
    free: tuple[StateCurve, ...]
    conf_level: float
    conf_type: str

    def at(self, times: float | Sequence[float]) -> pd.DataFrame:
        """Return the occupancies at `times` (days), with limits; one row per group, state, time."""
        rows = []
        for curve in self.curves:
            for state, name in enumerate(curve.states):
                for time in finite_times(times):
                    found = curve.total(state, reward_at(curve, float(time)))
                    rows.append(self._row(found, name, curve.label, float(time)))
        return arranged(pd.DataFrame(rows).assign(**{METHOD: METHOD_SAID}))

    def _row(self, found: Functional, state: str, label: str, time: float) -> dict:
        estimate, error = min(max(found.estimate, 0.0), 1.0), found.std_error
        low, high = probability_limits(
            np.array([estimate]), np.array([error]), conf_type=self.conf_type,
            conf_level=self.conf_level,
        )  # fmt: skip
        return {
            TERM: state, GROUP: label, TIME: time, ESTIMATE: estimate, STD_ERROR: error,
            CONF_LOW: low[0], CONF_HIGH: high[0], CONF_LEVEL: self.conf_level,
            N: as_count(found.n), N_EVENTS: as_count(found.n_events), WARNING: found.warning,
        }  # fmt: skip

    def days(self) -> pd.DataFrame:
        """Return the expected days in each state to the horizon, with normal limits."""
        rows = []
        for curve in self.curves:
            steps = curve.mass.shape[0] - 1
            tau = steps * curve.step
            reward = np.append(np.full(steps, curve.step), 0.0)
            for state, name in enumerate(curve.states):
                found = curve.total(state, reward)
                limits = normal_limits(found, self.conf_level, low=0.0, high=tau)
                rows.append(
                    {TERM: name, GROUP: curve.label, TIME: tau, **limits, N: as_count(found.n),
                     N_EVENTS: as_count(found.n_events), WARNING: found.warning}
                )  # fmt: skip
        return arranged(pd.DataFrame(rows).assign(**{METHOD: METHOD_SAID}))

    def difference(self, times: float | Sequence[float]) -> Contrast:
        """Return clock-reset minus Aalen–Johansen occupancy, with limits, by group and state.

        Both come from the same subjects; the error is that of the difference. Where it is not 0,
        the course depends on more than the time since the state was entered.
        """
        rows: list[dict[str, Any]] = []
        for curve, free in zip(self.curves, self.free):
            for time in finite_times(times):
                for state, name in enumerate(curve.states):
                    model = curve.total(state, reward_at(curve, float(time)))
                    shift = model.minus(_occupied(free, state, float(time)))
                    rows.append(
                        {TERM: name, GROUP: curve.label, TIME: float(time),
                         **normal_contrast(shift.estimate, shift.std_error, self.conf_level),
                         N: as_count(model.n), N_EVENTS: as_count(model.n_events),
                         WARNING: model.warning}
                    )  # fmt: skip
        table = pd.DataFrame(rows).assign(
            **{METHOD: "clock-reset minus Aalen-Johansen, infinitesimal-jackknife variance"}
        )
        largest = max(rows, key=lambda row: abs(row[ESTIMATE]))
        return Contrast(
            table=table,
            sentence=f"The clock-reset model differs most for {largest[TERM]} on day "
            f"{said(largest[TIME])}: by {said(largest[ESTIMATE])}.",
        )

    def stays(self) -> pd.DataFrame:
        """Return the stays whose beginning was seen, one row each, for other estimators.

        from_state, group, duration_days since entry, cause (the state it led to, "" where it was
        still going on), event, subject_id (the code of the subject or cluster).
        """
        parts = []
        for curve in self.curves:
            stays = curve.stays
            names = np.array([*curve.states, ""], dtype=object)
            parts.append(
                pd.DataFrame(
                    data={
                        FROM_STATE: names[stays.state],
                        GROUP: curve.label,
                        DURATION: stays.length * curve.step,
                        CAUSE: names[stays.to],
                        EVENT: stays.to != STAYS,
                        SUBJECT: stays.unit,
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)

    def sojourns(self, times: float | Sequence[float]) -> pd.DataFrame:
        """Return the share that has left each state for each other by `times` after entering it.

        Aalen–Johansen incidences of stays, robust by subject: rows by group, from_state, term
        ("from → to"; "from → from" for those still there) and time_days since entry; n counts
        stays.
        """
        from afterglow.estimate.aalen_johansen import aalen_johansen

        rows = []
        for (group, state), mine in self._left():
            found = aalen_johansen(
                mine, cluster=SUBJECT, conf_level=self.conf_level, conf_type=self.conf_type
            ).at(list(finite_times(times)))
            found = found.assign(**{GROUP: group, FROM_STATE: state, N: len(mine)})
            found[TERM] = f"{state} → " + found[CAUSE].where(found[CAUSE] != "", state)
            rows.append(found.drop(columns=CAUSE))
        return arranged(pd.concat(rows, ignore_index=True))

    def medians(self) -> pd.DataFrame:
        """Return the median stay in each state that was left (Kaplan–Meier, robust by subject)."""
        from afterglow.estimate.kaplan_meier import kaplan_meier

        rows = []
        for (group, state), mine in self._left():
            curve = kaplan_meier(
                mine, cluster=SUBJECT, conf_level=self.conf_level, conf_type=self.conf_type
            )
            found = curve.quantile(MEDIAN)
            rows.append(found.assign(**{GROUP: group, TERM: state, N: len(mine)}))
        return arranged(pd.concat(rows, ignore_index=True))

    def _left(self):
        """Yield the stays of each group and state that somebody left, in the order of states."""
        stays = self.stays()
        for curve in self.curves:
            own = stays[stays[GROUP] == curve.label]
            for state in curve.states:
                mine = own[own[FROM_STATE] == state]
                if mine[EVENT].any():
                    yield (curve.label, state), mine.reset_index(drop=True)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the states stacked up to 100 %, a panel for each group; return the first axes."""
        return draw_states(self.tidy(), self.curves[0].states, ax)


def reward_at(curve: ClockResetCurve, time: float) -> np.ndarray:
    """Return what asks for the occupancy at `time`: 1 on the last step not after it, else 0."""
    steps = curve.mass.shape[0] - 1
    place = int(np.floor(time / curve.step + SLACK))
    if not 0 <= place <= steps:
        raise UsageError(
            f"time {time:g} is not between 0 and {steps * curve.step:g}, the horizon.\n"
            "Ask the clock-reset model for a later tau."
        )
    reward = np.zeros(steps + 1)
    reward[place] = 1.0
    return reward


def _occupied(curve: StateCurve, state: int, time: float) -> Functional:
    """Return the Aalen–Johansen occupancy of a state at a time, with what each unit does to it."""
    width = np.zeros(len(curve.counts.times) + 1)
    width[near_index(curve.counts.times, np.array([time]), side="right")[0]] = 1.0
    units, influence = curve.influence(width)
    path = np.concatenate([curve.start[None, :], curve.occupancy])
    return Functional(
        estimate=float(width @ path[:, state]), units=units, influence=influence[:, state],
        n=curve.counts.n, n_events=float(curve.counts.moved.sum()),
    )  # fmt: skip


def clock_reset_result(curves: Sequence[ClockResetCurve], free: Sequence[StateCurve]) -> ClockReset:
    """Return the curves as a result."""
    parts = []
    for curve in curves:
        times = np.arange(curve.mass.shape[0]) * curve.step
        for state, name in enumerate(curve.states):
            rows = pd.DataFrame({TERM: name, GROUP: curve.label, TIME: times})
            rows[ESTIMATE], rows[N] = curve.occupancy[:, state], as_count(curve.n)
            rows[N_EVENTS], rows[WARNING] = as_count(curve.n_events), curve.warning(len(times) - 1)
            parts.append(rows)
    table = pd.concat(parts, ignore_index=True).assign(**{METHOD: METHOD_SAID})
    said_parts = []
    for curve in curves:
        shares = ", ".join(
            f"{state} {said(value)}" for state, value in zip(curve.states, curve.occupancy[-1])
        )
        head = f"{curve.label}: " if curve.label else ""
        said_parts.append(f"{head}{shares} (n = {said(curve.n)})")
    day = said((curves[0].mass.shape[0] - 1) * curves[0].step)
    return ClockReset(
        table=table, sentence=f"Clock-reset occupancy on day {day}: {'; '.join(said_parts)}.",
        curves=tuple(curves), free=tuple(free), conf_level=free[0].conf_level,
        conf_type=free[0].conf_type,
    )  # fmt: skip
