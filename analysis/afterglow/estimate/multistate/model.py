"""Multi-state occupancy: how many are in each state over time."""

from collections.abc import Sequence

import pandas as pd

from afterglow.estimate.intervals import CONF_TYPES
from afterglow.estimate.multistate.counts import state_counts
from afterglow.estimate.multistate.occupancy import state_curve
from afterglow.estimate.multistate.result import MultiState, multistate_result
from afterglow.estimate.multistate.rows import state_rows
from afterglow.estimate.options import check_level, check_word
from afterglow.names import FROM_STATE, START_DAY, STOP_DAY, SUBJECT, TO_STATE


def multistate(
    data: pd.DataFrame,
    *,
    subject: str = SUBJECT,
    start: str = START_DAY,
    stop: str = STOP_DAY,
    from_state: str = FROM_STATE,
    to_state: str = TO_STATE,
    by: str | Sequence[str] | None = None,
    states: Sequence[str] | None = None,
    weights: str | None = None,
    weights_kind: str = "frequency",
    cluster: str | None = None,
    conf_level: float = 0.95,
    conf_type: str = "log-log",
) -> MultiState:
    """Estimate the share of subjects in each state over time (Aalen–Johansen).

    States may be left and entered again, and subjects may come late. Those at risk of leaving a
    state are the ones in it; nothing is assumed about how long they have been there: as an
    estimate of occupancy it holds without the Markov property where censoring is independent.
    Equals R's ``survfit(Surv(start, stop, to) ~ by, id = subject, istate = from)``, whose errors
    are the infinitesimal jackknife over subjects; ``conf.type = "log"`` there is
    ``conf_type="log"`` here.

    Parameters
    ----------
    data : DataFrame, one row per stretch of a subject's time
        The table that `path_table` makes, for example.
    subject, start, stop : str
        Whose stretch it is; it covers (start, stop].
    from_state, to_state : str
        The state of the stretch, and the one that the subject moves to at its end: "" or the same
        state where it does not. Stretches of a subject follow each other; after a gap, and at the
        first, a subject enters the state it is said to be in.
    by : str or list of str, optional
    states : list of str, optional
        The order of states; default: that of a categorical column, else of the alphabet.
    weights, weights_kind, cluster, conf_level, conf_type
        As in `kaplan_meier`; they belong to subjects, as groups do.

    Returns
    -------
    MultiState
        `tidy()`: per group, one row per state (term) and time with the occupancy, the number in
        the state just before, those who entered it (events) and whose follow-up ended in it
        (censored). Where subjects begin in several states, the shares at the first move are the
        start, and their uncertainty counts (in R only with ``influence = TRUE``).

    Raises
    ------
    InvalidInput
        The columns break the rules above; every problem is listed.
    UsageError
        An unknown word, or `states` leaves one out.

    References
    ----------
    Aalen OO, Johansen S (1978). Scand J Stat 5:141-150.
    Datta S, Satten GA (2001). Stat Probab Lett 55:403-411.
    """
    check_word("conf_type", conf_type, CONF_TYPES)
    check_level(conf_level)
    rows = state_rows(
        data, subject=subject, start=start, stop=stop, from_state=from_state, to_state=to_state,
        by=by, weights=weights, weights_kind=weights_kind, cluster=cluster, states=states,
    )  # fmt: skip
    curves = [
        state_curve(
            label, rows.states, state_counts(rows, code), conf_type=conf_type,
            conf_level=conf_level,
        )
        for code, label in enumerate(rows.groups)
    ]  # fmt: skip
    return multistate_result(rows, curves)
