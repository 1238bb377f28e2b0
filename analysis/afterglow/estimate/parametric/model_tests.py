"""Tests that no covariate of a parametric model has an effect."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

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
    WARNING,
    N,
)
from afterglow.rounding import p_statement

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelTests(Result):
    """Chi-square tests of all covariates together, one row each."""

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the chi-square statistics against their degrees of freedom; return the axes."""
        from afterglow.figures.forest import draw_forest

        value = self.table[STATISTIC]
        rows = pd.DataFrame(
            {TERM: self.table[TERM], ESTIMATE: value, CONF_LOW: value, CONF_HIGH: value}
        )
        freedom = float(self.table[DF].iloc[0])
        return draw_forest(rows, label=TERM, null=freedom, xlabel="Chi-square", ax=ax)


def model_tests(found: dict[str, float], df: int, first: pd.Series) -> ModelTests:
    """Return the tests with these statistics; `first` is a row of the model's own table."""
    from scipy.special import chdtrc

    rows = pd.DataFrame({TERM: list(found), GROUP: "", STATISTIC: list(found.values()), DF: df})
    known = np.maximum(rows[STATISTIC].to_numpy(float), 0.0)
    rows[P_VALUE] = chdtrc(df, known) if df else np.nan
    rows = rows.assign(**{name: first[name] for name in (N, N_EVENTS, METHOD, WARNING)})
    test = rows.iloc[0]
    sentence = (
        f"{str(test[TERM]).capitalize()} chi-square {said(test[STATISTIC])} on {df} degrees of"
        f" freedom, {p_statement(test[P_VALUE])}."
    )
    return ModelTests(table=rows, sentence=sentence)
