"""What multi-state data tell: occupancy, expected time in states, transitions, a Markov test."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import spell
from afterglow.estimate.competing.predicted import finite_times
from afterglow.estimate.multistate.clock_reset import clock_reset_curve
from afterglow.estimate.multistate.clock_reset_result import ClockReset, clock_reset_result
from afterglow.estimate.multistate.drawing import draw_states
from afterglow.estimate.multistate.hazards import hazard_rows
from afterglow.estimate.multistate.markov import MarkovTest, markov_test
from afterglow.estimate.multistate.occupancy import StateCurve
from afterglow.estimate.multistate.rows import STAYS, StateRows
from afterglow.estimate.multistate.transition import (
    GREENWOOD,
    VARIANCES,
    Transition,
    stay_rows,
    transition_rows,
)
from afterglow.estimate.options import check_word, normal_quantile
from afterglow.estimate.result import CurveResult, Result, arranged, said
from afterglow.estimate.survival_curve import as_count
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    FROM_STATE,
    GROUP,
    METHOD,
    N_EVENTS,
    STD_ERROR,
    TERM,
    TIME,
    TO_STATE,
    WARNING,
    N,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TOO_FAR: Final = "beyond the last observed time: the last occupancy is carried on"
NO_MOVES: Final = "nobody moved from one state to another"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MultiState(CurveResult):
    """Occupancy of states in one or more groups.

    Attributes
    ----------
    curves : tuple of StateCurve
        One per group, in natural order.
    states : tuple of str
    rows : StateRows
    """

    curves: tuple[StateCurve, ...]
    states: tuple[str, ...]
    rows: StateRows

    def at(self, times: float | Sequence[float]) -> pd.DataFrame:
        """Return the occupancies at `times` (days), one row per group, state and time.

        `events` (moves into the state) and `censored` are those since the previous asked time.
        Beyond the last observed time the last value is carried on, with a warning in the row.
        """
        asked = finite_times(times)
        rows = pd.concat([curve.at(asked) for curve in self.curves], ignore_index=True)
        return arranged(rows.assign(**{METHOD: self.table[METHOD].iloc[0]}))

    def moves(self) -> pd.DataFrame:
        """Return how often each move between states was made, by group, in subjects' numbers."""
        parts = []
        for curve in self.curves:
            counts = curve.counts
            size = len(self.states)
            total = np.bincount(
                counts.source * size + counts.target, weights=counts.moved, minlength=size * size
            )
            for code in np.flatnonzero(total):
                parts.append(
                    {GROUP: curve.label, FROM_STATE: self.states[code // size],
                     TO_STATE: self.states[code % size], N_EVENTS: as_count(total[code])}
                )  # fmt: skip
        return pd.DataFrame(parts, columns=[GROUP, FROM_STATE, TO_STATE, N_EVENTS])

    def cumulative_hazards(
        self, times: float | Sequence[float], *, variance: str = GREENWOOD
    ) -> pd.DataFrame:
        """Return the cumulative hazard of each move by `times` (days), with log limits.

        The Nelson–Aalen sum of moves over those in the state: R's ``mstate::msfit`` and
        ``survfit(...)$cumhaz``. Rows by group, move (term "from → to") and time; `variance`
        ``greenwood`` or ``aalen``, as msfit's vartype.
        """
        check_word("variance", variance, VARIANCES)
        asked = finite_times(times)
        return arranged(hazard_rows(self.curves, self.states, asked, variance))

    def sojourn(self, tau: float, *, given: str | None = None, variance: str = "aalen") -> Result:
        """Return the expected days in each state from day 0 to `tau`, with normal limits.

        Without `given` for subjects as they began, with the jackknife's error: R's
        ``summary(survfit(..., influence = TRUE), rmean = tau)``. With `given` for subjects in
        that state at day 0, R's ``mstate::ELOS``, with the error that follows from those of the
        transition probabilities; `variance` as in `transition`.
        """
        until = float(finite_times(tau)[0])
        check_word("variance", variance, VARIANCES)
        if until <= 0.0:
            raise UsageError(f"tau = {until:g} is not after day 0.\nGive a later day.")
        if given is not None:
            check_word("given", given, self.states)
        tables = []
        for curve in self.curves:
            if given is None:
                days, spread = curve.time_in_states(until)
            else:
                days, spread = stay_rows(
                    curve.counts, self.states.index(given), until, len(self.states), variance
                )
            tables.append(self._sojourn_rows(curve, days, np.sqrt(spread), until))
        rows = pd.concat(tables, ignore_index=True)
        kind = "infinitesimal jackknife" if given is None else f"from {given}, {variance}"
        rows[METHOD] = f"expected days in each state to day {until:g}, {kind} variance"
        parts = [
            f"{row[GROUP] + ': ' if row[GROUP] else ''}{row[TERM]} {said(row[ESTIMATE])} days"
            for _, row in rows.iterrows()
        ]
        return Result(table=rows, sentence=f"Expected by day {until:g}: {'; '.join(parts)}.")

    def _sojourn_rows(
        self, curve: StateCurve, days: np.ndarray, error: np.ndarray, until: float
    ) -> pd.DataFrame:
        half = normal_quantile(curve.conf_level) * error
        rows = pd.DataFrame({TERM: list(self.states), GROUP: curve.label, TIME: until})
        rows[ESTIMATE], rows[STD_ERROR] = days, error
        rows[CONF_LOW] = np.maximum(days - half, 0.0)
        rows[CONF_HIGH] = np.minimum(days + half, until)
        rows[CONF_LEVEL], rows[N] = curve.conf_level, as_count(curve.counts.n)
        rows[N_EVENTS] = as_count(float(curve.counts.moved.sum()))
        rows[WARNING] = TOO_FAR if until > curve.counts.times[-1] else ""
        return rows

    def transition(self, s: float, t: float, *, variance: str = "greenwood") -> Transition:
        """Return P(in state k on day t | in state j on day s) for every pair of states.

        The product of I + dA over the moves in (s, t]; the Markov property matters here. Equals
        R's ``mstate::probtrans(msfit(..., vartype = variance), predt = s)``.

        Parameters
        ----------
        s, t : float
            Days, s before t.
        variance : str
            ``greenwood`` (multinomial moves) or ``aalen`` (independent ones).
        """
        check_word("variance", variance, VARIANCES)
        first, last = float(finite_times(s)[0]), float(finite_times(t)[0])
        if not first < last:
            raise UsageError(f"s = {first:g} is not before t = {last:g}.\nGive s < t.")
        return transition_rows(self.curves, self.states, first, last, variance)

    def markov_test(self, *, out_of: Sequence[str] | None = None) -> MarkovTest:
        """Test whether leaving a state depends on when it was entered.

        A Cox model of each move out of a state that is entered at different days, on the day of
        entry (robust by subject); under the Markov property the coefficients are 0. Only moves
        with at least five events are tested, and of these the moves `out_of` some states where
        they are named: of a state whose length is part of its definition nothing can be learnt.

        References
        ----------
        Kay R (1986). Biometrics 42:855-865.
        Putter H, Fiocco M, Geskus RB (2007). Stat Med 26:2389-2430, section 4.
        """
        return markov_test(self.rows, conf_level=self.curves[0].conf_level, out_of=out_of)

    def clock_reset_test(self, *, out_of: Sequence[str] | None = None) -> MarkovTest:
        """Test whether, at so many days in a state, leaving it depends on the day of entry.

        As `markov_test`, but with time counted from the entry: under the clock-reset model the
        coefficients are 0. Neither model implies the other; only one whose rates never change
        with time passes both.
        """
        level = self.curves[0].conf_level
        return markov_test(self.rows, conf_level=level, out_of=out_of, reset=True)

    def clock_reset(self, tau: float, *, step: float = 1.0) -> ClockReset:
        """Return the occupancy if leaving a state depends only on the days since it was entered.

        The semi-Markov model: stays pooled over all entries to a state, each with a clock of its
        own, give the product-limit chances of every move by days since entry; occupancy follows
        by renewal, step by step from day 0 to `tau`. First and later entries count alike. Errors
        are the infinitesimal jackknife over subjects (or clusters), through the renewal. Stretches
        whose beginning was not seen are left out.

        Parameters
        ----------
        tau : float
            The last day.
        step : float
            Days of one step; days of stays are rounded up to whole steps.

        References
        ----------
        Gill RD (1980). Nonparametric estimation based on censored observations of a Markov
        renewal process. Z Wahrscheinlichkeitstheorie verw Gebiete 53:97-116.
        Spitoni C, Verduijn M, Putter H (2012). Stat Med 31:2919-2932.
        """
        until = float(finite_times(tau)[0])
        curves = [
            clock_reset_curve(self.rows, group, until, step) for group in range(len(self.curves))
        ]
        return clock_reset_result(curves, self.curves)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the states stacked up to 100 %, a panel for each group; return the first axes.

        Where several groups share an `ax` they are drawn as curves, one per group and state.
        """
        start = pd.concat(
            [
                pd.DataFrame(
                    {TERM: self.states, GROUP: curve.label, TIME: 0.0, ESTIMATE: curve.start}
                )
                for curve in self.curves
                if curve.counts.times[0] > 0.0
            ]
            or [pd.DataFrame()]
        )
        rows = pd.concat([start, self.tidy()[[TERM, GROUP, TIME, ESTIMATE]]], ignore_index=True)
        return draw_states(rows, self.states, ax)


def multistate_result(rows: StateRows, curves: Sequence[StateCurve]) -> MultiState:
    """Return the curves as a result."""
    table = pd.concat([curve.table() for curve in curves], ignore_index=True)
    method = f"Aalen-Johansen occupancy, infinitesimal-jackknife variance, {curves[0].conf_type}"
    table[METHOD] = f"{method} limits"
    table[WARNING] = "" if (rows.to != STAYS).any() else NO_MOVES
    parts = []
    for curve in curves:
        shares = ", ".join(
            f"{state} {said(value)}" for state, value in zip(rows.states, curve.occupancy[-1])
        )
        head = f"{spell(curve.label)}: " if curve.label else ""
        day = said(curve.counts.times[-1])
        parts.append(f"{head}occupancy on day {day}: {shares} (n = {said(curve.counts.n)})")
    return MultiState(
        table=table, sentence=f"{'; '.join(parts)}.", curves=tuple(curves), states=rows.states,
        rows=rows,
    )  # fmt: skip
