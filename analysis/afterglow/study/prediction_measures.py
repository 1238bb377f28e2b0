"""Rows of how well a prediction does: measures, calibration and decision curves, sample size."""

import math

import numpy as np

from afterglow.estimate.options import normal_quantile
from afterglow.estimate.prediction.calibration import Scored
from afterglow.estimate.prediction.calibration_points import binned_points, calibration_points
from afterglow.estimate.prediction.decision import net_benefit
from afterglow.estimate.prediction.model import LandmarkPrediction
from afterglow.estimate.prediction.sample_size import sample_size
from afterglow.estimate.prediction.stack import WITHOUT
from afterglow.estimate.prediction.validated import (
    APPARENT,
    FEWEST_WITH_EVENT,
    LEFT_OUT_SITES,
    LEFT_OUT_SUBJECTS,
    MODEL,
    VALIDATION,
    Validation,
)
from afterglow.names import (
    CONF_HIGH,
    CONF_LEVEL,
    CONF_LOW,
    GROUP,
    PREDICTED,
    STATISTIC,
    STD_ERROR,
    TERM,
    N,
)
from afterglow.study.results import COLUMNS, LEVEL, SECTION, Row
from afterglow.study.rows import statistic, statistics

OWN = "relapse"
ACT_ON_ALL = "everybody"
ACT_ON_NONE = "nobody"
EXPECTED, OBSERVED, RATIO = "expected_sum", "observed_sum", "observed_over_expected"
RESAMPLES = "n_resamples"
WITH_EVENT = "n_with_event"
FEWEST = FEWEST_WITH_EVENT
NET_BENEFIT, DIFFERENCE = "net_benefit", "net_benefit_difference"


def measure_rows(head: Row, found: Validation) -> list[Row]:
    """Return one row per measure: `term` the model, `level` the validation, `group` the site."""
    rows: list[Row] = []
    for record in found.table.to_dict("records"):
        kept = {str(name): value for name, value in record.items() if name in COLUMNS}
        rows.append({**kept, **head, LEVEL: record[VALIDATION]})
    for site in found.sites:
        what = {TERM: MODEL, LEVEL: LEFT_OUT_SITES, GROUP: site.label, N: site.subjects}
        rows.append(statistic(head, WITH_EVENT, site.with_event, **what))
        rows.append(statistic(head, EXPECTED, site.expected, **what))
        rows.append(statistic(head, OBSERVED, site.observed, **what))
        ratio = site.observed / site.expected if site.expected > 0 else math.nan
        rows.append(statistic(head, RATIO, ratio, **what))
    if MODEL in found.optimism:
        rows.append(statistic(head, RESAMPLES, float(found.optimism[MODEL].resamples)))
    return rows


def curve_rows(head: Row, found: Validation) -> list[Row]:
    """Return calibration curves with bins, and net benefit; `statistic` is the value on the axis.

    Of subjects or sites left out where there are some: those the model has not seen.
    """
    own = {**head, SECTION: "curve"}
    level = float(found.table[CONF_LEVEL].iloc[0])
    rows = []
    for name, table in (
        ("calibration_curve", calibration_points(found.unseen)),
        ("calibration_bin", binned_points(found.unseen, level).assign(**{CONF_LEVEL: level})),
    ):
        table = table.rename(columns={GROUP: LEVEL, PREDICTED: STATISTIC})
        rows += statistics(own, name, table, **{TERM: MODEL})
    if not found.scored.days:
        kind = LEFT_OUT_SUBJECTS if LEFT_OUT_SUBJECTS in found.unseen else APPARENT
        rows += _benefit(own, kind, found.unseen[kind], found.thresholds, level)
    return rows


def _benefit(
    head: Row, kind: str, scored: Scored, thresholds: np.ndarray, level: float
) -> list[Row]:
    """Return the net benefits; of acting on nobody it is 0, so the model's own is its gain."""
    found = net_benefit(scored, thresholds)
    n = float(len(np.unique(scored.subject)))
    rows = []
    for place, threshold in enumerate(found.thresholds):
        what = {LEVEL: kind, STATISTIC: float(threshold), N: n}
        model, everybody = float(found.of_model[place]), float(found.of_all[place])
        limits = _limits(model, float(found.model_error[place]), level)
        rows.append(statistic(head, NET_BENEFIT, model, **{TERM: MODEL}, **what, **limits))
        rows.append(statistic(head, NET_BENEFIT, everybody, **{TERM: ACT_ON_ALL}, **what))
        rows.append(statistic(head, NET_BENEFIT, 0.0, **{TERM: ACT_ON_NONE}, **what))
        apart = model - everybody
        limits = _limits(apart, float(found.difference_error[place]), level)
        rows.append(statistic(head, DIFFERENCE, apart, **{TERM: ACT_ON_ALL}, **what, **limits))
        acted = float(found.acted_on[place])
        rows.append(statistic(head, "share_acted_on", acted, **{TERM: MODEL}, **what))
    return rows


def _limits(value: float, error: float, level: float) -> dict[str, float]:
    half = normal_quantile(level) * error
    return {
        STD_ERROR: error, CONF_LOW: value - half, CONF_HIGH: value + half, CONF_LEVEL: level,
    }  # fmt: skip


def sample_size_rows(head: Row, fitted: LandmarkPrediction, found: Validation) -> list[Row]:
    """Return events per predictor, and how many subjects Riley's criteria would ask for."""
    parameters = len(fitted.stack.terms)
    events = fitted.stack.subject[(fitted.stack.within == 1)]
    first = next(iter(found.by_landmark.values()))[WITHOUT]
    share = first.events / first.n if first.n else float("nan")
    needed = sample_size(parameters, share)
    values = {
        "n_subjects": float(fitted.stack.subjects),
        WITH_EVENT: float(len(np.unique(events))),
        "n_predictors": float(parameters),
        "events_per_predictor": len(np.unique(events)) / parameters if parameters else np.nan,
        "n_needed_for_shrinkage": needed.for_shrinkage,
        "n_needed_for_optimism": needed.for_optimism,
        "n_needed_for_risk": needed.for_risk,
    }
    return [statistic(head, name, float(value)) for name, value in values.items()]
