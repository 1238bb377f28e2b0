"""The mean number of events of a subject by each time, with or without a terminal event."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.options import check_level, check_word
from afterglow.estimate.recurrent.mean_curve import (
    JACKKNIFE,
    LOG,
    NAIVE,
    ROBUST,
    MeanOptions,
    mean_curve,
)
from afterglow.estimate.recurrent.mean_result import MeanCumulativeFunction, mean_result
from afterglow.estimate.recurrent.rows import recurrent_rows, taken
from afterglow.names import EVENT, START_DAY, STOP_DAY, SUBJECT

VARIANCES: Final = (ROBUST, JACKKNIFE, NAIVE)
CONF_TYPES: Final = (LOG, "plain")


def mean_cumulative_function(
    data: pd.DataFrame,
    *,
    subject: str = SUBJECT,
    start: str = START_DAY,
    stop: str = STOP_DAY,
    event: str = EVENT,
    by: str | Sequence[str] | None = None,
    terminal: str | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    cluster: str | None = None,
    conf_level: float = 0.95,
    conf_type: str = LOG,
    variance: str = ROBUST,
) -> MeanCumulativeFunction:
    """Estimate the mean number of events that a subject has had by each time, in each group.

    Without terminal events Nelson's estimator, the sum of dN(s)/Y(s), with the robust variance of
    Lawless and Nadeau: R's ``survfit(Surv(start, stop, event) ~ by, id = subject)$cumhaz`` and
    ``std.chaz`` (with ``cluster =`` where given). With terminal events Ghosh and Lin's
    estimator, the sum of S(s−) dN(s)/Y(s), S the Kaplan–Meier curve of the terminal event: R's
    ``mets::recurrentMarginal``. It counts those in whom the event has become impossible as
    having no more of it; treating them as censored would ask what happens to subjects who
    cannot die.

    Parameters
    ----------
    data : DataFrame, one row per stretch (start, stop] of a subject's time at risk
        Missing values anywhere in the named columns are errors. A subject may enter late, and
        may be out of the risk set between two rows.
    subject, start, stop : str
        Whose row it is, and from when to when (days) it is at risk; −inf means from the start.
    event : str
        Whether the row ends with the event (bool or 0/1); the next row of the subject goes on.
    by : str or list of str, optional
        Groups, in natural order. A subject may change groups from row to row.
    terminal : str, optional
        Whether the row ends with the terminal event (bool or 0/1), as death: at most once a
        subject, at the last row. At a tie events come before it.
    weights, weights_kind : str, optional
        ``frequency``: a weight w is w subjects with the same rows, whole and constant within a
        subject. ``sampling`` (also if fractional): squared influences times squared weights.
    cluster : str, optional
        Subjects of one cluster are dependent; each is in one cluster.
    conf_type : str
        Scale of the limits: ``log`` (never below 0) or ``plain``.
    variance : str
        ``robust``: Lawless–Nadeau, with terminal events Ghosh–Lin. ``infinitesimal-jackknife``:
        the exact derivative, which differs with terminal events only (1/(Y − d) for their 1/Y).
        ``naive``: as if events came as a Poisson process, the sum of dN/Y²; not with terminal
        events, clusters or sampling weights.

    Returns
    -------
    MeanCumulativeFunction
        `tidy()` has one row per group and time at which there is an event or somebody leaves for
        good, with at_risk (subjects), events, censored, terminated and naive_std_error.

    Raises
    ------
    InvalidInput
        The columns break the rules above (rows that overlap or have no length, codes that are
        not 0/1, rows after a terminal event …); every problem is listed.
    UsageError
        An unknown word, or a naive variance where it does not hold.

    References
    ----------
    Nelson W (1988). J Qual Technol 20:24-35.
    Lawless JF, Nadeau C (1995). Technometrics 37:158-168.
    Ghosh D, Lin DY (2000). Biometrics 56:554-562.
    """
    check_word("variance", variance, VARIANCES)
    check_word("conf_type", conf_type, CONF_TYPES)
    check_level(conf_level)
    rows = recurrent_rows(
        data, subject=subject, start=start, stop=stop, event=event, terminal=terminal, by=by,
        weights=weights, weights_kind=weights_kind, cluster=cluster,
    )  # fmt: skip
    sampled = rows.weight is not None and not rows.frequency
    if variance == NAIVE and (terminal is not None or cluster is not None or sampled):
        raise UsageError(
            "variance = 'naive' does not hold with terminal events, clusters or sampling "
            f"weights.\nUse variance = {ROBUST!r}."
        )
    options = MeanOptions(variance=variance, conf_type=conf_type, conf_level=conf_level)
    cuts = np.searchsorted(rows.group, np.arange(len(rows.groups) + 1))
    return mean_result(
        [
            mean_curve(label, taken(rows, slice(begin, end)), options)
            for label, begin, end in zip(rows.groups, cuts[:-1], cuts[1:])
        ]
    )
