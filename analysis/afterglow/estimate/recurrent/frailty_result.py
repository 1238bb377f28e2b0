"""What a shared-frailty model found: ratios, the frailty's variance, and each cluster's frailty."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from afterglow.estimate.checks import spell
from afterglow.estimate.cox.fit import CoxFit
from afterglow.estimate.cox.result import TIES_SAID, exponential
from afterglow.estimate.cox.sample import CoxSample
from afterglow.estimate.options import normal_quantile
from afterglow.estimate.recurrent.frailty_fit import FrailtyFit
from afterglow.estimate.result import Result, said, said_interval
from afterglow.estimate.survival_curve import as_count
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    DF,
    ESTIMATE,
    EVENTS,
    EXPECTED,
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

FRAILTY_VARIANCE: Final = "frailty variance"
CLUSTERS: Final = "clusters"
FEW_CLUSTERS: Final = 5
FEW_SAID: Final = "five clusters or fewer: their frailty's variance is hardly known"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SharedFrailty(Result):
    """A fitted shared-frailty model.

    Attributes
    ----------
    sample : CoxSample
    plain : CoxFit
        The Cox model without frailty.
    fit : FrailtyFit or None
        None where already the model without frailty cannot be fitted.
    names : tuple of str
        The clusters, in natural order.
    conf_level : float
    """

    sample: CoxSample
    plain: CoxFit
    fit: FrailtyFit | None
    names: tuple[str, ...]
    conf_level: float

    def frailties(self) -> pd.DataFrame:
        """Return one row per cluster: its frailty with limits, its events and those expected.

        The estimate is that of R's ``exp(fit$frail)``, 1 on average; the limits are normal on
        its logarithm, with the inverse curvature for variance (R's ``fit$fvar``). `expected`
        counts the events that rows like the cluster's have at frailty 1.
        """
        if self.fit is None:
            return pd.DataFrame(columns=[GROUP, ESTIMATE, CONF_LOW, CONF_HIGH, EVENTS, EXPECTED])
        half = normal_quantile(self.conf_level) * np.sqrt(self.fit.frailty_variance)
        return pd.DataFrame(
            {
                GROUP: list(self.names),
                ESTIMATE: exponential(self.fit.log_frailty),
                CONF_LOW: exponential(self.fit.log_frailty - half),
                CONF_HIGH: exponential(self.fit.log_frailty + half),
                EVENTS: self.fit.events.astype(np.int64),
                EXPECTED: self.fit.expected,
            }
        )

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the hazard ratios as a forest plot and return the axes."""
        from afterglow.figures.forest import draw_forest

        rows = self.tidy()
        rows = rows[rows[TERM] != FRAILTY_VARIANCE].dropna(subset=[ESTIMATE])
        ratio = {ESTIMATE: HAZARD_RATIO, CONF_LOW: HAZARD_RATIO_LOW, CONF_HIGH: HAZARD_RATIO_HIGH}
        rows = rows.assign(**{name: rows[source] for name, source in ratio.items()})
        return draw_forest(rows.reset_index(drop=True), label=TERM, null=1.0, scale="log", ax=ax)


def frailty_result(
    sample: CoxSample,
    plain: CoxFit,
    fit: FrailtyFit | None,
    names: Sequence[object],
    *,
    distribution: str,
    known: bool,
    conf_level: float,
) -> SharedFrailty:
    """Return the result that holds a fitted model."""
    warning = plain.warning if fit is None else fit.warning
    if not warning and len(names) <= FEW_CLUSTERS:
        warning = FEW_SAID
    method = f"Cox regression with shared {distribution} frailty, {TIES_SAID[plain.ties]}"
    common: dict[str, Any] = {
        GROUP: "", CONF_LEVEL: conf_level, N: as_count(sample.n),
        N_EVENTS: as_count(sample.n_events), CLUSTERS: len(names), METHOD: method, WARNING: warning,
    }  # fmt: skip
    ratios = _ratios(sample, plain, fit, conf_level)
    table = pd.concat([ratios, pd.DataFrame([_spread(fit, known)])], ignore_index=True)
    return SharedFrailty(
        table=table.assign(**common), sentence=_sentence(ratios, fit, common), sample=sample,
        plain=plain, fit=fit, names=tuple(spell(name) for name in names), conf_level=conf_level,
    )  # fmt: skip


def _ratios(
    sample: CoxSample, plain: CoxFit, fit: FrailtyFit | None, conf_level: float
) -> pd.DataFrame:
    from scipy.special import ndtr

    unknown = np.full(len(plain.beta), np.nan)
    beta = unknown if fit is None else fit.beta
    error = unknown if fit is None else np.sqrt(np.diag(fit.variance))
    half = normal_quantile(conf_level) * error
    return pd.DataFrame(
        {
            TERM: list(sample.design.terms),
            ESTIMATE: beta,
            STD_ERROR: error,
            STATISTIC: beta / error,
            P_VALUE: 2.0 * ndtr(-np.abs(beta / error)),
            CONF_LOW: beta - half,
            CONF_HIGH: beta + half,
            HAZARD_RATIO: exponential(beta),
            HAZARD_RATIO_LOW: exponential(beta - half),
            HAZARD_RATIO_HIGH: exponential(beta + half),
        }
    )


def _spread(fit: FrailtyFit | None, known: bool) -> dict[str, Any]:
    """Return the row of theta; a theta that was given has no test."""
    from scipy.special import chdtrc

    if fit is None:
        return {TERM: FRAILTY_VARIANCE, ESTIMATE: np.nan}
    row = {
        TERM: FRAILTY_VARIANCE, ESTIMATE: fit.theta, CONF_LOW: fit.theta_low,
        CONF_HIGH: fit.theta_high,
    }  # fmt: skip
    if known or np.isnan(fit.integrated):
        return row
    gain = max(2.0 * (fit.integrated - fit.integrated_null), 0.0)
    p_value = 0.5 * float(chdtrc(1, gain)) if fit.theta > 0.0 else 1.0
    return row | {STATISTIC: gain, DF: 1, P_VALUE: p_value}


def _sentence(ratios: pd.DataFrame, fit: FrailtyFit | None, common: dict[str, Any]) -> str:
    parts = [
        f"{row[TERM]}: hazard ratio {said(row[HAZARD_RATIO])} "
        f"({said_interval(row[HAZARD_RATIO_LOW], row[HAZARD_RATIO_HIGH], common[CONF_LEVEL])})"
        for row in ratios.to_dict("records")
    ]
    if fit is not None:
        parts.append(f"{FRAILTY_VARIANCE} {said(fit.theta)}")
    counted = f"{said(common[CLUSTERS])} clusters, {said(common[N_EVENTS])} events"
    warning = f" Warning: {common[WARNING]}." if common[WARNING] else ""
    return f"{'; '.join(parts)} ({common[METHOD]}; {counted}).{warning}"
