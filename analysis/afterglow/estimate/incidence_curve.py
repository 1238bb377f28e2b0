"""One group's cumulative incidences as rows, at every time or at asked ones."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Floats
from afterglow.estimate.curve_quantiles import curve_quantile
from afterglow.estimate.incidence_steps import Incidence, incidence_influence
from afterglow.estimate.intervals import probability_limits
from afterglow.estimate.milestone import (
    Contrast,
    normal_contrast,
    said_contrasts,
    shared_covariance,
)
from afterglow.estimate.result import said
from afterglow.estimate.risktable import RiskTable
from afterglow.estimate.survival_curve import PAST_THE_END, since_last, whole
from afterglow.estimate.timegrid import TIE_TOLERANCE
from afterglow.names import (
    AT_RISK,
    CAUSE,
    CENSORED,
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    EVENTS,
    GROUP,
    METHOD,
    N_EVENTS,
    STD_ERROR,
    TERM,
    TIME,
    WARNING,
    N,
)

PROBABILITY = "p"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IncidenceCurve:
    """Incidences of one group.

    Attributes
    ----------
    label, event_free, conf_type, method : str
    counts : RiskTable
    causes : tuple of str
    estimate : Incidence
    conf_level : float
    """

    label: str
    counts: RiskTable
    causes: tuple[str, ...]
    event_free: str
    estimate: Incidence
    conf_type: str
    conf_level: float
    method: str

    def table(self) -> pd.DataFrame:
        """Return one row per cause and distinct time, then the event-free rows."""
        counts = self.counts
        everywhere = np.arange(len(counts.times))
        return self._rows(counts.times, counts.at_risk, everywhere, counts.events, counts.censored)

    def at(self, times: Floats) -> pd.DataFrame:
        """Return one row per cause and asked time; counts since the previous asked time."""
        counts = self.counts
        index = counts.index_at(times)
        events = np.array([since_last(row, index) for row in counts.events])
        censored = since_last(counts.censored, index)
        rows = self._rows(times, counts.at_risk_at(times), index, events, censored)
        late = (times > counts.times[-1]) & (self.estimate.survival[-1] > 0.0)
        warning = np.where(late, PAST_THE_END, "")
        return rows.assign(**{WARNING: np.tile(warning, len(self.causes) + 1)})

    def _rows(
        self, times: Floats, at_risk: Floats, index: np.ndarray, events: Floats, censored: Floats
    ) -> pd.DataFrame:
        found = self.estimate
        start = np.zeros((len(self.causes), 1))
        estimates = np.vstack([np.hstack([start, found.incidence]), [[1.0, *found.survival]]])
        variances = np.vstack(
            [np.hstack([start, found.incidence_variance]), [[0.0, *found.survival_variance]]]
        )
        names = [*self.causes, self.event_free]
        counted = np.vstack([events, events.sum(axis=0)])
        rows = [
            self._block(name, times, estimates[i][index + 1], np.sqrt(variances[i][index + 1]))
            .assign(**{AT_RISK: whole(at_risk), EVENTS: whole(counted[i]),
                       CENSORED: whole(censored), N_EVENTS: whole(self._total(i))})
            for i, name in enumerate(names)
        ]  # fmt: skip
        return pd.concat(rows, ignore_index=True)

    def _total(self, i: int) -> Floats:
        events = self.counts.events
        return np.asarray(events[i].sum() if i < len(events) else events.sum())

    def _block(self, name: str, times: Floats, p: Floats, std_error: Floats) -> pd.DataFrame:
        low, high = probability_limits(
            p, std_error, conf_type=self.conf_type, conf_level=self.conf_level
        )
        return pd.DataFrame(
            {
                TERM: name,
                CAUSE: "" if name == self.event_free else name,
                GROUP: self.label,
                TIME: times,
                ESTIMATE: p,
                STD_ERROR: std_error,
                CONF_LOW: low,
                CONF_HIGH: high,
                CONF_LEVEL: self.conf_level,
                N: whole(np.asarray(self.counts.n)),
                METHOD: self.method,
            }
        )


def incidence_quantiles(curve: IncidenceCurve, shares: Floats) -> list[dict]:
    """Return the times by which each share has had each cause, with the limits' own times."""
    table, times = curve.table(), curve.counts.times
    rows = []
    for cause in curve.causes:
        mine = table[table[CAUSE] == cause]
        falling = [1.0 - mine[name].to_numpy() for name in (ESTIMATE, CONF_HIGH, CONF_LOW)]
        head = mine.iloc[0][[TERM, CAUSE, GROUP, CONF_LEVEL, N, N_EVENTS, METHOD]].to_dict()
        for share in shares:
            found = [_reached(times, heights, share) for heights in falling]
            rows.append(
                {**head, PROBABILITY: share, ESTIMATE: found[0], CONF_LOW: found[1],
                 CONF_HIGH: found[2]}
            )  # fmt: skip
    return rows


def _reached(times: Floats, falling: Floats, share: float) -> float:
    """Return the quantile of a curve; of one that stays on the share, when it got there."""
    known = ~np.isnan(falling)
    flat = known & (np.abs(falling - (1.0 - share)) < TIE_TOLERANCE)
    if flat.any() and not (known & (falling < 1.0 - share) & ~flat).any():
        return float(times[flat][0])
    return curve_quantile(times, falling, share)


def incidence_differences(
    curves: Sequence[IncidenceCurve], pairs: Sequence[tuple[str, str]], time: float
) -> Contrast:
    """Return F_k(time) of the first minus the second of each pair, for every cause."""
    by_label = {curve.label: _read(curve, time) for curve in curves}
    rows = [
        _difference(by_label[a], by_label[b], cause, time)
        for a, b in pairs
        for cause in range(1, len(curves[0].causes) + 1)
    ]
    sentence = f"Difference of cumulative incidence at day {said(time)}: {said_contrasts(rows)}."
    return Contrast(table=pd.DataFrame(rows), sentence=sentence)


_Read = tuple[IncidenceCurve, dict[Hashable, dict]]
"""A curve, and its rows at one time by cause."""


def _read(curve: IncidenceCurve, time: float) -> _Read:
    return curve, curve.at(np.array([time])).set_index(CAUSE).to_dict("index")


def _difference(first: _Read, second: _Read, cause: int, time: float) -> dict:
    (curve, rows), (other, other_rows) = first, second
    name = curve.causes[cause - 1]
    here, there = rows[name], other_rows[name]
    variance = here[STD_ERROR] ** 2 + there[STD_ERROR] ** 2
    if curve.counts.cells.cluster is not None:
        variance -= 2.0 * shared_covariance(
            curve.counts, incidence_influence(curve.counts, cause, time),
            other.counts, incidence_influence(other.counts, cause, time),
        )  # fmt: skip
    error = float(np.sqrt(max(variance, 0.0)))
    return {
        TERM: "incidence difference",
        CAUSE: name,
        GROUP: f"{curve.label} vs {other.label}",
        TIME: time,
        N: here[N] + there[N],
        N_EVENTS: here[N_EVENTS] + there[N_EVENTS],
        WARNING: max(here[WARNING], there[WARNING]),
        **normal_contrast(here[ESTIMATE] - there[ESTIMATE], error, curve.conf_level),
    }
