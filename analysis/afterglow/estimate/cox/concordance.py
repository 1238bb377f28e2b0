"""Concordance: how often the one with the higher score has the event first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import ColumnReader, Floats
from afterglow.estimate.cox.data import CoxRows
from afterglow.estimate.cox.pair_counts import PairCounts, pair_counts
from afterglow.estimate.cox.sample import (
    CASE,
    KINDS,
    CoxColumns,
    number_of_subjects,
    read_rows,
)
from afterglow.estimate.cox.time_weights import TIME_WEIGHTS, UNCENSORED
from afterglow.estimate.options import check_word, normal_quantile
from afterglow.estimate.result import Result, said, said_interval
from afterglow.estimate.survival_curve import as_count
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    DURATION,
    ESTIMATE,
    EVENT,
    GROUP,
    METHOD,
    N_EVENTS,
    STD_ERROR,
    TERM,
    WARNING,
    N,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CONCORDANCE: Final = "concordance"
PAIRS: Final = ("concordant", "discordant", "tied_score", "tied_time", "tied_both")
NO_PAIRS: Final = (
    "no two rows can be compared: nobody is at risk after an event, so follow up for longer, or "
    "pool strata"
)
CERTAIN: Final = (
    "all pairs agree, so the standard error is 0 and the limits say nothing about chance"
)
SHORT: Final[dict[str, str]] = {
    "harrell": "Harrell's C",
    "uno": "Uno's C, inverse probability of censoring weights",
    "peto": "concordance weighted by survival",
    "schemper": "concordance weighted by survival over censoring",
    "logrank": "concordance weighted by one over the number at risk",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Concordance(Result):
    """A concordance with its pairs.

    Attributes
    ----------
    estimate, std_error, conf_low, conf_high : float
        Share of pairs in which the higher score has the event first; ties in score count half.
    pairs : PairCounts
        Weights of the pairs, and each row's influence.
    """

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    pairs: PairCounts

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the concordance and its limits against 0.5 and return the axes."""
        from afterglow.figures.forest import draw_forest

        return draw_forest(self.tidy(), label=TERM, null=0.5, ax=ax)


def concordance(
    data: pd.DataFrame,
    *,
    score: str,
    duration: str = DURATION,
    event: str = EVENT,
    entry: str | None = None,
    strata: str | Sequence[str] | None = None,
    weights: str | None = None,
    weights_kind: str = CASE,
    subject: str | None = None,
    cluster: str | None = None,
    weighting: str = "harrell",
    until_day: float | None = None,
    conf_level: float = 0.95,
) -> Concordance:
    """Estimate how often, of two subjects, the one with the higher score has the event first.

    Pairs are an event and somebody at risk after it, in one stratum; somebody censored on the day
    of the event is. Equal scores count half; two events on one day are no pair. Equals R's
    ``concordance(Surv(entry, duration, event) ~ score + strata(strata), reverse = TRUE)``, its
    ``timewt`` being "n", "n/G2", "S", "S/G" and "I" for the five words of `weighting`.

    Parameters
    ----------
    data : DataFrame, one row per subject (or per piece of a subject's time at risk)
        Missing values anywhere in the named columns are errors.
    score : str
        Numbers; higher means that the event is expected sooner, as a linear predictor. Where
        higher means later, the concordance is one minus the result.
    duration, event, entry, weights, weights_kind, subject, cluster : str
        As in `cox`; somebody is at risk over (entry, duration]. Several rows of one subject, or of
        one cluster, are dependent; `n` counts subjects.
    strata : str or list of str, optional
        Subjects are compared only within a stratum.
    weighting : str
        How much an event on day t counts. ``harrell``: as many as could be compared. ``uno``:
        1/G(t−)² with G the Kaplan–Meier curve of censoring, so that the value does not depend on
        who was censored when; not with `entry`. ``peto``, ``schemper``, ``logrank``: S(t−)/n,
        S(t−)/(G(t−) n) and 1/n with n at risk.
    until_day : float, optional
        Events after this day do not count (Uno's τ); those at risk still do.

    Returns
    -------
    Concordance
        `tidy()`: one row with the weights of pairs concordant, discordant, tied_score, and of
        those not used, tied_time and tied_both. Limits are normal, within 0 to 1.

    Raises
    ------
    InvalidInput
        The columns break the rules of `cox`.
    UsageError
        An unknown word, or censoring weights with delayed entry.

    Notes
    -----
    The variance is the infinitesimal jackknife over rows, subjects or clusters; the weights of
    event times are taken as known, as R does. Strata with one event are weighted like the others;
    R weighs such an event by 1 whatever `timewt` says.

    References
    ----------
    Harrell FE, Lee KL, Mark DB (1996). Stat Med 15:361-387.
    Uno H, Cai T, Pencina MJ, D'Agostino RB, Wei LJ (2011). Stat Med 30:1105-1117.
    Therneau TM, Watson DA (2015). Mayo Clinic technical report 85.
    """
    check_word("weights_kind", weights_kind, KINDS)
    columns = CoxColumns(
        duration=duration, event=event, entry=entry, strata=strata, weights=weights,
        weights_kind=weights_kind, subject=subject, cluster=cluster,
    )  # fmt: skip
    read = ColumnReader(data, score)
    values = read.number(score)
    read.finish()
    rows, _, whose = read_rows(data, columns)
    if rows.cluster is None:
        rows = replace(rows, cluster=whose)
    counts = rows.weights if rows.frequency else np.ones(rows.n)
    return concordance_of(
        rows, values, subjects=number_of_subjects(whose, counts), weighting=weighting,
        until_day=until_day, conf_level=conf_level,
    )  # fmt: skip


def summed_by_row(rows: CoxRows, beta: Floats) -> Floats:
    """Return x'β plus the offset, column by column: rows that are alike get one number exactly."""
    total = np.zeros(rows.n) if rows.offset is None else rows.offset.copy()
    for column, coefficient in zip(rows.x.T, beta):
        total += column * coefficient
    return total


def concordance_of(
    rows: CoxRows,
    score: Floats,
    *,
    subjects: float,
    weighting: str = "harrell",
    until_day: float | None = None,
    conf_level: float = 0.95,
) -> Concordance:
    """Return the concordance of `score` with the events of checked rows; see `concordance`."""
    check_word("weighting", weighting, TIME_WEIGHTS)
    if weighting in UNCENSORED and rows.entry is not None:
        raise UsageError(
            f"'{weighting}' needs the curve of censoring, which delayed entry hides.\n"
            "Use weighting = 'harrell'."
        )
    quantile = normal_quantile(conf_level)
    last = np.inf if until_day is None else float(until_day)
    pairs = pair_counts(rows, score, weighting=weighting, until=last)
    estimate, error = pairs.concordance, float(np.sqrt(pairs.variance(rows)))
    low, high = estimate - quantile * error, estimate + quantile * error
    row = {
        TERM: CONCORDANCE,
        GROUP: "",
        ESTIMATE: estimate,
        STD_ERROR: error,
        CONF_LOW: 0.0 if low < 0.0 else low,
        CONF_HIGH: 1.0 if high > 1.0 else high,
        CONF_LEVEL: conf_level,
        N: as_count(subjects),
        N_EVENTS: as_count(rows.weights[rows.event].sum() if rows.frequency else rows.event.sum()),
        **{name: getattr(pairs, name) for name in PAIRS},
        METHOD: f"{SHORT[weighting]}, infinitesimal-jackknife variance",
        WARNING: NO_PAIRS if pairs.compared <= 0.0 else CERTAIN if error == 0.0 else "",
    }
    return Concordance(
        table=pd.DataFrame([row]), sentence=_sentence(row, SHORT[weighting]), estimate=estimate,
        std_error=error, conf_low=row[CONF_LOW], conf_high=row[CONF_HIGH], pairs=pairs,
    )  # fmt: skip


def _sentence(row: dict[str, Any], name: str) -> str:
    interval = said_interval(row[CONF_LOW], row[CONF_HIGH], row[CONF_LEVEL])
    text = f"Concordance {said(row[ESTIMATE])} ({interval}; {name})"
    if np.isnan(row[ESTIMATE]):
        text = "There is no concordance"
    return f"{text}: {row[WARNING]}." if row[WARNING] else f"{text}."
