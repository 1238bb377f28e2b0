"""The test of proportional hazards: whether the coefficients of a Cox model drift with time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.checks import Floats
from afterglow.estimate.cox.data import CoxRows
from afterglow.estimate.cox.drift import Columns, drift, drift_residuals
from afterglow.estimate.cox.fit import CoxFit
from afterglow.estimate.cox.natural_spline import spline_smooth
from afterglow.estimate.cox.residuals import ROW, STRATUM, FittedRows, fitted_rows
from afterglow.estimate.cox.time_transforms import transformed_times
from afterglow.estimate.options import check_word, normal_quantile
from afterglow.estimate.result import Result, said
from afterglow.names import (
    CONF_HIGH,
    CONF_LOW,
    DF,
    ESTIMATE,
    GROUP,
    METHOD,
    N_EVENTS,
    P_VALUE,
    STATISTIC,
    TERM,
    TIME,
    TRANSFORMED_TIME,
    WARNING,
    N,
)
from afterglow.rounding import p_statement

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GLOBAL: Final = "global"
SMOOTH_POINTS: Final = 40
NOT_TESTABLE: Final = (
    "cannot be tested: too few different event times at which those at risk differ in it"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Proportionality(Result):
    """A test of proportional hazards, term by term and of all of them.

    Attributes
    ----------
    transform : str
    terms : mapping from str to tuple of int
        Columns of the covariates that make each term.
    model : FittedRows
        What was tested.
    path : array, shape (T,)
        g(t) of each distinct time of the model's rows.
    """

    transform: str
    terms: Mapping[str, Columns]
    model: FittedRows
    path: Floats

    def residuals(self) -> pd.DataFrame:
        """Return scaled Schoenfeld residuals of the terms, one row per event, by stratum and time.

        Each is about the term's coefficient at that time; a term of several columns counts as
        its part of the linear predictor, whose coefficient is 1. The ``y`` of R's ``cox.zph``.
        """
        rows = self.model.rows
        found = drift_residuals(self.model, list(self.terms.values()))
        table = pd.DataFrame(found.values, columns=list(self.terms))
        exit_ = rows.exit[found.events]
        table.insert(0, STRATUM, rows.stratum[found.events] + 1)
        table.insert(1, TIME, rows.times[exit_])
        table.insert(2, TRANSFORMED_TIME, self.path[exit_])
        table.insert(3, ROW, found.events + 1)
        return table

    def smooth(self, *, conf_level: float = 0.95) -> pd.DataFrame:
        """Return each term's coefficient over time, smoothed, with pointwise limits.

        A natural spline with four parameters through the residuals along g(t), at 40 points, as
        ``plot(cox.zph)`` draws it (which takes 2 for the normal quantile).
        """
        quantile = normal_quantile(conf_level)
        rows, found = self.model.rows, drift_residuals(self.model, list(self.terms.values()))
        x = self.path[rows.exit[found.events]]
        times = rows.times[rows.exit[found.events]]
        at = np.linspace(x.min(), x.max(), SMOOTH_POINTS)
        order = np.argsort(x, kind="stable")
        days = np.interp(at, x[order], times[order])
        weight = rows.weights[found.events] if rows.frequency else np.ones(len(x))
        parts = []
        for name, y, variance in zip(self.terms, found.values.T, found.variance):
            known = ~np.isnan(y)
            value, spread = spline_smooth(x[known], y[known], at, weight[known])
            width = quantile * np.sqrt(variance * spread)
            parts.append(pd.DataFrame({
                TERM: name, TIME: days, TRANSFORMED_TIME: at, ESTIMATE: value,
                CONF_LOW: value - width, CONF_HIGH: value + width,
            }))  # fmt: skip
        return pd.concat(parts, ignore_index=True)

    def plot(
        self, ax: "Axes | None" = None, *, term: str | None = None, points: bool = True
    ) -> "Axes":
        """Draw one term's coefficient over time and return the axes.

        Parameters
        ----------
        term : str, optional
            Default the term with the smallest p-value.
        points : bool
            Whether to draw the residual of each event, a figure of single subjects.
        """
        from afterglow.figures.drift import draw_drift

        names = list(self.terms)
        known = self.table[P_VALUE].to_numpy(dtype=np.float64)[: len(names)]
        chosen = names[int(np.argmin(np.nan_to_num(known, nan=1.0)))] if term is None else term
        check_word("term", chosen, names)
        smooth = self.smooth()
        residuals = self.residuals().rename(columns={chosen: ESTIMATE})
        return draw_drift(
            smooth[smooth[TERM] == chosen],
            residuals[[TRANSFORMED_TIME, ESTIMATE]] if points else None,
            constant=self._constant(chosen), ylabel=f"Coefficient of {chosen}", ax=ax,
        )  # fmt: skip

    def _constant(self, term: str) -> float:
        columns = self.terms[term]
        return float(self.model.fit.beta[columns[0]]) if len(columns) == 1 else 1.0


def proportionality_test(
    rows: CoxRows, fit: CoxFit, terms: Mapping[str, Columns], *, transform: str = "km"
) -> Proportionality:
    """Test, for each term and for all, whether its coefficients drift along g(t).

    The score test of θ = 0 in β(t) = β + θ g(t): R's ``cox.zph(fit, transform =, terms =)`` since
    survival 3.0. Exact ties are tested with Breslow's sums, as there.

    Parameters
    ----------
    rows, fit
        What was fitted, and the fit.
    terms : mapping from str to tuple of int
        Columns of the covariates that make each term; a factor's columns are tested together.
    transform : str
        g(t): ``km`` 1 − S(t−), ``rank``, ``identity``, ``log``.

    Raises
    ------
    NotEstimable
        There was no event.
    UsageError
        An unknown word, log of times that are not above 0, or a penalized fit.

    References
    ----------
    Grambsch PM, Therneau TM (1994). Biometrika 81:515-526.
    """
    if fit.penalty:
        raise UsageError(
            "The test of proportional hazards is not there for penalized fits.\n"
            "Fit without penalty=, and test that."
        )
    path = transformed_times(rows, transform)
    model = fitted_rows(rows, fit)
    cells, copies = model.likelihood.cells, model.likelihood.copies
    along = path[cells.time]
    found = drift(model, along - float(np.average(along, weights=copies)))
    tested = {**terms, GLOBAL: tuple(range(len(fit.beta)))}
    statistics = np.array([found.statistic(columns) for columns in tested.values()])
    table = _table(model, tested, statistics, transform)
    return Proportionality(
        table=table, sentence=_sentence(table, transform), transform=transform, terms=dict(terms),
        model=model, path=path,
    )  # fmt: skip


def _table(
    model: FittedRows, tested: Mapping[str, Columns], statistics: Floats, transform: str
) -> pd.DataFrame:
    from scipy.special import chdtrc

    rows = model.rows
    df = np.array([len(columns) for columns in tested.values()])
    unknown = np.isnan(statistics)
    counted = rows.weights if rows.frequency else np.ones(rows.n)
    return pd.DataFrame({
        TERM: list(tested),
        GROUP: "",
        STATISTIC: statistics,
        DF: df,
        P_VALUE: np.where(unknown, np.nan, chdtrc(df, np.where(unknown, 0.0, statistics))),
        N: int(counted.sum()),
        N_EVENTS: int(counted[rows.event].sum()),
        METHOD: f"score test of drift along {DESCRIBED[transform]} (Schoenfeld)",
        WARNING: np.where(unknown, NOT_TESTABLE, model.fit.warning),
    })  # fmt: skip


DESCRIBED: Final = {
    "km": "one minus Kaplan–Meier",
    "rank": "the rank of time",
    "identity": "time",
    "log": "the logarithm of time",
}


def _sentence(table: pd.DataFrame, transform: str) -> str:
    whole, terms = table.iloc[-1], table.iloc[:-1]
    if np.isnan(whole[STATISTIC]):
        return f"Proportional hazards: {whole[WARNING]}."
    text = (
        f"Proportional hazards: global chi-square {said(whole[STATISTIC])} on {whole[DF]}"
        f" {'degree' if whole[DF] == 1 else 'degrees'} of freedom, {p_statement(whole[P_VALUE])}"
        f" (along {DESCRIBED[transform]})"
    )
    if len(terms) > 1:
        worst = terms.iloc[int(np.nanargmin(terms[P_VALUE].to_numpy()))]
        text += f"; smallest for {worst[TERM]}, {p_statement(worst[P_VALUE])}"
    return f"{text}. Warning: {whole[WARNING]}." if whole[WARNING] else f"{text}."
