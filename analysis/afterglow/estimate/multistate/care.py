"""What a course of care amounts to by a day: days well, days in relapse, sessions per month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.counting import summed
from afterglow.estimate.milestone import Contrast, said_contrasts
from afterglow.estimate.multistate.functional import Functional, log_limits, normal_limits
from afterglow.estimate.multistate.model import multistate
from afterglow.estimate.multistate.occupancy import StateCurve, widths
from afterglow.estimate.multistate.result import TOO_FAR
from afterglow.estimate.options import check_level, chosen_reference, contrasts
from afterglow.estimate.recurrent.mean_cumulative import mean_cumulative_function
from afterglow.estimate.recurrent.mean_curve import JACKKNIFE, MeanCurve
from afterglow.estimate.recurrent.mean_variance import squaring_weight
from afterglow.estimate.result import Result, said, said_interval
from afterglow.estimate.survival_curve import as_count
from afterglow.names import (
    CONF_HIGH,
    CONF_LOW,
    DAYS_PER_MONTH,
    ESTIMATE,
    GROUP,
    METHOD,
    N_EVENTS,
    P_VALUE,
    STATISTIC,
    SUBJECT,
    TERM,
    TERMINAL,
    TIME,
    WARNING,
    N,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WELL: Final = "days_well"
TREATMENT_FREE_DAYS: Final = "treatment_free_days"
TREATMENT_FREE: Final = "treatment-free"
SESSIONS: Final = "sessions"
PER_WELL_MONTH: Final = "sessions_per_well_month"
DAYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        WELL: ("response", "remission"),
        "days_in_relapse": ("relapse",),
        "days_symptomatic": ("symptomatic",),
    }
)
COUNTED: Final = (SESSIONS, PER_WELL_MONTH)
METHOD_SAID: Final = "infinitesimal-jackknife variance"
NEVER_WELL: Final = "no time well is expected, so sessions cannot be divided by it"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CareSummary(Result):
    """Expected days and sessions, one row per group and quantity (term).

    Attributes
    ----------
    found : dict of group to (dict of term to Functional)
    tau, conf_level : float
    """

    found: dict[str, dict[str, Functional]]
    tau: float
    conf_level: float

    def difference(self, *, reference: object | None = None, pairwise: bool = False) -> Contrast:
        """Return differences between groups of every quantity, with normal limits.

        `reference` is the group that the others are compared with, the first in natural order by
        default; `pairwise` compares every pair. Clusters in both groups bring their covariance.
        """
        labels = list(self.found)
        if len(labels) < 2:
            raise UsageError("There is one group only, and nothing to compare.\nGive by=.")
        base = chosen_reference(labels, reference, str)
        rows = [
            self._difference(term, *pair)
            for pair in contrasts(labels, base, pairwise=pairwise)
            for term in self.found[pair[0]]
        ]
        said_rows = [row | {GROUP: f"{row[TERM]}, {row[GROUP]}"} for row in rows]
        sentence = f"Differences to day {said(self.tau)}: {said_contrasts(said_rows)}."
        return Contrast(table=pd.DataFrame(rows), sentence=sentence)

    def _difference(self, term: str, group: str, reference: str) -> dict:
        from scipy.special import ndtr

        found = self.found[group][term].minus(self.found[reference][term])
        error = found.std_error
        z = found.estimate / error if error > 0.0 else np.nan
        return {
            TERM: term, GROUP: f"{group} vs {reference}", TIME: self.tau,
            **normal_limits(found, self.conf_level), STATISTIC: z,
            P_VALUE: float(2.0 * ndtr(-abs(z))), N: as_count(found.n),
            N_EVENTS: as_count(found.n_events), METHOD: f"difference, {METHOD_SAID}",
            WARNING: found.warning,
        }  # fmt: skip

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the expected days with their limits, one line per group and kind of day."""
        from afterglow.figures.forest import draw_forest

        rows = self.tidy()
        rows = rows[~rows[TERM].isin(COUNTED)].reset_index(drop=True)
        rows[TERM] = rows[TERM].str.replace("_", " ") + rows[GROUP].radd(" ").where(
            rows[GROUP] != "", ""
        )
        return draw_forest(rows, label=TERM, null=None, ax=ax)


def care_summary(
    paths: pd.DataFrame,
    *,
    tau: float,
    days: Mapping[str, Sequence[str]] = DAYS,
    treatment: pd.DataFrame | None = None,
    sessions: pd.DataFrame | None = None,
    subject: str = SUBJECT,
    by: str | None = None,
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> CareSummary:
    """Estimate expected days in sets of states, treatment-free days and sessions to a day.

    Days are areas under Aalen–Johansen occupancies, which hold without the Markov property;
    sessions are Ghosh and Lin's mean, in which those who died or left for another treatment have
    no more of them. Sessions per well-month are the ratio of the two means (not the mean of
    subjects' ratios), by the delta method; a month has 30.4375 days. Every error is the
    infinitesimal jackknife over subjects, or clusters, carried through all steps.

    Parameters
    ----------
    paths : DataFrame
        Subjects' clinical states, one row per stretch, as in `multistate`.
    tau : float
        The day to which days and sessions are counted.
    days : mapping of name to states
        Which states' days are added up; `days_well` is what sessions are divided by.
    treatment : DataFrame, optional
        The same subjects' stretches in the states "treated" and "treatment-free".
    sessions : DataFrame, optional
        Their sessions, as in `mean_cumulative_function`: start_day, stop_day, event, terminal.
    subject, by, cluster : str
        Columns of every table; the same subjects in each.
    conf_level : float

    Returns
    -------
    CareSummary
        `tidy()`: one row per group and term; days with normal limits within 0 … tau, sessions
        and their ratio with limits on the log scale.

    Raises
    ------
    UsageError
        tau is not after day 0, or the tables are of different subjects.
    InvalidInput
        A table breaks the rules of its estimator.

    References
    ----------
    Ghosh D, Lin DY (2000). Biometrics 56:554-562.
    Jaeckel LA (1972). The infinitesimal jackknife. Bell Laboratories memorandum.
    """
    check_level(conf_level)
    if not 0.0 < tau < np.inf:
        raise UsageError(f"tau = {tau:g} is not after day 0.\nGive a later day.")
    unit = cluster or subject
    for table in (treatment, sessions):
        if table is not None and set(table[unit]) != set(paths[unit]):
            raise UsageError("The tables are of different subjects.\nGive the same ones in each.")
    words = {"subject": subject, "by": by, "cluster": unit}
    found = _days(paths, tau, days, words)
    if treatment is not None:
        free = _days(treatment, tau, {TREATMENT_FREE_DAYS: (TREATMENT_FREE,)}, words)
        found = {group: own | free[group] for group, own in found.items()}
    if sessions is not None:
        for group, number in _sessions(sessions, tau, words).items():
            found[group] |= {SESSIONS: number} | _per_month(number, found[group])
    return _result(found, tau, conf_level)


def _per_month(number: Functional, own: dict[str, Functional]) -> dict[str, Functional]:
    if WELL not in own:
        return {}
    ratio = number.over(own[WELL], DAYS_PER_MONTH)
    return {PER_WELL_MONTH: ratio}


def _days(
    paths: pd.DataFrame, tau: float, days: Mapping[str, Sequence[str]], words: dict
) -> dict[str, dict[str, Functional]]:
    states = multistate(paths, **words)
    return {
        curve.label: {
            name: state_days(curve, tau, chosen) for name, chosen in days.items()
        }
        for curve in states.curves
    }  # fmt: skip


def state_days(curve: StateCurve, tau: float, states: Sequence[str]) -> Functional:
    """Return the expected days in any of some states from day 0 to `tau`."""
    chosen = np.isin(curve.states, list(states))
    width = widths(curve.counts.times, tau)
    units, influence = curve.influence(width)
    days, _ = curve.time_in_states(tau)
    return Functional(
        estimate=float(days[chosen].sum()), units=units, influence=influence[:, chosen].sum(axis=1),
        n=curve.counts.n, n_events=float(curve.counts.moved.sum()),
        warning=TOO_FAR if tau > curve.counts.times[-1] else "",
    )  # fmt: skip


def _sessions(table: pd.DataFrame, tau: float, words: dict) -> dict[str, Functional]:
    terminal = TERMINAL if table[TERMINAL].any() else None
    result = mean_cumulative_function(table, **words, terminal=terminal, variance=JACKKNIFE)
    return {curve.label: mean_by(curve, tau) for curve in result.curves}


def mean_by(curve: MeanCurve, tau: float) -> Functional:
    """Return the mean number of events by `tau`."""
    until = curve.times <= tau
    own = squaring_weight(curve) * curve.influence(until.astype(np.float64))
    units, place = np.unique(curve.rows.unit, return_inverse=True)
    at = curve.at(np.array([tau])).iloc[0]
    return Functional(
        estimate=float(at[ESTIMATE]), units=units, influence=summed(place, own, len(units)),
        n=curve.n, n_events=curve.n_events, warning=curve.stuck or str(at[WARNING]),
    )  # fmt: skip


def _result(found: dict[str, dict[str, Functional]], tau: float, conf_level: float) -> CareSummary:
    rows = []
    for group, own in found.items():
        for term, value in own.items():
            inside = term not in COUNTED
            limits = (
                normal_limits(value, conf_level, low=0.0, high=tau)
                if inside
                else log_limits(value, conf_level)
            )
            scale = "normal limits" if inside else "limits on the log scale"
            rows.append(
                {TERM: term, GROUP: group, TIME: tau, **limits, N: as_count(value.n),
                 N_EVENTS: as_count(value.n_events), METHOD: f"{METHOD_SAID}, {scale}",
                 WARNING: NEVER_WELL if np.isnan(value.estimate) else value.warning}
            )  # fmt: skip
    parts = [
        f"{row[GROUP] + ': ' if row[GROUP] else ''}{row[TERM].replace('_', ' ')} "
        f"{said(row[ESTIMATE])} ({said_interval(row[CONF_LOW], row[CONF_HIGH], conf_level)})"
        for row in rows
    ]
    return CareSummary(
        table=pd.DataFrame(rows), sentence=f"Expected by day {said(tau)}: {'; '.join(parts)}.",
        found=found, tau=tau, conf_level=conf_level,
    )  # fmt: skip
