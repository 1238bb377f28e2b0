"""Cox models of the moves between states, each move with covariates and a baseline of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from afterglow.errors import NotEstimable, UsageError
from afterglow.estimate.checks import Codes
from afterglow.estimate.competing.fine_gray_result import as_ratios
from afterglow.estimate.competing.model_tests import tests_of
from afterglow.estimate.cox.global_tests import CoxTests
from afterglow.estimate.cox.model import cox
from afterglow.estimate.cox.penalty import Penalty
from afterglow.estimate.cox.result import Cox
from afterglow.estimate.cox.sample import CASE, Columns
from afterglow.estimate.multistate.joint_tests import joint_robust_tests
from afterglow.estimate.multistate.rows import state_rows
from afterglow.estimate.result import Result
from afterglow.names import (
    DF,
    FROM_STATE,
    METHOD,
    N_EVENTS,
    START_DAY,
    STATISTIC,
    STOP_DAY,
    SUBJECT,
    TERM,
    TO_STATE,
    N,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOVES = "event!move"
Formula = str | Sequence[str]
Move = tuple[str, str]
MOVE = "move"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TransitionModels(Result):
    """One Cox model per move between states.

    Attributes
    ----------
    models : dict of (from, to) to Cox
    clusters : dict of (from, to) to array of int
        Whose each row of a move's model is, with the same codes in all moves.
    """

    models: dict[Move, Cox]
    clusters: dict[Move, Codes]

    @property
    def loglik_null(self) -> float:
        """Sum of the moves' log partial likelihoods at 0."""
        return sum(model.fit.loglik_null for model in self.models.values())

    @property
    def loglik(self) -> float:
        """Sum of the moves' log partial likelihoods."""
        return sum(model.fit.loglik for model in self.models.values())

    def tests(self) -> CoxTests:
        """Return likelihood ratio, Wald and score tests of all moves together.

        Chi-squares and degrees of freedom are those of the moves added up, as in one stratified
        model of all of them; robust ones (Wald, robust score) come from the joint variance, since
        a subject may make several moves. `n` counts a subject once in each state.
        """
        rows = pd.concat([m.tests().tidy() for m in self.models.values()], ignore_index=True)
        parts = rows.groupby(TERM, sort=False)
        total = parts[[STATISTIC, DF, N, N_EVENTS]].sum().assign(**{METHOD: parts[METHOD].first()})
        models = list(self.models.values())
        if len(models) > 1 and all(model.sample.robust for model in models):
            robust = joint_robust_tests(models, [self.clusters[move] for move in self.models])
            told = total.index.intersection(list(robust))
            total.loc[told, STATISTIC] = [robust[term] for term in told]
        return tests_of(total.reset_index())

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the hazard ratios of all moves as a forest plot and return the axes."""
        from afterglow.figures.forest import draw_forest

        rows = as_ratios(self.tidy())
        rows[TERM] = rows[MOVE] + ": " + rows[TERM]
        return draw_forest(rows, label=TERM, null=1.0, scale="log", ax=ax)


def transition_models(
    data: pd.DataFrame,
    formula: Formula | Mapping[Move, Formula],
    *,
    subject: str = SUBJECT,
    start: str = START_DAY,
    stop: str = STOP_DAY,
    from_state: str = FROM_STATE,
    to_state: str = TO_STATE,
    moves: Sequence[Move] | None = None,
    strata: Columns = None,
    cluster: str | None = None,
    weights: str | None = None,
    weights_kind: str = CASE,
    ties: str = "efron",
    robust: bool | None = None,
    penalty: Penalty = None,
    conf_level: float = 0.95,
) -> TransitionModels:
    """Fit a Cox model to every move: how covariates multiply the rate of leaving for a state.

    Time is the day itself (clock forward); those in the state are at risk. Equals R's
    ``coxph(Surv(start, stop, to) ~ x, id = subject, istate = from)`` with coefficients of their
    own for each move, and ``coxph(Surv(Tstart, Tstop, status) ~ x.1 + x.2 + … + strata(trans))``
    on data prepared by ``mstate::msprep`` and ``expand.covs``.

    Parameters
    ----------
    data : DataFrame, one row per stretch, as in `multistate`, with the covariates of the stretch
    formula : str or list of str, or mapping from (from, to) to either
        As in `cox`; a mapping gives each move covariates of its own.
    subject, start, stop, from_state, to_state : str
        As in `multistate`.
    moves : list of (from, to), optional
        Moves to model; default: those of the mapping, else every one that was made.
    strata, cluster, weights, weights_kind, ties, penalty, conf_level
        As in `cox`.
    robust : bool, optional
        Whether the variance is robust by subject (or cluster), in all moves alike; default: where
        some subject makes one of the moves more than once, and wherever `cox` takes it. (R's
        ``coxph`` takes it as soon as a subject makes any two moves: robust = True.)

    Returns
    -------
    TransitionModels
        `tidy()`: the rows of `cox`, by move.

    Raises
    ------
    InvalidInput
        The columns break the rules of `multistate` or `cox`.
    NotEstimable
        Nobody moved, or a covariate is constant or collinear among those at risk of a move.
    UsageError
        A move that nobody made.
    """
    state_rows(
        data, subject=subject, start=start, stop=stop, from_state=from_state, to_state=to_state
    )
    made = _made(data, from_state, to_state)
    asked = list(formula) if isinstance(formula, Mapping) and moves is None else moves
    chosen = made if asked is None else [(str(a), str(b)) for a, b in asked]
    for move in chosen:
        if move not in made:
            names = [f"{a} → {b}" for a, b in made]
            raise UsageError.unknown_option("moves", f"{move[0]} → {move[1]}", names)
    if robust is None and _moved_twice(data, subject, from_state, to_state, chosen):
        robust = True
    models, clusters = {}, {}
    whose = pd.factorize(data[subject if cluster is None else cluster])[0]
    for source, target in chosen:
        mine = (data[from_state] == source).to_numpy()
        rows, clusters[source, target] = data[mine].reset_index(drop=True), whose[mine]
        own = _formula_of(formula, (source, target))
        models[source, target] = cox(
            rows.assign(**{MOVES: (rows[to_state] == target).to_numpy()}), own, duration=stop,
            event=MOVES, entry=start, subject=subject, strata=strata, cluster=cluster,
            weights=weights, weights_kind=weights_kind, ties=ties, robust=robust,
            penalty=penalty, conf_level=conf_level,
        )  # fmt: skip
    return joined_models(models, clusters)


def _made(data: pd.DataFrame, from_state: str, to_state: str) -> list[Move]:
    pairs = data[[from_state, to_state]].drop_duplicates().astype(str)
    made = sorted((a, b) for a, b in pairs.itertuples(index=False) if b not in ("", a))
    if not made:
        raise NotEstimable("Nobody moved from one state to another.\nThere is no rate to model.")
    return made


def _moved_twice(
    data: pd.DataFrame, subject: str, from_state: str, to_state: str, moves: Sequence[Move]
) -> bool:
    """Tell whether some subject makes one of the moves more than once."""
    pairs = pd.MultiIndex.from_frame(data[[from_state, to_state]].astype(str))
    made = data.loc[pairs.isin(moves), [subject, from_state, to_state]]
    return bool(made.duplicated().any())


def _formula_of(formula: Formula | Mapping[Move, Formula], move: Move) -> Formula:
    if not isinstance(formula, Mapping):
        return formula
    if move not in formula:
        raise UsageError(
            f"formula has nothing for the move {move[0]} → {move[1]}.\nGive it a formula, or name"
            " the moves to model in the option moves."
        )
    return formula[move]


def joined_models(models: dict[Move, Cox], clusters: dict[Move, Codes]) -> TransitionModels:
    """Return the models of several moves as one result; see the attributes of the result."""
    tables = []
    for (source, target), model in models.items():
        table = model.tidy()
        table[MOVE], table[FROM_STATE], table[TO_STATE] = f"{source} → {target}", source, target
        tables.append(table)
    parts = [f"{a} → {b}: {model.summary()}" for (a, b), model in models.items()]
    return TransitionModels(
        table=pd.concat(tables, ignore_index=True), sentence=" ".join(parts), models=models,
        clusters=clusters,
    )  # fmt: skip
