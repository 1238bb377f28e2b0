"""Models of censoring fitted to all rows, and the weights that follow from them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from afterglow.estimate.checks import Floats
from afterglow.estimate.options import normal_quantile
from afterglow.estimate.weighting.passes import fit_strata, multiply, totals, truncate
from afterglow.estimate.weighting.rows import Cells, WeightRows
from afterglow.estimate.weighting.terms import INTERCEPT
from afterglow.names import (
    CONF_HIGH,
    CONF_LOW,
    ESTIMATE,
    METHOD,
    N_EVENTS,
    STD_ERROR,
    TERM,
    WARNING,
    N,
)

STRATUM: Final = "stratum"
ODDS_RATIO: Final = "odds_ratio"
ODDS_RATIO_LOW: Final = "odds_ratio_low"
ODDS_RATIO_HIGH: Final = "odds_ratio_high"
COLUMNS: Final = (
    STRATUM, TERM, ESTIMATE, STD_ERROR, CONF_LOW, CONF_HIGH, N, N_EVENTS, METHOD, WARNING,
)  # fmt: skip
EXACT: Final = 1e-12
FOLLOWS: Final = 1e-6
"""How far from its maximum a resample's likelihood may stay, relative to itself."""
RUNAWAY: Final = 15.0
NOT_CONVERGED: Final = "the model did not converge: take fewer terms"
FORETOLD: Final = (
    "censoring can be foretold with certainty from this column: its coefficient has no finite value"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelFit:
    """One logistic model per stratum.

    Attributes
    ----------
    cells : Cells
    beta : array, shape (strata, p)
        On the scale of `cells.x`; an intercept of −inf where nobody was censored.
    information : array, shape (strata, p, p)
    promised : array, shape (strata,)
        What a further step would gain.
    log_left : array, shape (cells,)
        Log of the chance to remain uncensored, per trial.
    trials, ended : array, shape (cells,)
    """

    cells: Cells
    beta: Floats
    information: Floats
    promised: Floats
    log_left: Floats
    trials: Floats
    ended: Floats

    @property
    def chance(self) -> Floats:
        """The fitted chance of being censored, per trial of each cell."""
        return -np.expm1(self.log_left)


def fit_model(rows: WeightRows, cells: Cells) -> ModelFit:
    """Fit a model of censoring to all rows."""
    trials, ended = np.zeros(len(cells.x)), np.zeros(len(cells.x))
    once = np.ones(len(rows.exit))
    totals(once, cells.of_row, rows.tries, rows.ended, trials, ended)
    strata, size = cells.active.shape
    beta = np.zeros((strata, size))
    information, promised = np.zeros((strata, size, size)), np.zeros(strata)
    log_left = np.zeros(len(cells.x))
    fit_strata(
        cells.x, cells.bounds, trials, ended, cells.active, beta, information, promised, log_left,
        EXACT,
    )  # fmt: skip
    return ModelFit(
        cells=cells, beta=beta, information=information, promised=promised, log_left=log_left,
        trials=trials, ended=ended,
    )  # fmt: skip


def row_weights(
    rows: WeightRows, censoring: ModelFit, numerator: ModelFit, shares: tuple[float, float]
) -> Floats:
    """Return the weights of all rows, brought within these shares; 0 without time at risk."""
    chance = numerator.log_left if rows.stabilized else np.zeros(len(numerator.log_left))
    weight = np.zeros(len(rows.exit))
    multiply(
        rows.starts, censoring.cells.of_row, numerator.cells.of_row, rows.tries, rows.start,
        rows.stop, rows.exit, censoring.log_left, chance, weight,
    )  # fmt: skip
    if shares != (0.0, 1.0):
        truncate(np.ones(len(weight)), rows.exit, np.array(shares), weight)
    return weight


def coefficients(fit: ModelFit, strata: tuple[str, ...], conf_level: float) -> pd.DataFrame:
    """Return the coefficients in the columns' own units, with model-based limits.

    The error is that of independent decisions; the bootstrap of the curve does not use it.
    """
    z = normal_quantile(conf_level)
    coding, records = fit.cells.coding, []
    for s, label in enumerate(strata):
        used = np.flatnonzero(fit.cells.active[s])
        own = slice(fit.cells.bounds[s], fit.cells.bounds[s + 1])
        beta, variance = _own_units(fit, s, used)
        for place, j in enumerate(used):
            estimate = float(beta[place])
            error = float(np.sqrt(max(variance[place, place], 0.0)))
            none = not np.isfinite(estimate)
            records.append(
                {
                    STRATUM: label,
                    TERM: coding.names[j],
                    ESTIMATE: np.nan if none else estimate,
                    STD_ERROR: np.nan if none else error,
                    CONF_LOW: np.nan if none else estimate - z * error,
                    CONF_HIGH: np.nan if none else estimate + z * error,
                    N: int(fit.trials[own].sum()),
                    N_EVENTS: int(fit.ended[own].sum()),
                    METHOD: "pooled logistic regression",
                    WARNING: _trouble(fit, s, int(j)),
                }
            )
            if none:
                break
    table = pd.DataFrame(records, columns=list(COLUMNS)).astype(
        dict.fromkeys((ESTIMATE, STD_ERROR, CONF_LOW, CONF_HIGH), float)
    )
    with np.errstate(over="ignore"):  # a runaway coefficient has an infinite ratio
        return table.assign(
            **{ODDS_RATIO: np.exp(table[ESTIMATE]), ODDS_RATIO_LOW: np.exp(table[CONF_LOW]),
               ODDS_RATIO_HIGH: np.exp(table[CONF_HIGH])}
        )  # fmt: skip


def _own_units(fit: ModelFit, s: int, used: np.ndarray) -> tuple[Floats, Floats]:
    """Return a stratum's coefficients and their variance for columns that are not rescaled."""
    coding, beta = fit.cells.coding, fit.beta[s][used]
    if not np.isfinite(beta).all():
        return beta, np.zeros((len(used), len(used)))
    scale, center = coding.scale[used], coding.center[used]
    back = np.diag(1.0 / scale)
    intercept = coding.names.index(INTERCEPT)
    if intercept in used:
        row = int(np.flatnonzero(used == intercept)[0])
        back[row] -= np.where(used == intercept, 0.0, center / scale)
    inverse = np.linalg.pinv(fit.information[s][np.ix_(used, used)], hermitian=True)
    return back @ beta, back @ inverse @ back.T


def _trouble(fit: ModelFit, s: int, j: int) -> str:
    if not np.isfinite(fit.beta[s, 0]):
        return "nobody was censored here: the chance is 0"
    if fit.promised[s] > FOLLOWS:
        return NOT_CONVERGED
    return FORETOLD if j > 0 and abs(fit.beta[s, j]) > 2 * RUNAWAY else ""
