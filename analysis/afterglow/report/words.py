"""How the codes of plans and results are called in sentences, and how words are put in line."""

import re
from collections.abc import Sequence
from typing import Final

from afterglow.phrases import cause_words, listed, spelled
from afterglow.plan.endpoints import Endpoint
from afterglow.plan.later_words import is_status
from afterglow.plan.population import Population
from afterglow.tables import format as fmt

EVERYBODY: Final = "All subjects"
WITHOUT_ARTICLE: Final = ("ect", "death", "withdrawal", "lost", "response_regained")
ESTIMATORS: Final = {
    "proportion": "Proportion",
    "kaplan_meier": "Kaplan–Meier",
    "logrank": "Log-rank test",
    "aalen_johansen": "Aalen–Johansen",
    "max_combo": "Max-combo test",
    "rmst": "Restricted mean time",
    "cox": "Cox regression",
    "aft": "Parametric regression",
    "flexible_parametric": "Flexible parametric model",
    "turnbull": "Non-parametric estimate for interval-censored times",
    "interval_incidence": "Non-parametric incidence for interval-censored times",
    "doubly_censored": "Duration with imputed beginnings",
    "interval_test": "Log-rank test for interval-censored times",
    "interval_regression": "Proportional hazards for interval-censored times",
    "gray_test": "Gray's test",
    "fine_gray": "Fine–Gray regression",
    "cause_specific_cox": "Cause-specific Cox regression",
    "mean_cumulative_function": "Mean cumulative function",
    "recurrent_cox": "Cox regression of recurrent events",
    "frailty": "Frailty model",
    "booster_latency": "Wait for a booster",
    "cycle_summary": "Summary by cycle",
    "score_within_cycle": "Mixed model of scores within cycles",
    "multistate": "Multi-state model",
    "transition_models": "Regression of moves between states",
    "pseudo_values": "Regression on pseudo-values",
    "target_trial": "Target trial",
    "landmark_prediction": "Landmark prediction",
    "strategy_comparison": "Comparison of strategies",
}
MISSING_RULES: Final = {
    "observed": "Observed cases",
    "non-responder": "Missing as non-response",
    "last-observation": "Last observation carried forward",
    "best-case": "Best case",
    "worst-case": "Worst case",
    "reached": "Reached at any time",
}
VARIABLES: Final = {
    "age": ("Age", "years"),
    "age_band": ("Age band", ""),
    "sex": ("Sex", ""),
    "diagnosis": ("Diagnosis", ""),
    "route": ("Route", ""),
    "site_id": ("Site", ""),
    "arm": ("Group", ""),
    "drug": ("Drug", ""),
    "phase": ("Phase", ""),
    "kind": ("Kind of booster", ""),
    "dose_mg": ("Dose", "mg"),
    "cycle_number": ("Number of the cycle", ""),
    "cycle_previous_gap_days": ("Gap before it", "days"),
    "cycle_previous_response": ("Response in the cycle before", ""),
    "cycle_sessions_in_block": ("Sessions of the course or block", ""),
    "cycle_dose_mg": ("Mean dose of the course or block", "mg"),
    "cycle_dose_mg_per_kg": ("Mean dose of the course or block", "mg/kg"),
    "cycle_route": ("Route of the course or block", ""),
    "cycle_drug": ("Drug of the course or block", ""),
    "cycle_kind": ("Kind of its first session", ""),
    "dose_mg_per_kg": ("Dose", "mg/kg"),
    "psychotherapy": ("Psychotherapy", ""),
    "bmi": ("Body-mass index", "kg/m²"),
    "weight_kg": ("Weight", "kg"),
    "price_usd": ("Price", "US dollars"),
    "n_sessions": ("Sessions", ""),
    "in_relapse": ("In relapse", ""),
    "last_score": ("Last score", "points"),
    "day_of_a_visit": ("Day of a visit", ""),
    "change_from_baseline": ("Change from baseline", "points"),
    "sessions_so_far": ("Sessions so far", ""),
    "time": ("Time since the origin", "days"),
    "days_since_session": ("Days since the last session", ""),
    "n_course_sessions": ("Sessions of the course", ""),
    "n_blocks": ("Booster blocks", ""),
    "course_end_day": ("Length of the course", "days"),
    "cadss_peak": ("CADSS, highest of a session", "points"),
    "sbp_baseline": ("Systolic blood pressure before the dose", "mmHg"),
    "sbp_peak": ("Systolic blood pressure, highest", "mmHg"),
    "dbp_baseline": ("Diastolic blood pressure before the dose", "mmHg"),
    "dbp_peak": ("Diastolic blood pressure, highest", "mmHg"),
}


def upper_first(text: str) -> str:
    """Return text with a capital first letter."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """Return text with a small first letter, unless it starts with an acronym."""
    return text if text[1:2].isupper() or text[1:2].isdigit() else text[:1].lower() + text[1:]


def with_article(code: str) -> str:
    """Return an event with its article: "a booster"; ECT, death and the like have none."""
    words = cause_words(code)
    return words if code in WITHOUT_ARTICLE else f"{'an' if words[:1] in 'aeiou' else 'a'} {words}"


def variable_words(code: str) -> tuple[str, str]:
    """Return the label and the unit of a variable of the data."""
    if is_status(code):
        return upper_first(f"{status_name(code)}, known so far"), ""
    return VARIABLES.get(code, (upper_first(spelled(code)), ""))


def status_name(word: str) -> str:
    """Return what a status of the plan is called: "endpoint:remission" is "remission"."""
    return cause_words(word.partition(":")[2])


def variable_label(code: str) -> str:
    """Return the label of a variable with its unit behind a comma."""
    label, unit = variable_words(code)
    return f"{label}, {unit}" if unit else label


def group_label(group: str) -> str:
    """Return the label of a group; "" is everybody."""
    return group or EVERYBODY


def rule_label(rule: str) -> str:
    """Return the label of a rule for missing scores."""
    return MISSING_RULES.get(rule, upper_first(spelled(rule)))


def estimator_name(estimator: str) -> str:
    """Return what an estimator is called at the head of a line."""
    return ESTIMATORS.get(estimator, upper_first(spelled(estimator)))


def counted(n: float, one: str, many: str = "") -> str:
    """Return a count with its noun: "1 subject", "2 subjects"."""
    return f"{fmt.count(n)}{fmt.NBSP}{one if n == 1 else many or one + 's'}"


def plain(value: float) -> str:
    """Return a number of the plan without needless decimals."""
    return fmt.trimmed(value, 4)


def days_range(low: float, high: float) -> str:
    """Return a window of days: "day −14 to day 0", "day 1 to day 14"."""
    return f"day {plain(low)} to day {plain(high)}"


def endpoint_label(name: str, endpoint: Endpoint) -> str:
    """Return what the plan calls an endpoint, or its name in words."""
    return endpoint.label or upper_first(spelled(name))


def population_name(name: str, population: Population) -> str:
    """Return what the plan calls a population, or its name in words."""
    return population.label or upper_first(spelled(name))


def anchor(*words: str) -> str:
    """Return a name for tables, figures and sections: lower-case letters, digits and hyphens."""
    joined = "-".join(words).casefold()
    return re.sub(r"[^a-z0-9]+", "-", joined).strip("-")


def either(sequence: Sequence[str]) -> str:
    """Return "a or b"."""
    return listed(sequence, "or")
