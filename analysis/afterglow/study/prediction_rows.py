"""Rows of landmark predictions: who is at risk when, the model, and how well it predicts."""

import numpy as np

from afterglow.estimate.prediction.model import (
    DAYS,
    OTHER_CAUSE,
    OWN_CAUSE,
    RISK,
    LandmarkPrediction,
    landmark_prediction,
)
from afterglow.estimate.prediction.validated import Validation
from afterglow.names import (
    CAUSE,
    DURATION,
    ESTIMATE,
    GROUP,
    HAZARD_RATIO,
    LANDMARK,
    LAST_SCORE,
    METHOD,
    REASON,
    SUBJECT,
    TERM,
    TIME,
    WARNING,
    N,
)
from afterglow.plan.prediction_analyses import DAYS_TO_RELAPSE, LandmarkPredictionAnalysis
from afterglow.study.curves import NOBODY, count_rows
from afterglow.study.prediction_days import SITE, PredictionDays, prediction_days
from afterglow.study.prediction_measures import (
    OWN,
    curve_rows,
    measure_rows,
    sample_size_rows,
)
from afterglow.study.results import LEVEL, SECTION, Row
from afterglow.study.rows import analysis_head, attempted, not_estimated, statistic
from afterglow.study.setting import Setting

SCALED_BRIER = "scaled_brier"
COEFFICIENT = "coefficient"
AT_LANDMARK = "n_at_landmark"
SET_ASIDE = "n_set_aside_at_landmark"
CENTER = "predictor_mean"
BASELINE = "baseline_hazard"
CUMULATIVE = "baseline_cumulative_hazard"
PENALTY = "ridge_penalty"
QUANTILE = "predicted_quantile"
AT_RISK, EVENT, COMPETING, CENSORED = "at risk", "event", "competing", "censored"
SHARES = (0.1, 0.5, 0.9)
PROFILE = "predicted_at_score"
QUARTILES = (0.25, 0.5, 0.75)
CHANGE = "change_from_baseline"
NOT_VARYING = "the same in everybody at risk: it cannot predict"
NO_SITE = "no value in the column of the sites"


def prediction_rows(
    name: str, analysis: LandmarkPredictionAnalysis, setting: Setting, *, headline: bool = False
) -> list[Row]:
    """Return the rows of a prediction; `headline` leaves all but the counts out."""
    head = analysis_head(name, analysis, "analysis")
    given = prediction_days(name, analysis, setting)
    counts = [*count_rows(head, given.found), *_landmark_rows(head, analysis, given)]
    if headline:
        return counts
    if not len(given.rows):
        return [*counts, not_estimated(head, SCALED_BRIER, NOBODY)]
    fitted, why = attempted(lambda: fit(analysis, given, setting))
    if fitted is None:
        return [*counts, not_estimated(head, SCALED_BRIER, why)]
    validation = validate(fitted, analysis, given, setting)
    return [
        *counts,
        *_model_rows(head, fitted, given),
        *_quantile_rows(head, fitted),
        *_profile_rows(head, fitted),
        *measure_rows(head, validation),
        *sample_size_rows(head, fitted, validation),
        *_baseline_rows(head, fitted),
        *curve_rows(head, validation),
    ]


def fit(
    analysis: LandmarkPredictionAnalysis, given: PredictionDays, setting: Setting
) -> LandmarkPrediction:
    """Fit the model that a plan asks for."""
    return landmark_prediction(
        given.rows, [*given.at_baseline, *given.in_course], horizon_days=analysis.horizon_days,
        target=DAYS if analysis.target == DAYS_TO_RELAPSE else RISK, at_baseline=given.at_baseline,
        cause=CAUSE, of_cause=analysis.endpoint, subject=SUBJECT, penalty=analysis.penalty,
        folds=min(analysis.folds, given.rows[SUBJECT].nunique()), seed=setting.plan.seed,
        conf_level=analysis.conf_level,
    )  # fmt: skip


def validate(
    fitted: LandmarkPrediction, analysis: LandmarkPredictionAnalysis, given: PredictionDays,
    setting: Setting,
) -> Validation:  # fmt: skip
    """Measure the model as the plan asks; who has no site is a site of his own."""
    site = None
    rows = given.rows
    if analysis.leave_out is not None:
        site = SITE
        rows = rows.assign(**{SITE: rows[SITE].astype(object).where(rows[SITE].notna(), NO_SITE)})
    return fitted.validate(
        resamples=analysis.resamples, seed=setting.plan.seed, leave_out=site, data=rows,
        thresholds=analysis.thresholds,
    )  # fmt: skip


def _landmark_rows(
    head: Row, analysis: LandmarkPredictionAnalysis, given: PredictionDays
) -> list[Row]:
    """Count on each day who is at risk, what comes within the horizon, and who does not count."""
    rows = []
    for day in sorted(analysis.prediction_days):
        mine = given.rows[given.rows[LANDMARK] == day]
        over = mine[DURATION] <= day + analysis.horizon_days
        own = mine[CAUSE] == analysis.endpoint
        counts = {
            AT_RISK: len(mine),
            EVENT: int((over & own).sum()),
            COMPETING: int((over & ~own & (mine[CAUSE] != "")).sum()),
            CENSORED: int((over & (mine[CAUSE] == "")).sum()),
        }
        rows += [
            statistic(head, AT_LANDMARK, float(count), **{TIME: float(day), LEVEL: word})
            for word, count in counts.items()
        ]
        aside = given.set_aside[given.set_aside[LANDMARK] == day]
        rows += [
            statistic(head, SET_ASIDE, float(count), **{TIME: float(day), LEVEL: word})
            for word, count in zip(aside[REASON].tolist(), aside[N].tolist())
        ]
    return rows


def _model_rows(head: Row, fitted: LandmarkPrediction, given: PredictionDays) -> list[Row]:
    """Return coefficients, hazard ratios and means; `group` says which hazard."""
    rows = []
    table = fitted.tidy()
    for record, center in zip(table.to_dict("records"), _centers(fitted)):
        term = str(record[TERM])
        what = {GROUP: _hazard(record[CAUSE]), TERM: term, LEVEL: given.terms.get(term, term)}
        more = {METHOD: record[METHOD], WARNING: record[WARNING] or _unvaried(fitted, term)}
        rows.append(statistic(head, HAZARD_RATIO, record[HAZARD_RATIO], **what, **more))
        rows.append(statistic(head, COEFFICIENT, record[ESTIMATE], **what, **more))
        rows.append(statistic(head, CENTER, center, **what))
    for cause, hazard in zip((OWN, OTHER_CAUSE), fitted.model.hazards):
        share = hazard.theta / hazard.events if hazard.events else float("nan")
        rows.append(statistic(head, PENALTY, share, **{GROUP: cause}))
    return rows


def _unvaried(fitted: LandmarkPrediction, term: str) -> str:
    if term not in fitted.stack.terms:
        return ""
    column = fitted.stack.x[:, fitted.stack.terms.index(term)]
    return NOT_VARYING if np.ptp(column) == 0.0 else ""


def _centers(fitted: LandmarkPrediction) -> list[float]:
    return [float(value) for hazard in fitted.model.hazards for value in hazard.center]


def _hazard(cause: str) -> str:
    return OWN if cause == OWN_CAUSE else cause


def _quantile_rows(head: Row, fitted: LandmarkPrediction) -> list[Row]:
    """Return the spread of the predictions on each day: 10th percentile, median and 90th."""
    predicted = fitted.model.predict(fitted.stack.x, fitted.stack.landmark)
    rows = []
    for day in fitted.stack.landmarks:
        mine = predicted[fitted.stack.landmark == day]
        for share in SHARES:
            what = {TIME: float(day), LEVEL: f"{share:g}", N: float(len(mine))}
            rows.append(statistic(head, QUANTILE, float(np.quantile(mine, share)), **what))
    return rows


def _profile_rows(head: Row, fitted: LandmarkPrediction) -> list[Row]:
    """Predict on each day for three last scores (the quartiles, rounded), other things average.

    The change from baseline is the one that such a score means from an average baseline.
    """
    terms, x = list(fitted.stack.terms), fitted.stack.x
    if LAST_SCORE not in terms:
        return []
    score = terms.index(LAST_SCORE)
    scores = sorted({round(float(value)) for value in np.quantile(x[:, score], QUARTILES)})
    typical = x.mean(axis=0)
    rows = []
    for day in fitted.stack.landmarks:
        for value in scores:
            profile = typical.copy()
            profile[score] = value
            if CHANGE in terms:
                profile[terms.index(CHANGE)] += value - typical[score]
            found = fitted.model.predict(profile[None, :], np.array([day]))
            what = {TIME: float(day), LEVEL: f"{value:g}", TERM: LAST_SCORE}
            rows.append(statistic(head, PROFILE, float(found[0]), **what))
    return rows


def _baseline_rows(head: Row, fitted: LandmarkPrediction) -> list[Row]:
    """Return the steps of the baseline hazards, and their sum within each day's horizon."""
    table = fitted.equation()
    steps = table[table["part"] == "baseline hazard"]
    rows = []
    for cause, hazard in zip((OWN, OTHER_CAUSE), fitted.model.hazards):
        for day in fitted.stack.landmarks:
            inside = (hazard.times > day) & (hazard.times <= day + fitted.stack.horizon)
            what = {GROUP: cause, TIME: float(day)}
            rows.append(statistic(head, CUMULATIVE, float(hazard.steps[inside].sum()), **what))
    own = {**head, SECTION: "curve"}
    for cause, time, step in zip(steps[CAUSE], steps[TIME], steps[ESTIMATE]):
        rows.append(statistic(own, BASELINE, float(step), **{GROUP: _hazard(cause), TIME: time}))
    return rows
