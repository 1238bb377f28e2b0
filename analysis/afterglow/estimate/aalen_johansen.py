"""Cumulative incidence of competing causes: the Aalen–Johansen estimator."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.checks import Floats, spell
from afterglow.estimate.incidence_curve import (
    IncidenceCurve,
    incidence_differences,
    incidence_quantiles,
)
from afterglow.estimate.incidence_steps import aalen_johansen_steps
from afterglow.estimate.intervals import CONF_TYPES
from afterglow.estimate.milestone import Contrast
from afterglow.estimate.options import check_level, check_word, chosen_reference, contrasts
from afterglow.estimate.result import CurveResult, Result, said
from afterglow.estimate.risktable import risk_tables
from afterglow.estimate.sample import survival_sample
from afterglow.names import CAUSE, DURATION, GROUP

if TYPE_CHECKING:
    from afterglow.estimate.competing.naive import NaiveIncidence

VARIANCES: Final = ("infinitesimal-jackknife", "aalen")
EVENT_FREE: Final = "event-free"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AalenJohansen(CurveResult):
    """Cumulative incidences of one or more groups.

    Attributes
    ----------
    curves : tuple of IncidenceCurve
        One per group, in natural order.
    causes : tuple of str
    robust : bool
        Whether clusters or sampling weights call for a robust variance.
    """

    curves: tuple[IncidenceCurve, ...]
    causes: tuple[str, ...]
    robust: bool

    def at(self, times: float | Sequence[float]) -> pd.DataFrame:
        """Return the incidences at `times` (days), one row per group, cause and time.

        `events` and `censored` are those since the previous asked time. Beyond the last observed
        time the last value is carried on, with a warning in the row.
        """
        asked = np.sort(np.atleast_1d(np.asarray(times, dtype=np.float64)))
        if not np.isfinite(asked).all():
            raise UsageError("times holds a value that is no finite number.\nGive days.")
        rows = pd.concat([curve.at(asked) for curve in self.curves], ignore_index=True)
        return Result(table=rows, sentence=self.sentence).tidy()

    def quantile(self, p: float | Sequence[float]) -> pd.DataFrame:
        """Return the times by which a share `p` of all has had each cause, with limits.

        The first time at which the incidence is `p` or more; the midpoint where it lies exactly on
        `p` before it rises further. The limits are the same rule applied to the curve's limits.
        NaN where it does not get there: other causes may keep the incidence below `p` for ever.
        """
        shares = np.atleast_1d(np.asarray(p, dtype=np.float64))
        if not ((shares >= 0.0) & (shares <= 1.0)).all():
            raise UsageError("p holds a value outside 0 to 1.\nGive shares, such as 0.5.")
        rows = [row for curve in self.curves for row in incidence_quantiles(curve, shares)]
        return Result(table=pd.DataFrame(rows), sentence=self.sentence).tidy()

    def difference(
        self, time: float, *, reference: object | None = None, pairwise: bool = False
    ) -> Contrast:
        """Return differences of each cause's incidence at `time` between groups, normal limits.

        The variances are the curves' own; with clusters that several groups share, their
        covariance counts.
        """
        labels = [curve.label for curve in self.curves]
        if len(labels) < 2:
            raise UsageError("There is one group only, and nothing to compare.\nGive by=.")
        base = chosen_reference(labels, reference, spell)
        pairs = contrasts(labels, base, pairwise=pairwise)
        return incidence_differences(self.curves, pairs, float(time))

    def naive(self, cause: str) -> "NaiveIncidence":
        """Return 1 − Kaplan–Meier of `cause`, which takes the other causes for censoring.

        It is what the incidence would be if nobody had another cause *and* that changed nothing
        else; drawn beside the incidence it shows how much competing causes matter.
        """
        from afterglow.estimate.competing.naive import naive_incidence

        check_word("cause", cause, self.causes)
        return naive_incidence(self.curves, self.causes, cause, robust=self.robust)

    def _drawn(self) -> pd.DataFrame:
        rows = self.tidy()
        rows = rows[rows[CAUSE] != ""]
        several = rows[GROUP].nunique() > 1
        label = rows[GROUP] + ": " + rows[CAUSE] if several else rows[CAUSE]
        return rows.assign(**{GROUP: label}).reset_index(drop=True)

    def _ylabel(self) -> str:
        return "Cumulative incidence"

    def _start(self) -> float:
        return 0.0


def aalen_johansen(
    data: pd.DataFrame,
    *,
    duration: str = DURATION,
    cause: str = CAUSE,
    entry: str | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    subject: str | None = None,
    cluster: str | None = None,
    by: str | Sequence[str] | None = None,
    conf_level: float = 0.95,
    conf_type: str = "log-log",
    variance: str = "infinitesimal-jackknife",
) -> AalenJohansen:
    """Estimate P(T <= t, cause k) for every cause, and the probability of none of them.

    The incidences and the event-free probability add up to 1 at every time. Equals R's
    ``survfit(Surv(duration, factor(cause)) ~ by, conf.type = "log-log")`` (multi-state);
    ``variance = "aalen"`` equals ``cmprsk::cuminc``.

    Parameters
    ----------
    data : DataFrame, one row per subject (or per piece of a subject's time at risk)
    duration : str
        Time to the first event of any cause or to censoring, >= 0. Without `entry` everybody is at
        risk at time 0, and events at 0 count at 0, as survfit does; cuminc starts its curves at
        (0, 0) and jumps at 0 as well.
    cause : str
        Text or categorical: the cause that ended the row, "" where it is censored. At a tie
        events come before censorings.
    entry, weights, weights_kind, subject, cluster, by, conf_level, conf_type
        As in `kaplan_meier`.
    variance : str
        ``infinitesimal-jackknife`` (survfit; robust under weights, clusters and delayed entry) or
        ``aalen`` (cuminc; not with sampling weights or clusters).

    Returns
    -------
    AalenJohansen
        `tidy()`: per group, one row per time and cause (term = the cause), then the event-free
        rows (term "event-free", cause "").

    Raises
    ------
    InvalidInput
        The columns break the rules above; every problem is listed.
    NotEstimable
        No row has a cause.
    UsageError
        An unknown word, or Aalen's variance where it does not hold.

    References
    ----------
    Aalen OO, Johansen S (1978). Scand J Stat 5:141-150.
    Gray RJ (1988). Ann Stat 16:1141-1154 (the variance of cuminc).
    """
    check_word("conf_type", conf_type, CONF_TYPES)
    check_word("variance", variance, VARIANCES)
    check_level(conf_level)
    sample = survival_sample(
        data, duration=duration, cause=cause, entry=entry, weights=weights,
        weights_kind=weights_kind, subject=subject, cluster=cluster, by=by,
    )  # fmt: skip
    if not sample.causes:
        raise NotEstimable("No row has a cause: there is no incidence to estimate.\nSee `cause`.")
    if variance == "aalen" and sample.robust:
        raise UsageError(
            "variance = 'aalen' does not hold with clusters or sampling weights.\n"
            "Use variance = 'infinitesimal-jackknife'."
        )
    method = f"Aalen-Johansen, {variance} variance, {conf_type} limits"
    curves = tuple(
        IncidenceCurve(
            label=label, counts=table, causes=sample.causes, event_free=EVENT_FREE,
            estimate=aalen_johansen_steps(table, variance=variance), conf_type=conf_type,
            conf_level=conf_level, method=method,
        )
        for label, table in zip(sample.groups, risk_tables(sample))
    )  # fmt: skip
    rows = pd.concat([curve.table() for curve in curves], ignore_index=True)
    return AalenJohansen(
        table=rows,
        sentence=_sentence(curves, sample.causes, method),
        curves=curves,
        causes=sample.causes,
        robust=sample.robust,
    )


def _sentence(curves: Sequence[IncidenceCurve], causes: Sequence[str], method: str) -> str:
    parts = []
    for curve in curves:
        last = curve.counts.times[-1]
        final: Floats = curve.estimate.incidence[:, -1]
        found = ", ".join(f"{name} {said(value)}" for name, value in zip(causes, final))
        head = f"{curve.label}: " if curve.label else ""
        parts.append(f"{head}incidence by day {said(last)}: {found} (n = {said(curve.counts.n)})")
    return f"{'; '.join(parts)}; {method}."
