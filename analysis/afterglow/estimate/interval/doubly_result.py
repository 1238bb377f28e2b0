"""The result of doubly censored durations: pooled curves, and how much the imputation adds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Floats
from afterglow.estimate.interval.pooling import Pooled, pooled
from afterglow.estimate.interval.turnbull_result import HIGHEST, LOWEST
from afterglow.estimate.result import Result, said
from afterglow.estimate.survival_curve import as_count
from afterglow.names import (
    CAUSE,
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    DF,
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

WITHIN: Final = "within_variance"
BETWEEN: Final = "between_variance"
SHARE_BETWEEN: Final = "share_between"
MEDIAN: Final = "median"
AT_AN_END: Final = (
    "0 or 1 in some imputations: their mean, without limits, as the log-log scale has none there"
)
NOT_REACHED: Final = "not reached: fewer than this share had the event while they were watched"
REACHED_IN_SOME: Final = "not reached in some imputations"
NO_LIMITS: Final = "not reached in some resamples: no limits"
RULE_WORDS: Final = {
    "npmle": "onsets from their NPMLE within each interval",
    "uniform": "onsets evenly within each interval",
    "midpoint": "onsets in the middle of each interval",
    "earliest": "onsets at the beginning of each interval",
    "latest": "onsets at the visit that showed the response",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DoublySettings:
    """How durations were imputed and pooled; see `doubly_censored`."""

    conf_level: float
    imputation: str
    m: int
    n_resamples: int
    seed: int
    missed: str
    drawn: str
    cause: str
    days: tuple[float, ...]

    def method(self) -> str:
        """Say the method in a few words."""
        curve = "interval-censored NPMLE" + (" of competing causes" if self.cause else "")
        added = ", those never seen added" if self.missed == "level-hazard" else ""
        times = f"{self.m} imputations (seed {self.seed}), " if self.m > 1 else ""
        limits = (
            f"Rubin limits on the log-log scale with {self.n_resamples} resamples of "
            f"{self.drawn} in each"
            if self.n_resamples
            else "no limits"
        )
        return f"{curve}{added}, {times}{RULE_WORDS[self.imputation]}, {limits}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImputedGroup:
    """The estimates of every imputation of one group.

    Attributes
    ----------
    label : str
    n, n_events : float
    values : array, shape (m, 2 T + 2)
        Lowest, then highest incidence on the days asked for, then the ends of the median.
    replicates : array, shape (m, B, 2 T + 2)
    grid : array
        Whole days.
    curve : array, shape (2, G)
        Lowest and highest incidence on the grid, the mean of the imputations.
    width, longest : float
        Mean and greatest width of the intervals of the onsets, days.
    share_seen : float
        The share of all responses that lasted until a visit, the mean of the imputations.
    """

    label: str
    n: float
    n_events: float
    values: Floats
    replicates: Floats
    grid: Floats
    curve: Floats
    width: float
    longest: float
    share_seen: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoublyCensored(Result):
    """Durations whose beginning and end lie between visits, pooled over imputations.

    Attributes
    ----------
    groups : tuple of ImputedGroup
        In natural order.
    settings : DoublySettings
    """

    groups: tuple[ImputedGroup, ...]
    settings: DoublySettings

    def steps(self) -> pd.DataFrame:
        """Return lowest and highest on whole days, the mean of the imputations.

        The probability still free, or with several causes the incidence of the endpoint.
        """
        parts = []
        for group in self.groups:
            low, high = group.curve
            if not self.settings.cause:
                low, high = 1.0 - high, 1.0 - low
            parts.append(
                pd.DataFrame({GROUP: group.label, TIME: group.grid, LOWEST: low, HIGHEST: high})
            )
        return pd.concat(parts, ignore_index=True)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the mean of the imputations' curves and return the axes."""
        from afterglow.figures.bounds import draw_bounds

        label = "Cumulative incidence" if self.settings.cause else "Event-free probability"
        return draw_bounds(self.steps(), ylabel=label, xlabel="Days since the onset", ax=ax)


def doubly_censored_result(
    groups: Sequence[ImputedGroup], settings: DoublySettings
) -> DoublyCensored:
    """Return the result that pools these groups."""
    table = pd.concat([_rows(group, settings) for group in groups], ignore_index=True)
    return DoublyCensored(
        table=table, sentence=_sentence(table, groups, settings), groups=tuple(groups),
        settings=settings,
    )  # fmt: skip


def _rows(group: ImputedGroup, settings: DoublySettings) -> pd.DataFrame:
    size = len(settings.days)
    rows = [_at_day(group, settings, place, day) for place, day in enumerate(settings.days)]
    rows.append(_median(group, settings, 2 * size))
    own: dict[str, Any] = {
        CAUSE: settings.cause, GROUP: group.label, CONF_LEVEL: settings.conf_level,
        N: as_count(group.n), N_EVENTS: as_count(group.n_events), METHOD: settings.method(),
    }  # fmt: skip
    table = pd.DataFrame(rows).assign(**own)
    return table if settings.cause else table.drop(columns=CAUSE)


def _at_day(
    group: ImputedGroup, settings: DoublySettings, place: int, day: float
) -> dict[str, Any]:
    ends = [place, len(settings.days) + place]
    values = group.values[:, ends]
    mean = values.mean(axis=0)
    known = bool(((values > 0.0) & (values < 1.0)).all())
    row: dict[str, Any] = {TERM: settings.cause or "survival", TIME: day, WARNING: ""}
    low = high = np.nan
    if known:
        found = _pooled(group, ends)
        mean = _share(found.estimate)
        row |= _variances(found)
        if settings.n_resamples:
            limits = [_share(limit) for limit in found.limits(settings.conf_level)]
            low, high = float(limits[0][0]), float(limits[1][1])
    elif settings.n_resamples:
        row[WARNING] = AT_AN_END
    lowest, highest = float(mean[0]), float(mean[1])
    if not settings.cause:
        lowest, highest, low, high = 1.0 - highest, 1.0 - lowest, 1.0 - high, 1.0 - low
    same = highest - lowest < 1e-12
    return row | {LOWEST: lowest, HIGHEST: highest, CONF_LOW: low, CONF_HIGH: high,
                  ESTIMATE: highest if same else np.nan}  # fmt: skip


def _pooled(group: ImputedGroup, ends: list[int]) -> Pooled:
    """Pool incidences as log(−log(1 − F)); a resample's 0 or 1 stands half a subject inside."""
    edge = 0.5 / max(group.n, 1.0)
    replicates = np.clip(group.replicates[:, :, ends], edge, 1.0 - edge)
    many = replicates.shape[1] > 1
    variances = (
        _scaled(replicates).var(axis=1, ddof=1) if many else np.zeros_like(group.values[:, ends])
    )
    return pooled(_scaled(group.values[:, ends]), variances)


def _scaled(incidence: Floats) -> Floats:
    return np.log(-np.log1p(-incidence))


def _share(scaled: Floats) -> Floats:
    return -np.expm1(-np.exp(scaled))


def _variances(found: Pooled) -> dict[str, Any]:
    """Return the variances of the lower end; those of the upper one are much the same.

    Degrees of freedom are missing where nothing varies between imputations.
    """
    df = found.df[0] if np.isfinite(found.df[0]) else np.nan
    return {WITHIN: found.within[0], BETWEEN: found.between[0],
            SHARE_BETWEEN: found.share_between[0], DF: df}  # fmt: skip


def _median(group: ImputedGroup, settings: DoublySettings, first: int) -> dict[str, Any]:
    """Pool the ends of the median on the scale of the logarithm of time."""
    ends = group.values[:, first:]
    row: dict[str, Any] = {TERM: MEDIAN, WARNING: "", LOWER: np.nan, UPPER: np.nan,
                           ESTIMATE: np.nan, CONF_LOW: np.nan, CONF_HIGH: np.nan}  # fmt: skip
    if not np.isfinite(ends).all() or (ends <= 0.0).any():
        return row | {WARNING: REACHED_IN_SOME if np.isfinite(ends).any() else NOT_REACHED}
    replicates = group.replicates[:, :, first:]
    usable = replicates.shape[1] > 1 and bool((np.isfinite(replicates) & (replicates > 0.0)).all())
    variances = np.log(replicates).var(axis=1, ddof=1) if usable else np.zeros_like(ends)
    found = pooled(np.log(ends), variances)
    lower, upper = np.exp(found.estimate)
    row |= {LOWER: lower, UPPER: upper, ESTIMATE: upper if upper - lower < 1e-12 else np.nan}
    if not usable:
        return row | ({WARNING: NO_LIMITS} if settings.n_resamples else {})
    limits = found.limits(settings.conf_level)
    return (
        row | _variances(found) | {CONF_LOW: np.exp(limits[0][0]), CONF_HIGH: np.exp(limits[1][1])}
    )


def _sentence(table: pd.DataFrame, groups: Sequence[ImputedGroup], settings: DoublySettings) -> str:
    parts = []
    for group in groups:
        rows = table[(table[GROUP] == group.label) & (table[TERM] == MEDIAN)]
        row = rows.iloc[0]
        head = f"{group.label}: " if group.label else ""
        if np.isnan(row[UPPER]):
            words = "median not reached"
        else:
            words = f"median between day {said(row[LOWER])} and day {said(row[UPPER])}"
        counts = f"{said(group.n_events)} events, n = {said(group.n)}"
        parts.append(f"{head}{words} ({counts})")
    return f"{'; '.join(parts)}; {settings.method()}."
