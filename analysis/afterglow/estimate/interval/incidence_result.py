"""The result of interval-censored competing incidences, and the questions asked of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.interval.incidence_boxes import BoxIncidence, IncidenceBoxCurve
from afterglow.estimate.interval.npmle import KKT_GAP
from afterglow.estimate.interval.resamples import percentiles
from afterglow.estimate.interval.turnbull_result import (
    EXHAUSTED,
    HIGHEST,
    LOWEST,
    MASS,
    NOT_CONVERGED,
    SHARE,
)
from afterglow.estimate.result import Result, said
from afterglow.estimate.survival_curve import as_count
from afterglow.names import (
    CAUSE,
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    GROUP,
    LOWER,
    METHOD,
    N_EVENTS,
    TERM,
    TIME,
    UPPER,
    WARNING,
    N,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EVENT_FREE: Final = "event-free"
INSIDE: Final = "inside a support interval: every value from lowest to highest fits equally well"
BEYOND: Final = "after the last look at anyone still free: what is left may have any cause"
LATE: Final = {
    "": "",
    "conditional": ", delayed entry",
    "level-hazard": ", those with an event before entry added",
}
READINGS: Final = {
    "none": "nobody taken to have relapsed unseen before another cause",
    "all": "everybody with another cause after a gap without a visit taken to have relapsed in it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidenceSettings:
    """How the incidences and their limits were made; see `interval_incidence`."""

    conf_level: float
    n_resamples: int
    late_entry: str
    drawn: str
    hidden: str
    n_hidden: int
    endpoint: str
    causes: tuple[str, ...]

    def method(self) -> str:
        """Say the method in a few words."""
        entry = LATE[self.late_entry]
        reading = f", {READINGS[self.hidden]}" if self.n_hidden else ""
        limits = (
            f"percentile limits from {self.n_resamples} resamples of {self.drawn}"
            if self.n_resamples
            else "no limits"
        )
        return f"interval-censored NPMLE of competing causes{entry}{reading}, {limits}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IntervalIncidence(Result):
    """Cumulative incidences of one or more groups, with boxes where they are not determined.

    Attributes
    ----------
    curves : tuple of IncidenceBoxCurve
        One per group, in natural order.
    causes : tuple of str
    settings : IncidenceSettings
    """

    curves: tuple[IncidenceBoxCurve, ...]
    causes: tuple[str, ...]
    settings: IncidenceSettings

    @property
    def loglik(self) -> float:
        """The log-likelihood, all groups together."""
        return float(sum(curve.fit.loglik for curve in self.curves))

    @property
    def gap(self) -> float:
        """The largest violation of the Karush–Kuhn–Tucker conditions, per subject."""
        return max(curve.fit.gap for curve in self.curves)

    def at(self, times: float | Sequence[float]) -> pd.DataFrame:
        """Return the incidences at `times` (days), one row per group, cause and time.

        `lowest` and `highest` bound each; where they are one the value is `estimate`, elsewhere it
        is missing and the row says why. The last rows are the probability of no event at all.
        """
        asked = np.sort(np.atleast_1d(np.asarray(times, dtype=np.float64)))
        if not np.isfinite(asked).all():
            raise UsageError("times holds a value that is no finite number.\nGive days.")
        return self._answer([self._at(curve, asked) for curve in self.curves])

    def steps(self) -> pd.DataFrame:
        """Return the lowest and highest incidence on every day on which one of them rises.

        One row per group, cause and day; each holds from just after its day up to the next.
        """
        return pd.concat([self._steps(curve) for curve in self.curves], ignore_index=True)

    def quantile(self, p: float | Sequence[float]) -> pd.DataFrame:
        """Return the times by which a share `p` of all has had each cause, as boxes.

        As `Turnbull.quantile`; an infinite end: not reached within follow-up.
        """
        shares = np.atleast_1d(np.asarray(p, dtype=np.float64))
        if not ((shares > 0.0) & (shares < 1.0)).all():
            raise UsageError("p holds a value outside 0 to 1.\nGive shares, such as 0.5.")
        return self._answer(
            [self._quantiles(curve, place, shares) for curve in self.curves
             for place in range(len(self.causes))]
        )  # fmt: skip

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw one panel per group and return the first; on given axes the first group alone."""
        from afterglow.figures.bounds import draw_bounds, draw_bounds_panels

        steps = self.steps()
        words: dict[str, Any] = {"ylabel": "Cumulative incidence", "xlabel": "Days"}
        if ax is None:
            return draw_bounds_panels(steps, **words)[0]
        first = steps[steps[GROUP] == self.curves[0].label]
        return draw_bounds(first.assign(**{GROUP: first[CAUSE]}), **words, ax=ax)

    def _at(self, curve: IncidenceBoxCurve, times: Floats) -> pd.DataFrame:
        names = (*self.causes, EVENT_FREE)
        lowest, highest = _with_free(curve.boxes, times)
        low, high = limits_at(curve.resampled, times, self.settings.conf_level, len(names))
        known = highest - lowest <= 0.0
        beyond = np.broadcast_to(times > curve.boxes.open_from, known.shape)
        events = [*curve.events, sum(curve.events)]
        words = np.where(known, "", np.where(beyond, BEYOND, INSIDE))
        own = _said_of(curve, self.settings)
        parts = [
            pd.DataFrame(
                {TERM: name, CAUSE: "" if name == EVENT_FREE else name, TIME: times,
                 ESTIMATE: np.where(known[k], highest[k], np.nan), LOWEST: lowest[k],
                 HIGHEST: highest[k], CONF_LOW: low[k], CONF_HIGH: high[k],
                 N_EVENTS: as_count(events[k]), WARNING: words[k]}
            ).assign(**own)
            for k, name in enumerate(names)
        ]  # fmt: skip
        return pd.concat(parts, ignore_index=True)

    def _steps(self, curve: IncidenceBoxCurve) -> pd.DataFrame:
        boxes = curve.boxes
        parts = []
        for place, name in enumerate(self.causes):
            own = boxes.of(place)
            ends = np.concatenate([[0.0], own.lower, own.upper, [boxes.last_day]])
            days = np.unique(ends)
            after = np.nextafter(days, np.inf) + 1e-7 * np.maximum(1.0, days)
            lowest, highest = boxes.known_range(place, after)
            low, high = limits_at(curve.resampled, after, self.settings.conf_level,
                                  len(self.causes) + 1)  # fmt: skip
            parts.append(
                pd.DataFrame({GROUP: curve.label, CAUSE: name, TIME: days, LOWEST: lowest,
                              HIGHEST: highest, CONF_LOW: low[place], CONF_HIGH: high[place]})
            )  # fmt: skip
        return pd.concat(parts, ignore_index=True)

    def _quantiles(self, curve: IncidenceBoxCurve, place: int, shares: Floats) -> pd.DataFrame:
        rows = []
        for share in shares.tolist():
            first, last = curve.boxes.quantile(place, share)
            low = high = np.nan
            if curve.resampled:
                ends = np.array([boxes.quantile(place, share) for boxes in curve.resampled])
                limits = percentiles(ends[:, :1], ends[:, 1:], self.settings.conf_level)
                low, high = float(limits[0][0]), float(limits[1][0])
            point = first if first == last and np.isfinite(first) else np.nan
            rows.append({TERM: f"quantile {share:g}", CAUSE: self.causes[place], SHARE: share,
                         ESTIMATE: point, LOWER: first, UPPER: last, CONF_LOW: low,
                         CONF_HIGH: high, N_EVENTS: as_count(curve.events[place]),
                         WARNING: ""})  # fmt: skip
        return pd.DataFrame(rows).assign(**_said_of(curve, self.settings))

    def _answer(self, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
        return Result(table=pd.concat(parts, ignore_index=True), sentence=self.sentence).tidy()


def _with_free(boxes: BoxIncidence, times: Floats) -> tuple[Floats, Floats]:
    lowest, highest = boxes.range_at(times)
    least, most = boxes.free_at(times)
    return np.vstack([lowest, least]), np.vstack([highest, most])


def limits_at(
    curves: Sequence[BoxIncidence], times: Floats, conf_level: float, size: int
) -> tuple[Floats, Floats]:
    """Return percentile limits of every cause and of no event, each of shape (size, T)."""
    if not curves or not len(times):
        unknown = np.full((size, len(times)), np.nan)
        return unknown, unknown
    ranges = np.array([_with_free(curve, times) for curve in curves])
    flat = ranges.reshape(len(curves), 2, size * len(times))
    low, high = percentiles(flat[:, 0], flat[:, 1], conf_level)
    return low.reshape(size, -1), high.reshape(size, -1)


def interval_incidence_result(
    curves: Sequence[IncidenceBoxCurve], settings: IncidenceSettings
) -> IntervalIncidence:
    """Return the result that holds these curves."""
    rows = [_rows(curve, settings) for curve in curves]
    return IntervalIncidence(
        table=pd.concat(rows, ignore_index=True), sentence=_sentence(curves, settings),
        curves=tuple(curves), causes=settings.causes, settings=settings,
    )  # fmt: skip


def _said_of(curve: IncidenceBoxCurve, settings: IncidenceSettings) -> dict[str, Any]:
    return {GROUP: curve.label, CONF_LEVEL: settings.conf_level, N: as_count(curve.n),
            METHOD: settings.method()}  # fmt: skip


def _rows(curve: IncidenceBoxCurve, settings: IncidenceSettings) -> pd.DataFrame:
    """Return one row per cause and support interval, and one of those with no event at all."""
    size = len(settings.causes) + 1
    parts = []
    for place, name in enumerate(settings.causes):
        own = curve.boxes.of(place)
        lowest, highest = curve.boxes.known_range(place, own.upper)
        low, high = limits_at(curve.resampled, own.upper, settings.conf_level, size)
        parts.append(
            pd.DataFrame({TERM: name, CAUSE: name, TIME: own.upper,
                          ESTIMATE: np.where(highest <= lowest, highest, np.nan),
                          CONF_LOW: low[place], CONF_HIGH: high[place], LOWER: own.lower,
                          UPPER: own.upper, MASS: own.mass, LOWEST: lowest, HIGHEST: highest,
                          N_EVENTS: as_count(curve.events[place])})
        )  # fmt: skip
    last = curve.boxes.last_day
    left = curve.boxes.open_mass
    parts.append(
        pd.DataFrame({TERM: [EVENT_FREE], CAUSE: "", TIME: last, ESTIMATE: left, LOWER: last,
                      UPPER: np.inf, MASS: left, LOWEST: left, HIGHEST: left,
                      N_EVENTS: as_count(sum(curve.events))})
    )  # fmt: skip
    found = [NOT_CONVERGED] if curve.fit.gap > KKT_GAP else []
    words = "; ".join([*found, *([EXHAUSTED] if curve.fit.exhausted else [])])
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True).assign(
        **{WARNING: words}, **_said_of(curve, settings)
    )


def _sentence(curves: Sequence[IncidenceBoxCurve], settings: IncidenceSettings) -> str:
    parts = []
    for curve in curves:
        head = f"{curve.label}: " if curve.label else ""
        last = curve.boxes.last_day
        lowest, highest = curve.boxes.range_at(np.array([last]))
        found = [
            f"{name} {_said_range(low, high)}"
            for name, low, high in zip(settings.causes, lowest[:, 0], highest[:, 0], strict=True)
        ]
        counts = f"n = {said(curve.n)}"
        parts.append(f"{head}incidence by day {said(last)}: {', '.join(found)} ({counts})")
    return f"{'; '.join(parts)}; {settings.method()}."


def _said_range(low: float, high: float) -> str:
    return said(low) if low == high else f"{said(low)} to {said(high)}"
