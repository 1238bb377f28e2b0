"""Which function makes the rows of which estimator."""

from typing import Final

from afterglow.study.competing_rows import cause_specific_rows, fine_gray_rows, gray_rows
from afterglow.study.cox_rows import cox_rows
from afterglow.study.curves import survival_rows
from afterglow.study.cycle_rows import cycle_rows
from afterglow.study.doubly_rows import doubly_rows
from afterglow.study.hazard_tests import logrank_rows, max_combo_rows
from afterglow.study.incidence import incidence_rows
from afterglow.study.interval_incidence_rows import interval_incidence_rows
from afterglow.study.interval_rows import (
    interval_regression_rows,
    interval_test_rows,
    turnbull_rows,
)
from afterglow.study.latency_rows import latency_rows
from afterglow.study.mean_times import rmst_rows
from afterglow.study.multistate_rows import multistate_rows
from afterglow.study.parametric_rows import aft_rows, flexible_rows
from afterglow.study.prediction_rows import prediction_rows
from afterglow.study.pseudo_rows import pseudo_rows
from afterglow.study.rates import rate_rows
from afterglow.study.recurrent_regressions import frailty_rows, recurrent_cox_rows
from afterglow.study.recurrent_rows import mean_count_rows
from afterglow.study.score_rows import score_rows
from afterglow.study.sensitivity import Estimator
from afterglow.study.strategy_rows import strategy_rows
from afterglow.study.transition_rows import transition_model_rows
from afterglow.study.trial_rows import target_trial_rows
from afterglow.study.weighted_rows import weighted_rows

ESTIMATORS: Final[dict[str, Estimator]] = {
    "proportion": rate_rows,
    "kaplan_meier": survival_rows,
    "logrank": logrank_rows,
    "max_combo": max_combo_rows,
    "rmst": rmst_rows,
    "aalen_johansen": incidence_rows,
    "gray_test": gray_rows,
    "fine_gray": fine_gray_rows,
    "cause_specific_cox": cause_specific_rows,
    "multistate": multistate_rows,
    "transition_models": transition_model_rows,
    "cox": cox_rows,
    "mean_cumulative_function": mean_count_rows,
    "recurrent_cox": recurrent_cox_rows,
    "frailty": frailty_rows,
    "booster_latency": latency_rows,
    "cycle_summary": cycle_rows,
    "score_within_cycle": score_rows,
    "aft": aft_rows,
    "flexible_parametric": flexible_rows,
    "turnbull": turnbull_rows,
    "interval_test": interval_test_rows,
    "interval_regression": interval_regression_rows,
    "interval_incidence": interval_incidence_rows,
    "doubly_censored": doubly_rows,
    "pseudo_values": pseudo_rows,
    "landmark_prediction": prediction_rows,
    "strategy_comparison": strategy_rows,
    "weighted_kaplan_meier": weighted_rows,
    "target_trial": target_trial_rows,
}
