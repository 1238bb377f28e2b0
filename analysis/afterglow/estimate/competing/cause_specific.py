"""Cause-specific Cox regression: one model per cause."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import ColumnReader, Floats
from afterglow.estimate.competing.cause_specific_result import CauseSpecificCox
from afterglow.estimate.competing.gray import chosen_causes
from afterglow.estimate.cox.fit import cluster_sums, score_residuals
from afterglow.estimate.cox.model import cox
from afterglow.estimate.cox.penalty import Penalty
from afterglow.estimate.cox.result import Cox
from afterglow.estimate.cox.sample import CASE, Columns
from afterglow.names import CAUSE, DURATION

OWN_EVENT = "event!own"
Formula = str | Sequence[str]


def cause_specific_cox(
    data: pd.DataFrame,
    formula: Formula | Mapping[str, Formula],
    *,
    duration: str = DURATION,
    cause: str = CAUSE,
    of: str | Sequence[str] | None = None,
    entry: str | None = None,
    strata: Columns = None,
    cluster: str | None = None,
    subject: str | None = None,
    weights: str | None = None,
    weights_kind: str = CASE,
    ties: str = "efron",
    robust: bool | None = None,
    penalty: Penalty = None,
    conf_level: float = 0.95,
) -> CauseSpecificCox:
    """Fit one Cox model per cause, the other causes' events as ends of time at risk.

    The ratios are about the hazard of those still free of every event. What they mean for the
    incidence of a cause depends on the other causes too: `predict` puts all of them together.
    Equals R's ``coxph(Surv(duration, cause == k) ~ x)`` for each cause k, or one multi-state
    ``coxph(Surv(duration, factor(cause)) ~ x, id =)``.

    Parameters
    ----------
    data : DataFrame, one row per subject (or per piece of a subject's time at risk)
    formula : str or list of str, or mapping from cause to either
        As in `cox`; a mapping gives each cause covariates of its own.
    duration, cause : str
        As in `aalen_johansen`.
    of : str or list of str, optional
        Causes to model; default: each one. Incidences need every cause.
    entry, strata, cluster, subject, weights, weights_kind, ties, robust, penalty, conf_level
        As in `cox`.

    Returns
    -------
    CauseSpecificCox
        `tidy()`: the rows of `cox`, by cause.

    Raises
    ------
    InvalidInput
        The columns break the rules of `aalen_johansen` or `cox`.
    NotEstimable
        No row has a cause, or a covariate is constant or collinear.
    UsageError
        An unknown word, or a cause that no row has.

    References
    ----------
    Prentice RL et al. (1978). Biometrics 34:541-554.
    Andersen PK, Geskus RB, de Witte T, Putter H (2012). Int J Epidemiol 41:861-870.
    """
    read = ColumnReader(data, duration, cause)
    codes, known = read.cause(cause)
    read.finish()
    asked = chosen_causes(known, of)
    formulas = _formulas(formula, asked)
    models = {
        name: cox(
            data.assign(**{OWN_EVENT: codes == code}), formulas[name], duration=duration,
            event=OWN_EVENT, entry=entry, strata=strata, cluster=cluster, subject=subject,
            weights=weights, weights_kind=weights_kind, ties=ties, robust=robust,
            penalty=penalty, conf_level=conf_level,
        )
        for name, code in asked.items()
    }  # fmt: skip
    tables = [model.tidy().assign(**{CAUSE: name}) for name, model in models.items()]
    return CauseSpecificCox(
        table=pd.concat(tables, ignore_index=True),
        sentence=" ".join(f"{name}: {model.summary()}" for name, model in models.items()),
        models=models, variance=joint_variance(list(models.values())),
        complete=len(models) == len(known), conf_level=conf_level,
    )  # fmt: skip


def _formulas(
    formula: Formula | Mapping[str, Formula], asked: Mapping[str, int]
) -> dict[str, Formula]:
    if not isinstance(formula, Mapping):
        return dict.fromkeys(asked, formula)
    missing = [name for name in asked if name not in formula]
    if missing or len(formula) > len(asked):
        raise UsageError(
            "formula does not name the causes that are modelled, each once.\nGive one formula for"
            f" each of: {', '.join(asked)}; or one for all."
        )
    return dict(formula)


def joint_variance(models: Sequence[Cox]) -> Floats:
    """Return the covariance of the coefficients of several models on the same rows, (P, P).

    Model-based variances are independent of each other; robust ones share subjects.
    """
    sizes = np.cumsum([0, *(len(model.fit.beta) for model in models)])
    total = np.zeros((sizes[-1], sizes[-1]))
    if all(model.sample.robust and np.isfinite(model.fit.beta).all() for model in models):
        moves = np.hstack([_moves(model) for model in models])
        return moves.T @ moves
    for model, a, b in zip(models, sizes[:-1], sizes[1:]):
        total[a:b, a:b] = model.variance
    return total


def _moves(model: Cox) -> Floats:
    """Return what rows or clusters do to the coefficients, so that the variance is R'R."""
    rows = model.sample.rows
    residuals = score_residuals(rows, model.fit) @ model.fit.variance
    if rows.cluster is not None:
        return cluster_sums(residuals * rows.weights[:, None], rows.cluster)
    return residuals * (np.sqrt(rows.weights) if rows.frequency else rows.weights)[:, None]
