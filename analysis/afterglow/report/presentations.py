"""Which estimator is shown how."""

from typing import Final

from afterglow.report.analysis_rows import AnalysisRows
from afterglow.report.families import (
    competing,
    cox,
    curves,
    cycles,
    hazard_tests,
    interval,
    mean_times,
    multistate,
    parametric,
    prediction,
    pseudo_values,
    rates,
    recurrent,
    strategies,
    trials,
    unseen,
    weighting,
)
from afterglow.report.presentation import Presentation

PRESENTATIONS: Final[dict[str, Presentation]] = {
    "proportion": rates.RATES,
    "kaplan_meier": curves.KAPLAN_MEIER,
    "logrank": hazard_tests.LOGRANK,
    "max_combo": hazard_tests.MAX_COMBO,
    "rmst": mean_times.RMST,
    "aalen_johansen": curves.AALEN_JOHANSEN,
    "gray_test": competing.GRAY_TEST,
    "fine_gray": competing.SUBDISTRIBUTION_HAZARDS,
    "cause_specific_cox": competing.CAUSE_SPECIFIC,
    "multistate": multistate.MULTISTATE,
    "transition_models": multistate.TRANSITION_MODELS,
    "cox": cox.COX,
    "mean_cumulative_function": recurrent.MEAN_CUMULATIVE_FUNCTION,
    "recurrent_cox": recurrent.RECURRENT_COX,
    "frailty": recurrent.FRAILTY,
    "booster_latency": cycles.BOOSTER_LATENCY,
    "cycle_summary": cycles.CYCLE_SUMMARY,
    "score_within_cycle": cycles.SCORE_WITHIN_CYCLE,
    "aft": parametric.AFT,
    "flexible_parametric": parametric.FLEXIBLE,
    "turnbull": interval.TURNBULL,
    "interval_test": interval.INTERVAL_TEST,
    "interval_regression": interval.INTERVAL_REGRESSION,
    "interval_incidence": unseen.INTERVAL_INCIDENCE,
    "doubly_censored": unseen.DOUBLY_CENSORED,
    "pseudo_values": pseudo_values.PSEUDO_VALUES,
    "landmark_prediction": prediction.PREDICTION,
    "target_trial": trials.TARGET_TRIAL,
    "strategy_comparison": strategies.COMPARISON,
    "weighted_kaplan_meier": weighting.WEIGHTED_CURVES,
}


def presentation(rows: AnalysisRows) -> Presentation:
    """Return how an analysis is shown."""
    return PRESENTATIONS[rows.analysis.estimator]


def finding(rows: AnalysisRows) -> str:
    """Return the result of an analysis in one sentence (the headline, and the contrast if any)."""
    return presentation(rows).finding(rows)


def brief(rows: AnalysisRows) -> str:
    """Return the result of an analysis alone, where its finding says more beside."""
    shown = presentation(rows)
    return (shown.brief or shown.finding)(rows)
