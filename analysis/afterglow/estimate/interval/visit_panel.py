"""One endpoint in three curves: at visit days, at the middle of intervals, and on intervals."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import ColumnReader
from afterglow.estimate.interval.lateness import Lateness, lateness
from afterglow.estimate.interval.sample import interval_sample
from afterglow.estimate.interval.turnbull import turnbull
from afterglow.estimate.interval.turnbull_result import (
    BEFORE,
    HIGHEST,
    LOWEST,
    MASS,
    Turnbull,
    said_box,
)
from afterglow.estimate.kaplan_meier import kaplan_meier
from afterglow.estimate.result import Result, said
from afterglow.estimate.sample import named
from afterglow.estimate.survival_result import KaplanMeier
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    DURATION,
    ESTIMATE,
    EVENT,
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

CURVE: Final = "curve"
VISIT: Final = "visit-date Kaplan–Meier"
MIDPOINT: Final = "midpoint Kaplan–Meier"
INTERVAL: Final = "interval NPMLE"
MEDIAN: Final = "median"
SURVIVAL: Final = "survival"
SHIFT: Final = "median shift"
DELAY: Final = "mean delay"
CERTAIN: Final = "certain gap"
GAP: Final = "largest gap"
KEPT: Final = (GROUP, N, N_EVENTS, CONF_LEVEL)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VisitPanel(Result):
    """Three estimates of one curve, and how late the first is.

    Attributes
    ----------
    visit, midpoint : KaplanMeier
    interval : Turnbull
    bias : DataFrame
        One row per group and Kaplan–Meier curve: group, curve, and the fields of `Lateness`.
    """

    visit: KaplanMeier
    midpoint: KaplanMeier
    interval: Turnbull
    bias: pd.DataFrame

    def curves(self) -> pd.DataFrame:
        """Return what the figure draws: steps of two curves, boxes of the third."""
        steps = [
            result.tidy()[[GROUP, TIME, ESTIMATE]].assign(**{CURVE: name})
            for name, result in ((VISIT, self.visit), (MIDPOINT, self.midpoint))
        ]
        boxes = self.interval.tidy()[[GROUP, LOWER, UPPER, BEFORE, MASS]]
        return pd.concat([*steps, boxes.assign(**{CURVE: INTERVAL})], ignore_index=True)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw one panel per group and return the first; on given axes the first group alone."""
        from afterglow.figures.visit_panel import draw_visit_curves, draw_visit_panel

        frame = self.curves()
        if ax is None:
            return draw_visit_panel(frame, xlabel="Days")[0]
        return draw_visit_curves(frame[frame[GROUP] == self.visit.curves[0].label], ax)


def visit_panel(
    data: pd.DataFrame,
    *,
    lower: str = LOWER,
    upper: str = UPPER,
    duration: str = DURATION,
    event: str = EVENT,
    entry: str | None = None,
    by: str | Sequence[str] | None = None,
    at: Sequence[float] = (),
    conf_level: float = 0.95,
    n_resamples: int = 0,
    seed: int = 1,
    n_workers: int = 1,
) -> VisitPanel:
    """Show what it does to a curve that events are dated by the visits that found them.

    Side by side: Kaplan–Meier with events on the day of the visit (late by construction),
    Kaplan–Meier with events in the middle of their intervals, and the interval-censored estimate,
    which assumes no day. The lateness of the first two is measured against all curves that the
    intervals allow, so that nothing within a box is taken for known.

    Parameters
    ----------
    data : DataFrame, one row per subject
    lower, upper : str
        As in `turnbull`.
    duration, event, entry : str
        As in `kaplan_meier`; an event has an upper end, a censored row none. Competing events
        are censorings here.
    by : str or list of str, optional
        Groups.
    at : sequence of float
        Days at which the curves are compared.
    conf_level : float
    n_resamples, seed, n_workers
        Bootstrap limits of the interval estimate, as in `turnbull`.

    Returns
    -------
    VisitPanel
        `tidy()`: per group and curve the median, the survival at the days asked for, and for the
        Kaplan–Meier curves how late they are; a value that the intervals do not determine lies
        between `lowest` and `highest`.

    Raises
    ------
    InvalidInput
        The columns break the rules of `turnbull` or `kaplan_meier`, or contradict each other.

    Notes
    -----
    Where exactly dated events (a session, an admission) and intervals mix, the likelihood puts the
    unseen events of an interval on the exact dates within it: the curve is then level between
    them, and distances at such days are large.

    References
    ----------
    Lindsey JC, Ryan LM (1998). Stat Med 17:219-238.
    """
    sample = interval_sample(data, lower=lower, upper=upper, entry=entry, by=by)
    read = ColumnReader(data, duration, event, *named(by))
    time, seen = read.duration(duration), read.event(event) == 1
    remedy = "An event has a finite upper end, a censored row an infinite one."
    read.forbid(event, seen != np.isfinite(sample.upper), "disagrees with the upper end", remedy)
    read.finish()
    middle = np.where(seen, (sample.lower + np.where(seen, sample.upper, 0.0)) / 2.0, time)
    options: dict[str, Any] = {"by": by, "entry": entry, "conf_level": conf_level}
    visit = kaplan_meier(data, duration=duration, event=event, **options)
    moved = data.assign(**{duration: middle})
    midpoint = kaplan_meier(moved, duration=duration, event=event, **options)
    interval = turnbull(
        data, lower=lower, upper=upper, n_resamples=n_resamples, seed=seed, n_workers=n_workers,
        **options,
    )  # fmt: skip
    bias = _bias(visit, midpoint, interval)
    days = sorted({float(day) for day in at})
    if not all(map(np.isfinite, days)):
        raise UsageError("at holds a value that is no finite number.\nGive days.")
    return VisitPanel(
        table=_table(visit, midpoint, interval, bias, days),
        sentence=_sentence(visit, interval, bias),
        visit=visit, midpoint=midpoint, interval=interval, bias=bias,
    )  # fmt: skip


def _bias(visit: KaplanMeier, midpoint: KaplanMeier, interval: Turnbull) -> pd.DataFrame:
    rows = []
    for name, result in ((VISIT, visit), (MIDPOINT, midpoint)):
        medians = result.median()[ESTIMATE]
        for place, (curve, boxes) in enumerate(zip(result.curves, interval.curves, strict=True)):
            found = lateness(curve, boxes.boxes, float(medians[place]))
            rows.append({GROUP: curve.label, CURVE: name, **asdict(found)})
    return pd.DataFrame(rows)


def _table(
    visit: KaplanMeier,
    midpoint: KaplanMeier,
    interval: Turnbull,
    bias: pd.DataFrame,
    days: list[float],
) -> pd.DataFrame:
    parts = []
    for name, result in ((VISIT, visit), (MIDPOINT, midpoint), (INTERVAL, interval)):
        found = [result.median().assign(**{TERM: MEDIAN})]
        if len(days):
            found.append(result.at(days).assign(**{TERM: SURVIVAL}))
        parts += [rows.assign(**{CURVE: name}) for rows in found]
    kept = visit.median()[list(KEPT)]
    measured = _measured(bias).merge(kept, on=GROUP)
    table = pd.concat([*parts, measured], ignore_index=True)
    wanted = [TERM, GROUP, TIME, ESTIMATE, CONF_LOW, CONF_HIGH, CONF_LEVEL, N, N_EVENTS,
              CURVE, LOWER, UPPER, LOWEST, HIGHEST, METHOD, WARNING]  # fmt: skip
    table = table.reindex(columns=wanted)
    table[METHOD] = table[METHOD].fillna("against the interval-censored NPMLE (Turnbull)")
    table[WARNING] = table[WARNING].fillna("")
    return table


def _measured(bias: pd.DataFrame) -> pd.DataFrame:
    """Return one row per measure of lateness: its least and greatest value, or its day."""
    spans = {SHIFT: ("shift_low", "shift_high"), DELAY: ("delay_low", "delay_high")}
    gaps = {CERTAIN: ("certain_gap", "certain_day"), GAP: ("largest_gap", "largest_day")}
    rows = []
    for row in bias.to_dict("records"):
        who = {GROUP: row[GROUP], CURVE: row[CURVE]}
        rows += [{TERM: term, **who, LOWEST: row[low], HIGHEST: row[high],
                  TIME: row["until"] if term == DELAY else np.nan}
                 for term, (low, high) in spans.items()]  # fmt: skip
        rows += [{TERM: term, **who, ESTIMATE: row[gap], TIME: row[day]}
                 for term, (gap, day) in gaps.items()]  # fmt: skip
    return pd.DataFrame(rows)


def _sentence(visit: KaplanMeier, interval: Turnbull, bias: pd.DataFrame) -> str:
    medians = visit.median()[ESTIMATE]
    late = bias[bias[CURVE] == VISIT].to_dict("records")
    parts = []
    for median, curve, row in zip(medians, interval.curves, late, strict=True):
        head = f"{curve.label}: " if curve.label else ""
        box = said_box(*curve.boxes.quantile(0.5))
        found = Lateness(**{name: row[name] for name in Lateness.__dataclass_fields__})
        parts.append(f"{head}by visit dates the median is {_days(median)}, by intervals {box}; "
                     f"the visit-date curve: {said_lateness(found)}")  # fmt: skip
    return f"{'. '.join(parts)}."


def _days(median: float) -> str:
    return "not reached" if np.isnan(median) else f"{said(median)} days"


def said_lateness(found: Lateness) -> str:
    """Say by how much a curve's mean is too long, and where it stands furthest off."""
    mean = (
        f"mean event-free time to day {said(found.until)} is {said(found.delay_low)} to "
        f"{said(found.delay_high)} days too long"
    )
    if not found.largest_gap:
        return f"{mean}, and the curve nowhere leaves what the intervals allow"
    far = f"nowhere more than {_points(found.largest_gap)} (from day {said(found.largest_day)})"
    if not found.certain_gap:
        return f"{mean}, and the curve stands {far}"
    near = f"at least {_points(found.certain_gap)} from day {said(found.certain_day)}"
    return f"{mean}, and the curve stands {near} and {far}"


def _points(gap: float) -> str:
    return f"{said(100 * abs(gap))} percentage points too {'high' if gap > 0 else 'low'}"
