"""Rows of parametric models: time ratios with their fit, and smooth hazards."""

from functools import partial

import numpy as np
import pandas as pd

from afterglow.errors import NotEstimable
from afterglow.estimate.parametric.aft import aft
from afterglow.estimate.parametric.aft_result import Aft
from afterglow.estimate.parametric.cox_snell import RESIDUAL, residual_hazard
from afterglow.estimate.parametric.flexible import flexible_parametric
from afterglow.estimate.parametric.flexible_result import FlexibleParametric
from afterglow.estimate.survival_curve import CUMULATIVE_HAZARD
from afterglow.names import (
    CONF_HIGH,
    CONF_LOW,
    DAYS_PER_WEEK,
    DURATION,
    ESTIMATE,
    EVENT,
    GROUP,
    STATISTIC_NAME,
    STD_ERROR,
    TERM,
    TIME,
    TIME_RATIO,
    WARNING,
)
from afterglow.plan.parametric_analyses import AftAnalysis, FlexibleParametricAnalysis
from afterglow.study.analysed import analysed
from afterglow.study.curves import NOBODY, count_rows, labelled_naive, with_entry
from afterglow.study.groups import CLUSTER, group_labels
from afterglow.study.known_between import parametric_times
from afterglow.study.regressions import Material, regression_rows
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistic, statistics
from afterglow.study.setting import Setting

SCALE = "scale"
RESIDUALS = "cox_snell_hazard"
HAZARD = "hazard_per_week"
SMOOTH = "smooth_survival"
TESTS = {"likelihood ratio": "likelihood_ratio_test", "Wald": "wald_test"}
POINTS = 60


def aft_rows(
    name: str, analysis: AftAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of an accelerated-failure-time model."""
    return regression_rows(
        name, analysis, setting, partial(_fitted, analysis), ratio=TIME_RATIO,
        more=None if headline else _more,
    )  # fmt: skip


def _fitted(analysis: AftAnalysis, given: Material) -> Aft:
    times = parametric_times(given.rows, given.entry, analysis)
    if times.trouble:
        raise NotEstimable(times.trouble)
    return aft(
        times.rows, list(given.columns), distribution=analysis.distribution, duration=DURATION,
        event=EVENT, lower=times.lower, entry=given.entry, strata=given.strata,
        cluster=given.cluster, zero_as=analysis.zero_as_days, conf_level=analysis.conf_level,
    )  # fmt: skip


def _more(head: Row, model: Aft) -> list[Row]:
    rows = []
    for label, sigma in model.scales.items():
        rows.append(statistic(head, SCALE, sigma, **{LEVEL: label}))
    for word, value in (("aic", model.aic), ("bic", model.bic),
                        ("log_likelihood", model.log_likelihood)):  # fmt: skip
        rows.append(statistic(head, word, value))
    tests = model.tests().tidy()
    for record in tests.to_dict("records"):
        frame = pd.DataFrame([record]).drop(columns=TERM)
        rows += statistics(head, TESTS[record[TERM]], frame)
    return [*rows, *_residual_rows(head, model)]


def _residual_rows(head: Row, model: Aft) -> list[Row]:
    """Return the residuals' cumulative hazard on an even grid, so that no row is one subject's."""
    found = residual_hazard(model.cox_snell())
    grid = np.linspace(0.0, float(found[RESIDUAL].iloc[-1]), POINTS + 1)[1:]
    place = np.searchsorted(found[RESIDUAL].to_numpy(), grid, side="right")
    height = np.concatenate([[0.0], found[CUMULATIVE_HAZARD].to_numpy()])[place]
    table = pd.DataFrame({TIME: grid, ESTIMATE: height})
    return statistics({**head, SECTION: "curve"}, RESIDUALS, table)


def flexible_rows(
    name: str, analysis: FlexibleParametricAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of smooth hazards, one model for each group."""
    head = analysis_head(name, analysis, "analysis")
    found = analysed(name, analysis, setting)
    counts = count_rows(head, found)
    if not len(found.rows):
        return [*counts, not_estimated(head, HAZARD, NOBODY)]
    rows, entry = with_entry(found.rows)
    result: list[Row] = []
    for label in group_labels(rows):
        mine = rows[rows[GROUP] == label]
        model, why = attempted(partial(_smooth, analysis, mine, entry))
        own = {**head, GROUP: label}
        if model is None:
            result.append(not_estimated(own, HAZARD, why))
            continue
        result += _smooth_rows(own, analysis, model, headline=headline)
    if found.competing:
        result = [labelled_naive(row) for row in result]
    return [*counts, *result]


def _smooth(
    analysis: FlexibleParametricAnalysis, rows: pd.DataFrame, entry: str | None
) -> FlexibleParametric:
    times = parametric_times(rows, entry, analysis)
    if times.trouble:
        raise NotEstimable(times.trouble)
    return flexible_parametric(
        times.rows, df=analysis.df, duration=DURATION, event=EVENT, lower=times.lower, entry=entry,
        cluster=CLUSTER if CLUSTER in rows else None, zero_as=analysis.zero_as_days,
        conf_level=analysis.conf_level,
    )  # fmt: skip


def _smooth_rows(
    head: Row, analysis: FlexibleParametricAnalysis, model: FlexibleParametric, *, headline: bool
) -> list[Row]:
    rows = []
    if analysis.at_days:
        days = list(analysis.at_days)
        rows += statistics(head, HAZARD, _described(_weekly(model, days), model))
        rows += statistics(head, SMOOTH, _described(model.predict(times=days), model))
    if headline:
        return rows
    warned = {WARNING: model.tidy()[WARNING].iloc[0]}
    rows.append(statistic(head, "aic", model.aic, **warned))
    rows.append(statistic(head, "bic", model.bic))
    first, last = float(model.knots[0]), model.last_day
    grid = np.linspace(first, last, POINTS).tolist()
    return [*rows, *statistics({**head, SECTION: "curve"}, HAZARD, _weekly(model, grid))]


def _weekly(model: FlexibleParametric, days: list[float]) -> pd.DataFrame:
    """Return the hazard per week: about the share of those at risk who have the event in one."""
    found = model.hazard(times=days).drop(columns=TERM)
    columns = (ESTIMATE, STD_ERROR, CONF_LOW, CONF_HIGH)
    return found.assign(**{name: found[name] * DAYS_PER_WEEK for name in columns})


def _described(table: pd.DataFrame, model: FlexibleParametric) -> pd.DataFrame:
    own = model.tidy().iloc[0]
    kept = [name for name in ("n", "n_events", "method", "warning") if name in own]
    described = table.assign(**{name: own[name] for name in kept})
    return described.drop(columns=[c for c in (TERM, STATISTIC_NAME) if c in described])
