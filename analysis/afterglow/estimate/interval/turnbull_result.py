"""The result of an interval-censored survival curve, and the questions asked of it afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.interval.curve import IntervalCurve
from afterglow.estimate.interval.npmle import KKT_GAP
from afterglow.estimate.interval.resamples import limits_at, percentiles
from afterglow.estimate.result import Result, said
from afterglow.estimate.survival_curve import as_count
from afterglow.names import (
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

MASS: Final = "mass"
BEFORE: Final = "before"
LOWEST: Final = "lowest"
HIGHEST: Final = "highest"
SHARE: Final = "p"
INSIDE: Final = "inside a support interval: every value from lowest to highest fits equally well"
BEYOND: Final = "after the last look at anyone still free: the curve is not known there"
NOT_CONVERGED: Final = (
    "the estimate may not be the best, as the Kuhn–Tucker conditions miss by more than 1e-6 per "
    "subject: round the days to whole ones"
)
EXHAUSTED: Final = (
    "with delayed entry, everybody then at risk had had the event by the end of the curve: "
    "those who entered later are not part of it"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveSettings:
    """How the curves and their limits were made; see `turnbull`."""

    conf_level: float
    n_resamples: int
    truncated: bool
    drawn: str

    def method(self) -> str:
        """Say the method in a few words."""
        entry = ", delayed entry" if self.truncated else ""
        limits = (
            f"percentile limits from {self.n_resamples} resamples of {self.drawn}"
            if self.n_resamples
            else "no limits"
        )
        return f"interval-censored NPMLE (Turnbull){entry}, {limits}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Turnbull(Result):
    """Survival curves of one or more groups, with boxes where they are not determined.

    Attributes
    ----------
    curves : tuple of IntervalCurve
        One per group, in natural order.
    settings : CurveSettings
    """

    curves: tuple[IntervalCurve, ...]
    settings: CurveSettings

    @property
    def loglik(self) -> float:
        """The log-likelihood, all groups together."""
        return float(sum(curve.fit.loglik for curve in self.curves))

    @property
    def gap(self) -> float:
        """How far, per subject, a curve's log-likelihood can lie below its maximum."""
        return max(curve.fit.gap for curve in self.curves)

    def at(self, times: float | Sequence[float]) -> pd.DataFrame:
        """Return the curves at `times` (days), one row per group and time.

        `lowest` and `highest` bound the curve; where they are one the value is `estimate`, and
        inside a support interval `estimate` is missing and the row says so.
        """
        asked = np.sort(np.atleast_1d(np.asarray(times, dtype=np.float64)))
        if not np.isfinite(asked).all():
            raise UsageError("times holds a value that is no finite number.\nGive days.")
        return self._answer([self._at(curve, asked) for curve in self.curves])

    def quantile(self, p: float | Sequence[float]) -> pd.DataFrame:
        """Return the times by which a share `p` has had the event, as boxes.

        The time lies in (lower_days, upper_days]; `estimate` is there where both are one. An
        infinite upper end: not reached within follow-up. Limits: percentiles of the resamples'
        earliest and latest times. Where the curve is level exactly at 1 − p, the middle of that
        stretch, as `kaplan_meier` has it.
        """
        shares = np.atleast_1d(np.asarray(p, dtype=np.float64))
        if not ((shares > 0.0) & (shares < 1.0)).all():
            raise UsageError("p holds a value outside 0 to 1.\nGive shares, such as 0.5.")
        return self._answer(
            [self._quantiles(curve, shares, [f"quantile {s:g}" for s in shares])
             for curve in self.curves]
        )  # fmt: skip

    def median(self) -> pd.DataFrame:
        """Return the median of each group as a box; see `quantile`."""
        half = np.array([0.5])
        return self._answer([self._quantiles(curve, half, ["median"]) for curve in self.curves])

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the curves, with boxes where they are not determined, and return the axes."""
        from afterglow.figures.boxes import draw_box_curves

        return draw_box_curves(self.tidy(), ylabel="Event-free probability", xlabel="Days", ax=ax)

    def _at(self, curve: IntervalCurve, times: Floats) -> pd.DataFrame:
        lowest, highest = curve.boxes.range_at(times)
        low, high = limits_at(curve.resampled, times, self.settings.conf_level)
        known = highest - lowest <= 0.0
        beyond = ~known & (lowest == 0.0) & np.isinf(curve.boxes.upper[-1])
        return self._described(curve).merge(
            pd.DataFrame(
                {
                    TIME: times,
                    ESTIMATE: np.where(known, highest, np.nan),
                    LOWEST: lowest,
                    HIGHEST: highest,
                    CONF_LOW: low,
                    CONF_HIGH: high,
                    WARNING: np.where(known, "", np.where(beyond, BEYOND, INSIDE)),
                }
            ),
            how="cross",
        )

    def _quantiles(
        self, curve: IntervalCurve, shares: Floats, terms: Sequence[str]
    ) -> pd.DataFrame:
        rows = []
        for share, term in zip(shares, terms, strict=True):
            first, last = curve.boxes.quantile(float(share))
            low = high = np.nan
            if curve.resampled:
                ends = np.array([boxes.quantile(float(share)) for boxes in curve.resampled])
                limits = percentiles(ends[:, :1], ends[:, 1:], self.settings.conf_level)
                low, high = float(limits[0][0]), float(limits[1][0])
            point = first if first == last else np.nan
            rows.append({TERM: term, SHARE: share, ESTIMATE: point, LOWER: first, UPPER: last,
                         CONF_LOW: low, CONF_HIGH: high, WARNING: ""})  # fmt: skip
        found = pd.DataFrame(rows)
        return self._described(curve).drop(columns=TERM).merge(found, how="cross")

    def _described(self, curve: IntervalCurve) -> pd.DataFrame:
        return pd.DataFrame([described(curve, self.settings)])

    def _answer(self, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
        return Result(table=pd.concat(parts, ignore_index=True), sentence=self.sentence).tidy()


def turnbull_result(curves: Sequence[IntervalCurve], settings: CurveSettings) -> Turnbull:
    """Return the result that holds these curves."""
    rows = [_rows(curve, settings) for curve in curves]
    return Turnbull(
        table=pd.concat(rows, ignore_index=True), sentence=_sentence(curves, settings),
        curves=tuple(curves), settings=settings,
    )  # fmt: skip


def described(curve: IntervalCurve, settings: CurveSettings) -> dict[str, Any]:
    """Return what every row about a curve says."""
    return {
        TERM: "survival",
        GROUP: curve.label,
        CONF_LEVEL: settings.conf_level,
        N: as_count(curve.n),
        N_EVENTS: as_count(curve.n_events),
        METHOD: settings.method(),
    }


def _rows(curve: IntervalCurve, settings: CurveSettings) -> pd.DataFrame:
    """Return one row per support interval; the curve after an open one is not known."""
    boxes = curve.boxes
    closed = np.isfinite(boxes.upper)
    after = np.where(closed, boxes.upper, boxes.lower)
    low, high = limits_at(curve.resampled, after, settings.conf_level)
    rows = pd.DataFrame(
        {
            TIME: np.where(closed, boxes.upper, np.nan),
            ESTIMATE: np.where(closed, boxes.survival[1:], np.nan),
            CONF_LOW: np.where(closed, low, np.nan),
            CONF_HIGH: np.where(closed, high, np.nan),
            LOWER: boxes.lower,
            UPPER: boxes.upper,
            MASS: boxes.mass,
            BEFORE: boxes.survival[:-1],
            WARNING: trouble(curve),
        }
    )
    return rows.assign(**described(curve, settings))


def trouble(curve: IntervalCurve) -> str:
    """Say what a reader should know about a fit, or ""."""
    found = [NOT_CONVERGED] if curve.fit.gap > KKT_GAP else []
    return "; ".join([*found, *([EXHAUSTED] if curve.fit.exhausted else [])])


def said_box(lower: float, upper: float) -> str:
    """Return where a time lies, for a sentence."""
    if np.isinf(upper):
        return f"not reached by day {said(lower)}"
    if lower == upper:
        return f"{said(lower)} days"
    return f"between day {said(lower)} and day {said(upper)}"


def _sentence(curves: Sequence[IntervalCurve], settings: CurveSettings) -> str:
    parts = []
    for curve in curves:
        head = f"{curve.label}: " if curve.label else ""
        counts = f"{said(curve.n_events)} events, n = {said(curve.n)}"
        parts.append(f"{head}median {said_box(*curve.boxes.quantile(0.5))} ({counts})")
    return f"{'; '.join(parts)}; {settings.method()}."
