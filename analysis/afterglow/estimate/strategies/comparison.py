"""One endpoint under every strategy for its intercurrent events, from one set of rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import ColumnReader
from afterglow.estimate.intervals import CONF_TYPES
from afterglow.estimate.options import check_level, check_word
from afterglow.estimate.result import CurveResult, arranged, said, said_interval
from afterglow.estimate.strategies.free_curve import FreeCurve, free_curve
from afterglow.names import (
    CAUSE,
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    DURATION,
    ESTIMATE,
    GROUP,
    METHOD,
    N_EVENTS,
    TERM,
    TIME,
    N,
)

TREATMENT_POLICY: Final = "treatment policy"
COMPETING: Final = "competing"
NAIVE: Final = "hypothetical, naive"
WEIGHTED: Final = "hypothetical, weighted"
COMPOSITE: Final = "composite"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StrategyCurves(CurveResult):
    """The share without the event, one curve a strategy.

    Attributes
    ----------
    curves : tuple of FreeCurve
        In the order treatment policy (where its rows were given), competing, hypothetical (naive),
        composite. The competing curve is the best case, the composite curve the worst one.
    """

    curves: tuple[FreeCurve, ...]

    def curve(self, strategy: str) -> FreeCurve:
        """Return the curve of a strategy."""
        by_label = {curve.label: curve for curve in self.curves}
        check_word("strategy", strategy, tuple(by_label))
        return by_label[strategy]

    def at(self, times: float | Sequence[float]) -> pd.DataFrame:
        """Return the shares at `times` (days), one row per strategy and time."""
        asked = np.sort(np.atleast_1d(np.asarray(times, dtype=np.float64)))
        if not np.isfinite(asked).all():
            raise UsageError("times holds a value that is no finite number.\nGive days.")
        rows = pd.concat([curve.at(asked.tolist()) for curve in self.curves], ignore_index=True)
        return arranged(rows)

    def median(self) -> pd.DataFrame:
        """Return the time (days) by which half have had the event, one row per strategy."""
        rows = []
        for curve in self.curves:
            first = curve.table().iloc[0]
            middle, low, high = curve.median()
            rows.append(
                {TERM: curve.of, GROUP: curve.label, ESTIMATE: middle, CONF_LOW: low,
                 CONF_HIGH: high, CONF_LEVEL: first[CONF_LEVEL], N: first[N],
                 N_EVENTS: first[N_EVENTS], METHOD: first[METHOD]}
            )  # fmt: skip
        return arranged(pd.DataFrame(rows))

    def bounds(self, times: float | Sequence[float]) -> pd.DataFrame:
        """Return the worst and the best case at `times` (days) as conf_low and conf_high.

        Had nobody been given what the strategies vary, the share without the event would have lain
        between them, whatever the reason for giving it: the worst case lets everybody to whom it
        was given have the event on that day, the best case never. They are the composite and the
        competing curve. Sampling error comes on top.
        """
        found = self.at(times)
        best = found[found[GROUP] == COMPETING].reset_index(drop=True)
        worst = found[found[GROUP] == COMPOSITE].reset_index(drop=True)
        limits = {CONF_LOW: worst[ESTIMATE], CONF_HIGH: best[ESTIMATE]}
        return best[[TERM, TIME, N]].assign(**limits)

    def _drawn(self) -> pd.DataFrame:
        """Return the curves without bands, which would hide each other."""
        return self.tidy().drop(columns=[CONF_LOW, CONF_HIGH])

    def _ylabel(self) -> str:
        return "Free of the event"


def strategy_comparison(
    data: pd.DataFrame,
    *,
    of: str,
    varied: Sequence[str] = ("booster",),
    looked_through: pd.DataFrame | None = None,
    duration: str = DURATION,
    cause: str = CAUSE,
    entry: str | None = None,
    cluster: str | None = None,
    conf_level: float = 0.95,
    conf_type: str = "log-log",
) -> StrategyCurves:
    """Estimate the share without an event under every strategy for what came before it.

    All curves answer "what share has not had the event by day t", and differ in what an
    intercurrent event, a booster say, is taken to mean:

    - treatment policy: nothing; the event counts whenever it comes, with `looked_through`;
    - competing (while on treatment): the event can no longer be seen to come first, 1 − incidence;
    - hypothetical, naive: censoring on that day, as if those concerned were like everybody else
      still at risk;
    - composite: an event of its own right, 1 − incidence of either.

    At every time composite <= hypothetical, naive <= competing. Whatever would have happened
    without the intercurrent event, the truth lies between the composite and the competing curve
    (Peterson 1976), which are therefore the worst and the best case. Further causes compete
    under every strategy. A weighted hypothetical estimate needs the scores: see
    `weighted_kaplan_meier`.

    Parameters
    ----------
    data : DataFrame, one row per subject
        Rows in which what is varied competes: `Derived.endpoint(name, strategies=...)`.
    of : str
        The event, as `cause` names it: the endpoint's name.
    varied : sequence of str
        The causes whose strategy is varied.
    looked_through : DataFrame, optional
        The same columns, with what is varied ignored; without it there is no treatment policy.
    duration, cause, entry, cluster, conf_level, conf_type
        As in `aalen_johansen`; no missing values.

    Returns
    -------
    StrategyCurves
        `tidy()`: group (the strategy), term (the event), time_days, estimate with limits, at_risk,
        events, censored.

    Raises
    ------
    InvalidInput
        The columns break the rules of `aalen_johansen`.
    UsageError
        `varied` is empty, or names the event itself.

    References
    ----------
    ICH E9(R1) (2019), section A.3.2. Peterson AV (1976). Proc Natl Acad Sci 73:11-13.
    """
    check_word("conf_type", conf_type, CONF_TYPES)
    check_level(conf_level)
    if not varied or of in varied:
        raise UsageError(
            f"varied must name events other than '{of}'.\nName what comes before it: booster, say."
        )
    ColumnReader(data, duration, cause, entry, cluster)
    frames = strategy_frames(data, looked_through, of=of, varied=varied, cause=cause)
    curves = tuple(
        free_curve(
            rows, label, of=of, duration=duration, cause=cause, entry=entry, cluster=cluster,
            conf_level=conf_level, conf_type=conf_type,
        )
        for label, rows in frames.items()
    )  # fmt: skip
    table = pd.concat([curve.table() for curve in curves], ignore_index=True)
    return StrategyCurves(table=table, sentence=_sentence(curves, conf_level), curves=curves)


def strategy_frames(
    data: pd.DataFrame,
    looked_through: pd.DataFrame | None,
    *,
    of: str,
    varied: Sequence[str],
    cause: str = CAUSE,
) -> dict[str, pd.DataFrame]:
    """Return the rows under each strategy, made of those in which what is varied competes."""
    causes = data[cause].astype(object)
    came_first = causes.isin(list(varied))
    frames = {} if looked_through is None else {TREATMENT_POLICY: looked_through}
    return {
        **frames,
        COMPETING: data,
        NAIVE: data.assign(**{cause: causes.mask(came_first, "")}),
        COMPOSITE: data.assign(**{cause: causes.mask(came_first, of)}),
    }


def _sentence(curves: Sequence[FreeCurve], conf_level: float) -> str:
    parts = []
    for curve in curves:
        last = curve.table().iloc[-1]
        limits = said_interval(last[CONF_LOW], last[CONF_HIGH], conf_level)
        parts.append(f"{curve.label} {said(last[ESTIMATE])} ({limits})")
    return f"Share free of {curves[0].of} at the end: {'; '.join(parts)}."
