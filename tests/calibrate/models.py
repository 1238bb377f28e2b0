"""Regressions and tests of models that are calibrated."""

from typing import Any

import numpy as np
import pandas as pd
from draws import DAY, RELAPSE, VISITS_LATE, Draw
from reading import Interval, attempted, limits, of_arm, time_limits

import afterglow as ag
from afterglow.names import (
    ARM,
    CAUSE,
    DURATION,
    FROM_STATE,
    GROUP,
    LOWER,
    P_VALUE,
    START_DAY,
    STOP_DAY,
    SUBJECT,
    TERM,
    TO_STATE,
    UPPER,
)

NOTHING: Interval = (np.nan, np.nan, 0.0)
ROWS = {"subject": SUBJECT, "start": START_DAY, "stop": STOP_DAY}


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


def predicted(cohort: Draw) -> dict[str, Interval]:
    truth = cohort.free("a", DAY)
    fit = attempted(ag.cox, cohort.single, [ARM])
    if fit is None:
        return {"survival at day 28": NOTHING}
    curve = fit.predict(pd.DataFrame({ARM: ["a"]}), [DAY])
    return {"survival at day 28": limits(curve.tidy().iloc[0], truth)}


def smooth(cohort: Draw) -> dict[str, Interval]:
    arm = cohort.single[cohort.single[ARM] == "a"]
    fit = attempted(ag.flexible_parametric, arm, df=2, lower=LOWER, upper=UPPER)
    if fit is None:
        return {"survival at day 28": NOTHING}
    rows = fit.predict(arm.head(1), [DAY])
    return {"survival at day 28": limits(rows.iloc[0], cohort.free("a", DAY))}


def medians(cohort: Draw) -> dict[str, Interval]:
    truth = np.log(2) / cohort.hazard("b") - np.log(2) / cohort.hazard("a")
    result = attempted(ag.median_difference, cohort.single, by=ARM, n_resamples=500)
    if result is None:
        return {"median difference, bootstrap": NOTHING}
    rows = result.tidy()
    mine = rows[rows[TERM] == "median difference"]
    return {"median difference, bootstrap": time_limits(mine.iloc[0], truth)}


def frailty(cohort: Draw) -> dict[str, Interval]:
    fit = attempted(ag.frailty, cohort.recurrent, [ARM], **ROWS)
    return {"log rate ratio": _first(fit, np.log(cohort.hazard_ratio))}


def frailty_test(cohort: Draw) -> dict[str, float]:
    fit = attempted(ag.frailty, cohort.recurrent, [ARM], **ROWS)
    if fit is None:
        return {}
    rows = fit.tidy()
    return {"no frailty": float(rows[P_VALUE].iloc[-1]), "Wald": float(rows[P_VALUE].iloc[0])}


def occupancy(cohort: Draw) -> dict[str, Interval]:
    data = cohort.competing[cohort.competing[DURATION] > 0]
    path = data.assign(
        **{START_DAY: 0.0, STOP_DAY: data[DURATION], FROM_STATE: "well", TO_STATE: data[CAUSE]}
    )
    rows = ag.multistate(path, by=ARM).at(DAY)
    mine = rows[rows[TERM] == RELAPSE]
    if not len(mine[mine[GROUP] == "a"]):
        return {"in relapse at day 28": NOTHING}
    return {"in relapse at day 28": limits(of_arm(mine, "a"), cohort.incidence("a", DAY))}


def max_combo(cohort: Draw) -> dict[str, float]:
    result = attempted(ag.max_combo, cohort.single, by=ARM)
    return {"max-combo": np.nan if result is None else float(result.tidy()[P_VALUE].iloc[0])}


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
