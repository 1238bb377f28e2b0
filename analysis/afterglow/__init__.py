"""Outcomes of ketamine therapy: response, relapse and relapse-to-booster timing.

The names below are the public interface; everything else is reached by its module. They are loaded
when first used, so that the command line answers before pandas and numba are there.
"""

from importlib import import_module
from typing import Any

PUBLIC = {
    "load_plan": "study.load",
    "plan_from_text": "plan.reading",
    "load_cohort": "study.load",
    "run": "study.run",
    "derive": "study.derive",
    "path_table": "study.path",
    "with_treatment": "study.state_paths",
    "by_treatment": "study.state_paths",
    "session_table": "study.session_table",
    "weight_table": "study.weight_table",
    "get_instrument": "instruments.registry",
    "score_items": "scores.scoring",
    "percent_improvement": "improvement",
    "kaplan_meier": "estimate.kaplan_meier",
    "aalen_johansen": "estimate.aalen_johansen",
    "logrank": "estimate.logrank",
    "max_combo": "estimate.max_combo",
    "rmst_difference": "estimate.rmst",
    "cox": "estimate.cox.model",
    "concordance": "estimate.cox.concordance",
    "aft": "estimate.parametric.aft",
    "flexible_parametric": "estimate.parametric.flexible",
    "turnbull": "estimate.interval.turnbull",
    "interval_test": "estimate.interval.interval_test",
    "interval_regression": "estimate.interval.interval_regression",
    "interval_incidence": "estimate.interval.incidence",
    "doubly_censored": "estimate.interval.doubly_censored",
    "visit_panel": "estimate.interval.visit_panel",
    "gray_test": "estimate.competing.gray",
    "fine_gray": "estimate.competing.fine_gray",
    "cause_specific_cox": "estimate.competing.cause_specific",
    "strategy_comparison": "estimate.strategies.comparison",
    "weighted_kaplan_meier": "estimate.weighting.estimator",
    "Smooth": "estimate.weighting.terms",
    "clone_censor_weight": "estimate.target_trial.estimator",
    "Strategy": "estimate.target_trial.strategies",
    "multistate": "estimate.multistate.model",
    "transition_models": "estimate.multistate.transition_models",
    "care_summary": "estimate.multistate.care",
    "mean_cumulative_function": "estimate.recurrent.mean_cumulative",
    "recurrent_cox": "estimate.recurrent.recurrent_cox",
    "frailty": "estimate.recurrent.frailty",
    "gap_survival": "estimate.recurrent.gap_times",
    "score_within_cycle": "estimate.mixed.score_model",
    "recurrent_table": "study.recurrent_table",
    "block_table": "study.blocks",
    "wait_table": "study.wait_table",
    "landmark_prediction": "estimate.prediction.model",
    "score_predictions": "estimate.prediction.score",
    "pseudo_values": "estimate.pseudo",
    "pseudo_regression": "estimate.pseudo_regression",
    "median_difference": "estimate.resampling.curve_bootstrap",
    "bootstrap_curves": "estimate.resampling.curve_bootstrap",
    "bootstrap": "estimate.resampling.bootstrap",
    "proportion": "estimate.proportion",
    "proportion_difference": "estimate.proportion_difference",
    "proportion_ratio": "estimate.proportion_ratio",
    "odds_ratio": "estimate.proportion_ratio",
    "response_rate": "estimate.response_rate",
    "stratified_difference": "estimate.stratified_difference",
    "draw_curves": "figures.curves",
    "draw_cumulative_incidence": "figures.curves",
    "draw_trajectory": "figures.trajectory",
    "draw_timeline": "figures.timeline",
    "swimmer": "study.swimmer",
    "draw_swimmer": "figures.swimmer",
    "simulate_cohort": "simulate.cohort",
    "write_cohort": "simulate.write",
}
OWN_NAMES = {"get_instrument": "get"}
__all__ = [*PUBLIC, "__version__"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("afterglow.version").VERSION
    if name not in PUBLIC:
        raise AttributeError(f"module 'afterglow' has no attribute '{name}'")
    return getattr(import_module(f"afterglow.{PUBLIC[name]}"), OWN_NAMES.get(name, name))


def __dir__() -> list[str]:
    return sorted(__all__)
