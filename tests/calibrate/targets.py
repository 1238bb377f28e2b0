"""What is calibrated: intervals with the truth that they aim at, and p values of tests."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import between
import models
import numpy as np
from draws import DAY, RELAPSE, Draw
from reading import Interval, attempted, limits, of_arm, time_limits

import afterglow as ag
from afterglow.names import ARM, TERM

EFFECT = 0.6
HORIZON = 56.0


@dataclass(frozen=True)
class Target:
    """One estimator's intervals or p values.

    Attributes
    ----------
    name : str
    of : callable
        From a draw to (low, high, truth) or p by label.
    is_test : bool
    cost : float
        How many times fewer replicates are drawn than usual.
    """

    name: str
    of: Callable[[Draw], dict[str, Any]]
    is_test: bool = False
    cost: float = 1.0

    @property
    def kind(self) -> str:
        return "test" if self.is_test else "interval"


def survival(cohort: Draw) -> dict[str, Interval]:
    found = {}
    for scale in ("log-log", "log", "plain", "logit", "arcsin"):
        curve = ag.kaplan_meier(cohort.single, by=ARM, conf_type=scale)
        found[f"survival at day 28, {scale}"] = limits(
            of_arm(curve.at(DAY), "a"), cohort.free("a", DAY)
        )
    curve = ag.kaplan_meier(cohort.single, by=ARM)
    found["median"] = time_limits(of_arm(curve.median(), "a"), np.log(2) / cohort.hazard("a"))
    truth = cohort.free("b", DAY) - cohort.free("a", DAY)
    found["difference at day 28"] = limits(curve.difference(DAY).tidy().iloc[0], truth)
    return found


def restricted_mean(cohort: Draw) -> dict[str, Interval]:
    result = attempted(ag.rmst_difference, cohort.single, by=ARM, tau=HORIZON)
    means = [cohort.mean_until(arm, HORIZON) for arm in "ab"]
    truths = {
        "restricted mean difference": means[1] - means[0],
        "restricted mean ratio": means[1] / means[0],
    }
    if result is None:
        return {f"{name} to day 56": (np.nan, np.nan, truth) for name, truth in truths.items()}
    rows = result.tidy().set_index(TERM)
    return {f"{name} to day 56": limits(rows.loc[name], truth) for name, truth in truths.items()}


def incidence(cohort: Draw) -> dict[str, Interval]:
    found = {}
    for variance in ("infinitesimal-jackknife", "aalen"):
        curve = ag.aalen_johansen(cohort.competing, by=ARM, variance=variance)
        rows = curve.at(DAY)
        row = of_arm(rows[rows[TERM] == RELAPSE], "a")
        found[f"relapse by day 28, {variance}"] = limits(row, cohort.incidence("a", DAY))
    return found


def rates(cohort: Draw) -> dict[str, Interval]:
    shares = [1 - cohort.free(arm, DAY) for arm in "ab"]
    successes, n = cohort.responders, len(cohort.single) // 2
    found = {}
    for method in ("wilson", "clopper-pearson", "jeffreys", "wald"):
        row = ag.proportion(successes[0], n, method=method).tidy().iloc[0]
        found[f"proportion, {method}"] = limits(row, shares[0])
    for method in ("miettinen-nurminen", "newcombe", "wald"):
        row = ag.proportion_difference(successes[1], n, successes[0], n, method=method)
        found[f"difference, {method}"] = limits(row.tidy().iloc[0], shares[1] - shares[0])
    return found


def log_rank(cohort: Draw) -> dict[str, float]:
    weightings = {
        "log-rank": "logrank",
        "Peto": "peto",
        "Gehan": "gehan",
        "Tarone–Ware": "tarone-ware",
        "Fleming–Harrington (0, 1)": ("fleming-harrington", 0, 1),
    }
    return {
        label: float(ag.logrank(cohort.single, by=ARM, weighting=weighting).p_value)
        for label, weighting in weightings.items()
    }


TARGETS = (
    Target("proportion", rates),
    Target("kaplan_meier", survival),
    Target("rmst", restricted_mean),
    Target("aalen_johansen", incidence),
    Target("cox", models.cox),
    Target("cox", models.predicted),
    Target("flexible_parametric", models.smooth, cost=4.0),
    Target("median_difference", models.medians, cost=4.0),
    Target("multistate", models.occupancy),
    Target("frailty", models.frailty, cost=4.0),
    Target("cause_specific_cox", models.cause_specific),
    Target("aft", models.parametric),
    Target("pseudo_values", models.pseudo),
    Target("turnbull", between.curve, cost=10.0),
    Target("interval_regression", between.regression, cost=10.0),
    Target("mean_cumulative_function", models.recurrent),
    Target("recurrent_cox", models.recurrent_rates),
    Target("logrank", log_rank, is_test=True),
    Target("max_combo", models.max_combo, is_test=True, cost=8.0),
    Target("frailty", models.frailty_test, is_test=True, cost=4.0),
    Target("interval_test", between.test, is_test=True),
    Target("interval_regression", between.regression_test, is_test=True),
    Target("cox", models.cox_tests, is_test=True),
    Target("gray_test", models.gray, is_test=True),
    Target("fine_gray", models.fine_gray, is_test=True),
    Target("mean_cumulative_function", models.mean_test, is_test=True),
)
