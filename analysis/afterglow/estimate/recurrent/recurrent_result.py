"""What a fitted model of recurrent events can tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.errors import UsageError
from afterglow.estimate.cox.curves import CoxCurves
from afterglow.estimate.cox.global_tests import CoxTests
from afterglow.estimate.cox.result import TIES_SAID, Cox, exponential
from afterglow.estimate.options import normal_quantile
from afterglow.estimate.recurrent.episodes import ANDERSEN_GILL, LWYY, PWP_GAP, PWP_TOTAL, WLW
from afterglow.estimate.result import Result, said, said_interval
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    ESTIMATE,
    GROUP,
    HAZARD_RATIO,
    HAZARD_RATIO_HIGH,
    HAZARD_RATIO_LOW,
    METHOD,
    N_EVENTS,
    P_VALUE,
    STATISTIC,
    STD_ERROR,
    TERM,
    WARNING,
    N,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from afterglow.estimate.cox.concordance import Concordance
    from afterglow.estimate.cox.proportionality import Proportionality

NAMES: Final = {
    ANDERSEN_GILL: "Andersen–Gill model",
    LWYY: "Lin–Wei–Yang–Ying model of proportional means",
    PWP_TOTAL: "Prentice–Williams–Peterson model, total time",
    PWP_GAP: "Prentice–Williams–Peterson model, gap time",
    WLW: "Wei–Lin–Weissfeld model",
}
MEANINGS: Final = {
    ANDERSEN_GILL: "rate ratio",
    LWYY: "ratio of means",
    PWP_TOTAL: "rate ratio",
    PWP_GAP: "rate ratio",
    WLW: "hazard ratio",
}
OF_AN_EVENT: Final = ": event "
SINGULAR: Final = (
    "the effects on the events cannot be combined, as their variance is singular: fit fewer events"
)
EQUALITY_STATISTIC: Final = "equality_statistic"
EQUALITY_DF: Final = "equality_df"
EQUALITY_P_VALUE: Final = "equality_p_value"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecurrentCox(Result):
    """A fitted model of recurrent events.

    Attributes
    ----------
    model : str
    fitted : Cox
        The Cox model on the rows that the model compares (strata: the event's number; clusters:
        subjects), for everything else that such a model can be asked.
    """

    model: str
    fitted: Cox

    def tests(self, terms: Sequence[str] | None = None) -> CoxTests:
        """Test that all coefficients, or (Wald) those of `terms`, are 0; see `Cox.tests`."""
        return self.fitted.tests(terms)

    def baseline(self, *, centered: bool = False) -> CoxCurves:
        """Return the cumulative baseline rate of each stratum; see `Cox.baseline`.

        Andersen–Gill and LWYY: the mean number of events by each time at covariates 0.
        """
        return self.fitted.baseline(centered=centered)

    def check_proportional_hazards(self, transform: str = "km") -> "Proportionality":
        """Test whether ratios drift with the model's clock; see `Cox`.

        As ``cox.zph``, with the model-based variance.
        """
        return self.fitted.check_proportional_hazards(transform)

    def concordance(self) -> "Concordance":
        """Return how often the row with the higher rate has its event first; see `Cox`."""
        return self.fitted.concordance()

    def combined(self) -> Result:
        """Return one effect per term from those of the events, and a test of their equality.

        The linear combination with the smallest variance, weights Σ⁻¹1/(1'Σ⁻¹1) with Σ the robust
        covariance of the term's effects on the events (Wei, Lin and Weissfeld, section 3). The
        columns `equality_…` hold the chi-square test that those effects are one.

        Raises
        ------
        UsageError
            No effect is event-specific.
        """
        rows = [
            _combined(self, term, places)
            for term, places in _by_term(self.fitted.sample.design.terms).items()
        ]
        if not rows:
            raise UsageError(
                "No effect is event-specific.\nFit the model with event_specific = True."
            )
        told = "; ".join(
            f"{row[TERM]}: {said(row[HAZARD_RATIO])} "
            f"({said_interval(row[HAZARD_RATIO_LOW], row[HAZARD_RATIO_HIGH], row[CONF_LEVEL])})"
            for row in rows
        )
        return Result(
            table=pd.DataFrame(rows),
            sentence=f"{MEANINGS[self.model].capitalize()} over all events: {told}.",
        )

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the ratios as a forest plot and return the axes."""
        return self.fitted.plot(ax)


def recurrent_cox_result(fitted: Cox, model: str, *, unit: str, strata: str) -> RecurrentCox:
    """Return the result that holds a fitted model.

    `unit` says what the robust variance takes as independent, `strata` what rows share.
    """
    parts = [NAMES[model], TIES_SAID[fitted.fit.ties]]
    parts += [f"stratified by {strata}"] if strata else []
    robust = f"robust (Lin–Wei) variance by {unit}"
    parts.append(robust if fitted.sample.robust else "model-based variance")
    method = ", ".join(parts)
    sentence = fitted.sentence.replace(str(fitted.table[METHOD].iloc[0]), method)
    return RecurrentCox(
        table=fitted.table.assign(**{METHOD: method}),
        sentence=sentence.replace("hazard ratio", MEANINGS[model]),
        model=model,
        fitted=fitted,
    )


def _by_term(terms: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, term in enumerate(terms):
        if OF_AN_EVENT in term:
            found.setdefault(term.rpartition(OF_AN_EVENT)[0], []).append(place)
    return found


def _combined(result: RecurrentCox, term: str, places: list[int]) -> dict[str, Any]:
    from scipy.special import chdtrc, ndtr

    fitted = result.fitted
    effects = fitted.fit.beta[places]
    variance = fitted.variance[np.ix_(places, places)]
    known = bool(np.isfinite(variance).all()) and np.linalg.matrix_rank(variance) == len(places)
    inverse = np.linalg.inv(variance) if known else np.full(variance.shape, np.nan)
    total = float(inverse.sum())
    estimate = float(inverse.sum(axis=0) @ effects) / total
    error = total**-0.5
    apart = effects - estimate
    spread, df = float(apart @ inverse @ apart), len(places) - 1
    trouble = fitted.fit.warning or ("" if known else SINGULAR)
    half = normal_quantile(fitted.conf_level) * error
    ratios = exponential(np.array([estimate, estimate - half, estimate + half])).tolist()
    return {
        TERM: term,
        GROUP: "",
        ESTIMATE: estimate,
        STD_ERROR: error,
        STATISTIC: estimate / error,
        P_VALUE: float(2.0 * ndtr(-abs(estimate / error))),
        CONF_LOW: estimate - half,
        CONF_HIGH: estimate + half,
        CONF_LEVEL: fitted.conf_level,
        HAZARD_RATIO: ratios[0],
        HAZARD_RATIO_LOW: ratios[1],
        HAZARD_RATIO_HIGH: ratios[2],
        EQUALITY_STATISTIC: spread,
        EQUALITY_DF: df,
        EQUALITY_P_VALUE: float(chdtrc(df, spread)) if df else np.nan,
        N: result.table[N].iloc[0],
        N_EVENTS: result.table[N_EVENTS].iloc[0],
        METHOD: f"{NAMES[result.model]}, combined with the smallest variance",
        WARNING: trouble,
    }
