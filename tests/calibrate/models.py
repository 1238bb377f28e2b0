"""Regressions and tests of models that are calibrated."""

from typing import Any

import numpy as np
from draws import DAY, RELAPSE, VISITS_LATE, Draw
from reading import Interval, attempted, limits, of_arm

import afterglow as ag
from afterglow.names import ARM, CAUSE, LOWER, P_VALUE, TERM, UPPER

NOTHING: Interval = (np.nan, np.nan, 0.0)
HORIZON = 56.0


def _first(result: Any, truth: float) -> Interval:
    """Return the limits of the first coefficient, on its own scale."""
    return NOTHING if result is None else limits(result.tidy().iloc[0], truth)


def cox(cohort: Draw) -> dict[str, Interval]:
    truth = np.log(cohort.hazard_ratio)
    data = cohort.single
    options: dict[str, dict[str, Any]] = {
        "Efron": {},
        "Breslow": {"ties": "breslow"},
        "Efron, robust": {"robust": True},
        "Firth": {"penalty": "firth"},
    }
    return {
        f"log hazard ratio, {label}": _first(attempted(ag.cox, data, [ARM], **given), truth)
        for label, given in options.items()
    }


def _p(result: Any, term: str) -> float:
    rows = result.tidy().set_index(TERM)
    return float(rows.loc[term, P_VALUE]) if term in rows.index else np.nan


def cox_tests(cohort: Draw) -> dict[str, float]:
    fit = attempted(ag.cox, cohort.single, [ARM])
    if fit is None:
        return {}
    tests = fit.tests().tidy()
    found = {str(row[TERM]): float(row[P_VALUE]) for _, row in tests.iterrows()}
    drift = attempted(fit.check_proportional_hazards)
    found["proportional hazards"] = np.nan if drift is None else _p(drift, "global")
    return found


def recurrent(cohort: Draw) -> dict[str, Interval]:
    found = {}
    means = ag.mean_cumulative_function(cohort.recurrent, by=ARM).at(DAY)
    found["mean count at day 28"] = limits(of_arm(means, "a"), cohort.boosters("a", DAY))
    return found


def recurrent_rates(cohort: Draw) -> dict[str, Interval]:
    truth = np.log(cohort.hazard_ratio)
    return {
        f"log rate ratio, {model}": _first(
            attempted(ag.recurrent_cox, cohort.recurrent, [ARM], model=model), truth
        )
        for model in ("andersen-gill", "lwyy")
    }


def mean_test(cohort: Draw) -> dict[str, float]:
    result = attempted(ag.mean_cumulative_function(cohort.recurrent, by=ARM).test)
    return {
        "equal mean counts": np.nan if result is None else float(result.tidy()[P_VALUE].iloc[0])
    }


def gray(cohort: Draw) -> dict[str, float]:
    result = attempted(ag.gray_test, cohort.competing, by=ARM, of=RELAPSE)
    return {"equal incidences": np.nan if result is None else float(result.tidy()[P_VALUE].iloc[0])}


def fine_gray(cohort: Draw) -> dict[str, float]:
    found = {}
    for ties in ("crr", "finegray"):
        result = attempted(ag.fine_gray, cohort.competing, [ARM], of=RELAPSE, ties=ties)
        found[f"Wald, ties {ties}"] = (
            np.nan if result is None else float(result.tidy()[P_VALUE].iloc[0])
        )
    return found


def cause_specific(cohort: Draw) -> dict[str, Interval]:
    data = cohort.competing.assign(event=cohort.competing[CAUSE] == RELAPSE)
    fit = attempted(ag.cox, data, [ARM])
    return {"log hazard ratio of relapse": _first(fit, np.log(cohort.hazard_ratio))}


def parametric(cohort: Draw) -> dict[str, Interval]:
    truth = -np.log(cohort.hazard_ratio)
    data = cohort.single
    options: dict[str, dict[str, Any]] = {
        "on intervals": {"lower": LOWER, "upper": UPPER},
        "on visit dates": {"zero_as": VISITS_LATE},
    }
    found = {}
    for label, given in options.items():
        result = attempted(ag.aft, data, [ARM], distribution="exponential", **given)
        found[f"log time ratio, {label}"] = _of_arm_b(result, truth)
    return found


def _of_arm_b(result: Any, truth: float) -> Interval:
    """Return the limits of the coefficient of arm b, behind the intercept."""
    if result is None:
        return NOTHING
    rows = result.tidy()
    mine = rows[rows[TERM].str.startswith(ARM)]
    return limits(mine.iloc[0], truth) if len(mine) else NOTHING


def pseudo(cohort: Draw) -> dict[str, Interval]:
    truth = cohort.free("b", DAY) - cohort.free("a", DAY)
    result = attempted(ag.pseudo_regression, cohort.single, [ARM], of="survival", times=[DAY])
    return {"difference at day 28": _of_arm_b(result, truth)}
