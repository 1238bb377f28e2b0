"""Pseudo-values: what each subject adds to a survival, an incidence or a restricted mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.options import check_word
from afterglow.estimate.pseudo_columns import JACKKNIFE, LEAVE_ONE_OUT, group_values
from afterglow.estimate.pseudo_request import INCIDENCE, Request, Target, pseudo_request
from afterglow.estimate.result import Result, said
from afterglow.estimate.risktable import RiskTable, risk_tables
from afterglow.estimate.sample import Sample, survival_sample
from afterglow.estimate.survival_curve import PAST_THE_END, as_count
from afterglow.names import (
    CAUSE,
    DURATION,
    ESTIMATE,
    EVENT,
    GROUP,
    METHOD,
    N_EVENTS,
    TERM,
    TIME,
    WARNING,
    N,
)

METHODS: Final = (LEAVE_ONE_OUT, JACKKNIFE)
ROW: Final = "row"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PseudoValues(Result):
    """Pseudo-values.

    Attributes
    ----------
    values : array, shape (rows, columns)
        In the order of the rows of the data (of the subjects' labels, where several rows of the
        data are pieces of one subject).
    times : tuple of float
        The day of each column.
    causes : tuple of str
        The cause of each column, "" unless it is an incidence.
    estimates : DataFrame
        One row per group and column: the statistic itself, from everybody.
    """

    values: Floats
    times: tuple[float, ...]
    causes: tuple[str, ...]
    estimates: pd.DataFrame

    def plot(self, ax=None):
        """Draw a point for each pseudo-value, in one column per time; return the axes."""
        from afterglow.figures.points import draw_points

        return draw_points(self.tidy(), x=TIME, y=ESTIMATE, xlabel="Day", ylabel="Pseudo-value",
                           ax=ax)  # fmt: skip


def pseudo_values(
    data: pd.DataFrame,
    *,
    of: str = "survival",
    times: float | Sequence[float] | None = None,
    tau: float | None = None,
    duration: str = DURATION,
    event: str = EVENT,
    cause: str = CAUSE,
    of_cause: str | None = None,
    entry: str | None = None,
    weights: str | None = None,
    subject: str | None = None,
    by: str | Sequence[str] | None = None,
    method: str = LEAVE_ONE_OUT,
) -> PseudoValues:
    """Return pseudo-values, which stand for the outcome of each subject as if none were censored.

    The pseudo-value of subject i is n θ − (n − 1) θ₋ᵢ, θ₋ᵢ the estimate without i. Their mean is
    about θ; regressed on covariates they give models of S(t), F(t) or the restricted mean.
    ``leave-one-out`` is exact, as in the R package pseudo, in one pass for all subjects;
    ``infinitesimal-jackknife`` is θ + n times the influence of i, R's ``survival::pseudo(fit,
    times =, type =)``.

    Parameters
    ----------
    data : DataFrame, one row per subject (or touching pieces of a subject's time at risk)
    of : str
        ``survival`` P(T > t), ``incidence`` P(T <= t, cause), ``rmst`` E min(T, tau).
    times : float or list of float, optional
        Days; for survival and incidence.
    tau : float, optional
        Days; for the restricted mean.
    duration, event, entry, subject
        As in `kaplan_meier`.
    cause : str
        For incidence, instead of `event`: the column of causes, "" where censored.
    of_cause : str, optional
        For incidence: one cause; every one by default.
    weights : str, optional
        Frequencies: whole numbers of identical subjects.
    by : str or list of str, optional
        The estimates, and the leaving out, are then those of each group.
    method : str
        ``leave-one-out`` or ``infinitesimal-jackknife``.

    Returns
    -------
    PseudoValues
        `tidy()`: one row per subject and column of `values`, with `row` (from 1) or the subject.

    Raises
    ------
    InvalidInput
        The columns break the rules of `kaplan_meier`.
    UsageError
        An unknown word, no time, weights that are not whole, or a subject who leaves and returns.

    Notes
    -----
    Valid where censoring does not depend on the covariates of the later regression. With delayed
    entry the values are defined in the same way and need entry to be independent of them too.

    References
    ----------
    Andersen PK, Klein JP, Rosthøj S (2003). Biometrika 90:15-27.
    Andersen PK, Perme MP (2010). Stat Methods Med Res 19:71-99.
    Grand MK et al (2019). Biometrika 106:463-468 (delayed entry).
    """
    check_word("method", method, METHODS)
    request = pseudo_request(of=of, times=times, tau=tau, of_cause=of_cause)
    ended = {"cause": cause} if of == INCIDENCE else {"event": event}
    sample = survival_sample(
        data, duration=duration, entry=entry, weights=weights, subject=subject, by=by, **ended
    )
    _check_sample(sample)
    targets = request.targets(sample.causes, of_cause)
    values = np.empty((len(sample.exit), len(targets)))
    found = []
    for code, table in enumerate(risk_tables(sample)):
        rows = np.flatnonzero(sample.group == code)
        whole, values[rows] = group_values(sample, table, rows, request.of, targets, method)
        found.append(_estimates(sample.groups[code], table, request, targets, whole))
    estimates = pd.concat(found, ignore_index=True)
    described = f"pseudo-values, {method}"
    return PseudoValues(
        table=_long(_who(data, subject, len(values)), sample, values, estimates, described),
        sentence=_sentence(len(values), request, described),
        values=values,
        times=tuple(target.time for target in targets),
        causes=tuple(target.cause for target in targets),
        estimates=estimates,
    )


def _check_sample(sample: Sample) -> None:
    if not sample.frequency:
        raise UsageError(
            "weights holds numbers that are not whole.\nPseudo-values take frequencies only: weight"
            " the regression on them instead."
        )
    if sample.subject is not None:
        raise UsageError(
            "subject has people who leave the risk set and return, or change groups.\n"
            "A pseudo-value needs one stretch of time at risk for each subject."
        )


def _who(data: pd.DataFrame, subject: str | None, count: int) -> pd.DataFrame:
    """Return the column that says whose value it is."""
    if subject is None:
        return pd.DataFrame({ROW: np.arange(1, count + 1)})
    if count == len(data):
        return data[[subject]].reset_index(drop=True)
    return data[[subject]].drop_duplicates().sort_values(subject, ignore_index=True)


def _estimates(
    label: str, table: RiskTable, request: Request, targets: Sequence[Target], whole: Floats
) -> pd.DataFrame:
    times = np.array([target.time for target in targets])
    events = table.events.sum(axis=1)
    return pd.DataFrame(
        {
            TERM: request.term,
            CAUSE: [target.cause for target in targets],
            GROUP: label,
            TIME: times,
            ESTIMATE: whole,
            N: as_count(table.n),
            N_EVENTS: [as_count(float(events[target.code - 1])) for target in targets],
            WARNING: np.where(times > table.times[-1], PAST_THE_END, ""),
        }
    )


def _long(
    who: pd.DataFrame, sample: Sample, values: Floats, estimates: pd.DataFrame, method: str
) -> pd.DataFrame:
    count = values.shape[1]
    place = (sample.group[:, None] * count + np.arange(count)).ravel()
    described = estimates.iloc[place].reset_index(drop=True)
    rows = who.loc[who.index.repeat(count)].reset_index(drop=True)
    return pd.concat([rows, described], axis=1).assign(**{ESTIMATE: values.ravel(), METHOD: method})


def _sentence(rows: int, request: Request, method: str) -> str:
    days = ", ".join(said(time) for time in request.times)
    return f"Pseudo-values of {request.term} at day {days} for {rows} subjects ({method})."
