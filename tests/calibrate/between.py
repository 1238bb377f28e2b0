"""Curves, tests and regressions of events between visits that are calibrated."""

import numpy as np
from draws import DAY, Draw
from reading import Interval, attempted, limits, of_arm

import afterglow as ag
from afterglow.names import ARM, P_VALUE

RESAMPLES = 200
NOTHING = (np.nan, np.nan)


def curve(cohort: Draw) -> dict[str, Interval]:
    result = ag.turnbull(cohort.single, by=ARM, n_resamples=RESAMPLES).at(DAY)
    return {"survival at day 28": limits(of_arm(result, "a"), cohort.free("a", DAY))}


def test(cohort: Draw) -> dict[str, float]:
    found = {}
    for weighting in ("logrank", "finkelstein", "wilcoxon"):
        result = attempted(ag.interval_test, cohort.single, by=ARM, weighting=weighting)
        found[weighting] = np.nan if result is None else result.p_value
    return found


def regression(cohort: Draw) -> dict[str, Interval]:
    truth = float(np.log(cohort.hazard_ratio))
    found = {}
    for label, resamples in (("profile", 0), ("bootstrap", RESAMPLES)):
        result = attempted(ag.interval_regression, cohort.single, [ARM], n_resamples=resamples)
        row = None if result is None else result.tidy().iloc[0]
        found[f"log hazard ratio, {label}"] = (
            (*NOTHING, truth) if row is None else limits(row, truth)
        )
    return found


def regression_test(cohort: Draw) -> dict[str, float]:
    result = attempted(ag.interval_regression, cohort.single, [ARM])
    if result is None:
        return {}
    tests = result.tests().tidy()
    return {str(name): float(p) for name, p in zip(tests["term"], tests[P_VALUE])}
