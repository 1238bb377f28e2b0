"""A test of the Markov property: whether leaving a state depends on when it was entered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.errors import NotEstimable
from afterglow.estimate.checks import Floats
from afterglow.estimate.competing.fine_gray_result import as_ratios, coefficient_table
from afterglow.estimate.cox.data import CoxRows, cox_rows
from afterglow.estimate.cox.fit import CoxFit, cluster_sums, fit_cox, score_residuals
from afterglow.estimate.cox.newton import inverse
from afterglow.estimate.multistate.rows import StateRows
from afterglow.estimate.result import Result, said
from afterglow.names import (
    DF,
    FROM_STATE,
    GROUP,
    HAZARD_RATIO,
    METHOD,
    N_EVENTS,
    P_VALUE,
    STATISTIC,
    TERM,
    TO_STATE,
    WARNING,
    N,
)
from afterglow.rounding import p_statement

FEWEST_EVENTS: Final = 5
ALL: Final = "all moves together"
METHOD_SAID: Final = "Cox model on the day of entering the state, Efron ties, robust by subject"
LEFT_OUT: Final = "without a finite estimate, and so not among those tested together: {moves}"
RESET_SAID: Final = f"{METHOD_SAID}; time since entering it"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarkovTest(Result):
    """The test of each move and of all together (last row); the hazard ratio is per day.

    Attributes
    ----------
    statistic, df, p_value : float, int, float
        Wald's chi-square of all moves together.
    """

    statistic: float
    df: int
    p_value: float

    def plot(self, ax=None):
        """Draw the hazard ratio per day of later entry for each move and return the axes."""
        from afterglow.figures.forest import draw_forest

        return draw_forest(as_ratios(self.tidy()), label=TERM, null=1.0, scale="log", ax=ax)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tested:
    """One move's model: `moves` is what each subject does to its coefficient."""

    source: str
    target: str
    rows: CoxRows
    fit: CoxFit
    moves: Floats


def markov_test(
    rows: StateRows, *, conf_level: float, out_of: Sequence[str] | None = None, reset: bool = False
) -> MarkovTest:
    """Test every move with enough events; see `MultiState.markov_test`.

    With `reset` time counts from the entry to the state: see `MultiState.clock_reset_test`. A
    move without a finite estimate is left out of the joint test, which says so.

    Raises
    ------
    NotEstimable
        No move out of a state that is entered at different days has enough events.
    """
    tested = [found for found in _models(rows, out_of, reset) if found is not None]
    if not tested:
        raise NotEstimable(
            "No state that is entered on different days is left often enough to be tested.\n"
            f"A move needs {FEWEST_EVENTS} events; follow up for longer, or merge states."
        )
    moves = np.hstack([found.moves for found in tested])
    variance = moves.T @ moves
    beta = np.array([found.fit.beta[0] for found in tested])
    table = coefficient_table(
        [f"{found.source} → {found.target}" for found in tested], beta, variance, conf_level
    )
    table[FROM_STATE] = [found.source for found in tested]
    table[TO_STATE] = [found.target for found in tested]
    table[N] = [found.rows.n for found in tested]
    table[N_EVENTS] = [found.fit.n_events for found in tested]
    table[WARNING] = [found.fit.warning for found in tested]
    table[DF] = np.nan
    return _result(table, beta, variance, RESET_SAID if reset else METHOD_SAID)


def _result(table: pd.DataFrame, beta: Floats, variance: Floats, method: str) -> MarkovTest:
    from scipy.special import chdtrc

    used = (table[WARNING] == "").to_numpy()
    df = int(used.sum())
    left_out = ", ".join(table.loc[~used, TERM])
    try:
        own = beta[used] @ inverse(variance[np.ix_(used, used)]) @ beta[used]
        statistic = float(own) if df else np.nan
    except NotEstimable:
        statistic = np.nan
    p_value = float(chdtrc(df, statistic)) if np.isfinite(statistic) else np.nan
    joint = {
        TERM: ALL, FROM_STATE: "", TO_STATE: "", STATISTIC: statistic, DF: df, P_VALUE: p_value,
        N: table[N].sum(), N_EVENTS: table[N_EVENTS].sum(),
        WARNING: LEFT_OUT.format(moves=left_out) if left_out else "",
    }  # fmt: skip
    rows = pd.concat([table, pd.DataFrame([joint])], ignore_index=True)
    rows[METHOD], rows[GROUP] = method, ""
    parts = [
        f"{row[TERM]} {said(row[HAZARD_RATIO])} per day ({p_statement(row[P_VALUE])})"
        for _, row in table.iterrows()
    ]
    return MarkovTest(
        table=rows, statistic=statistic, df=df, p_value=p_value,
        sentence=f"Hazard ratio by day of entry: {'; '.join(parts)}; all together chi-square "
        f"{said(statistic)} on {df} degrees of freedom, {p_statement(p_value)}.",
    )  # fmt: skip


def _models(rows: StateRows, out_of: Sequence[str] | None, reset: bool) -> Sequence[Tested | None]:
    chosen = np.isin(rows.states, rows.states if out_of is None else list(out_of))
    moves = sorted({(int(a), int(b)) for a, b in zip(rows.state, rows.to) if b >= 0 and chosen[a]})
    return [_model(rows, source, target, reset) for source, target in moves]


def _model(rows: StateRows, source: int, target: int, reset: bool) -> Tested | None:
    inside = rows.state == source
    part = rows.taken(inside)
    event = part["to"] == target
    entered = rows.times[part["entry"]]
    if event.sum() < FEWEST_EVENTS or np.ptp(entered) == 0.0:
        return None
    weighted = not np.all(rows.weight == 1.0)
    left = rows.times[part["exit"]]
    cox = cox_rows(
        entered[:, None], left - entered if reset else left, event,
        entry=None if reset else entered,
        stratum=rows.group[inside], weight=part["weight"] if weighted else None,
        frequency=weighted and rows.frequency,
    )  # fmt: skip
    try:
        fit = fit_cox(cox, terms=["day of entry"])
    except NotEstimable:
        return None
    each = score_residuals(cox, fit) @ fit.variance * cox.weights[:, None]
    size = int(rows.cluster.max()) + 1
    moves = np.zeros((size, 1))
    sums = cluster_sums(each, part["cluster"])
    moves[: len(sums)] = sums
    if weighted and rows.frequency and np.array_equal(rows.cluster, rows.subject):
        weight = np.ones(size)
        weight[rows.cluster] = rows.weight
        moves /= np.sqrt(weight)[:, None]
    return Tested(
        source=rows.states[source], target=rows.states[target], rows=cox, fit=fit, moves=moves
    )
