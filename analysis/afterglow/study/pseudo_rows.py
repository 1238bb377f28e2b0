"""Rows of regressions on pseudo-values: effects on the incidence, or on the restricted mean."""

from functools import partial
from typing import Any

import pandas as pd

from afterglow.errors import NotEstimable
from afterglow.estimate.pseudo_regression import PseudoRegression, pseudo_regression
from afterglow.names import CAUSE, DURATION, EVENT, TERM
from afterglow.plan.parametric_analyses import PseudoValuesAnalysis
from afterglow.study.curves import NOBODY, count_rows
from afterglow.study.regressions import Material, coefficient_rows, material
from afterglow.study.results import LEVEL, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistics
from afterglow.study.setting import Setting

EFFECTS = {
    ("incidence", "identity"): "risk_difference",
    ("incidence", "log"): "risk_ratio",
    ("incidence", "logit"): "odds_ratio",
    ("incidence", "cloglog"): "subdistribution_hazard_ratio",
    ("restricted_mean", "identity"): "mean_difference",
    ("restricted_mean", "log"): "mean_ratio",
}
"""What a coefficient (of the identity) or its exponential is called."""
COMPETES = (
    "{causes} compete, so a mean time that counts them as censored has no meaning: give an "
    "incidence"
)


def effect_of(analysis: PseudoValuesAnalysis) -> str:
    """Return the name of the statistic that this analysis gives."""
    return EFFECTS[analysis.measure, analysis.link]


def pseudo_rows(
    name: str, analysis: PseudoValuesAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a regression on pseudo-values; the headline is the whole of it."""
    head = analysis_head(name, analysis, "analysis")
    given = material(name, analysis, setting)
    counts = count_rows(head, given.found)
    effect = effect_of(analysis)
    if not len(given.rows):
        return [*counts, not_estimated(head, effect, NOBODY)]
    model, why = attempted(partial(_fitted, analysis, given))
    if model is None:
        return [*counts, not_estimated(head, effect, why)]
    if analysis.link != "identity":
        return [*counts, *coefficient_rows(head, model.tidy(), given.terms, ratio=effect)]
    table = model.tidy()
    return [*counts, *_differences(head, table[table[TERM].isin(given.columns)], given, effect)]


def _differences(head: Row, table: pd.DataFrame, given: Material, effect: str) -> list[Row]:
    return [row | {LEVEL: given.terms[row[TERM]]} for row in statistics(head, effect, table)]


def _fitted(analysis: PseudoValuesAnalysis, given: Material) -> PseudoRegression:
    if not given.rows[EVENT].any():
        raise NotEstimable("nobody had the event while they were watched")
    of: dict[str, Any] = {
        "of": "incidence", "times": list(analysis.at_days), "cause": CAUSE,
        "of_cause": analysis.endpoint,
    }  # fmt: skip
    if analysis.measure == "restricted_mean":
        if given.found.competing:
            raise NotEstimable(COMPETES.format(causes=", ".join(given.found.competing)))
        of = {"of": "rmst", "tau": analysis.tau_days, "event": EVENT}
    return pseudo_regression(
        given.rows, list(given.columns), duration=DURATION, entry=given.entry, link=analysis.link,
        cluster=given.cluster, conf_level=analysis.conf_level, **of,
    )  # fmt: skip
